//! Codes in the answer to the create call.

use sms_framework::ErrorKind;
use sms_framework::provider::Code;

use super::source::{CHANGELOG, DICTIONARY, GUIDES, PAGE, RECORDED};

/// Nothing about this message's content or recipient can be cured by waiting.
const fn refused(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Refused, source, meaning)
}

const fn recipient(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Recipient, source, meaning)
}

/// A person must act on the account, its senders or its permissions.
const fn account(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Account, source, meaning)
}

const fn throttled(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::ProviderThrottled, source, meaning)
}

const fn server(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::ServerError, source, meaning)
}

pub(super) const CODES: &[Code] = &[
    refused(
        "20001",
        DICTIONARY,
        "a value of the request is invalid, such as a malformed date",
    ),
    Code::request(
        "20003",
        ErrorKind::Unauthorized,
        RECORDED,
        "the account SID and its token or API key were refused: they are wrong or of another region, or the account is suspended",
    ),
    account("20005", DICTIONARY, "the account is not active"),
    account("20006", DICTIONARY, "the account may not use this"),
    account(
        "20008",
        "Twilio docs, Test credentials",
        "test credentials may not use this",
    ),
    account(
        "20403",
        DICTIONARY,
        "the account is closed or suspended, or lacks the permission",
    ),
    account(
        "20404",
        RECORDED,
        "the account was not found: is the account SID right, and the base URL?",
    ),
    refused(
        "20409",
        DICTIONARY,
        "the request is in conflict with the state of the resource",
    ),
    refused("20422", DICTIONARY, "a parameter is invalid"),
    throttled(
        "20429",
        PAGE,
        "too many requests of this account at once; this one was not processed",
    )
    .seconds(1),
    server(
        "20500",
        DICTIONARY,
        "Twilio failed; a second try may send twice",
    ),
    server("20503", DICTIONARY, "Twilio is unavailable for the moment"),
    recipient("21211", RECORDED, "the recipient is not a phone number"),
    account(
        "21212",
        RECORDED,
        "the sender is not valid, or may not be used as one",
    ),
    recipient("21214", DICTIONARY, "the recipient cannot be reached"),
    recipient("21264", PAGE, "the recipient is a short code"),
    recipient("21265", PAGE, "the recipient is a short code"),
    recipient("21266", PAGE, "the recipient is the sender"),
    refused(
        "21267",
        CHANGELOG,
        "a trial account may not use an alphanumeric sender",
    ),
    recipient("21268", CHANGELOG, "the recipient is a premium-rate number"),
    account(
        "21408",
        DICTIONARY,
        "the account is not permitted to send to the recipient's country; allow it under the geographic permissions",
    ),
    recipient("21601", DICTIONARY, "the number cannot do SMS"),
    refused("21602", RECORDED, "the text is missing"),
    refused(
        "21603",
        "github.com/twilio/twilio-node, issue 232",
        "the sender is missing: neither a number nor a messaging service was given",
    ),
    recipient("21604", DICTIONARY, "the recipient is missing"),
    refused(
        "21605",
        DICTIONARY,
        "the text is longer than 160 characters",
    ),
    account(
        "21606",
        RECORDED,
        "the sender is not the account's, or cannot send to this recipient",
    ),
    account(
        "21607",
        DICTIONARY,
        "the sender may not be used by a trial account",
    ),
    account(
        "21608",
        RECORDED,
        "a trial account can send only to recipients that it verified",
    ),
    refused("21609", PAGE, "the status callback URL is invalid"),
    Code::request(
        "21610",
        ErrorKind::OptedOut,
        DICTIONARY,
        "the recipient opted out of messages from this sender; only they can opt in again",
    ),
    throttled(
        "21611",
        RECORDED,
        "the queue of this sender is full; the message was not taken",
    )
    .seconds(60),
    refused(
        "21612",
        PAGE,
        "no message can go from this sender to this recipient; another sender may reach them",
    ),
    recipient("21614", RECORDED, "the recipient is not a mobile number"),
    account(
        "21616",
        DICTIONARY,
        "the sender stands for several numbers of the account",
    ),
    refused(
        "21617",
        DICTIONARY,
        "the text is longer than 1600 characters",
    ),
    refused("21618", DICTIONARY, "the text was refused"),
    refused("21619", DICTIONARY, "there is neither text nor media"),
    refused("21620", DICTIONARY, "a media URL is invalid"),
    account("21621", DICTIONARY, "the sender cannot send media"),
    account("21622", DICTIONARY, "the account may not send media"),
    refused("21623", DICTIONARY, "there are more than 10 media"),
    refused("21624", DICTIONARY, "the validity period is out of range"),
    recipient("21635", PAGE, "the recipient is a landline"),
    refused("21654", DICTIONARY, "the content template is missing"),
    refused("21655", DICTIONARY, "the content template is invalid"),
    refused(
        "21656",
        DICTIONARY,
        "the variables of the content template are invalid",
    ),
    refused(
        "21657",
        DICTIONARY,
        "the sender ID cannot be used in the recipient's country",
    ),
    refused("21658", DICTIONARY, "a parameter is too long"),
    account(
        "21659",
        PAGE,
        "the sender is not a Twilio number, or a short code of another country",
    ),
    account("21660", PAGE, "the sender belongs to another account"),
    account("21661", PAGE, "the sender cannot do SMS"),
    account("21664", GUIDES, "the fallback sender is invalid"),
    account(
        "21666",
        GUIDES,
        "a fallback sender needs a messaging service",
    ),
    account(
        "21667",
        GUIDES,
        "the fallback sender is not in the messaging service",
    ),
    account(
        "21669",
        PAGE,
        "the sender is of another region than the request",
    ),
    account("21701", DICTIONARY, "the messaging service does not exist"),
    account(
        "21702",
        DICTIONARY,
        "the messaging service is not available",
    ),
    account(
        "21703",
        DICTIONARY,
        "the messaging service has no sender for this recipient",
    ),
    account("21704", DICTIONARY, "the messaging service has no numbers"),
    account("21705", DICTIONARY, "the messaging service is invalid"),
    refused("30400", PAGE, "the update of the message was refused"),
    refused("30404", PAGE, "the message was not found"),
    refused("30409", PAGE, "the message can no longer be canceled"),
    refused("35111", DICTIONARY, "the time to send at is missing"),
    refused("35114", PAGE, "the time to send at is too soon"),
    refused("35115", PAGE, "the time to send at is too far ahead"),
    refused(
        "35118",
        DICTIONARY,
        "only a messaging service can send at a later time",
    ),
    throttled(
        "35125",
        PAGE,
        "the account has as many scheduled messages as it may",
    )
    .seconds(3600),
    refused("35126", DICTIONARY, "the schedule type is invalid"),
    throttled(
        "63038",
        RECORDED,
        "the account reached its messages for the day",
    )
    .until_hour(0),
    refused("90007", PAGE, "the validity period is out of range"),
];
