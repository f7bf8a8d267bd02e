//! The vendor's error codes. What is not here is judged by its HTTP status.
//!
//! The kind of a code says who has to act and whether the message may be out; where the vendor means
//! something else by it, `.class(…)` and `.certainty(…)` say so.

use sms_framework::ErrorKind;
use sms_framework::provider::Code;

/// Where the entries are known from.
const DOCS: &str = "https://docs.template.example/errors";

pub(crate) const CODES: &[Code] = &[
    // In the answer to the send.
    Code::request(
        "bad_number",
        ErrorKind::Recipient,
        DOCS,
        "the recipient is no number that can be reached",
    ),
    Code::request(
        "opted_out",
        ErrorKind::OptedOut,
        DOCS,
        "the recipient opted out",
    ),
    Code::request(
        "no_credit",
        ErrorKind::Account,
        DOCS,
        "the account has no credit",
    ),
    Code::request(
        "too_fast",
        ErrorKind::ProviderThrottled,
        DOCS,
        "too many requests",
    )
    .seconds(1),
    // In a receipt, on a message that the vendor took.
    Code::delivery(
        "landline",
        ErrorKind::Recipient,
        DOCS,
        "the recipient is a landline",
    ),
    Code::delivery(
        "phone_off",
        ErrorKind::Recipient,
        DOCS,
        "the phone could not be reached",
    )
    .later(),
];
