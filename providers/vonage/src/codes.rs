//! Vonage's error codes. What is not here is judged by its HTTP status.

use sms_framework::provider::{Code, Phase};
use sms_framework::{Certainty, Class, ErrorKind};

/// Where the codes of the Messages API are known from.
const MESSAGES_PAGE: &str = "developer.vonage.com, API Errors: Messages API";
/// Known from others than the vendor.
const THIRD_PARTIES: &str = "third parties' notes on the Messages API";
/// Where the codes of the account are known from.
const PYTHON: &str = "github.com/Vonage/vonage-python-sdk, messages/tests/data";
/// Where the statuses of the SMS API are known from.
const SMS_SPECIFICATION: &str = "github.com/Nexmo/api-specification, definitions/sms.yml";
/// Where the codes in its receipts are known from.
const RECEIPTS_PAGE: &str = "github.com/Nexmo/station, delivery receipts of the SMS API";

/// All of them: what the Messages API answers comes in its reports, too.
pub(crate) const CODES: &[Code] =
    &Code::joined::<{ 2 * MESSAGES.len() + OTHERS.len() }>(&[&MESSAGES, &REPORTED, &OTHERS]);

/// The same codes in a report: nobody doubts there that the message went no further.
const REPORTED: [Code; MESSAGES.len()] = {
    let mut reported = MESSAGES;
    let mut at = 0;
    while at < reported.len() {
        reported[at] = reported[at].in_phase(Phase::Delivery);
        if let Certainty::MaybeSent = reported[at].certainty {
            reported[at].certainty = Certainty::NotSent;
        }
        at += 1;
    }
    reported
};

const fn refused(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Refused, source, meaning)
}

const fn account(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Account, source, meaning)
}

const fn recipient(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Recipient, source, meaning)
}

const fn opted_out(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::OptedOut, source, meaning)
}

/// The limit is one on requests in a second.
const fn throttled(code: &'static str, source: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::ProviderThrottled, source, meaning).seconds(1)
}

const MESSAGES: [Code; 21] = [
    throttled(
        "1000",
        MESSAGES_PAGE,
        "the account sends faster than it may",
    ),
    refused("1010", MESSAGES_PAGE, "a parameter is missing"),
    refused("1020", MESSAGES_PAGE, "a parameter is invalid"),
    refused("1021", MESSAGES_PAGE, "a tag is invalid"),
    refused("1022", MESSAGES_PAGE, "a template is invalid"),
    Code::request(
        "1030",
        ErrorKind::ServerError,
        MESSAGES_PAGE,
        "Vonage failed inside",
    ),
    recipient(
        "1040",
        MESSAGES_PAGE,
        "no route leads to the recipient's prefix",
    ),
    opted_out(
        "1050",
        MESSAGES_PAGE,
        "the recipient is barred from messages",
    ),
    account("1060", MESSAGES_PAGE, "the account is barred"),
    account("1070", MESSAGES_PAGE, "the account has no credit"),
    account("1080", MESSAGES_PAGE, "the account may not use this API"),
    refused("1090", MESSAGES_PAGE, "the message is too long"),
    Code::request(
        "1100",
        ErrorKind::ServerError,
        MESSAGES_PAGE,
        "Vonage could not hand the message on, and says that it was not submitted",
    )
    .certainty(Certainty::NotSent),
    account("1120", MESSAGES_PAGE, "the sender is not accepted"),
    refused("1130", MESSAGES_PAGE, "the validity period is not accepted"),
    account("1140", MESSAGES_PAGE, "the account lacks the facility"),
    refused("1150", MESSAGES_PAGE, "the message class is invalid"),
    account(
        "1160",
        MESSAGES_PAGE,
        "a demo account sends to listed numbers only",
    ),
    opted_out(
        "1240",
        THIRD_PARTIES,
        "the recipient opted out, or may not be written to",
    ),
    account("1420", THIRD_PARTIES, "the sender is not accepted"),
    recipient("1430", THIRD_PARTIES, "the recipient is no valid number"),
];

const fn carrier(code: &'static str, kind: ErrorKind, meaning: &'static str) -> Code {
    Code::delivery(code, kind, RECEIPTS_PAGE, meaning)
}

