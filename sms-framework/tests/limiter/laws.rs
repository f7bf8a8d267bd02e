//! What holds for every order of calls, gifts back and clock moves.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use sms_framework::limiter::{Bucket, Clock, KeyedLimiter, ManualClock, Quota, Slot, Tick};

use super::{PATIENT, at_ms, ms, quota};

#[derive(Debug, Clone)]
enum Step {
    Forward(u64),
    Back(u64),
    Reserve { key: u32, cost: u32, max_wait: u64 },
    GiveBack(usize),
}

fn steps(dearest: u32) -> impl Strategy<Value = Vec<Step>> {
    let call = (0..3_u32, 1..=dearest, 0..4_000_u64);
    let step = prop_oneof![
        2 => (0..3_000_u64).prop_map(Step::Forward),
        1 => (0..1_500_u64).prop_map(Step::Back),
        6 => call.prop_map(|(key, cost, max_wait)| Step::Reserve { key, cost, max_wait }),
        2 => any::<usize>().prop_map(Step::GiveBack),
    ];
    prop::collection::vec(step, 1..120)
}

fn quotas() -> impl Strategy<Value = Quota> {
    (
        prop::sample::select(vec![0.5, 1.0, 3.0, 7.3, 10.0, 50.0]),
        1..=12_u32,
    )
        .prop_flat_map(|(rate, burst)| (Just(rate), Just(burst), 0..=burst))
        .prop_map(|(rate, burst, initial)| quota(rate, burst, initial))
}

/// The milliseconds on the clock after the step.
fn moved(now: u64, step: &Step) -> u64 {
    match step {
        Step::Forward(by) => now + by,
        Step::Back(by) => now.saturating_sub(*by),
        Step::Reserve { .. } | Step::GiveBack(_) => now,
    }
}

/// Between any two used slots, both counted, no more than burst + rate × length.
fn within_the_limit(used: &[(Tick, u32)], quota: &Quota) -> Result<(), TestCaseError> {
    let dearest = used.iter().map(|(_, cost)| *cost).max().unwrap_or(0);
    let burst = f64::from(quota.burst().max(dearest));
    for (from, _) in used {
        for (to, _) in used.iter().filter(|(to, _)| to >= from) {
            let window = *from..=*to;
            let inside = used.iter().filter(|(at, _)| window.contains(at));
            let cost: u32 = inside.map(|(_, cost)| cost).sum();
            let allowed = burst + quota.rate() * to.since(*from).as_secs_f64();
            prop_assert!(
                f64::from(cost) <= allowed + 1e-6,
                "{cost} > {allowed} in {window:?}"
            );
        }
    }
    Ok(())
}

/// Runs the steps on one bucket and answers the slots that were not given back.
fn used_slots(quota: Quota, steps: &[Step]) -> Vec<(Tick, u32)> {
    let (mut now, mut held): (u64, Vec<(Slot, u32)>) = (5_000, Vec::new());
    let bucket = Bucket::new(quota, at_ms(now));
    for step in steps {
        now = moved(now, step);
        match step {
            Step::Reserve { cost, max_wait, .. } => {
                let slot = bucket.reserve(at_ms(now), *cost, ms(*max_wait));
                held.extend(slot.map(|slot| (slot, *cost)));
            }
            Step::GiveBack(which) if !held.is_empty() => {
                let (slot, _) = held.remove(which % held.len());
                bucket.give_back(slot);
            }
            _ => {}
        }
    }
    held.into_iter()
        .map(|(slot, cost)| (slot.at(), cost))
        .collect()
}

