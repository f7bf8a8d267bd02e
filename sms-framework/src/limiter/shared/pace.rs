//! A limit as a fleet keeps it.

use std::time::Duration;

use super::BlockRequest;
use crate::limiter::{Quota, Refused};

/// Nobody is punctual to less: timers tick in milliseconds, and an answer takes some to arrive.
const LEAST_LATE_US: i64 = 30_000;
/// What a slot that was saved up leaves for the way from the database to its use.
const MOST_KEPT_FOR_LATE_US: i64 = 100_000;
/// One part in so many more between slots, where the burst leaves no room to be late.
const STRETCH: i64 = 32;
const BLOCKS_A_SECOND: f64 = 4.0;

/// A [`Quota`] as it is kept by several processes together; see [the law](super).
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use sms_framework::limiter::{Pace, Quota};
///
/// let usual = Pace::new(&Quota::default(), Duration::from_secs(30)); // 10 a second, burst 10
/// assert_eq!(usual.interval(), Duration::from_millis(100));
/// assert_eq!(usual.good_for(), Duration::from_millis(900));
/// assert_eq!(usual.allowance(), Duration::from_millis(800)); // nine at once after a pause
///
/// let even = Pace::new(&Quota::new(10.0, 1, 1)?, Duration::from_secs(30));
/// assert_eq!(even.interval(), Duration::from_micros(103_125));
/// assert_eq!(even.good_for(), Duration::from_millis(30));
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    interval_us: i64,
    allowance_us: i64,
    initial_us: i64,
    max_wait_us: i64,
    burst: i64,
    /// By how much the interval is longer than the quota's.
    stretch_us: i64,
    block: u32,
}

impl Pace {
    /// The pace of `quota` for callers who wait no longer than `max_wait`. All processes of a fleet
    /// must say the same.
    ///
    /// Intervals are whole microseconds, rounded up: above 20,000 a second that costs more than 5 %
    /// of the rate.
    #[must_use]
    pub fn new(quota: &Quota, max_wait: Duration) -> Self {
        let interval_us = micros(quota.interval()).max(1);
        let burst = i64::from(quota.burst());
        let is_tight = (burst - 1) * interval_us < 2 * LEAST_LATE_US;
        let stretch_us = if is_tight {
            (interval_us + STRETCH - 1) / STRETCH
        } else {
            0
        };
        let mut pace = Self {
            interval_us: interval_us + stretch_us,
            allowance_us: 0,
            initial_us: 0,
            max_wait_us: micros(max_wait),
            burst,
            stretch_us,
            block: ((quota.rate() / BLOCKS_A_SECOND) as u32).max(1),
        };
        let good = pace.late_us(1);
        pace.allowance_us = good - (good / 2).clamp(LEAST_LATE_US, MOST_KEPT_FOR_LATE_US);
        pace.initial_us = (1 - i64::from(quota.initial())) * pace.interval_us;
        pace
    }

    /// The time between two slots.
    #[must_use]
    pub fn interval(&self) -> Duration {
        duration(self.interval_us)
    }

    /// How long after its time a slot may be used.
    #[must_use]
    pub fn good_for(&self) -> Duration {
        duration(self.late_us(1))
    }

    /// How much the fleet may save up while nobody sends.
    #[must_use]
    pub fn allowance(&self) -> Duration {
        duration(self.allowance_us)
    }

    /// How many slots are taken at a time at most, where many wait: a quarter of a second's worth,
    /// rounded down, but at least 1.
    #[must_use]
    pub fn block(&self) -> u32 {
        self.block
    }

    /// How many slots a call of `cost` (0 counts as 1) pays: a dear one pays for being late, too.
    #[must_use]
    pub fn price(&self, cost: u32) -> u32 {
        let cost = cost.max(1);
        cost.saturating_add(u32::try_from(self.extra(cost)).unwrap_or(u32::MAX))
    }

    /// What is asked of the database for a call of `cost` with `others` like it behind, which waits no
    /// longer than `longest`.
    #[must_use]
    pub fn request(&self, cost: u32, others: u32, longest: Duration) -> BlockRequest {
        let least = self.price(cost);
        // Whole calls: the slots of one lie in a row, and a remainder would be of no use to the next.
        let calls = (self.block / least).clamp(1, others.saturating_add(1));
        let breath = self.extra(cost) * self.interval_us;
        BlockRequest {
            slots: least.saturating_mul(calls),
            least,
            interval_us: self.interval_us,
            allowance_us: self.allowance_us,
            initial_us: self.initial_us,
            horizon_us: micros(longest).min(self.max_wait_us).saturating_add(breath),
            furthest_us: self
                .max_wait_us
                .saturating_add(LEAST_LATE_US + 3 * self.interval_us),
        }
    }

    /// Refuses a call that no time helps: even after a pause its last slot lies beyond its longest
    /// wait.
    ///
    /// # Errors
    /// [`Refused`], without a time to come back.
    pub fn admits(&self, cost: u32, longest: Duration) -> Result<(), Refused> {
        let last = self.span_us(cost.max(1)) - self.allowance_us;
        if last > micros(longest).min(self.max_wait_us) {
            return Err(Refused::NEVER);
        }
        Ok(())
    }

    /// From the first slot of a call of `cost` to the one at whose time it goes.
    pub(super) fn span_us(&self, cost: u32) -> i64 {
        (i64::from(cost) - 1).saturating_mul(self.interval_us)
    }

    /// How long after that a call of `cost` may go.
    pub(super) fn late_us(&self, cost: u32) -> i64 {
        let kept = (self.burst - i64::from(cost))
            .saturating_mul(self.interval_us)
            .saturating_add(self.stretch_us);
        let paid = self.extra(cost) * self.interval_us;
        match self.stretch_us {
            0 => kept.max(0) + paid,
            _ => kept.max(LEAST_LATE_US),
        }
    }

    /// The slots that a call of `cost` pays beyond its cost: as many as make it good for long enough.
    fn extra(&self, cost: u32) -> i64 {
        let kept = (self.burst - i64::from(cost)).max(0) * self.interval_us;
        if self.stretch_us > 0 || kept >= LEAST_LATE_US {
            return 0;
        }
        (LEAST_LATE_US - kept + self.interval_us - 1) / self.interval_us
    }

    pub(super) fn interval_us(&self) -> i64 {
        self.interval_us
    }
}

/// Rounded up, so that nothing is too short.
fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_nanos().div_ceil(1000)).unwrap_or(i64::MAX)
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
