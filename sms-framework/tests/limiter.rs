//! The limiter's promises, on a clock that only moves when it is told to.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sms_framework::limiter::{
    Bucket, Clock, KeyedLimiter, Limiter, ManualClock, Quota, SystemClock, Tick,
};
use sms_framework::{Class, Error, ErrorKind};

#[path = "limiter/laws.rs"]
mod laws;
#[path = "limiter/shared.rs"]
mod shared;
#[path = "limiter/threads.rs"]
mod threads;

const PATIENT: Duration = Duration::MAX;
const AT_ONCE: Duration = Duration::ZERO;

fn quota(rate: f64, burst: u32, initial: u32) -> Quota {
    Quota::new(rate, burst, initial).unwrap()
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at_ms(millis: u64) -> Tick {
    Tick::default().after(ms(millis))
}

// ---- what the usual limit gives ----

#[test]
fn fifteen_messages_take_at_least_1_4_s() {
    let clock = ManualClock::new();
    let limiter = Limiter::with_clock(Quota::default(), clock.clone());
    let start = clock.now();
    for _ in 0..15 {
        let slot = limiter.reserve(1, PATIENT).unwrap();
        clock.advance(slot.wait());
        assert_eq!(slot.wait(), Duration::ZERO);
        slot.commit();
    }
    assert_eq!(clock.now().since(start), ms(1_400));
}

#[test]
fn fifteen_messages_that_come_at_once_take_1_4_s_too() {
    let bucket = Bucket::new(Quota::default(), at_ms(7));
    let slots = (0..15).map(|_| bucket.reserve(at_ms(7), 1, PATIENT).unwrap().at());
    assert!(slots.eq((0..15).map(|n| at_ms(7 + 100 * n))));
}

#[test]
fn after_a_pause_burst_10_goes_at_once_and_the_eleventh_waits() {
    let bucket = Bucket::new(Quota::default(), at_ms(0));
    let later = at_ms(60_000);
    for _ in 0..10 {
        assert_eq!(bucket.reserve(later, 1, AT_ONCE).unwrap().at(), later);
    }
    assert_eq!(
        bucket.reserve(later, 1, PATIENT).unwrap().at(),
        later.after(ms(100))
    );
}

#[test]
fn burst_1_never_lets_more_than_10_go_in_any_second() {
    let bucket = Bucket::new(quota(10.0, 1, 1), at_ms(0));
    // Callers who come in a crowd, then slowly, then in a crowd after a pause.
    let crowd = |now| std::iter::repeat_n(now, 30);
    let calls = crowd(0)
        .chain((0..30).map(|n| 4_000 + 37 * n))
        .chain(crowd(9_000));
    let take = |now| bucket.reserve(at_ms(now), 1, PATIENT).unwrap().at();
    let slots: Vec<_> = calls.map(take).collect();
    for from in &slots {
        let second = *from..from.after(Duration::from_secs(1));
        let gone = slots.iter().filter(|at| second.contains(at)).count();
        assert!(gone <= 10, "{gone} in the second from {from:?}");
    }
}

#[test]
fn half_a_token_a_second_is_one_every_two_seconds() {
    let bucket = Bucket::new(quota(0.5, 1, 1), at_ms(0));
    let slots = (0..3).map(|_| bucket.reserve(at_ms(0), 1, PATIENT).unwrap().at());
    assert!(slots.eq([at_ms(0), at_ms(2_000), at_ms(4_000)]));
}

#[test]
fn a_call_dearer_than_the_burst_waits_until_its_debt_is_paid() {
    let bucket = Bucket::new(quota(10.0, 10, 10), at_ms(0));
    assert_eq!(
        bucket.reserve(at_ms(0), 12, PATIENT).unwrap().at(),
        at_ms(200)
    );
    assert_eq!(bucket.tokens(at_ms(0)), -2.0);
    assert_eq!(
        bucket.reserve(at_ms(0), 1, PATIENT).unwrap().at(),
        at_ms(300)
    );
}

#[test]
fn a_cost_of_zero_is_charged_as_one() {
    let bucket = Bucket::new(quota(10.0, 2, 2), at_ms(0));
    assert_eq!(bucket.reserve(at_ms(0), 0, AT_ONCE).unwrap().at(), at_ms(0));
    assert_eq!(bucket.tokens(at_ms(0)), 1.0);
}

// ---- what a limit may be ----

#[test]
fn a_limit_that_makes_no_sense_is_refused_in_one_sentence() {
    const BURST: &str =
        "the rate limit's burst must be at least 1: with 0, nothing could ever be sent";
    const INITIAL: &str =
        "the rate limit's initial tokens (11) must not be more than its burst (10)";
    const FILL: &str = "the rate limit's burst of 4294967295 at 0.5 a second would take more than ten years to fill";
    let rate = |shown: &str| {
        format!(
            "the rate limit's rate must lie between one a year and 1000000 a second, \
             not {shown} a second"
        )
    };
    let cases = [
        (0.0, 10, 1, rate("0")),
        (-3.0, 10, 1, rate("-3")),
        (f64::NAN, 10, 1, rate("NaN")),
        (f64::INFINITY, 10, 1, rate("inf")),
        (1e-9, 10, 1, rate("0.000000001")),
        (2e6, 10, 1, rate("2000000")),
        (10.0, 0, 0, BURST.to_owned()),
        (10.0, 10, 11, INITIAL.to_owned()),
        (0.5, u32::MAX, 1, FILL.to_owned()),
    ];
    for (rate, burst, initial, sentence) in cases {
        let error = Quota::new(rate, burst, initial).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.to_string(), sentence);
    }
}

