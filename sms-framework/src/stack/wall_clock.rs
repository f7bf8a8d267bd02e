//! The time of day, injected: for rows and for the queue, never for pacing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time of day.
#[derive(Clone)]
pub(crate) struct WallClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl WallClock {
    pub(crate) fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now, in whole milliseconds: so precise are rows, and what a caller is told is what they say.
    pub(crate) fn now(&self) -> Timestamp {
        let now = (self.0)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    pub(crate) fn in_future(&self, wait: Duration) -> Timestamp {
        after(self.now(), wait)
    }
}

/// `wait` after `at`, never less by a part of a millisecond. A wait beyond the end of time (a provider
/// may ask for any) ends there.
pub(crate) fn after(at: Timestamp, wait: Duration) -> Timestamp {
    let whole = wait.as_nanos().div_ceil(1_000_000);
    let wait = u64::try_from(whole).map_or(Duration::MAX, Duration::from_millis);
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

impl Default for WallClock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WallClock").field(&self.now()).finish()
    }
}
