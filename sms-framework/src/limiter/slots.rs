//! The law of the bucket, on one number.
//!
//! That number is the moment at which the bucket will be full again, `full_at`. A call that costs
//! *n* tokens moves it *n* intervals on, from now where it lies in the past. Whatever lies more
//! than a whole bucket ahead is debt: the call's slot is the moment at which the debt is paid.
//!
//! Everything is decided by the compare-and-swap on that number alone and nothing else is read
//! through it, so relaxed ordering is enough.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::clock::{Tick, nanos};
use super::{Quota, Refused};

/// The place of the number: an atomic, a plain cell under somebody's lock, or loom's atomic.
pub(super) trait Place {
    fn get(&self) -> u64;
    /// Sets `new` where the number still is `old`; else answers what it is, or `old` again for no
    /// reason at all.
    fn swap(&self, old: u64, new: u64) -> Result<(), u64>;
}

impl Place for AtomicU64 {
    #[inline]
    fn get(&self) -> u64 {
        self.load(Ordering::Relaxed)
    }

    #[inline]
    fn swap(&self, old: u64, new: u64) -> Result<(), u64> {
        self.compare_exchange_weak(old, new, Ordering::Relaxed, Ordering::Relaxed)
            .map(drop)
    }
}

impl Place for Cell<u64> {
    #[inline]
    fn get(&self) -> u64 {
        Cell::get(self)
    }

    #[inline]
    fn swap(&self, _: u64, new: u64) -> Result<(), u64> {
        self.set(new);
        Ok(())
    }
}

/// A slot taken from a [`Bucket`](super::Bucket): go at [`at`](Self::at), or give it back.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the slot is taken: wait for it and go, or give it back"]
pub struct Slot {
    at: Tick,
    full_at: u64,
    price: u64,
}

impl Slot {
    /// The moment at which the caller may go; never before the moment of the reservation.
    #[must_use]
    pub const fn at(&self) -> Tick {
        self.at
    }
}

/// What a bucket that is made now begins with.
pub(super) fn fresh(quota: &Quota, now: Tick) -> u64 {
    now.as_nanos().saturating_add(quota.first_fill_nanos())
}

/// Takes the next free slot for `cost` tokens (0 counts as 1), unless it lies beyond `max_wait`.
#[inline]
pub(super) fn reserve(
    place: &impl Place,
    quota: &Quota,
    now: Tick,
    cost: u32,
    max_wait: Duration,
) -> Result<Slot, Refused> {
    let price = quota.nanos_of(cost.max(1)).ok_or(Refused::NEVER)?;
    let mut seen = place.get();
    loop {
        let start = seen.max(now.as_nanos());
        let full_at = start.checked_add(price).ok_or(Refused::NEVER)?;
        let at = full_at.saturating_sub(quota.fill_nanos());
        if at > now.as_nanos() && at - now.as_nanos() > nanos(max_wait) {
            return Err(refusal(start, at, now, max_wait));
        }
        match place.swap(seen, full_at) {
            Ok(()) => {
                return Ok(Slot {
                    at: now.max(Tick::from_nanos(at)),
                    full_at,
                    price,
                });
            }
            Err(changed) => seen = changed,
        }
    }
}

/// The earliest moment at which the same call is admitted is `max_wait` before its slot, but time
/// only helps until the bucket is full (`start`): what is too dear for a full bucket stays too
/// dear.
#[cold]
fn refusal(start: u64, at: u64, now: Tick, max_wait: Duration) -> Refused {
    let admitted = at - nanos(max_wait);
    if admitted > start {
        Refused::NEVER
    } else {
        Refused::until(Tick::from_nanos(admitted).since(now))
    }
}

/// Gives `slot` back where no later one was taken; true where it could be.
///
/// While a slot is held, the number is never below the slot's own `full_at`, and every later slot's
/// is above it. So the two are equal exactly where no later slot is held, and stepping back frees
/// nobody else's.
pub(super) fn give_back(place: &impl Place, slot: Slot) -> bool {
    while place.get() == slot.full_at {
        if place.swap(slot.full_at, slot.full_at - slot.price).is_ok() {
            return true;
        }
    }
    false
}

/// The tokens left; below zero is debt that waiting callers already took.
pub(super) fn tokens(place: &impl Place, quota: &Quota, now: Tick) -> f64 {
    let missing = place.get().saturating_sub(now.as_nanos());
    f64::from(quota.burst()) - quota.tokens_of(missing)
}

#[cfg(test)]
#[path = "slots_model.rs"]
mod model;