// ---- refusals ----

#[test]
fn a_refusal_becomes_an_error_that_says_when_to_come_back() {
    let bucket = Bucket::new(Quota::default(), at_ms(0));
    drop(bucket.reserve(at_ms(0), 5, PATIENT).unwrap());
    let error = Error::from(bucket.reserve(at_ms(0), 1, ms(100)).unwrap_err());
    assert_eq!(error.code(), "RATE_LIMITED");
    assert_eq!(error.class(), Class::Throttled);
    assert_eq!(error.retry_after(), Some(ms(400)));
    assert_eq!(
        error.to_string(),
        "the rate limit has no slot within the longest wait allowed; \
         the same call is admitted in 400ms"
    );
}

#[test]
fn what_a_full_bucket_and_the_longest_wait_cannot_pay_is_never_admitted() {
    let bucket = Bucket::new(quota(10.0, 10, 10), at_ms(0));
    let too_short = ms(200) - Duration::from_nanos(1);
    let refused = bucket.reserve(at_ms(0), 12, too_short).unwrap_err();
    assert_eq!(refused.retry_after(), None);
    let error = Error::from(refused);
    assert_eq!((error.class(), error.retry_after()), (Class::Account, None));
    assert_eq!(
        error.to_string(),
        "the rate limit can never admit this call: \
         it costs more than the burst and the longest wait together pay for"
    );
    assert!(bucket.reserve(at_ms(0), 12, ms(200)).is_ok());
}

#[test]
fn the_ends_of_the_clock_and_of_the_cost_neither_panic_nor_give_a_slot_twice() {
    let end = Tick::from_nanos(u64::MAX);
    for start in [Tick::default(), Tick::from_nanos(u64::MAX - 1), end] {
        let bucket = Bucket::new(quota(1.0 / 86_400.0, 10, 1), start);
        let mut last = None;
        for now in [start, end, Tick::default(), Tick::from_nanos(u64::MAX / 2)] {
            for cost in [1_000, u32::MAX, 1_000] {
                if let Ok(slot) = bucket.reserve(now, cost, PATIENT) {
                    assert!(last < Some(slot.at()), "{last:?} then {slot:?}");
                    last = Some(slot.at());
                }
            }
        }
    }
    let full = Bucket::new(quota(1.0, 1, 1), end);
    assert_eq!(
        full.reserve(end, 1, PATIENT).unwrap_err().retry_after(),
        None
    );
}

// ---- giving back ----

#[test]
fn a_waiting_reservation_that_is_dropped_gives_its_slot_back() {
    let limiter = Limiter::with_clock(Quota::default(), ManualClock::new());
    limiter.reserve(1, AT_ONCE).unwrap().commit();
    let waiting = limiter.reserve(1, PATIENT).unwrap();
    assert_eq!(limiter.usage().waiting, 1);
    assert_eq!(limiter.usage().tokens, Some(-1.0));
    drop(waiting);
    assert_eq!(limiter.usage().waiting, 0);
    assert_eq!(limiter.usage().tokens, Some(0.0));
    assert_eq!(limiter.reserve(1, PATIENT).unwrap().wait(), ms(100));
}

#[test]
fn a_committed_slot_is_not_given_back() {
    let clock = ManualClock::new();
    let limiter = Limiter::with_clock(quota(10.0, 1, 0), clock.clone());
    let slot = limiter.reserve(1, PATIENT).unwrap();
    clock.advance(slot.wait());
    slot.commit();
    assert_eq!(limiter.usage().waiting, 0);
    assert_eq!(limiter.reserve(1, PATIENT).unwrap().wait(), ms(100));
}

#[test]
fn a_slot_with_a_later_one_behind_it_stays_taken() {
    let bucket = Bucket::new(quota(10.0, 1, 1), at_ms(0));
    let take = || bucket.reserve(at_ms(0), 1, PATIENT).unwrap();
    let (_used, second, third) = (take(), take(), take());
    assert!(!bucket.give_back(second));
    assert!(bucket.give_back(third));
    assert_eq!(
        take().at(),
        at_ms(200),
        "the third is free, the second's moment stays empty"
    );
}

