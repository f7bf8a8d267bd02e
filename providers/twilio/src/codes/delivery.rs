//! Codes of messages that Twilio took and that failed later.
//!
//! Their certainty is about the phone: Twilio's word that it did not, or may, have the message.

use sms_framework::provider::Code;
use sms_framework::{Certainty, Class, ErrorKind};

use super::source::{DICTIONARY, GUIDES, PAGE};

const fn refused(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::delivery(code, ErrorKind::Refused, source, meaning)
}

const fn recipient(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::delivery(code, ErrorKind::Recipient, source, meaning)
}

const fn account(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::delivery(code, ErrorKind::Account, source, meaning)
}

const fn throttled(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::delivery(code, ErrorKind::ProviderThrottled, source, meaning)
}

/// The message did not arrive; the same message may, later.
const fn later(
    code: &'static str,
    kind: ErrorKind,
    source: &'static str,
    meaning: &'static str,
) -> Code {
    Code::delivery(code, kind, source, meaning).later()
}

/// A word about the account; the message goes on.
const fn warning(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    throttled(code, source, meaning).certainty(Certainty::MaybeSent)
}

pub(super) const CODES: &[Code] = &[
    throttled(
        "14107",
        PAGE,
        "too many replies went between the two numbers within 30 s",
    )
    .seconds(30),
    throttled("30001", PAGE, "the queue of the sender overflowed").seconds(60),
    account(
        "30002",
        DICTIONARY,
        "the account was suspended before the message went out",
    ),
    later(
        "30003",
        ErrorKind::Recipient,
        GUIDES,
        "the phone cannot be reached for the moment",
    ),
    recipient(
        "30004",
        DICTIONARY,
        "the recipient, or the carrier for them, blocks the message",
    ),
    recipient("30005", DICTIONARY, "the phone is unknown to its carrier"),
    recipient(
        "30006",
        PAGE,
        "the recipient is a landline, or of a carrier that cannot be reached",
    ),
    refused(
        "30007",
        PAGE,
        "the message was filtered as unwanted, by the carrier or by Twilio",
    ),
    later(
        "30008",
        ErrorKind::Refused,
        GUIDES,
        "the carrier failed and does not say why",
    )
    .certainty(Certainty::MaybeSent),
    refused(
        "30009",
        DICTIONARY,
        "a segment of an inbound message is missing",
    ),
    refused(
        "30010",
        DICTIONARY,
        "the price is above the highest allowed",
    ),
    refused(
        "30011",
        DICTIONARY,
        "the recipient's carrier does not take media",
    ),
    later(
        "30017",
        ErrorKind::Refused,
        PAGE,
        "the carrier's network is congested",
    ),
    account(
        "30018",
        DICTIONARY,
        "the recipient's country asks for a registered sender",
    ),
    refused(
        "30019",
        DICTIONARY,
        "the content is too large for the carrier",
    ),
    later(
        "30020",
        ErrorKind::ServerError,
        DICTIONARY,
        "Twilio failed to schedule the message",
    ),
    later(
        "30021",
        ErrorKind::ServerError,
        DICTIONARY,
        "Twilio failed internally",
    ),
    throttled(
        "30022",
        DICTIONARY,
        "the campaign's rate of messages was exceeded",
    )
    .seconds(60),
    // 00:00 Pacific standard time; in summer that is an hour late, which is the safe side.
    throttled(
        "30023",
        PAGE,
        "the campaign reached its messages for the day",
    )
    .until_hour(8),
    account(
        "30024",
        DICTIONARY,
        "the sender is not provisioned with the carrier",
    ),
    warning(
        "30025",
        DICTIONARY,
        "half of the day's messages are used; this is only a warning",
    ),
    warning(
        "30026",
        DICTIONARY,
        "70 % of the day's messages are used; this is only a warning",
    ),
    throttled("30027", PAGE, "the carrier's cap of the day was reached").until_hour(8),
    account("30032", DICTIONARY, "the toll-free sender is not verified"),
    account(
        "30033",
        DICTIONARY,
        "the campaign of the sender is suspended",
    ),
    account(
        "30034",
        GUIDES,
        "the sender is not registered for messages to the United States (10DLC)",
    ),
    account("30035", DICTIONARY, "the sender is still being configured")
        .class(Class::Transient)
        .certainty(Certainty::NotSent)
        .seconds(3600),
    later(
        "30036",
        ErrorKind::Refused,
        PAGE,
        "the validity period ran out while the message waited; give it more time",
    ),
    account("30037", PAGE, "sending is disabled for the account"),
    later(
        "30410",
        ErrorKind::NoAnswer,
        PAGE,
        "the carrier did not answer; Twilio gave up rather than risk a second message",
    )
    .certainty(Certainty::MaybeSent),
    later(
        "30450",
        ErrorKind::Refused,
        PAGE,
        "the protection against SMS pumping blocks the recipient for a while",
    )
    .seconds(1800),
    later(
        "30610",
        ErrorKind::Refused,
        GUIDES,
        "it is the recipient's quiet time",
    ),
    recipient(
        "30640",
        GUIDES,
        "the recipient is on the list of known litigators",
    ),
    refused(
        "63016",
        DICTIONARY,
        "the recipient's conversation window is closed: only templates may be sent",
    ),
    throttled(
        "63017",
        DICTIONARY,
        "the channel's rate of messages was exceeded",
    )
    .seconds(60),
    throttled(
        "63018",
        DICTIONARY,
        "the channel's rate of messages was exceeded",
    )
    .seconds(60),
];
