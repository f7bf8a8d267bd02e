//! One time for everything: tokio's.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::limiter::{Clock, Tick};

/// The limiter's [`Clock`], and a time of day, on tokio's time: under
/// `#[tokio::test(start_paused = true)]` limiter, sleeps and queue agree, and nothing waits.
///
/// Clones are the same clock.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    began: Instant,
    day: Timestamp,
}

impl TokioClock {
    /// A clock that begins now, in whole milliseconds as rows are.
    ///
    /// # Panics
    /// After some 7,000 years.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs each time misleads"
    )]
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            day: Timestamp::from_millisecond(Timestamp::now().as_millisecond())
                .expect("what was read can be written"),
        }
    }

    /// How much time went by since it began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The time of day at its beginning plus what went by since; for
    /// [`ClientBuilder::wall_clock`](crate::ClientBuilder::wall_clock).
    ///
    /// # Panics
    /// After some 7,000 years.
    #[must_use]
    pub fn time_of_day(&self) -> Timestamp {
        self.day + self.elapsed()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(0).after(self.elapsed())
    }
}
