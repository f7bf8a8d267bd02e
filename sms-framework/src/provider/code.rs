//! A vendor's error codes as a table: what each means, who must act, and whether the message may be out.

use std::time::Duration;

use jiff::Timestamp;

use crate::error::{Certainty, Class, Error, ErrorKind};

/// One of a vendor's error codes, in our words.
///
/// No table is complete: vendors add codes without notice, and those are judged by their HTTP
/// status ([`error_for_status`](super::error_for_status)).
///
/// # Examples
/// ```
/// use sms_framework::provider::Code;
/// use sms_framework::{Class, ErrorKind};
///
/// const STOPPED: Code =
///     Code::request("21610", ErrorKind::OptedOut, "the vendor's page", "the recipient said STOP");
/// assert_eq!(STOPPED.class, Class::Permanent);
/// assert_eq!(STOPPED.error().provider_code(), Some("21610"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The vendor's code as text.
    pub code: &'static str,
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
    /// In the answer to the send.
    Request,
    /// Later, on a message that the vendor took.
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

impl Code {
    /// A code in the answer to the send, with the class and certainty of its kind.
    #[must_use]
    pub const fn request(
        code: &'static str,
        kind: ErrorKind,
        source: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self {
            code,
            phase: Phase::Request,
            kind,
            class: kind.class(),
            certainty: kind.certainty(),
            meaning,
            source,
            wait: Wait::Unknown,
        }
    }

    /// A code on a message that the vendor took.
    #[must_use]
    pub const fn delivery(
        code: &'static str,
        kind: ErrorKind,
        source: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self {
            phase: Phase::Delivery,
            ..Self::request(code, kind, source, meaning)
        }
    }

    /// The same with another class.
    #[must_use]
    pub const fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// The same with another certainty.
    #[must_use]
    pub const fn certainty(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }

    /// It did not get through, and the same message may later: `Transient` and `NotSent`. Of a delivery
    /// code it says that the phone does not have the message.
    #[must_use]
    pub const fn later(self) -> Self {
        self.class(Class::Transient).certainty(Certainty::NotSent)
    }

    /// The same call can succeed after that many seconds.
    #[must_use]
    pub const fn seconds(mut self, seconds: u32) -> Self {
        self.wait = Wait::Seconds(seconds);
        self
    }

    /// The same call can succeed from the next time on that it is this hour (0 to 23) in UTC.
    #[must_use]
    pub const fn until_hour(mut self, hour: u8) -> Self {
        self.wait = Wait::UntilHour(hour);
        self
    }

    /// The same code in the other phase, for vendors whose answers and receipts share a list.
    ///
    /// ```
    /// use sms_framework::ErrorKind;
    /// use sms_framework::provider::{Code, Phase};
    ///
    /// const BARRED: Code = Code::request("1050", ErrorKind::OptedOut, "the vendor's page", "barred");
    /// const CODES: &[Code] = &[BARRED, BARRED.in_phase(Phase::Delivery)];
    /// assert_eq!(Code::find(CODES, Phase::Delivery, "1050").unwrap().kind, ErrorKind::OptedOut);
    /// ```
    #[must_use]
    pub const fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// Several tables as one; `N` is the number of their entries.
    ///
    /// ```
    /// use sms_framework::ErrorKind;
    /// use sms_framework::provider::Code;
    ///
    /// const SENT: &[Code] = &[Code::request("1", ErrorKind::Refused, "a page", "malformed")];
    /// const LATER: &[Code] = &[Code::delivery("1", ErrorKind::Recipient, "a page", "a landline")];
    /// const CODES: &[Code] = &Code::joined::<{ SENT.len() + LATER.len() }>(&[SENT, LATER]);
    /// assert_eq!(CODES.len(), 2);
    /// ```
    ///
    /// # Panics
    /// `N` is another number, which shows when the constant is made.
    #[must_use]
    pub const fn joined<const N: usize>(tables: &[&[Self]]) -> [Self; N] {
        let mut all = [Self::request("", ErrorKind::Refused, "", ""); N];
        let (mut table, mut count) = (0, 0);
        while table < tables.len() {
            let mut at = 0;
            while at < tables[table].len() {
                all[count] = tables[table][at];
                at += 1;
                count += 1;
            }
            table += 1;
        }
        assert!(count == N, "N is the number of all entries");
        all
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

    /// The error that it stands for, with the code in it.
    #[must_use]
    pub fn error(&self) -> Error {
        Error::new(self.kind, self.meaning)
            .with_class(self.class)
            .with_certainty(self.certainty)
            .with_provider_code(self.code)
    }

    /// The same with the wait in it, where one is known.
    ///
    /// ```
    /// use sms_framework::ErrorKind;
    /// use sms_framework::provider::Code;
    ///
    /// const QUIET: Code = Code::delivery("9", ErrorKind::Refused, "a page", "quiet hours").seconds(60);
    /// let error = QUIET.error_at(jiff::Timestamp::now());
    /// assert_eq!(error.retry_after().unwrap().as_secs(), 60);
    /// ```
    #[must_use]
    pub fn error_at(&self, now: Timestamp) -> Error {
        match self.wait(now) {
            Some(wait) => self.error().with_retry_after(wait),
            None => self.error(),
        }
    }

    /// The entry of `code` in that phase.
    #[must_use]
    pub fn find<'a>(table: &'a [Self], phase: Phase, code: &str) -> Option<&'a Self> {
        table
            .iter()
            .find(|known| known.phase == phase && known.code == code)
    }
}
