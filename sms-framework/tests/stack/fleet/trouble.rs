//! Databases that are away, slow, or whose clock is set, and processes that die.

use std::sync::Arc;
use std::time::Duration;

use sms_framework::Certainty;
use sms_framework::testkit::MemorySlots;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::support::{Seen, between, excess, limit, load, message, process};
use crate::support::millis;

#[tokio::test(start_paused = true)]
async fn without_the_database_nothing_is_sent_and_it_comes_back() {
    let slots = MemorySlots::with_latency(between(1, 3));
    let (limit, seen) = (limit(10.0, 10), Seen::new());
    let keepers: Vec<_> = (0..4)
        .map(|number| process(number, &limit, &slots))
        .collect();
    let mut tasks = Vec::new();
    for keeper in &keepers {
        tasks.extend(load(keeper, &seen, 20, true));
    }
    sleep(Duration::from_secs(5)).await;
    slots.break_down(true);
    sleep(Duration::from_secs(10)).await;
    // What was on the shelves is used; then there is nothing.
    assert_eq!(
        seen.between(Duration::from_secs(8), Duration::from_secs(15)),
        0
    );
    let asked = slots.asked();
    let error = keepers[0].slot(&message()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake: the shared rate limit's database gave no slot: the database is away, as the test told it to"
    );
    assert_eq!(
        (error.code(), error.certainty()),
        ("STORAGE", Certainty::NotSent)
    );
    assert!(error.is_transient() && error.retry_after().is_some());
    assert!(slots.asked() <= asked + 1);
    assert!(
        asked <= 4 * 30 + 200,
        "once a second each, not once a message: {asked}"
    );
    slots.break_down(false);
    sleep(Duration::from_secs(10)).await;
    tasks.iter().for_each(JoinHandle::abort);
    assert!(seen.between(Duration::from_secs(17), Duration::from_secs(25)) >= 76);
    assert_eq!(excess(&seen.calls(), &limit), None);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_does_not_answer_is_not_waited_for_for_ever() {
    let hangs = || (Duration::from_secs(86_400), Duration::ZERO);
    let keeper = process(0, &limit(10.0, 10), &MemorySlots::with_latency(hangs));
    let began = Instant::now();
    let waiters = futures_util::future::join_all((0..50).map(|_| {
        let keeper = Arc::clone(&keeper);
        async move { keeper.slot(&message()).await }
    }));
    let results = waiters.await;
    assert!(
        began.elapsed() <= Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    for error in results.into_iter().map(Result::unwrap_err) {
        assert_eq!(error.code(), "STORAGE");
    }
    let began = Instant::now();
    keeper
        .slot_within(&message(), millis(10))
        .await
        .unwrap_err();
    assert!(began.elapsed() <= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_database_too_slow_for_a_burst_of_one_is_told_of() {
    let keeper = process(
        0,
        &limit(10.0, 1),
        &MemorySlots::with_latency(between(20, 20)),
    );
    let error = keeper.slot(&message()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake: the shared rate limit's database answers too slowly: a slot is good for 30ms only, and was over by then"
    );
    assert!(error.help().unwrap().contains("rate_limit.burst"));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_takes_its_slots_with_it_and_no_more() {
    let slots = MemorySlots::with_latency(between(1, 5));
    let (limit, seen) = (limit(20.0, 10), Seen::new());
    let survivors: Vec<_> = (0..3)
        .map(|number| process(number, &limit, &slots))
        .collect();
    let mut tasks = Vec::new();
    for keeper in &survivors {
        tasks.extend(load(keeper, &seen, 40, true));
    }
    for number in 10..30 {
        let short_lived = process(number, &limit, &slots);
        let its_tasks = load(&short_lived, &seen, 40, true);
        sleep(millis(503)).await;
        its_tasks.iter().for_each(JoinHandle::abort);
    }
    sleep(Duration::from_secs(10)).await;
    tasks.iter().for_each(JoinHandle::abort);
    assert_eq!(excess(&seen.calls(), &limit), None);
    let meanwhile = seen.between(Duration::from_secs(0), Duration::from_secs(10));
    assert!(
        meanwhile >= 100,
        "two blocks were lost each half second, at most: {meanwhile}"
    );
    let afterwards = seen.between(Duration::from_secs(12), Duration::from_secs(20));
    assert!(afterwards >= 152, "{afterwards}");
}

#[tokio::test(start_paused = true)]
async fn a_database_clock_that_is_set_back_never_breaks_the_law_and_stops_nobody_for_long() {
    for back in [100_000, 3_000_000, 3_600_000_000] {
        let slots = MemorySlots::with_latency(between(1, 5));
        let (mut limit, seen) = (limit(20.0, 10), Seen::new());
        limit.max_wait = Duration::from_secs(5);
        let mut tasks = Vec::new();
        for number in 0..4 {
            tasks.extend(load(&process(number, &limit, &slots), &seen, 20, true));
        }
        sleep(Duration::from_secs(10)).await;
        slots.set_clock(-back);
        sleep(Duration::from_secs(20)).await;
        tasks.iter().for_each(JoinHandle::abort);
        assert_eq!(excess(&seen.calls(), &limit), None, "set back by {back} us");
        let afterwards = seen.between(Duration::from_secs(18), Duration::from_secs(30));
        assert!(afterwards >= 228, "set back by {back} us: {afterwards}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_clock_that_is_set_forward_costs_what_was_given_out_ahead() {
    for forward in [300_000, 2_000_000, 3_600_000_000_i64] {
        let slots = MemorySlots::with_latency(between(1, 5));
        let (limit, seen) = (limit(20.0, 10), Seen::new());
        let mut tasks = Vec::new();
        for number in 0..4 {
            tasks.extend(load(&process(number, &limit, &slots), &seen, 20, true));
        }
        sleep(Duration::from_secs(10)).await;
        let ahead = slots.next_in_us("fake/").unwrap().max(0);
        let more = limit.rate * ahead.min(forward) as f64 / 1e6;
        slots.set_clock(forward);
        sleep(Duration::from_secs(10)).await;
        tasks.iter().for_each(JoinHandle::abort);
        let mut looser = limit.clone();
        looser.burst += more.ceil() as u32 + 1;
        assert_eq!(
            excess(&seen.calls(), &looser),
            None,
            "set forward by {forward} us"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_errors_of_a_lost_question_do_not_stay() {
    let slots = MemorySlots::new();
    let keeper = process(0, &limit(10.0, 10), &slots);
    slots.break_down(true);
    let failed = keeper.slot(&message()).await.unwrap_err();
    slots.break_down(false);
    assert!(
        keeper.slot(&message()).await.is_err(),
        "nobody asks again at once"
    );
    sleep(failed.retry_after().unwrap()).await;
    keeper.slot(&message()).await.unwrap();
}
