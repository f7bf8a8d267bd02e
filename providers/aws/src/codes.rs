//! AWS's error names: a `Reason` or a `__type` in the answer to the send, an `eventType` later.
//!
//! What is not here is judged by its HTTP status.

use sms_framework::ErrorKind;
use sms_framework::provider::Code;

/// AWS's own model of the API, as its Python library ships it.
const MODEL: &str = "github.com/boto/botocore, pinpoint-sms-voice-v2/2022-03-31/service-2.json";
/// Errors that every AWS service has.
const COMMON: &str = "AWS API references, Common Error Types";
/// The user guide of AWS End User Messaging SMS.
const EVENTS: &str = "AWS End User Messaging SMS User Guide, Messaging Events";

const fn account(code: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Account, MODEL, meaning)
}

const fn refused(code: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Refused, MODEL, meaning)
}

const fn unauthorized(code: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Unauthorized, COMMON, meaning)
}

const fn undelivered(code: &'static str, kind: ErrorKind, meaning: &'static str) -> Code {
    Code::delivery(code, kind, EVENTS, meaning)
}

/// It did not arrive; the same message may, later.
const fn later(code: &'static str, meaning: &'static str) -> Code {
    undelivered(code, ErrorKind::Recipient, meaning).later()
}

pub(crate) const CODES: &[Code] = &[
    // By `__type` alone: for answers without a reason, or with one that is not below.
    Code::request(
        "ThrottlingException",
        ErrorKind::ProviderThrottled,
        MODEL,
        "too many message parts or requests a second",
    )
    .seconds(1),
    Code::request(
        "InternalServerException",
        ErrorKind::ServerError,
        MODEL,
        "AWS failed inside, and may have taken the message",
    ),
    account(
        "ServiceQuotaExceededException",
        "a quota of the account is used up",
    ),
    account(
        "ConflictException",
        "the state of something in the account forbids the send",
    ),
    refused(
        "ValidationException",
        "AWS does not take the request as it is",
    ),
    account(
        "AccessDeniedException",
        "the policies of the key do not allow SendTextMessage",
    ),
    account(
        "ResourceNotFoundException",
        "something that the request names is not in this account and region",
    ),
    // ServiceQuotaExceededException.
    account(
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
        "the month's spending limit for texts is reached; it has to be raised, or the month to end",
    ),
    // It holds until tomorrow, by which clock is not said: asked again every hour.
    Code::request(
        "DAILY_NOTIFY_TIER_MESSAGE_LIMIT",
        ErrorKind::ProviderThrottled,
        MODEL,
        "the day's messages of the Notify tier are used up",
    )
    .seconds(3600),
    // ConflictException.
    Code::request(
        "DESTINATION_PHONE_NUMBER_OPTED_OUT",
        ErrorKind::OptedOut,
        MODEL,
        "the recipient is on the opt-out list of the sender",
    ),
    account(
        "DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
        "the account is in the sandbox, which sends to verified numbers only",
    ),
    account(
        "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
        "the protect configuration blocks the recipient's country",
    ),
    Code::request(
        "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
        ErrorKind::Recipient,
        MODEL,
        "the protect configuration blocks this very number",
    ),
    account(
        "NO_ORIGINATION_IDENTITIES_FOUND",
        "the account has no sender for the recipient's country",
    ),
    account(
        "MESSAGE_TYPE_MISMATCH",
        "the sender is registered for the other message type",
    ),
    account(
        "NUMBER_CAPABILITIES_MISMATCH",
        "the sender cannot send texts",
    ),
    account(
        "REGISTRATION_NOT_COMPLETE",
        "the sender's registration is not complete",
    ),
    account(
        "RESOURCE_NOT_ACTIVE",
        "the sender, or something else that the request names, is not active",
    ),
    account("KEYWORD_MISMATCH", "the keyword is not one of the sender's"),
    // ValidationException.
    refused(
        "INVALID_PARAMETER",
        "a field of the request has a value that AWS does not take",
    ),
    refused("MISSING_PARAMETER", "a field of the request is missing"),
    refused(
        "FIELD_VALIDATION_FAILED",
        "a field of the request does not pass AWS's check",
    ),
    refused(
        "MAXIMUM_SIZE_EXCEEDED",
        "a field of the request is too long",
    ),
    refused("CANNOT_PARSE", "AWS cannot read the request"),
    refused(
        "INVALID_REQUEST",
        "the request as a whole does not hold together",
    ),
    refused(
        "PRICE_OVER_THRESHOLD",
        "the message would cost more than max_price",
    ),
    account(
        "COUNTRY_NOT_ENABLED",
        "the recipient's country is not enabled",
    ),
    account(
        "DESTINATION_COUNTRY_BLOCKED",
        "the recipient's country is blocked",
    ),
    account(
        "COUNTRY_CODE_MISMATCH",
        "the sender is not of the recipient's country",
    ),
    account(
        "INTERNATIONAL_SENDING_NOT_SUPPORTED",
        "the sender cannot send abroad",
    ),
    account(
        "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY",
        "the recipient's country does not allow this sort of sender",
    ),
    account(
        "SENDER_ID_NOT_REGISTERED",
        "the sender ID is not registered",
    ),
    account(
        "SENDER_ID_NOT_SUPPORTED",
        "the recipient's country takes no sender IDs",
    ),
    account(
        "SENDER_ID_REQUIRES_REGISTRATION",
        "the recipient's country wants the sender ID registered",
    ),
    account(
        "INVALID_ARN",
        "an ARN is not well formed, or of the wrong sort",
    ),
    account(
        "RESOURCE_NOT_ACCESSIBLE",
        "the account may not use something that the request names",
    ),
    account(
        "CHANNEL_NOT_ENABLED",
        "the account has the SMS channel switched off",
    ),
    // AccessDeniedException.
    account("ACCOUNT_DISABLED", "AWS disabled the account's sending"),
    account(
        "INSUFFICIENT_ACCOUNT_REPUTATION",
        "the account's reputation is too low to send",
    ),
    // Before any service has looked at the request.
    unauthorized(
        "UnrecognizedClientException",
        "AWS does not know the access key or the session token",
    ),
    unauthorized(
        "InvalidSignatureException",
        "the signature does not match: a wrong secret, region or clock",
    ),
    unauthorized(
        "SignatureDoesNotMatch",
        "the signature does not match: a wrong secret or region",
    ),
    unauthorized("ExpiredTokenException", "the session token has expired"),
    unauthorized("IncompleteSignature", "the signature is not complete"),
    unauthorized(
        "RequestExpired",
        "the request was signed too long ago by AWS's clock, or ahead of it",
    ),
    // In an event, about a message that AWS took.
    undelivered(
        "TEXT_INVALID",
        ErrorKind::Recipient,
        "the number is not one that can get texts",
    ),
    undelivered(
        "TEXT_INVALID_MESSAGE",
        ErrorKind::Refused,
        "the message itself is not valid",
    ),
    undelivered(
        "TEXT_SPAM",
        ErrorKind::Refused,
        "the message was taken for spam",
    ),
    undelivered(
        "TEXT_CARRIER_BLOCKED",
        ErrorKind::Refused,
        "the carrier blocked the message",
    ),
    undelivered(
        "TEXT_BLOCKED",
        ErrorKind::OptedOut,
        "the phone blocks messages, or its owner opted out",
    ),
    undelivered(
        "TEXT_PROTECT_BLOCKED",
        ErrorKind::Account,
        "the protect configuration blocked the message",
    ),
    later("TEXT_UNREACHABLE", "the phone could not be reached"),
    later(
        "TEXT_CARRIER_UNREACHABLE",
        "the carrier could not be reached",
    ),
    undelivered(
        "TEXT_TTL_EXPIRED",
        ErrorKind::Expired,
        "its validity period ran out before it arrived",
    ),
];