/// The same on a keyed limiter, while strangers come in so that idle keys are forgotten again and again.
fn used_slots_by_key(quota: Quota, steps: &[Step]) -> HashMap<u32, Vec<(Tick, u32)>> {
    let clock = ManualClock::new();
    let mut now = 5_000;
    clock.set(at_ms(now));
    let limiter = KeyedLimiter::with_clock(quota, clock.clone());
    let (mut used, mut held, mut stranger) = (HashMap::<_, Vec<_>>::new(), Vec::new(), 1_000);
    for step in steps {
        now = moved(now, step);
        clock.set(at_ms(now));
        match step {
            Step::Reserve {
                key,
                cost,
                max_wait,
            } => {
                let slot = limiter.reserve(key, *cost, ms(*max_wait));
                held.extend(slot.map(|slot| (*key, slot, *cost)));
            }
            // A slot that was free at once counts as used.
            Step::GiveBack(which) if !held.is_empty() => {
                let (key, slot, cost) = held.remove(which % held.len());
                if slot.wait().is_zero() {
                    used.entry(key).or_default().push((slot.at(), cost));
                    slot.commit();
                }
            }
            Step::Forward(_) => {
                for _ in 0..500 {
                    stranger += 1;
                    drop(limiter.reserve(&stranger, 1, PATIENT));
                }
            }
            _ => {}
        }
    }
    for (key, slot, cost) in held {
        used.entry(key).or_default().push((slot.at(), cost));
        slot.commit();
    }
    assert_eq!(limiter.usage().waiting, 0);
    assert_eq!(clock.now(), at_ms(now));
    used
}

proptest! {
    #[test]
    fn no_window_sees_more_than_burst_and_rate_allow(quota in quotas(), steps in steps(1)) {
        within_the_limit(&used_slots(quota, &steps), &quota)?;
    }

    #[test]
    fn no_window_sees_more_than_the_dearest_call_and_rate_allow(
        quota in quotas(),
        steps in steps(20),
    ) {
        within_the_limit(&used_slots(quota, &steps), &quota)?;
    }

    #[test]
    fn no_key_exceeds_its_own_limit_though_idle_ones_are_forgotten(
        quota in quotas(),
        steps in steps(3),
    ) {
        for slots in used_slots_by_key(quota, &steps).values() {
            within_the_limit(slots, &quota)?;
        }
    }

    #[test]
    fn slots_are_served_in_the_order_of_the_calls(
        quota in quotas(),
        calls in prop::collection::vec((0..400_u64, 1..5_u32), 2..60),
    ) {
        let (mut now, mut last) = (0, Tick::default());
        let bucket = Bucket::new(quota, at_ms(0));
        for (pause, cost) in calls {
            now += pause;
            let slot = bucket.reserve(at_ms(now), cost, PATIENT).unwrap();
            prop_assert!(slot.at() >= last && slot.at() >= at_ms(now));
            last = slot.at();
        }
    }

    #[test]
    fn the_time_to_come_back_is_exact(
        quota in quotas(),
        taken in 0..40_u32,
        cost in 1..20_u32,
        max_wait in 0..3_000_u64,
    ) {
        let (bucket, max_wait) = (Bucket::new(quota, at_ms(0)), ms(max_wait));
        for _ in 0..taken {
            drop(bucket.reserve(at_ms(0), 1, PATIENT).unwrap());
        }
        let Err(refused) = bucket.reserve(at_ms(0), cost, max_wait) else { return Ok(()) };
        if let Some(wait) = refused.retry_after() {
            let then = at_ms(0).after(wait);
            let early = Tick::from_nanos(then.as_nanos() - 1);
            let still = bucket.reserve(early, cost, max_wait).unwrap_err();
            prop_assert_eq!(still.retry_after(), Some(Duration::from_nanos(1)));
            prop_assert!(bucket.reserve(then, cost, max_wait).is_ok());
        } else {
            let full_for_long = at_ms(1_000_000_000);
            prop_assert!(bucket.reserve(full_for_long, cost, max_wait).is_err());
        }
    }

    #[test]
    fn giving_back_in_reverse_order_leaves_no_trace(
        quota in quotas(),
        costs in prop::collection::vec(1..6_u32, 1..30),
    ) {
        let bucket = Bucket::new(quota, at_ms(0));
        let before = bucket.tokens(at_ms(0));
        let take = |cost: &u32| bucket.reserve(at_ms(0), *cost, PATIENT).unwrap();
        let slots: Vec<_> = costs.iter().map(take).collect();
        for slot in slots.into_iter().rev() {
            prop_assert!(bucket.give_back(slot));
        }
        prop_assert_eq!(bucket.tokens(at_ms(0)), before);
    }
}
