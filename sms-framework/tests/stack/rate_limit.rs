use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use sms_framework::config::{RateLimitSettings, Unit};
use sms_framework::stack::RateLimitLayer;
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{Certainty, Class, ErrorKind, Message};
use tokio::time::Instant;
use tower::{Layer, ServiceExt};

use super::support::{TO, adapter, error, keeper, millis, of, paced, request};

fn limit(change: impl FnOnce(&mut RateLimitSettings)) -> RateLimitSettings {
    let mut settings = RateLimitSettings::default();
    change(&mut settings);
    settings
}

#[tokio::test(start_paused = true)]
async fn fifteen_messages_take_at_least_1400_ms() {
    let began = Instant::now();
    let provider = ScriptedProvider::new();
    let requests = (0..15).map(|_| request()).collect();
    let results = paced(&provider, &RateLimitSettings::default(), requests).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(began.elapsed(), millis(1400));
}

#[tokio::test(start_paused = true)]
async fn first_come_first_served() {
    let provider = ScriptedProvider::new();
    let requests: Vec<_> = (0..40).map(|_| request()).collect();
    let wanted: Vec<_> = requests.iter().map(|one| one.message().id()).collect();
    let _results = paced(&provider, &RateLimitSettings::default(), requests).await;
    let seen: Vec<_> = provider
        .calls()
        .iter()
        .map(|call| call.message.id())
        .collect();
    assert_eq!(seen, wanted);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_longest_wait_it_says_when_to_come_back() {
    let keeper = keeper(&limit(|limit| limit.max_wait = millis(150)));
    let message = request();
    keeper.slot(message.message()).await.unwrap();
    let second = tokio::spawn({
        let (keeper, message) = (Arc::clone(&keeper), message.clone());
        async move { keeper.slot(message.message()).await }
    });
    tokio::task::yield_now().await;
    let refused = keeper.slot(message.message()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "fake: the rate limit has no slot within the longest wait allowed; the same call is admitted in 50ms"
    );
    assert_eq!(refused.code(), "RATE_LIMITED");
    assert_eq!(refused.retry_after(), Some(millis(50)));
    assert_eq!(
        (refused.certainty(), refused.class()),
        (Certainty::NotSent, Class::Throttled)
    );
    second.await.unwrap().unwrap();
    assert_eq!(keeper.usage().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_admitted_is_not_for_time_to_cure() {
    let settings = limit(|limit| {
        limit.unit = Unit::Segment;
        limit.burst = 1;
        limit.max_wait = millis(100);
    });
    let long = of(Message::new(TO, "x".repeat(1600)));
    let refused = keeper(&settings).slot(long.message()).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.class()),
        ("RATE_LIMITED", Class::Account)
    );
    assert_eq!(refused.retry_after(), None);
    assert_eq!(
        refused.help(),
        Some(
            "raise the rate limit's burst or its longest wait, or charge by message instead of by segment"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_dropped_gives_its_slot_back() {
    let keeper = keeper(&RateLimitSettings::default());
    let message = request();
    keeper.slot(message.message()).await.unwrap();
    let dropped = tokio::time::timeout(millis(10), keeper.slot(message.message())).await;
    assert!(dropped.is_err(), "its slot was 100 ms away");
    let began = Instant::now();
    keeper.slot(message.message()).await.unwrap();
    assert_eq!(began.elapsed(), millis(90));
    assert_eq!(keeper.usage().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_segment_costs_a_slot_where_the_unit_says_so() {
    let settings = limit(|limit| limit.unit = Unit::Segment);
    let provider = ScriptedProvider::new();
    let three_segments = || of(Message::new(TO, "x".repeat(400)));
    let began = Instant::now();
    let results = paced(
        &provider,
        &settings,
        vec![three_segments(), three_segments()],
    )
    .await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(
        began.elapsed(),
        millis(500),
        "six tokens, one of them at once"
    );
}

#[tokio::test(start_paused = true)]
async fn each_sender_has_its_own_limit() {
    let provider = ScriptedProvider::new();
    let from = |sender: &str| of(Message::new(TO, "Hi").sender(sender.parse().unwrap()));
    let began = Instant::now();
    let _results = paced(
        &provider,
        &RateLimitSettings::default(),
        vec![from("72345"), from("72346"), from("72345")],
    )
    .await;
    let at: Vec<_> = provider
        .calls()
        .iter()
        .map(|call| call.at - began)
        .collect();
    assert_eq!(at, [Duration::ZERO, Duration::ZERO, millis(100)]);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_nothing_waits() {
    let provider = ScriptedProvider::new();
    let service = RateLimitLayer::<sms_framework::limiter::SystemClock>::unlimited()
        .layer(adapter(&provider));
    let began = Instant::now();
    for _ in 0..100 {
        service.clone().oneshot(request()).await.unwrap();
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Every attempt is charged, so no window sees more than burst + rate × length, retries included.
    #[test]
    fn no_window_sees_more_calls_than_the_limit_allows(
        burst in 1_u32..6,
        rate in 2_u32..30,
        failing in prop::collection::vec(any::<bool>(), 1..60),
        sends in 1_usize..25,
        window in 0_u64..3_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let calls = runtime.block_on(async {
            let act = |fails: bool| if fails { Act::Fail(error(ErrorKind::Connect)) } else { Act::Accept };
            let provider = ScriptedProvider::new().script(failing.into_iter().map(act));
            let settings = limit(|limit| {
                limit.rate = f64::from(rate);
                limit.burst = burst;
            });
            let requests = (0..sends).map(|_| request()).collect();
            let _results = paced(&provider, &settings, requests).await;
            provider.calls()
        });
        let window = millis(window);
        // tokio wakes sleepers at whole milliseconds: one call may come that much nearer to the next.
        let allowed = f64::from(burst) + f64::from(rate) * (window + millis(1)).as_secs_f64();
        for (index, first) in calls.iter().enumerate() {
            let seen = calls[index..].iter().filter(|call| call.at - first.at <= window).count();
            prop_assert!(seen as f64 <= allowed + 1e-6, "{seen} calls within {window:?}, {allowed} allowed");
        }
    }
}
