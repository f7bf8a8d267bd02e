//! What a caller hears whose slot lies too far away.

use std::fmt;
use std::time::Duration;

use crate::error::{Class, Error, ErrorKind};

/// The next free slot lies further away than the caller would wait. Nothing was taken.
///
/// As an [`Error`] it is [`ErrorKind::RateLimited`] with the same `retry_after`. Where waiting
/// cannot help, the error's class is [`Class::Account`]: the limit or the wait has to be set
/// differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    retry_after: Option<Duration>,
}

impl Refused {
    pub(super) const NEVER: Self = Self { retry_after: None };

    pub(super) const fn until(retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
        }
    }

    /// How long until the same call, with the same longest wait, is admitted if nobody else comes
    /// first. It is exact: one nanosecond earlier is too early. The admitted call may then have to
    /// wait up to its longest wait.
    ///
    /// `None` where no time helps: even from a full bucket, the call costs more than its longest
    /// wait pays for.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after {
            Some(wait) => write!(
                f,
                "the rate limit has no slot within the longest wait allowed; the same call is admitted in {wait:?}"
            ),
            None => f.write_str(
                "the rate limit can never admit this call: it costs more than the burst and the longest wait together pay for",
            ),
        }
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let error = Self::new(ErrorKind::RateLimited, refused.to_string());
        match refused.retry_after {
            Some(wait) => error.with_retry_after(wait),
            None => error
                .with_class(Class::Account)
                .with_help("raise the rate limit's burst or its longest wait, or charge by message instead of by segment"),
        }
    }
}
