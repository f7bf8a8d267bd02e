//! Where the limiter's time comes from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A moment on a [`Clock`]: nanoseconds since that clock's own beginning.
///
/// Moments of different clocks must not be compared. 64 bits last 584 years.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(u64);

impl Tick {
    /// The moment `nanos` nanoseconds after the clock's beginning.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock's beginning.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to this moment; zero where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The moment `wait` later, or the last moment there is.
    #[must_use]
    pub const fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(nanos(wait)))
    }
}

/// The nanoseconds of `wait`, as many as 64 bits hold.
pub(super) const fn nanos(wait: Duration) -> u64 {
    let nanos = wait.as_nanos();
    if nanos > u64::MAX as u128 {
        u64::MAX
    } else {
        nanos as u64
    }
}

/// Tells the limiter what time it is. It never sleeps: waiting is the caller's part.
///
/// A clock should not run backwards. Where one does, the limit is still kept (nobody gets a
/// token twice); waits are then as long as the clock's step back makes them.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Tick;
}

/// Any clock, where its type should not show in other types. Clones are the same clock.
#[derive(Clone)]
pub struct DynClock(Arc<dyn Clock>);

impl DynClock {
    /// A handle to `clock`.
    #[must_use]
    pub fn new(clock: impl Clock) -> Self {
        Self(Arc::new(clock))
    }
}

impl Clock for DynClock {
    #[inline]
    fn now(&self) -> Tick {
        self.0.now()
    }
}

impl fmt::Debug for DynClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynClock").field(&self.now()).finish()
    }
}

/// The machine's monotonic clock.
///
/// It reads the processor's time-stamp counter where that is steady (through `quanta`), in less
/// than half the time `std::time::Instant::now` takes, and the operating system's clock elsewhere.
/// The first one made in a process calibrates the counter (below a millisecond); the rate is then
/// within some ten parts in a million of the operating system's.
///
/// Clones share their beginning, so their moments may be compared.
#[derive(Clone)]
pub struct SystemClock {
    counter: quanta::Clock,
    start: u64,
}

impl SystemClock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        let counter = quanta::Clock::new();
        let start = counter.raw();
        Self { counter, start }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SystemClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SystemClock").field(&self.now()).finish()
    }
}

impl Clock for SystemClock {
    #[inline]
    fn now(&self) -> Tick {
        Tick(self.counter.delta_as_nanos(self.start, self.counter.raw()))
    }
}

/// A clock that stands still until it is told to move: tests are exact and never sleep.
///
/// Clones are the same clock.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use sms_framework::limiter::{Clock, ManualClock, Tick};
///
/// let clock = ManualClock::new();
/// clock.advance(Duration::from_micros(3));
/// assert_eq!(clock.now(), Tick::from_nanos(3_000));
/// ```
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that stands at its beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock forward, at most to the last moment there is.
    pub fn advance(&self, by: Duration) {
        let forward = |now| Some(Tick(now).after(by).as_nanos());
        // The closure always answers `Some`, so there is no failure to look at.
        let _ = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, forward);
    }

    /// Moves the clock to `moment`, which may lie in the past.
    pub fn set(&self, moment: Tick) {
        self.0.store(moment.as_nanos(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Tick {
        Tick(self.0.load(Ordering::SeqCst))
    }
}
