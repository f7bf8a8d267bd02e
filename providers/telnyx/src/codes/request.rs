//! Codes in the answer to a send.

use sms_framework::provider::Code;
use sms_framework::{Certainty, ErrorKind};

use super::{ARTICLE, RATES, REFERENCE};

/// Not on a page of Telnyx's that could be read.
const SEEN: &str = "lists of third parties; no page of Telnyx's";

pub(super) const CODES: &[Code] = &[
    Code::request(
        "10000",
        ErrorKind::Refused,
        REFERENCE,
        "a parameter is invalid",
    ),
    Code::request(
        "10001",
        ErrorKind::Account,
        REFERENCE,
        "the number is not active",
    ),
    Code::request(
        "10002",
        ErrorKind::Refused,
        REFERENCE,
        "a phone number is invalid",
    ),
    Code::request("10003", ErrorKind::Refused, REFERENCE, "a URL is invalid"),
    Code::request(
        "10004",
        ErrorKind::Refused,
        REFERENCE,
        "a parameter is missing",
    ),
    Code::request(
        "10005",
        ErrorKind::Account,
        REFERENCE,
        "nothing is at this address, or the call had no API key",
    ),
    Code::request("10006", ErrorKind::Refused, REFERENCE, "an id is invalid"),
    Code::request(
        "10007",
        ErrorKind::ServerError,
        REFERENCE,
        "Telnyx failed in a way that it did not expect",
    ),
    Code::request(
        "10008",
        ErrorKind::ServerError,
        REFERENCE,
        "Telnyx took too long over the call",
    ),
    Code::request(
        "10009",
        ErrorKind::Unauthorized,
        REFERENCE,
        "the API key is refused",
    ),
    Code::request(
        "10010",
        ErrorKind::Account,
        REFERENCE,
        "the API key may not do this",
    ),
    Code::request(
        "10011",
        ErrorKind::ProviderThrottled,
        RATES,
        "too many calls of the API",
    ),
    Code::request(
        "10015",
        ErrorKind::Refused,
        REFERENCE,
        "the request is malformed",
    ),
    Code::request(
        "10016",
        ErrorKind::Refused,
        REFERENCE,
        "a phone number is not E.164",
    ),
    Code::request(
        "10027",
        ErrorKind::Refused,
        REFERENCE,
        "the request makes no sense to Telnyx",
    ),
    Code::request(
        "20012",
        ErrorKind::Account,
        REFERENCE,
        "the account is not active",
    ),
    Code::request(
        "20013",
        ErrorKind::Account,
        REFERENCE,
        "the account is blocked",
    ),
    Code::request(
        "20014",
        ErrorKind::Account,
        REFERENCE,
        "the account is not verified, or lacks the feature",
    ),
    Code::request(
        "20015",
        ErrorKind::Account,
        REFERENCE,
        "the account is not verified, or lacks the feature",
    ),
    Code::request(
        "20016",
        ErrorKind::Account,
        REFERENCE,
        "the account is not verified, or lacks the feature",
    ),
    Code::request(
        "20017",
        ErrorKind::Account,
        REFERENCE,
        "the account is not verified, or lacks the feature",
    ),
    Code::request(
        "20100",
        ErrorKind::Account,
        REFERENCE,
        "the account has no funds",
    ),
    Code::request(
        "40010",
        ErrorKind::Account,
        ARTICLE,
        "the sender is not registered for 10DLC",
    ),
    Code::request(
        "40300",
        ErrorKind::OptedOut,
        ARTICLE,
        "the recipient opted out with STOP",
    ),
    Code::request(
        "40301",
        ErrorKind::Refused,
        ARTICLE,
        "the recipient cannot get this type of message",
    ),
    Code::request(
        "40302",
        ErrorKind::MessageTooLong,
        ARTICLE,
        "the message is too large",
    )
    .certainty(Certainty::Rejected),
    Code::request(
        "40304",
        ErrorKind::Refused,
        ARTICLE,
        "text and media do not go together so",
    ),
    Code::request(
        "40305",
        ErrorKind::Account,
        ARTICLE,
        "the sender is not on the messaging profile",
    ),
    Code::request(
        "40306",
        ErrorKind::Account,
        ARTICLE,
        "no alphanumeric sender is set up for it",
    ),
    Code::request(
        "40308",
        ErrorKind::Account,
        ARTICLE,
        "the sender cannot send MMS",
    ),
    Code::request(
        "40309",
        ErrorKind::Account,
        ARTICLE,
        "the messaging profile does not allow the recipient's country",
    ),
    Code::request(
        "40310",
        ErrorKind::Recipient,
        ARTICLE,
        "the recipient is no valid number",
    ),
    Code::request(
        "40311",
        ErrorKind::Account,
        ARTICLE,
        "the secret of the messaging profile is missing or wrong",
    ),
    Code::request(
        "40312",
        ErrorKind::Account,
        ARTICLE,
        "the messaging profile is disabled",
    ),
    Code::request(
        "40313",
        ErrorKind::Account,
        ARTICLE,
        "messaging is disabled, for the profile or for the account",
    ),
    Code::request(
        "40314",
        ErrorKind::Account,
        ARTICLE,
        "messaging is disabled for the account",
    ),
    Code::request(
        "40315",
        ErrorKind::Account,
        ARTICLE,
        "the sender is in bad health",
    ),
    Code::request("40316", ErrorKind::Refused, ARTICLE, "the message is empty"),
    Code::request(
        "40317",
        ErrorKind::Refused,
        ARTICLE,
        "the media cannot be sent",
    ),
    Code::request(
        "40318",
        ErrorKind::ProviderThrottled,
        ARTICLE,
        "the queue of messages is full",
    ),
    Code::request(
        "40319",
        ErrorKind::Refused,
        ARTICLE,
        "this type of message does not go to such a recipient",
    ),
    Code::request(
        "40320",
        ErrorKind::Account,
        ARTICLE,
        "the sender is not ready yet",
    )
    .later(),
    Code::request(
        "40321",
        ErrorKind::Account,
        ARTICLE,
        "the pool of the messaging profile has no number",
    ),
    Code::request(
        "40322",
        ErrorKind::Refused,
        ARTICLE,
        "the content is blocked",
    ),
    Code::request(
        "40328",
        ErrorKind::MessageTooLong,
        ARTICLE,
        "the message is longer than is advised",
    )
    .certainty(Certainty::Rejected),
    Code::request(
        "40329",
        ErrorKind::Account,
        ARTICLE,
        "the toll-free number is not verified",
    ),
    Code::request(
        "40333",
        ErrorKind::Account,
        SEEN,
        "a limit of spending or sending is reached",
    ),
];
