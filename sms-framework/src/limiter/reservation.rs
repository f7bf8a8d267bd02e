//! A slot held by a caller, and what happens where the caller goes away.

use std::fmt;
use std::time::Duration;

use super::Tick;
use super::slots::Slot;

/// A slot that is yours: sleep for [`wait`](Self::wait), then [`commit`](Self::commit) and go.
///
/// Dropped before `commit`, a slot that had to be waited for is given back where no later one was
/// taken, so a caller who gives up (a cancelled future, a deadline) does not slow the next one
/// down. A slot that was free at once counts as used from the start.
///
/// It owns all it needs, so it can be kept in a future of any kind.
#[must_use = "dropping a reservation gives the slot back"]
pub struct Reservation {
    at: Tick,
    held: Option<Held>,
}

/// Only callers who wait pay for the box; those who go at once carry nothing.
struct Held {
    slot: Slot,
    lender: Box<dyn Lender>,
}

/// The limiter a waiting reservation came from.
pub(super) trait Lender: Send + Sync {
    fn now(&self) -> Tick;
    /// Counts one waiting caller less.
    fn waited(&self);
    fn give_back(&self, slot: Slot);
}

impl Reservation {
    /// The reservation of a slot taken at `now`, counted as waiting where it lies ahead.
    #[inline]
    pub(super) fn new(slot: Slot, now: Tick, lender: impl FnOnce() -> Box<dyn Lender>) -> Self {
        let at = slot.at();
        if at <= now {
            return Self { at, held: None };
        }
        Self {
            at,
            held: Some(Held {
                slot,
                lender: lender(),
            }),
        }
    }

    /// The moment of the slot on the limiter's clock.
    #[must_use]
    pub const fn at(&self) -> Tick {
        self.at
    }

    /// How long to sleep from now on; zero means go.
    #[must_use]
    #[inline]
    pub fn wait(&self) -> Duration {
        match &self.held {
            None => Duration::ZERO,
            Some(held) => self.at.since(held.lender.now()),
        }
    }

    /// Uses the slot: call it when the wait is over, right before going.
    #[inline]
    pub fn commit(mut self) {
        if let Some(held) = self.held.take() {
            held.lender.waited();
        }
    }
}

impl Drop for Reservation {
    #[inline]
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            held.lender.waited();
            held.lender.give_back(held.slot);
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("at", &self.at)
            .field("wait", &self.wait())
            .finish()
    }
}
