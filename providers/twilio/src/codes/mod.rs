//! Twilio's error codes: what each means, who must act, and whether the message may be out.

mod delivery;
mod request;

use std::time::Duration;

use jiff::Timestamp;
use sms_framework::{Certainty, Class, Error, ErrorKind};

/// One of Twilio's error codes, in our words.
///
/// The table is not complete and cannot be: Twilio adds codes without notice, and those are judged
/// by their HTTP status.
///
/// # Examples
/// ```
/// use sms_framework::{Certainty, Class, ErrorKind};
///
/// let stopped = sms_provider_twilio::code(21610).expect("a documented code");
/// assert_eq!(stopped.kind, ErrorKind::OptedOut);
/// assert_eq!((stopped.class, stopped.certainty), (Class::Permanent, Certainty::Rejected));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// Twilio's number.
    pub code: u32,
    /// When it comes.
    pub phase: Phase,
    /// What sort of error it is.
    pub kind: ErrorKind,
    /// Who has to act.
    pub class: Class,
    /// What it says about the message: of a delivery code, about the phone.
    pub certainty: Certainty,
    /// What it means, in a clause without a full stop.
    pub meaning: &'static str,
    /// Where that is known from.
    pub source: &'static str,
    wait: Wait,
}

/// When a code comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// In the answer to the create call.
    Request,
    /// Later, on a message that Twilio took.
    Delivery,
}

/// How long to wait before the same call can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    Unknown,
    Seconds(u32),
    /// Until the next time that it is this hour in UTC.
    UntilHour(u8),
}

/// Every code of the table, those of requests first.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    request::CODES.iter().chain(delivery::CODES)
}

/// The entry of a code, if it is known.
#[must_use]
pub fn code(code: u32) -> Option<&'static Code> {
    codes().find(|known| known.code == code)
}

impl Code {
    const fn new(
        phase: Phase,
        code: u32,
        kind: ErrorKind,
        source: &'static str,
        meaning: &'static str,
    ) -> Self {
        let (class, certainty) = (kind.class(), kind.certainty());
        Self {
            code,
            phase,
            kind,
            class,
            certainty,
            meaning,
            source,
            wait: Wait::Unknown,
        }
    }

    const fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    const fn certainty(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }

    const fn seconds(mut self, seconds: u32) -> Self {
        self.wait = Wait::Seconds(seconds);
        self
    }

    const fn until_hour(mut self, hour: u8) -> Self {
        self.wait = Wait::UntilHour(hour);
        self
    }

    /// How long to wait from `now` before the same call can succeed, where that is known.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        match self.wait {
            Wait::Unknown => None,
            Wait::Seconds(seconds) => Some(Duration::from_secs(seconds.into())),
            Wait::UntilHour(hour) => {
                const DAY: i64 = 24 * 3600;
                let since_hour = (now.as_second() - i64::from(hour) * 3600).rem_euclid(DAY);
                Some(Duration::from_secs((DAY - since_hour).unsigned_abs()))
            }
        }
    }

    pub(crate) fn error(&self) -> Error {
        Error::new(self.kind, self.meaning)
            .with_class(self.class)
            .with_certainty(self.certainty)
    }
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
