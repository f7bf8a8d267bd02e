//! How long to wait before the next connection.

use std::time::Duration;

/// Pauses that double up to the longest. Each is drawn between half of that and the whole, so that
/// many clients of one server do not come back at once; the first is the shortest at least.
#[derive(Debug)]
pub(super) struct Backoff {
    shortest: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) fn new(shortest: Duration, longest: Duration) -> Self {
        Self {
            shortest,
            longest,
            next: shortest * 2,
        }
    }

    pub(super) fn start_over(&mut self) {
        self.next = self.shortest * 2;
    }

    /// The server has to be left alone for as long as is allowed.
    pub(super) fn at_its_longest(&mut self) {
        self.next = self.longest;
    }

    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next.min(self.longest);
        self.next = pause.saturating_mul(2);
        pause.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_longest_with_jitter_below() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        let expected = [2, 4, 8, 16, 32, 60, 60, 60].map(Duration::from_secs);
        for longest in expected {
            let pause = backoff.pause();
            assert!(
                longest / 2 <= pause && pause <= longest,
                "{pause:?} of {longest:?}"
            );
        }
        backoff.start_over();
        assert!(backoff.pause() <= Duration::from_secs(2));
        backoff.at_its_longest();
        assert!(backoff.pause() >= Duration::from_secs(30));
    }
}
