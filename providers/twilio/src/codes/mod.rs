//! Twilio's error codes: what each means, who must act, and whether the message may be out.

mod delivery;
mod request;

use sms_framework::provider::Code;

/// The codes of answers, then those of receipts, in one table as the plugin's record holds it.
pub(crate) const CODES: &[Code] =
    &Code::joined::<{ request::CODES.len() + delivery::CODES.len() }>(&[
        request::CODES,
        delivery::CODES,
    ]);

/// Every code of the table, those of answers first.
///
/// The table is not complete and cannot be: Twilio adds codes without notice, and those are judged
/// by their HTTP status.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    CODES.iter()
}

/// The entry of a code, if it is known.
///
/// # Examples
/// ```
/// use sms_framework::{Certainty, Class, ErrorKind};
///
/// let stopped = sms_provider_twilio::code(21610).expect("a documented code");
/// assert_eq!(stopped.kind, ErrorKind::OptedOut);
/// assert_eq!((stopped.class, stopped.certainty), (Class::Permanent, Certainty::Rejected));
/// ```
#[must_use]
pub fn code(code: u32) -> Option<&'static Code> {
    let code = code.to_string();
    codes().find(|known| known.code == code)
}

/// Where entries are known from.
mod source {
    /// Twilio's error dictionary, 2023.
    pub(super) const DICTIONARY: &str = "Twilio error dictionary (2023)";
    /// The current page of the code, `https://www.twilio.com/docs/errors/<code>`.
    pub(super) const PAGE: &str = "the code's page under twilio.com/docs/errors";
    /// Recorded answers of the API.
    pub(super) const RECORDED: &str = "recorded answers of the API";
    /// Guides on sending, debugging and messaging services.
    pub(super) const GUIDES: &str = "guides published by Twilio (2026)";
    /// The changelog of 2024-07-10.
    pub(super) const CHANGELOG: &str = "Twilio changelog, 2024-07-10";
}
