//! Rounds from the queue in the layers: what they wait for their turn is none of their time.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tokio::time::Instant;
use tower::{Layer, ServiceBuilder, ServiceExt};

use super::*;
use crate::config::{HealthSettings, RateLimitSettings, RetrySettings};
use crate::limiter::DynClock;
use crate::message::{Message, Priority};
use crate::route::Health;
use crate::stack::{ProviderService, RetryLayer, RetryPolicy, Round};
use crate::testkit::{Act, ScriptedProvider, TokioClock, outbound};

const DEADLINE: Duration = Duration::from_secs(2);

fn round(priority: Priority) -> SendRequest {
    let message = Arc::new(outbound(
        Message::new("+14155550123", "Hi").priority(priority),
    ));
    let round = Round {
        earlier: 0,
        held: false,
        since: message.created_at(),
    };
    SendRequest::from_queue(Arc::clone(&message), round, None).at_provider(message, None, DEADLINE)
}

/// One a second, and at most a second's wait.
fn keeper() -> Arc<SlotKeeper<TokioClock>> {
    let mut limit = RateLimitSettings::default();
    (limit.rate, limit.burst) = (1.0, 1);
    limit.max_wait = Duration::from_secs(1);
    Arc::new(SlotKeeper::with_clock("fake", &limit, TokioClock::new()).expect("a limit"))
}

fn adapter(provider: &ScriptedProvider) -> ProviderService {
    let provider = Arc::new(provider.clone());
    ProviderService::new("fake", provider, Duration::from_secs(35))
}

#[tokio::test(start_paused = true)]
async fn a_round_may_wait_for_its_turn_beyond_every_deadline() {
    let (provider, began) = (ScriptedProvider::new(), Instant::now());
    let service = RateLimitLayer::new(keeper()).layer(adapter(&provider));
    let requests: Vec<_> = (0..60).map(|_| round(Priority::Bulk)).collect();
    let sends = requests
        .iter()
        .map(|request| service.clone().oneshot(request.clone()));
    let results = futures_util::future::join_all(sends).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(began.elapsed(), Duration::from_secs(59));
    // Whoever holds the request at an earlier layer sees only what the slot itself took.
    let last = requests.last().unwrap();
    assert_eq!(last.started().elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_retry_of_a_round_stands_in_line_again() {
    let provider =
        ScriptedProvider::new().script([Act::Fail(Error::new(ErrorKind::Connect, "by script"))]);
    let keeper = keeper();
    let policy = RetryPolicy::new(RetrySettings::default(), DEADLINE)
        .with_jitter(|longest| longest)
        .with_slots(Arc::clone(&keeper));
    let service = ServiceBuilder::new()
        .layer(RateLimitLayer::new(keeper))
        .layer(RetryLayer::new(policy))
        .service(adapter(&provider));
    let wishes = [Priority::Bulk, Priority::Urgent, Priority::Urgent];
    let requests: Vec<_> = wishes.into_iter().map(round).collect();
    let sends = requests
        .iter()
        .map(|request| service.clone().oneshot(request.clone()));
    let results = futures_util::future::join_all(sends).await;
    assert!(results.iter().all(Result::is_ok));
    let seen: Vec<_> = provider
        .calls()
        .iter()
        .map(|call| call.message.priority())
        .collect();
    let [bulk, urgent, other] = wishes;
    assert_eq!(seen, [bulk, urgent, other, bulk]);
}

#[tokio::test(start_paused = true)]
async fn those_in_the_room_hear_at_once_that_the_provider_is_left_out() {
    let settings = HealthSettings {
        min_failures: 1,
        ..HealthSettings::default()
    };
    let health = Arc::new(Health::new(settings, DynClock::new(TokioClock::new())));
    let (provider, began) = (ScriptedProvider::new(), Instant::now());
    let service = RateLimitLayer::new(keeper()).layer(adapter(&provider));
    let sends = (0..1_000).map(|_| {
        let leave = Leave::new(health.admit().unwrap());
        let request = round(Priority::Bulk);
        let message = Arc::clone(request.message());
        service
            .clone()
            .oneshot(request.at_provider(message, Some(leave), DEADLINE))
    });
    let failing = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let error = Error::new(ErrorKind::Connect, "by script");
        let to = outbound(Message::new("+14155550124", "Hi"));
        health.note(crate::route::blame(Some(&error)), to.to());
        let to = outbound(Message::new("+14155550125", "Hi"));
        health.note(crate::route::blame(Some(&error)), to.to());
    };
    let (results, ()) = tokio::join!(futures_util::future::join_all(sends), failing);
    let left_out = |result: &&Result<Receipt, Error>| {
        (result.as_ref()).is_err_and(|error| error.kind() == ErrorKind::NoRoute)
    };
    assert_eq!(results.iter().filter(left_out).count(), 998);
    assert_eq!(began.elapsed(), Duration::from_secs(2), "no slot each");
}
