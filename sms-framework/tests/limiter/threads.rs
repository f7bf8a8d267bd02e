//! Real threads, racing.

use std::sync::Barrier;

use sms_framework::limiter::{Bucket, KeyedLimiter, ManualClock};

use super::{PATIENT, at_ms, quota};

#[test]
fn eight_threads_take_every_slot_once() {
    const EACH: u64 = 20_000;
    let bucket = Bucket::new(quota(1_000.0, 1, 1), at_ms(0));
    let gate = Barrier::new(8);
    let worker = || {
        gate.wait();
        let take = |_| bucket.reserve(at_ms(0), 1, PATIENT).unwrap().at();
        let mine: Vec<_> = (0..EACH).map(take).collect();
        assert!(mine.is_sorted(), "first come, first served");
        mine
    };
    let mut slots = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(worker)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    slots.sort_unstable();
    assert!(slots.into_iter().eq((0..8 * EACH).map(at_ms)));
}

#[test]
fn eight_threads_that_use_or_drop_their_slots_leave_the_counters_true() {
    let limiter = KeyedLimiter::with_clock(quota(1_000.0, 1, 0), ManualClock::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let limiter = limiter.clone();
            scope.spawn(move || {
                for turn in 0..4_000 {
                    let slot = limiter.reserve(&(turn % 4), 1, PATIENT).unwrap();
                    if turn % 2 == 0 {
                        slot.commit()
                    } else {
                        drop(slot)
                    }
                }
            });
        }
    });
    assert_eq!(limiter.usage().waiting, 0);
    // Keys 0 and 2 were always used, 8,000 times each; keys 1 and 3 always given back, and
    // the last to give back leaves at most what others had taken in front of it.
    for key in [0, 2] {
        assert_eq!(limiter.tokens(&key), -8_000.0);
    }
    for key in [1, 3] {
        assert!((-8_000.0..=0.0).contains(&limiter.tokens(&key)));
    }
}
