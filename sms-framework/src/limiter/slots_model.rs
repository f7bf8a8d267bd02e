//! Every interleaving of a few threads, checked by loom.

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;

use super::{Place, Slot, give_back, reserve};
use crate::limiter::{Quota, Tick};

const NOW: Tick = Tick::from_nanos(0);
const SECOND: u64 = 1_000_000_000;
const PATIENT: Duration = Duration::from_secs(60);

impl Place for AtomicU64 {
    fn get(&self) -> u64 {
        self.load(Ordering::Relaxed)
    }

    /// The strong form: loom has no end to try where a weak one fails for no reason.
    fn swap(&self, old: u64, new: u64) -> Result<(), u64> {
        self.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed)
            .map(drop)
    }
}

fn one_a_second() -> Quota {
    Quota::new(1.0, 1, 1).unwrap()
}

/// A bucket with one token at the time 0, shared by the model's threads.
fn place() -> Arc<AtomicU64> {
    Arc::new(AtomicU64::new(0))
}

fn take(place: &AtomicU64, cost: u32) -> Slot {
    reserve(place, &one_a_second(), NOW, cost, PATIENT).unwrap()
}

fn second_of(slot: &Slot) -> u64 {
    slot.at().as_nanos() / SECOND
}

#[test]
fn three_threads_never_take_the_same_slot() {
    loom::model(|| {
        let place = place();
        let others: Vec<_> = (0..2)
            .map(|_| {
                let place = Arc::clone(&place);
                thread::spawn(move || second_of(&take(&place, 1)))
            })
            .collect();
        let mut seconds = vec![second_of(&take(&place, 1))];
        seconds.extend(others.into_iter().map(|thread| thread.join().unwrap()));
        seconds.sort_unstable();
        assert_eq!(seconds, [0, 1, 2]);
    });
}

#[test]
fn no_slot_is_taken_beyond_the_longest_wait() {
    loom::model(|| {
        let place = place();
        let other = {
            let place = Arc::clone(&place);
            thread::spawn(move || reserve(&*place, &one_a_second(), NOW, 1, Duration::ZERO).is_ok())
        };
        let mine = reserve(&*place, &one_a_second(), NOW, 1, Duration::ZERO).is_ok();
        assert!(
            mine ^ other.join().unwrap(),
            "one token, one of two callers"
        );
        assert_eq!(place.get(), SECOND, "a refusal takes nothing");
    });
}

#[test]
fn a_give_back_never_frees_a_slot_that_a_later_one_stands_on() {
    // Three threads that change the number four times have millions of interleavings; those with at
    // most three preemptions are seconds.
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let place = place();
        let giver = {
            let place = Arc::clone(&place);
            thread::spawn(move || {
                let slot = take(&place, 1);
                give_back(&*place, slot)
            })
        };
        let other = {
            let place = Arc::clone(&place);
            thread::spawn(move || second_of(&take(&place, 1)))
        };
        let mine = second_of(&take(&place, 1));
        let other = other.join().unwrap();
        let freed = giver.join().unwrap();

        let last = second_of(&take(&place, 1));
        assert!(
            mine != other && last > mine && last > other,
            "{mine} {other} {last}"
        );
        // Either the slot came free again, or its moment stays empty: never both, never neither.
        assert_eq!(last, if freed { 2 } else { 3 });
    });
}

#[test]
fn two_give_backs_of_unequal_cost_leave_nothing_or_the_lower_one() {
    loom::model(|| {
        let place = place();
        let other = {
            let place = Arc::clone(&place);
            thread::spawn(move || {
                let slot = take(&place, 2);
                give_back(&*place, slot)
            })
        };
        let slot = take(&place, 3);
        let mine = give_back(&*place, slot);
        let other = other.join().unwrap();

        let stuck = if mine { 0 } else { 3 } + if other { 0 } else { 2 };
        assert_eq!(place.get(), stuck * SECOND);
        assert!(mine || other, "the later of two can always be given back");
    });
}