#[test]
fn the_wait_shrinks_as_time_goes_by() {
    let clock = ManualClock::new();
    let limiter = Limiter::with_clock(quota(1.0, 1, 0), clock.clone());
    let slot = limiter.reserve(1, PATIENT).unwrap();
    clock.advance(ms(400));
    assert_eq!((slot.wait(), slot.at()), (ms(600), at_ms(1_000)));
    clock.advance(ms(4_000));
    assert_eq!(slot.wait(), Duration::ZERO);
}

#[test]
fn usage_counts_who_waits_and_who_was_refused() {
    let limiter = KeyedLimiter::with_clock(Quota::default(), ManualClock::new());
    assert_eq!(limiter.usage().tokens, None);
    limiter.reserve(&"a", 1, AT_ONCE).unwrap().commit();
    let waiting: Vec<_> = (0..3)
        .map(|_| limiter.reserve(&"b", 1, PATIENT).unwrap())
        .collect();
    assert!(limiter.reserve(&"b", 1, ms(200)).is_err());
    let usage = limiter.usage();
    assert_eq!(
        (usage.tokens, usage.waiting, usage.refused),
        (Some(-2.0), 2, 1)
    );
    drop(waiting);
    let usage = limiter.usage();
    assert_eq!((usage.waiting, usage.refused), (0, 1));
}

// ---- keys ----

#[test]
fn keys_do_not_slow_each_other_down() {
    let limiter = KeyedLimiter::with_clock(Quota::default(), ManualClock::new());
    let mut slots = Vec::new();
    for n in 0..5 {
        for key in ["twilio/a", "twilio/b", "mock/a"] {
            slots.push(limiter.reserve(&key, 1, PATIENT).unwrap());
            assert_eq!(slots.last().unwrap().at(), at_ms(100 * n));
        }
    }
    assert_eq!(
        limiter.tokens(&"mock/b"),
        1.0,
        "a key never seen has its initial tokens"
    );
}

#[test]
fn every_key_can_have_a_quota_of_its_own() {
    let of = |key: &&str| {
        if *key == "short code" {
            quota(100.0, 1, 1)
        } else {
            Quota::default()
        }
    };
    let limiter = KeyedLimiter::per_key_with_clock(of, ManualClock::new());
    let second_wait = |key| {
        limiter.reserve(&key, 1, PATIENT).unwrap().commit();
        limiter.reserve(&key, 1, PATIENT).unwrap().wait()
    };
    assert_eq!(second_wait("short code"), ms(10));
    assert_eq!(second_wait("long code"), ms(100));
    assert_eq!(limiter.quota(&"short code").rate(), 100.0);
}

#[test]
fn idle_keys_are_forgotten_and_memory_does_not_grow_without_end() {
    let clock = ManualClock::new();
    let limiter = KeyedLimiter::with_clock(Quota::default(), clock.clone());
    let mut most = 0;
    for key in 0..200_000_u32 {
        limiter.reserve(&key, 1, AT_ONCE).unwrap().commit();
        clock.advance(Duration::from_micros(100));
        if key % 1_000 == 0 {
            most = most.max(limiter.known_keys());
        }
    }
    // A bucket is full again after one second: 10,000 keys are busy at any time.
    assert!((10_000..40_000).contains(&most), "{most} keys at once");
}

#[test]
fn a_forgotten_key_does_not_get_its_tokens_twice_from_a_clock_set_back() {
    let clock = ManualClock::new();
    clock.set(at_ms(1_000));
    let limiter = KeyedLimiter::with_clock(quota(10.0, 10, 10), clock.clone());
    for _ in 0..10 {
        limiter.reserve(&0, 1, AT_ONCE).unwrap().commit();
    }
    clock.set(at_ms(2_001)); // full again: the next sweep forgets it
    for key in 1..10_000 {
        limiter.reserve(&key, 1, AT_ONCE).unwrap().commit();
    }
    clock.set(at_ms(1_000));
    let gone = (0..20)
        .filter(|_| limiter.reserve(&0, 1, AT_ONCE).is_ok())
        .count();
    assert_eq!(gone, 0, "ten already went at this moment");
}

#[test]
fn the_system_clock_keeps_the_pace_of_the_machines() {
    let clock = SystemClock::new();
    let machine = std::time::Instant::now;
    let (outer_start, start, inner_start) = (machine(), clock.now(), machine());
    let mut last = start;
    while inner_start.elapsed() < ms(20) {
        let now = clock.now();
        assert!(now >= last, "{last:?} then {now:?}");
        last = now;
    }
    let (inner_end, end, outer_end) = (machine(), clock.now(), machine());
    // Each reading lies between two of the machine's, however long this thread had to pause.
    let (least, most) = (inner_end - inner_start, outer_end - outer_start);
    let (ours, slack) = (end.since(start), least / 100);
    assert!(
        least <= ours + slack && ours <= most + slack,
        "{least:?} {ours:?} {most:?}"
    );
}
