//! Infobip's codes. The ids of statuses and of errors are two lists that share numbers: a status may
//! come with the answer to the send, an error only with the delivery.
//!
//! What is not here is judged by its status group or, where the call itself was refused (`E400` and
//! the like), by its HTTP status, which says the same.

use sms_framework::provider::Code;
use sms_framework::{Certainty, ErrorKind};

const STATUSES: &str = "https://www.infobip.com/docs (Message status codes)";
const ERRORS: &str = "https://www.infobip.com/docs (Error code reference)";

const HANDSET: &str = "the recipient's phone cannot take the message, now or later";
const FOR_NOW: &str = "the message could not be delivered for the moment";
const CAMPAIGN: &str = "the sender's US campaign does not allow it, or its share is used up";
const TOO_OFTEN: &str = "the recipient got too many messages in this time";
const TOO_LATE: &str = "its validity period ran out";

const fn status(code: &'static str, kind: ErrorKind, meaning: &'static str) -> Code {
    Code::request(code, kind, STATUSES, meaning)
}

const fn error(code: &'static str, kind: ErrorKind, meaning: &'static str) -> Code {
    Code::delivery(code, kind, ERRORS, meaning)
}

const fn transient(code: &'static str) -> Code {
    error(code, ErrorKind::Recipient, FOR_NOW).later()
}

pub(crate) const CODES: &[Code] = &[
    status(
        "6",
        ErrorKind::Account,
        "the recipient's network is not covered, or not set up for the account",
    ),
    status(
        "8",
        ErrorKind::Recipient,
        "the recipient's prefix or length is that of no number",
    ),
    status(
        "10",
        ErrorKind::OptedOut,
        "the recipient is on a do-not-disturb list",
    ),
    status(
        "11",
        ErrorKind::Account,
        "the sender is not registered for the account",
    ),
    status("12", ErrorKind::Account, "the account has no credit"),
    status(
        "13",
        ErrorKind::Account,
        "the sender is on a blocklist of the account",
    ),
    status(
        "14",
        ErrorKind::OptedOut,
        "the recipient is on a blocklist, the account's or the operator's",
    ),
    status(
        "17",
        ErrorKind::Account,
        "the account's prepaid credit has expired",
    ),
    status(
        "18",
        ErrorKind::Account,
        "a trial account sends to its own verified numbers only",
    ),
    status(
        "19",
        ErrorKind::Account,
        "the account has no route to the recipient",
    ),
    status(
        "20",
        ErrorKind::ProviderThrottled,
        "the recipient got too many messages within the hour",
    )
    .seconds(3600),
    // Nothing is in doubt: it says that it did not take the message.
    status(
        "21",
        ErrorKind::ServerError,
        "Infobip failed, and asks for another try",
    )
    .certainty(Certainty::NotSent),
    status(
        "23",
        ErrorKind::Refused,
        "its id was used before, by an attempt that was refused",
    ),
    status(
        "24",
        ErrorKind::Refused,
        "the header of its user data has the wrong form",
    ),
    status(
        "25",
        ErrorKind::MessageTooLong,
        "the text has more than 25 parts or 4000 bytes",
    )
    .certainty(Certainty::Rejected),
    status("51", ErrorKind::Recipient, "no recipient was named"),
    status(
        "52",
        ErrorKind::Recipient,
        "the recipient is no number that can exist",
    ),
    status(
        "87",
        ErrorKind::Refused,
        "it was taken for a fraud and stopped",
    ),
    // Malformed, or for the moment: a second refusal does no harm, a message lost does.
    status(
        "100",
        ErrorKind::Refused,
        "the request is malformed, or the service is not there for the moment",
    )
    .later(),
    error("1", ErrorKind::Recipient, HANDSET),
    error("9", ErrorKind::Recipient, HANDSET),
    error("11", ErrorKind::Recipient, HANDSET),
    error("12", ErrorKind::Recipient, HANDSET),
    transient("6"),
    transient("27"),
    transient("31"),
    transient("32"),
    transient("33"),
    transient("256"),
    transient("502"),
    // Its flag says permanent, its text says for now.
    transient("628"),
    error(
        "351",
        ErrorKind::Recipient,
        "the recipient is no number that can be reached",
    ),
    error("368", ErrorKind::Account, "the sender may not be used"),
    error("572", ErrorKind::Account, CAMPAIGN),
    error("594", ErrorKind::Account, CAMPAIGN),
    error("4202", ErrorKind::Account, CAMPAIGN),
    error(
        "603",
        ErrorKind::OptedOut,
        "the recipient opted out by STOP",
    ),
    error("573", ErrorKind::OptedOut, "the recipient blocked it"),
    error(
        "2052",
        ErrorKind::OptedOut,
        "the recipient is on a blocklist",
    ),
    error(
        "2050",
        ErrorKind::OptedOut,
        "the recipient is on a do-not-disturb list",
    ),
    error(
        "607",
        ErrorKind::Refused,
        "it was taken for spam and stopped",
    ),
    error(
        "608",
        ErrorKind::Refused,
        "it was taken for a fraud and stopped",
    ),
    error("4101", ErrorKind::Expired, TOO_LATE),
    error("811", ErrorKind::Expired, TOO_LATE),
    error("4098", ErrorKind::Expired, TOO_LATE),
    error("4103", ErrorKind::ProviderThrottled, TOO_OFTEN),
    error("4104", ErrorKind::ProviderThrottled, TOO_OFTEN),
    error(
        "5492",
        ErrorKind::Refused,
        "the recipient got this text already",
    ),
    error(
        "4106",
        ErrorKind::Account,
        "what India's register (DLT) wants of a message is missing or wrong",
    ),
];
