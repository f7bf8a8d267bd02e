//! What a caller gets from a shared limit: the same as from one of the process's own.

use std::sync::Arc;
use std::time::Duration;

use sms_framework::config::{Scope, Unit};
use sms_framework::stack::SlotKeeper;
use sms_framework::testkit::{MemorySlots, outbound};
use sms_framework::{Certainty, Class, Message};
use tokio::time::{Instant, sleep, timeout};

use super::support::{between, limit, message, process, segments};
use crate::support::{TO, millis};

#[tokio::test(start_paused = true)]
async fn each_sender_has_a_limit_of_its_own() {
    let slots = MemorySlots::new();
    let keeper = process(0, &limit(10.0, 1), &slots);
    let began = Instant::now();
    for sender in ["72345", "72346", "ACME"] {
        let message = Message::new(TO, "Hi").sender(sender.parse().unwrap());
        keeper.slot(&outbound(message)).await.unwrap();
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(slots.next_in_us("fake/ACME").is_some());
}

#[tokio::test(start_paused = true)]
async fn beyond_the_longest_wait_nothing_is_taken_and_it_says_when_to_come_back() {
    let slots = MemorySlots::new();
    let mut limit = limit(10.0, 10);
    limit.max_wait = millis(250);
    let (one, other) = (process(0, &limit, &slots), process(1, &limit, &slots));
    let ahead = futures_util::future::join_all((0..3).map(|_| {
        let one = Arc::clone(&one);
        async move { one.slot(&message()).await }
    }));
    let late = async {
        tokio::task::yield_now().await;
        sleep(millis(10)).await;
        let refused = other.slot(&message()).await.unwrap_err();
        let asked = slots.asked();
        let again = other.slot(&message()).await.unwrap_err();
        assert_eq!(slots.asked(), asked, "it is known that there is nothing");
        assert_eq!(again.retry_after(), refused.retry_after());
        (refused, slots.next_in_us("fake/"))
    };
    let (ahead, (refused, next)) = tokio::join!(ahead, late);
    assert!(ahead.iter().all(Result::is_ok));
    assert_eq!(
        (refused.code(), refused.certainty()),
        ("RATE_LIMITED", Certainty::NotSent)
    );
    assert_eq!(refused.class(), Class::Throttled);
    assert_eq!(refused.retry_after(), Some(millis(40)));
    assert_eq!(next, Some(290_000), "nothing was taken for it");
    sleep(millis(1_001)).await;
    other.slot(&message()).await.unwrap();
    assert_eq!((one.usage().refused, other.usage().refused), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_segment_costs_a_slot_and_a_dear_message_its_time() {
    let slots = MemorySlots::new();
    let mut limit = limit(10.0, 10);
    limit.unit = Unit::Segment;
    let (one, other) = (process(0, &limit, &slots), process(1, &limit, &slots));
    let began = Instant::now();
    one.slot(&segments(3)).await.unwrap();
    assert_eq!(
        began.elapsed(),
        millis(200),
        "initial = 1: the third comes after 200 ms"
    );
    other.slot(&segments(2)).await.unwrap();
    assert_eq!(began.elapsed(), millis(400));
    limit.max_wait = millis(100);
    let never = process(2, &limit, &slots).slot(&segments(11)).await;
    let never = never.unwrap_err();
    assert_eq!(
        (never.code(), never.class()),
        ("RATE_LIMITED", Class::Account)
    );
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_given_up_is_the_next_ones() {
    let slots = MemorySlots::with_latency(between(5, 5));
    let keeper = process(0, &limit(10.0, 10), &slots);
    keeper.slot(&message()).await.unwrap();
    let began = Instant::now();
    // Dropped while it asks, and while it waits for its slot.
    for patience in [3, 50] {
        let dropped = timeout(millis(patience), keeper.slot(&message())).await;
        assert!(dropped.is_err());
    }
    keeper.slot(&message()).await.unwrap();
    assert!(began.elapsed() <= millis(110), "{:?}", began.elapsed());
    assert_eq!(keeper.usage().waiting, 0);
}

#[test]
fn a_shared_limit_without_a_database_is_no_limit() {
    let mut limit = limit(10.0, 10);
    limit.scope = Scope::Shared;
    let error = SlotKeeper::new("fake", &limit).unwrap_err();
    assert_eq!(error.code(), "CONFIG");
    assert!(
        error
            .message()
            .starts_with("rate_limit.scope = \"shared\" needs a database")
    );
}
