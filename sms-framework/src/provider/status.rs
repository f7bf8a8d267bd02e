//! What an HTTP status says where the vendor's own code says nothing.

use crate::error::{Error, ErrorKind};

/// The error for an HTTP answer that is not a success, for any status.
///
/// Vendors add codes without notice, so every provider's error table ends here:
///
/// | status | kind | certainty |
/// |---|---|---|
/// | 401 | `UNAUTHORIZED` | `Rejected` |
/// | 402, 403 | `ACCOUNT` | `Rejected` |
/// | 404, 405 | `ACCOUNT`: wrong URL or account | `Rejected` |
/// | 408 | `SERVER_ERROR`: the server gave up waiting, having read who knows how much | `MaybeSent` |
/// | 429 | `PROVIDER_THROTTLED` | `NotSent` |
/// | other 4xx | `REFUSED` | `Rejected` |
/// | 3xx | `ACCOUNT`: the base URL is not the API's; redirects are never followed | `Rejected` |
/// | 5xx | `SERVER_ERROR` | `MaybeSent` |
/// | anything else, a 2xx that hides no success included | `BAD_ANSWER` | `MaybeSent` |
///
/// # Examples
/// ```
/// use sms_framework::{Certainty, provider::error_for_status};
///
/// assert_eq!(error_for_status(503).certainty(), Certainty::MaybeSent);
/// assert_eq!(error_for_status(429).certainty(), Certainty::NotSent);
/// assert_eq!(error_for_status(405).code(), "ACCOUNT");
/// ```
#[must_use]
pub fn error_for_status(status: u16) -> Error {
    let (kind, message) = match status {
        401 => (ErrorKind::Unauthorized, "the credentials were refused"),
        402 | 403 => (ErrorKind::Account, "the account may not do this"),
        // The address is there, and takes no such call: it is another API's.
        404 | 405 => (
            ErrorKind::Account,
            "the API or the account was not found at this address",
        ),
        300..=399 => (
            ErrorKind::Account,
            "the answer was a redirect, which is never followed",
        ),
        408 => (
            ErrorKind::ServerError,
            "the server gave up waiting for the request",
        ),
        429 => (ErrorKind::ProviderThrottled, "too many requests"),
        400..=499 => (ErrorKind::Refused, "the request was refused"),
        500..=599 => (ErrorKind::ServerError, "the server failed"),
        _ => (
            ErrorKind::BadAnswer,
            "the answer was not one the API promises",
        ),
    };
    Error::new(kind, format!("{message} (HTTP {status})")).with_http_status(status)
}
