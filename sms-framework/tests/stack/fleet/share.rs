//! How much of the limit a fleet uses, and what it asks the database for that.

use std::time::Duration;

use sms_framework::config::RateLimitSettings;
use sms_framework::testkit::MemorySlots;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::support::{Seen, between, excess, limit, load, message, process};

/// What four processes under load send in 30 s, after two to begin with, as a share of the rate.
async fn use_of(limit: &RateLimitSettings, is_queued: bool, slots: MemorySlots) -> f64 {
    let seen = Seen::new();
    let mut tasks = Vec::new();
    for number in 0..4 {
        let keeper = process(number, limit, &slots);
        tasks.extend(load(&keeper, &seen, 60, is_queued));
    }
    sleep(Duration::from_secs(32)).await;
    tasks.iter().for_each(JoinHandle::abort);
    assert_eq!(excess(&seen.calls(), limit), None);
    let sent = seen.between(Duration::from_secs(2), Duration::from_secs(32));
    f64::from(sent) / (limit.rate * 30.0)
}

#[tokio::test(start_paused = true)]
async fn four_processes_use_95_percent_of_the_limit_and_no_more() {
    for (rate, burst) in [
        (10.0, 10),
        (10.0, 1),
        (100.0, 1),
        (100.0, 50),
        (2.0, 1),
        (2.0, 2),
        (50.0, 3),
    ] {
        for is_queued in [true, false] {
            // From 2 to 20 ms there and back.
            let slots = MemorySlots::with_latency(between(1, 10));
            let share = use_of(&limit(rate, burst), is_queued, slots).await;
            let what = format!("{rate} a second, burst {burst}, queued {is_queued}: {share}");
            assert!(share >= 0.95, "{what}");
            assert!(share <= 1.0 + f64::from(burst) / (rate * 30.0), "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_database_costs_nothing_where_the_burst_is_larger() {
    for is_queued in [true, false] {
        let slots = MemorySlots::with_latency(between(20, 60)); // up to 120 ms there and back
        let share = use_of(&limit(50.0, 50), is_queued, slots).await;
        assert!(share >= 0.95, "{share}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_alone_has_the_whole_limit() {
    for (rate, burst) in [(10.0, 10), (100.0, 1), (3.0, 1), (1_000.0, 100)] {
        let (limit, seen) = (limit(rate, burst), Seen::new());
        let slots = MemorySlots::with_latency(between(1, 10));
        let keeper = process(0, &limit, &slots);
        let tasks = load(&keeper, &seen, 300, true);
        sleep(Duration::from_secs(12)).await;
        tasks.iter().for_each(JoinHandle::abort);
        assert_eq!(excess(&seen.calls(), &limit), None);
        let sent = seen.between(Duration::from_secs(2), Duration::from_secs(12));
        let share = f64::from(sent) / (rate * 10.0);
        assert!(share >= 0.95, "{rate} a second, burst {burst}: {share}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_wants_one_takes_one() {
    let slots = MemorySlots::new();
    let keeper = process(0, &limit(100.0, 100), &slots);
    keeper.slot(&message()).await.unwrap();
    assert_eq!(slots.asked(), 1);
    assert_eq!(
        slots.next_in_us("fake/"),
        Some(10_000),
        "one slot, and the next is free"
    );
}

#[tokio::test(start_paused = true)]
async fn a_crowd_asks_four_times_a_second() {
    let slots = MemorySlots::with_latency(between(2, 2));
    let (keeper, seen) = (process(0, &limit(100.0, 10), &slots), Seen::new());
    let tasks = load(&keeper, &seen, 1_000, true);
    sleep(Duration::from_secs(10)).await;
    tasks.iter().for_each(JoinHandle::abort);
    assert!(
        slots.asked() <= 90,
        "{} questions for 1,000 slots",
        slots.asked()
    );
}
