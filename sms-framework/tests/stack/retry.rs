//! The table of `RetryPolicy`, line by line.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use sms_framework::config::{AfterServerError, RateLimitSettings, RetrySettings};
use sms_framework::stack::{RetryLayer, RetryPolicy};
use sms_framework::store::Doubt;
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{Acceptance, Certainty, Error, ErrorKind, MessageState};
use tokio::time::Instant;
use tower::{Layer, ServiceExt};

use super::support::{
    ATTEMPT_TIMEOUT, DEADLINE, adapter, error, keeper, millis, paced, policy, request, retried,
};

fn fails(kind: ErrorKind) -> Act {
    Act::Fail(error(kind))
}

/// The defaults, but for providers that cannot be asked: most here cannot.
fn defaults() -> RetrySettings {
    let mut settings = RetrySettings::default();
    settings.after_server_error = AfterServerError::Resend;
    settings
}

fn hold() -> RetrySettings {
    let mut settings = defaults();
    settings.after_server_error = AfterServerError::Hold;
    settings
}

fn times(provider: &ScriptedProvider, began: Instant) -> Vec<Duration> {
    provider
        .calls()
        .iter()
        .map(|call| call.at - began)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_tried_again_after_a_doubling_wait() {
    for kind in [ErrorKind::Connect, ErrorKind::ProviderThrottled] {
        let began = Instant::now();
        let provider = ScriptedProvider::new().script([fails(kind), fails(kind)]);
        let receipt = retried(&provider, &defaults(), request()).await.unwrap();
        assert_eq!(receipt.attempts, 3);
        assert_eq!(
            times(&provider, began),
            [millis(0), millis(500), millis(1500)]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn after_max_attempts_the_last_error_stands() {
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
    let failed = retried(&provider, &defaults(), request())
        .await
        .unwrap_err();
    assert_eq!((provider.calls().len(), failed.attempts()), (3, 3));
    assert_eq!(
        (failed.code(), failed.certainty()),
        ("CONNECT", Certainty::NotSent)
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_rejected_or_not_for_time_to_cure_is_never_repeated() {
    for kind in [
        ErrorKind::Refused,
        ErrorKind::Recipient,
        ErrorKind::OptedOut,
        ErrorKind::Unauthorized,
        ErrorKind::Account,
        ErrorKind::Unsupported,
    ] {
        let provider = ScriptedProvider::new().otherwise(fails(kind));
        let failed = retried(&provider, &defaults(), request())
            .await
            .unwrap_err();
        assert_eq!((provider.calls().len(), failed.kind()), (1, kind));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_lookup_finds_is_settled_with_exactly_one_call() {
    for accepted_unheard in [
        Act::AcceptThenFail(error(ErrorKind::ServerError)),
        Act::AcceptThenFail(error(ErrorKind::BadAnswer)),
        Act::AcceptThenHang,
    ] {
        let provider = ScriptedProvider::new()
            .script([accepted_unheard])
            .lookup([]);
        let receipt = retried(&provider, &defaults(), request()).await.unwrap();
        assert_eq!(receipt.provider_message_id.as_deref(), Some("fake-1"));
        assert_eq!(receipt.attempts, 1);
        assert_eq!((provider.calls().len(), provider.lookups()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_5xx_that_the_lookup_does_not_know_is_sent_again() {
    let provider = ScriptedProvider::new()
        .script([fails(ErrorKind::ServerError)])
        .lookup([]);
    retried(&provider, &RetrySettings::default(), request())
        .await
        .unwrap();
    assert_eq!((provider.calls().len(), provider.lookups()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_5xx_that_cannot_be_asked_about_is_held() {
    let provider = ScriptedProvider::new().script([fails(ErrorKind::ServerError)]);
    let failed = retried(&provider, &RetrySettings::default(), request())
        .await
        .unwrap_err();
    assert_eq!(failed.certainty(), Certainty::MaybeSent);
    assert_eq!(provider.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn under_resend_a_5xx_that_cannot_be_asked_about_is_sent_again() {
    let provider = ScriptedProvider::new().script([fails(ErrorKind::ServerError)]);
    assert!(retried(&provider, &defaults(), request()).await.is_ok());
    assert_eq!(provider.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn under_hold_a_5xx_is_never_sent_again() {
    for lookup in [false, true] {
        let provider = ScriptedProvider::new().script([fails(ErrorKind::ServerError)]);
        let provider = if lookup {
            provider.lookup([])
        } else {
            provider
        };
        let failed = retried(&provider, &hold(), request()).await.unwrap_err();
        assert_eq!(failed.certainty(), Certainty::MaybeSent);
        assert_eq!(provider.calls().len(), 1);
        assert_eq!(provider.lookups(), usize::from(lookup));
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_never_sent_again() {
    for silent in [
        fails(ErrorKind::NoAnswer),
        fails(ErrorKind::BadAnswer),
        Act::Hang,
        Act::Panic,
    ] {
        for lookup in [false, true] {
            let provider = ScriptedProvider::new().script([silent.clone()]);
            let provider = if lookup {
                provider.lookup([])
            } else {
                provider
            };
            let failed = retried(&provider, &defaults(), request())
                .await
                .unwrap_err();
            assert_eq!(failed.certainty(), Certainty::MaybeSent);
            assert_eq!(provider.calls().len(), 1, "{silent:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_lookup_fails_nothing_is_sent_again() {
    for finding in [
        Finding::Fails(error(ErrorKind::Connect)),
        Finding::Hangs,
        Finding::Panics,
    ] {
        let provider = ScriptedProvider::new()
            .script([fails(ErrorKind::ServerError)])
            .lookup([finding]);
        let failed = retried(&provider, &defaults(), request())
            .await
            .unwrap_err();
        assert_eq!(failed.code(), "SERVER_ERROR", "the send's own error stands");
        assert_eq!(provider.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_attempt_is_asked_about_too() {
    let provider = ScriptedProvider::new()
        .script([
            fails(ErrorKind::Connect),
            fails(ErrorKind::Connect),
            Act::AcceptThenFail(error(ErrorKind::ServerError)),
        ])
        .lookup([]);
    let receipt = retried(&provider, &defaults(), request()).await.unwrap();
    assert_eq!((receipt.attempts, provider.lookups()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn an_earlier_doubt_keeps_later_errors_doubtful() {
    for last in [ErrorKind::Connect, ErrorKind::Refused] {
        let provider = ScriptedProvider::new()
            .script([fails(ErrorKind::ServerError)])
            .otherwise(fails(last));
        let request = request();
        let failed = retried(&provider, &defaults(), request.clone())
            .await
            .unwrap_err();
        assert_eq!(
            (failed.kind(), failed.certainty()),
            (last, Certainty::MaybeSent)
        );
        assert_eq!(request.trail().doubt(), Some(Doubt::ServerError));
    }
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_asked_about_whoever_has_to_act() {
    let odd = error(ErrorKind::BadAnswer).with_class(sms_framework::Class::Account);
    let provider = ScriptedProvider::new()
        .script([Act::AcceptThenFail(odd)])
        .lookup([]);
    assert!(retried(&provider, &defaults(), request()).await.is_ok());
    assert_eq!(provider.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_panics_or_hangs_is_a_fault_with_its_name() {
    let provider = ScriptedProvider::new().script([Act::Panic, Act::Hang]);
    let panicked = adapter(&provider).oneshot(request()).await.unwrap_err();
    assert_eq!(panicked.to_string(), "fake: the provider plugin panicked");
    assert_eq!(
        (panicked.code(), panicked.certainty()),
        ("PROVIDER_FAULT", Certainty::MaybeSent)
    );
    let began = Instant::now();
    let hung = adapter(&provider).oneshot(request()).await.unwrap_err();
    assert_eq!(
        hung.to_string(),
        "fake: the provider plugin did not return within send.attempt_timeout (35s)"
    );
    assert_eq!(
        (hung.code(), hung.certainty()),
        ("PROVIDER_FAULT", Certainty::MaybeSent)
    );
    assert_eq!(began.elapsed(), ATTEMPT_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_a_fault_and_nobody_knows_what_became_of_the_message() {
    let nonsense = [
        (Acceptance::new(""), "gave the message an id that is none"),
        (
            Acceptance::new("a\nb"),
            "gave the message an id that is none",
        ),
        (
            Acceptance::new("x".repeat(600)),
            "gave the message an id that is none",
        ),
        (
            Acceptance::new("m-1").with_state(MessageState::Rejected),
            "took the message and says that it is rejected",
        ),
    ];
    for (acceptance, what) in nonsense {
        let provider = ScriptedProvider::new().script([Act::AcceptAs(acceptance)]);
        let error = adapter(&provider).oneshot(request()).await.unwrap_err();
        let seen = (error.to_string(), error.code(), error.certainty());
        let words = format!("fake: the provider plugin {what}");
        assert_eq!(seen, (words, "PROVIDER_FAULT", Certainty::MaybeSent));
    }
    // Many ids, and none at all, are no nonsense: vendors split, and some name nothing.
    for ids in [vec![], vec!["a", "b", "c"]] {
        let acceptance = Acceptance::of_parts(ids.clone());
        let provider = ScriptedProvider::new().script([Act::AcceptAs(acceptance)]);
        let receipt = adapter(&provider).oneshot(request()).await.unwrap();
        let named = receipt
            .provider_message_id
            .iter()
            .chain(&receipt.more_provider_message_ids);
        assert_eq!(Vec::from_iter(named), ids);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_a_plugins_to_give_is_a_fault_whose_certainty_stands() {
    let not_its_own = Error::new(ErrorKind::RateLimited, "slow down");
    let provider = ScriptedProvider::new().script([Act::Fail(not_its_own)]);
    let error = adapter(&provider).oneshot(request()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake: the provider plugin gave an error that is not its own: slow down (RATE_LIMITED)"
    );
    assert_eq!(
        (error.code(), error.certainty()),
        ("PROVIDER_FAULT", Certainty::NotSent)
    );
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_ours_alone_is_read_as_accepted() {
    let queued_there = Acceptance::new("fake-9").with_state(MessageState::Queued);
    let provider = ScriptedProvider::new()
        .script([Act::Hang])
        .lookup([Finding::These(vec![queued_there])]);
    let receipt = retried(&provider, &defaults(), request()).await.unwrap();
    assert_eq!(receipt.status, MessageState::Accepted);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed() {
    let began = Instant::now();
    let busy = error(ErrorKind::ProviderThrottled).with_retry_after(Duration::from_secs(7));
    let provider = ScriptedProvider::new().script([Act::Fail(busy)]);
    retried(&provider, &defaults(), request()).await.unwrap();
    assert_eq!(times(&provider, began), [millis(0), millis(7000)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    for wait in [DEADLINE + millis(1), Duration::MAX] {
        let began = Instant::now();
        let busy = error(ErrorKind::ProviderThrottled).with_retry_after(wait);
        let provider = ScriptedProvider::new().otherwise(Act::Fail(busy));
        let failed = retried(&provider, &defaults(), request())
            .await
            .unwrap_err();
        assert_eq!(failed.code(), "PROVIDER_THROTTLED");
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn no_further_attempt_starts_after_the_deadline_not_even_for_want_of_a_slot() {
    let began = Instant::now();
    let mut limit = RateLimitSettings::default();
    limit.rate = 0.01; // a slot every 100 s
    limit.burst = 1;
    limit.max_wait = Duration::from_secs(3600);
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
    let results = paced(&provider, &limit, vec![request()]).await;
    assert_eq!(results[0].as_ref().unwrap_err().code(), "CONNECT");
    assert_eq!(provider.calls().len(), 1);
    assert!(began.elapsed() <= DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_outlasts_the_deadline_ends_the_send() {
    let slow = Act::Fail(error(ErrorKind::ServerError)).after(Duration::from_secs(30));
    let mut settings = defaults();
    settings.max_attempts = 9;
    let provider = ScriptedProvider::new()
        .otherwise(slow)
        .lookup_otherwise(Finding::Nothing);
    let began = Instant::now();
    let failed = retried(&provider, &settings, request()).await.unwrap_err();
    assert_eq!(failed.certainty(), Certainty::MaybeSent);
    let last = provider.calls().last().unwrap().at;
    assert!(last - began <= DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_takes_a_slot_of_its_own() {
    let began = Instant::now();
    let mut limit = RateLimitSettings::default();
    limit.rate = 1.0;
    limit.burst = 1;
    let provider =
        ScriptedProvider::new().script([fails(ErrorKind::Connect), fails(ErrorKind::Connect)]);
    let results = paced(&provider, &limit, vec![request()]).await;
    assert!(results[0].is_ok());
    assert_eq!(
        times(&provider, began),
        [millis(0), millis(1000), millis(2000)]
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_slot_in_time_the_last_error_stands() {
    let mut limit = RateLimitSettings::default();
    limit.rate = 0.1;
    limit.burst = 1;
    limit.max_wait = millis(100);
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::ServerError));
    let keeper = keeper(&limit);
    let policy = policy(&provider, &defaults(), None).with_slots(Arc::clone(&keeper));
    keeper.slot(request().message()).await.unwrap();
    let service = RetryLayer::new(policy).layer(adapter(&provider));
    let failed = service.oneshot(request()).await.unwrap_err();
    assert_eq!((failed.code(), provider.calls().len()), ("SERVER_ERROR", 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Full jitter: before attempt n + 1 a time between zero and min(cap, base · 2ⁿ⁻¹).
    #[test]
    fn the_back_off_stays_within_its_bounds(base in 1_u64..2_000, cap in 1_u64..20_000, attempts in 2_u32..8) {
        let cap = cap.max(base);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let waits = runtime.block_on(async {
            let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
            let mut settings = defaults();
            settings.max_attempts = attempts;
            settings.base = millis(base);
            settings.cap = millis(cap);
            let policy: RetryPolicy = RetryPolicy::new(settings, Duration::from_secs(3600));
            let _failed = RetryLayer::new(policy).layer(adapter(&provider)).oneshot(request()).await;
            let calls = provider.calls();
            calls.windows(2).map(|pair| pair[1].at - pair[0].at).collect::<Vec<_>>()
        });
        prop_assert_eq!(waits.len(), attempts as usize - 1);
        for (doublings, wait) in waits.iter().enumerate() {
            // tokio wakes sleepers at whole milliseconds.
            let longest = millis((base << doublings).min(cap)) + millis(1);
            prop_assert!(*wait <= longest, "{wait:?} is longer than {longest:?}");
        }
    }
}
