//! One token bucket.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::slots::{self, Slot};
use super::{Quota, Refused, Tick};

/// One token bucket in one atomic number: no lock, no clock, no waiting of its own.
///
/// The caller brings the moment with every call; [`Limiter`](super::Limiter) is the same with a
/// clock. Slots are handed out in the order of the calls. Those that must be waited for never share
/// a moment: each lies its cost's worth of time after the one before.
///
/// A call may cost more than the burst, as a message of 12 segments does at burst 10: it goes when
/// all its tokens have come in, and those after it wait longer in turn.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use sms_framework::limiter::{Bucket, Quota, Tick};
///
/// let start = Tick::from_nanos(0);
/// let bucket = Bucket::new(Quota::new(10.0, 10, 10)?, start);
///
/// let long = bucket.reserve(start, 12, Duration::from_secs(1)).expect("two tokens short is 200 ms");
/// assert_eq!(long.at().since(start), Duration::from_millis(200));
///
/// let refused = bucket.reserve(start, 1, Duration::from_millis(100)).unwrap_err();
/// assert_eq!(refused.retry_after(), Some(Duration::from_millis(200))); // its slot is at 300 ms
///
/// assert!(bucket.give_back(long)); // nobody stands behind it
/// assert_eq!(bucket.tokens(start), 10.0);
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Debug)]
pub struct Bucket {
    quota: Quota,
    full_at: AtomicU64,
}

impl Bucket {
    /// A bucket that holds the quota's initial tokens at `now`.
    #[must_use]
    pub fn new(quota: Quota, now: Tick) -> Self {
        Self {
            quota,
            full_at: AtomicU64::new(slots::fresh(&quota, now)),
        }
    }

    /// Takes the next free slot for `cost` tokens. A cost of 0 counts as 1: every call is a call.
    ///
    /// # Errors
    /// [`Refused`] where that slot lies more than `max_wait` after `now`. Nothing is taken then.
    #[inline]
    pub fn reserve(&self, now: Tick, cost: u32, max_wait: Duration) -> Result<Slot, Refused> {
        slots::reserve(&self.full_at, &self.quota, now, cost, max_wait)
    }

    /// Gives back a slot of this bucket that was not used; true where that made it free again.
    ///
    /// It stays taken where a later slot was taken meanwhile: that one's moment is promised
    /// already.
    pub fn give_back(&self, slot: Slot) -> bool {
        slots::give_back(&self.full_at, slot)
    }

    /// The tokens left at `now`; below zero is debt that waiting callers already took.
    #[must_use]
    pub fn tokens(&self, now: Tick) -> f64 {
        slots::tokens(&self.full_at, &self.quota, now)
    }

    /// The limit this bucket keeps.
    #[must_use]
    pub const fn quota(&self) -> &Quota {
        &self.quota
    }
}
