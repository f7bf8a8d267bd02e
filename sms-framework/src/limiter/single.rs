//! One limit with its clock and its counters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::reservation::{Lender, Reservation};
use super::slots::Slot;
use super::{Bucket, Clock, Quota, Refused, SystemClock, Tick};

/// One rate limit: a [`Bucket`], a clock, and counters for `status()`.
///
/// Clones are handles to the same limit.
#[derive(Debug)]
pub struct Limiter<C = SystemClock> {
    inner: Arc<Inner<C>>,
}

#[derive(Debug)]
struct Inner<C> {
    bucket: Bucket,
    clock: C,
    counts: Counts,
}

/// How a limiter is used at the moment.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Usage {
    /// The tokens left, and of a keyed limiter those of the key that has fewest; below zero is debt
    /// that waiting callers already took. `None` where a keyed limiter knows no key.
    pub tokens: Option<f64>,
    /// Callers that hold a slot in the future.
    pub waiting: u64,
    /// Calls refused since the limiter was made.
    pub refused: u64,
}

/// What is counted; callers who go at once touch none of it.
#[derive(Debug, Default)]
pub(super) struct Counts {
    waiting: AtomicU64,
    refused: AtomicU64,
}

impl Counts {
    pub(super) fn began_waiting(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended_waiting(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a refusal on its way to the caller.
    #[inline]
    pub(super) fn note<T>(&self, result: Result<T, Refused>) -> Result<T, Refused> {
        if result.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    pub(super) fn usage(&self, tokens: Option<f64>) -> Usage {
        Usage {
            tokens,
            waiting: self.waiting.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}

impl Limiter {
    /// A limiter on the machine's clock that starts with the quota's initial tokens.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self::with_clock(quota, SystemClock::new())
    }
}

impl<C: Clock> Limiter<C> {
    /// A limiter on a clock of your own, such as [`ManualClock`](super::ManualClock).
    #[must_use]
    pub fn with_clock(quota: Quota, clock: C) -> Self {
        let bucket = Bucket::new(quota, clock.now());
        Self {
            inner: Arc::new(Inner {
                bucket,
                clock,
                counts: Counts::default(),
            }),
        }
    }

    /// Takes the next free slot for `cost` tokens; 0 counts as 1. With a `max_wait` of zero,
    /// it is there at once or not at all.
    ///
    /// # Errors
    /// [`Refused`] where that slot lies more than `max_wait` away. Nothing is taken then.
    #[inline]
    pub fn reserve(&self, cost: u32, max_wait: Duration) -> Result<Reservation, Refused> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let slot = inner
            .counts
            .note(inner.bucket.reserve(now, cost, max_wait))?;
        Ok(Reservation::new(slot, now, || self.lender()))
    }

    #[cold]
    fn lender(&self) -> Box<dyn Lender> {
        self.inner.counts.began_waiting();
        Box::new(self.clone())
    }

    /// Tokens left, callers waiting, calls refused.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let now = self.inner.clock.now();
        self.inner.counts.usage(Some(self.inner.bucket.tokens(now)))
    }

    /// The limit it keeps.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        self.inner.bucket.quota()
    }
}

impl<C> Clone for Limiter<C> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<C: Clock> Lender for Limiter<C> {
    fn now(&self) -> Tick {
        self.inner.clock.now()
    }

    fn waited(&self) {
        self.inner.counts.ended_waiting();
    }

    fn give_back(&self, slot: Slot) {
        self.inner.bucket.give_back(slot);
    }
}
