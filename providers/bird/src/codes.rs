//! The codes of both APIs. What is not here is judged by its HTTP status.
//!
//! The platform names an error three times, ever wider: by code (`E01004`), by name
//! (`SMSInvalidRecipient`) and by type (`rate_limit_error`). Each may be an entry. The classic API
//! has numbers only.

use sms_framework::provider::Code;
use sms_framework::{Certainty, ErrorKind};

/// Bird's page of errors.
const PAGE: &str = "https://bird.com/docs/api/errors";
/// Bird's own client: its types name every code of the platform.
const SDK: &str = "https://github.com/messagebird/bird-sdk-typescript";
/// Recorded answers of the classic API.
const RECORDED: &str = "https://github.com/api-evangelist/bird";
/// MessageBird's own client for the classic API.
const PHP: &str = "https://github.com/messagebird/php-rest-api";
/// The list of codes in reports.
const EXTENDED: &str = "https://docs.bird.com, SMS platform extended error codes";

/// How long the platform holds the lock on a key at most.
const LOCK_SECONDS: u32 = 30;

pub(crate) const CODES: &[Code] = &[
    // The platform, by code. The first two are about an earlier call with the same key, which is our
    // id: that call may have sent the message, whatever became of this one.
    Code::request(
        "E01004",
        ErrorKind::ServerError,
        SDK,
        "an earlier call about this message is still being worked on",
    )
    .seconds(LOCK_SECONDS),
    Code::request(
        "E01005",
        ErrorKind::Refused,
        SDK,
        "an earlier call about this message had another content",
    )
    .certainty(Certainty::MaybeSent),
    Code::request(
        "E01033",
        ErrorKind::ServerError,
        SDK,
        "the guard against double sends is out of order, so nothing was done",
    )
    .certainty(Certainty::NotSent),
    // The platform, by name.
    Code::request(
        "SMSInvalidRecipient",
        ErrorKind::Recipient,
        SDK,
        "the recipient is no number that can be reached",
    ),
    Code::request(
        "SMSNoEligibleSender",
        ErrorKind::Account,
        SDK,
        "no sender of the account may send to this country",
    ),
    Code::request(
        "SMSSenderNotConfigured",
        ErrorKind::Account,
        SDK,
        "the sender is not set up in the account",
    ),
    Code::request(
        "SenderCategoryNotPermitted",
        ErrorKind::Account,
        SDK,
        "the sender may not send messages of this category",
    ),
    Code::request(
        "SMSUnsupportedFeature",
        ErrorKind::Refused,
        SDK,
        "the request uses a feature that the API does not have yet",
    ),
    // The platform, by type.
    Code::request(
        "bad_request_error",
        ErrorKind::Refused,
        PAGE,
        "the request is malformed",
    ),
    Code::request(
        "auth_error",
        ErrorKind::Unauthorized,
        PAGE,
        "the API key was refused",
    ),
    Code::request(
        "billing_error",
        ErrorKind::Account,
        PAGE,
        "the account's balance or plan does not allow it",
    ),
    Code::request(
        "permission_error",
        ErrorKind::Account,
        PAGE,
        "the API key may not do this",
    ),
    Code::request(
        "not_found_error",
        ErrorKind::Account,
        PAGE,
        "the API does not know this address",
    ),
    Code::request(
        "misdirected_error",
        ErrorKind::Account,
        PAGE,
        "the workspace lives in another region",
    ),
    Code::request(
        "precondition_error",
        ErrorKind::Account,
        PAGE,
        "the account is not yet ready for this",
    ),
    Code::request(
        "payload_too_large_error",
        ErrorKind::Refused,
        PAGE,
        "the request is too large",
    ),
    Code::request(
        "validation_error",
        ErrorKind::Refused,
        PAGE,
        "a field of the message is not valid",
    ),
    Code::request(
        "too_early_error",
        ErrorKind::Refused,
        PAGE,
        "the request came too early",
    )
    .later(),
    Code::request(
        "rate_limit_error",
        ErrorKind::ProviderThrottled,
        PAGE,
        "too many requests",
    ),
    Code::request(
        "internal_error",
        ErrorKind::ServerError,
        PAGE,
        "the API failed inside",
    ),
    Code::request(
        "service_unavailable_error",
        ErrorKind::ServerError,
        PAGE,
        "the API takes no requests at the moment",
    )
    .certainty(Certainty::NotSent),
    // The platform, of a message that it took.
    Code::delivery(
        "invalid_destination",
        ErrorKind::Recipient,
        SDK,
        "the recipient is no number in service",
    ),
    Code::delivery(
        "landline_unreachable",
        ErrorKind::Recipient,
        SDK,
        "the recipient is a landline",
    ),
    Code::delivery(
        "unreachable",
        ErrorKind::Recipient,
        SDK,
        "the phone could not be reached",
    )
    .later(),
    Code::delivery(
        "blocked_by_carrier",
        ErrorKind::Refused,
        SDK,
        "the carrier blocked the message",
    ),
    Code::delivery(
        "blocked_by_recipient",
        ErrorKind::Recipient,
        SDK,
        "the phone blocks the sender",
    ),
    Code::delivery(
        "content_rejected",
        ErrorKind::Refused,
        SDK,
        "the text was refused",
    ),
    Code::delivery(
        "sender_unregistered",
        ErrorKind::Account,
        SDK,
        "the sender is not registered with the carriers",
    ),
    Code::delivery(
        "recipient_opted_out",
        ErrorKind::OptedOut,
        SDK,
        "the recipient opted out of messages from this sender",
    ),
    Code::delivery(
        "provider_unavailable",
        ErrorKind::Refused,
        SDK,
        "no carrier took the message",
    )
    .later(),
    Code::delivery(
        "insufficient_balance",
        ErrorKind::Account,
        SDK,
        "the account has no credit",
    ),
    // The classic API.
    Code::request(
        "2",
        ErrorKind::Unauthorized,
        RECORDED,
        "the access key was refused, or may not do this",
    ),
    Code::request(
        "9",
        ErrorKind::Refused,
        RECORDED,
        "a parameter is missing, or no recipient is left (a trial account reaches its own number only)",
    ),
    Code::request("10", ErrorKind::Refused, PHP, "a parameter is not valid"),
    Code::request(
        "20",
        ErrorKind::Refused,
        RECORDED,
        "what the request is about was not found",
    ),
    Code::request("25", ErrorKind::Account, PHP, "the account has no credit"),
    // The classic API, in a report.
    Code::delivery(
        "1",
        ErrorKind::Recipient,
        EXTENDED,
        "the network does not know the recipient",
    ),
    Code::delivery(
        "34",
        ErrorKind::Recipient,
        EXTENDED,
        "the recipient's network failed",
    )
    .later(),
];
