//! Telnyx's error codes. What is not here is judged by its HTTP status.
//!
//! Its pages contradict each other; this is what the support article, the error reference and real
//! answers agree on.

mod delivery;
mod request;

use sms_framework::provider::Code;

/// The article that lists most codes.
const ARTICLE: &str = "support.telnyx.com, article 6505121 \"Messaging error codes\"";
/// The error reference.
const REFERENCE: &str = "developers.telnyx.com, \"Messaging error codes\"";
const RATES: &str = "developers.telnyx.com, \"Rate limiting\"";

/// Every code of both phases.
pub(crate) const CODES: &[Code] =
    &Code::joined::<{ request::CODES.len() + delivery::CODES.len() }>(&[
        request::CODES,
        delivery::CODES,
    ]);