/// A later message can get through.
const fn for_now(code: &'static str, meaning: &'static str) -> Code {
    carrier(code, ErrorKind::Recipient, meaning).later()
}

/// Nobody says what happened.
const fn obscure(code: &'static str, meaning: &'static str) -> Code {
    carrier(code, ErrorKind::Recipient, meaning)
        .class(Class::Transient)
        .certainty(Certainty::MaybeSent)
}

const OTHERS: [Code; 39] = [
    // Of the account, in the answer of the Messages API.
    account("low-balance", PYTHON, "the account has no credit"),
    account("forbidden", PYTHON, "the account may not do this"),
    throttled("rate-limit", PYTHON, "too many requests"),
    Code::request(
        "unauthorized",
        ErrorKind::Unauthorized,
        PYTHON,
        "the credentials were refused",
    ),
    // In the answer of the SMS API.
    throttled(
        "1",
        SMS_SPECIFICATION,
        "the account sends faster than it may",
    ),
    refused("2", SMS_SPECIFICATION, "a parameter is missing"),
    refused("3", SMS_SPECIFICATION, "a parameter is invalid"),
    Code::request(
        "4",
        ErrorKind::Unauthorized,
        SMS_SPECIFICATION,
        "the credentials were refused",
    ),
    Code::request(
        "5",
        ErrorKind::ServerError,
        SMS_SPECIFICATION,
        "Vonage failed inside",
    ),
    recipient(
        "6",
        SMS_SPECIFICATION,
        "no route leads to the recipient's prefix",
    ),
    opted_out(
        "7",
        SMS_SPECIFICATION,
        "the recipient is barred from messages, or opted out",
    ),
    account("8", SMS_SPECIFICATION, "the account is barred"),
    account("9", SMS_SPECIFICATION, "the account has no credit"),
    Code::request(
        "10",
        ErrorKind::ProviderThrottled,
        SMS_SPECIFICATION,
        "the account has too many connections open",
    ),
    account("11", SMS_SPECIFICATION, "the account may not use this API"),
    refused("12", SMS_SPECIFICATION, "the message is too long"),
    Code::request(
        "14",
        ErrorKind::Unauthorized,
        SMS_SPECIFICATION,
        "the request's signature was refused",
    ),
    account("15", SMS_SPECIFICATION, "the sender is not accepted"),
    refused(
        "22",
        SMS_SPECIFICATION,
        "the network code is not that of the recipient",
    ),
    refused("23", SMS_SPECIFICATION, "the callback URL is not accepted"),
    account(
        "29",
        SMS_SPECIFICATION,
        "a demo account sends to listed numbers only",
    ),
    account(
        "32",
        SMS_SPECIFICATION,
        "the request was signed and held the secret, too",
    ),
    recipient(
        "33",
        SMS_SPECIFICATION,
        "the recipient's number is no longer in use",
    ),
    // In receipts of the SMS API.
    obscure("1", "the carrier names no reason"),
    for_now("2", "the phone is away from the network"),
    carrier(
        "3",
        ErrorKind::Recipient,
        "the recipient's number is no longer in use",
    ),
    carrier(
        "4",
        ErrorKind::Recipient,
        "the recipient bars such messages",
    ),
    obscure(
        "5",
        "the number's carrier could not be found for its having moved",
    ),
    carrier("6", ErrorKind::Refused, "the carrier took it for spam"),
    for_now("7", "the phone is busy"),
    for_now("8", "the network failed"),
    carrier("9", ErrorKind::OptedOut, "the recipient opted out"),
    carrier(
        "10",
        ErrorKind::Refused,
        "the message is not one that the carrier takes",
    ),
    obscure("11", "no route leads to the recipient"),
    carrier(
        "12",
        ErrorKind::Recipient,
        "the recipient cannot be reached",
    ),
    carrier(
        "13",
        ErrorKind::Recipient,
        "the recipient's age forbids the message",
    ),
    carrier(
        "14",
        ErrorKind::Refused,
        "the recipient's carrier blocks the message",
    ),
    carrier(
        "15",
        ErrorKind::Recipient,
        "the recipient's prepaid card is empty",
    ),
    obscure("99", "Vonage names no reason"),
];
