//! The limit itself: how fast, how many at once, how many at the start.

use crate::error::{Error, ErrorKind, Result};

const NANOS_A_SECOND: f64 = 1e9;
/// Above this, whole nanoseconds no longer describe the rate within 0.1 %.
const FASTEST: f64 = 1_000_000.0;
/// One a year: slower than this is a mistake in the units.
const SLOWEST: f64 = 1.0 / (365.0 * 86_400.0);
/// An empty bucket that takes longer than this to fill is a mistake too, and keeps sums far from
/// overflow.
const LONGEST_FILL_NANOS: u64 = 10 * 365 * 86_400 * 1_000_000_000;

/// A rate, a burst, and the tokens at the start.
///
/// The bucket holds at most `burst` tokens and refills continuously at `rate` tokens a second.
/// A call takes its cost in tokens and waits where they are not there yet.
///
/// | | what it gives at 10 a second |
/// |---|---|
/// | `burst = 10` | after a pause, 10 at once and then one every 100 ms: up to 20 in the busiest second |
/// | `burst = 1` | one every 100 ms, always: never more than 10 in any second (its end not counted) |
///
/// `initial` tokens are there when the bucket is made. With 1, a program that restarts in a loop
/// cannot burst, and 15 messages take at least 1.4 s.
///
/// The time between tokens is rounded up to a whole nanosecond, so the rate is never exceeded.
///
/// # Examples
/// ```
/// use sms_framework::limiter::Quota;
///
/// let usual = Quota::default(); // 10 a second, burst 10, initial 1
/// assert_eq!(usual, Quota::new(10.0, 10, 1)?);
///
/// let every_two_seconds = Quota::new(0.5, 1, 1)?;
/// assert_eq!(every_two_seconds.interval().as_secs(), 2);
///
/// let error = Quota::new(0.0, 10, 1).unwrap_err();
/// assert!(error.to_string().ends_with("between one a year and 1000000 a second, not 0 a second"));
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    rate: f64,
    burst: u32,
    initial: u32,
    interval: u64,
}

impl Quota {
    /// `rate` tokens a second (fractions are fine), at most `burst` at once, `initial` of them at
    /// the start.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where `rate` is no number, or not between one a year and 1,000,000 a
    /// second; where `burst` is zero; where `initial` is more than `burst`; and where the bucket
    /// would take more than ten years to fill.
    pub fn new(rate: f64, burst: u32, initial: u32) -> Result<Self> {
        if !(SLOWEST..=FASTEST).contains(&rate) {
            return Err(refuse(format!(
                "the rate limit's rate must lie between one a year and {FASTEST} a second, not {rate} a second"
            )));
        }
        if burst == 0 {
            return Err(refuse(
                "the rate limit's burst must be at least 1: with 0, nothing could ever be sent",
            ));
        }
        if initial > burst {
            return Err(refuse(format!(
                "the rate limit's initial tokens ({initial}) must not be more than its burst ({burst})"
            )));
        }
        let interval = (NANOS_A_SECOND / rate).ceil() as u64;
        let fill = interval.checked_mul(u64::from(burst));
        if fill.is_none_or(|fill| fill > LONGEST_FILL_NANOS) {
            return Err(refuse(format!(
                "the rate limit's burst of {burst} at {rate} a second would take more than ten years to fill"
            )));
        }
        Ok(Self {
            rate,
            burst,
            initial,
            interval,
        })
    }

    /// Tokens a second, as asked for.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// The most tokens the bucket holds.
    #[must_use]
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// The tokens in the bucket when it is made.
    #[must_use]
    pub const fn initial(&self) -> u32 {
        self.initial
    }

    /// The time in which one token comes back.
    #[must_use]
    pub const fn interval(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.interval)
    }

    /// Nanoseconds in which `tokens` come back; `None` beyond 64 bits.
    #[inline]
    pub(super) fn nanos_of(&self, tokens: u32) -> Option<u64> {
        self.interval.checked_mul(u64::from(tokens))
    }

    /// Nanoseconds in which the empty bucket fills; checked when the quota was made.
    #[inline]
    pub(super) fn fill_nanos(&self) -> u64 {
        self.interval * u64::from(self.burst)
    }

    /// Nanoseconds in which the bucket fills from its start.
    pub(super) fn first_fill_nanos(&self) -> u64 {
        self.interval * u64::from(self.burst - self.initial)
    }

    /// The tokens that `nanos` of missing time stand for.
    pub(super) fn tokens_of(&self, nanos: u64) -> f64 {
        nanos as f64 / self.interval as f64
    }
}

impl Default for Quota {
    /// 10 a second, burst 10, initial 1.
    fn default() -> Self {
        Self {
            rate: 10.0,
            burst: 10,
            initial: 1,
            interval: 100_000_000,
        }
    }
}

fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, message)
}
