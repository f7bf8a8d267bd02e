use std::sync::{Arc, Mutex};
use std::time::Duration;

use sms_framework::config::RetrySettings;
use sms_framework::stack::{AttemptLog, LogLayer, RetryLayer, SendRequest};
use sms_framework::store::{Attempt, Outcome};
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{Error, ErrorKind, Receipt};
use tower::{Layer, ServiceBuilder, ServiceExt};

use super::support::{adapter, error, millis, policy, request};

#[derive(Debug, Default)]
struct Kept {
    attempts: Mutex<Vec<Attempt>>,
    abandoned: Mutex<Vec<Result<Receipt, Error>>>,
}

impl AttemptLog for Kept {
    fn record(&self, attempt: Attempt) {
        self.attempts.lock().unwrap().push(attempt);
    }

    fn abandoned(&self, _request: &SendRequest, result: Result<Receipt, Error>) {
        self.abandoned.lock().unwrap().push(result);
    }
}

#[tokio::test(start_paused = true)]
async fn one_record_an_attempt_with_number_duration_outcome_and_code() {
    let refused = error(ErrorKind::ProviderThrottled)
        .with_provider_code(20429)
        .with_http_status(429);
    let provider = ScriptedProvider::new().script([
        Act::Fail(refused).after(millis(20)),
        Act::Accept.after(millis(30)),
    ]);
    let kept = Arc::new(Kept::default());
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(policy(
            &provider,
            &RetrySettings::default(),
            None,
        )))
        .layer(LogLayer::new(Arc::clone(&kept) as _, "fake", true))
        .service(adapter(&provider));
    let request = request();
    service.oneshot(request.clone()).await.unwrap();

    let attempts = kept.attempts.lock().unwrap();
    let [first, second] = attempts.as_slice() else {
        panic!("two attempts, not {}", attempts.len());
    };
    assert_eq!(
        (first.number, first.duration, first.outcome),
        (1, millis(20), Outcome::Failed)
    );
    let note = first.error.as_ref().unwrap();
    assert_eq!(note.code, "PROVIDER_THROTTLED");
    assert_eq!(note.provider_code.as_deref(), Some("20429"));
    assert_eq!(first.http_status, Some(429));
    assert_eq!(
        (second.number, second.duration, second.outcome),
        (2, millis(30), Outcome::Accepted)
    );
    assert_eq!(second.provider_message_id.as_deref(), Some("fake-2"));
    assert_eq!(second.error, None);
    assert!(second.simulated);
    assert_eq!(second.message_id, request.message().id());
    assert!(kept.abandoned.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_caller_went_away_runs_to_its_end() {
    let provider = ScriptedProvider::new().script([Act::Accept.after(millis(50))]);
    let kept = Arc::new(Kept::default());
    let service = LogLayer::new(Arc::clone(&kept) as _, "fake", false).layer(adapter(&provider));
    let request = request();
    let dropped = tokio::time::timeout(millis(10), service.oneshot(request.clone())).await;
    assert!(dropped.is_err());
    assert!(request.trail().is_abandoned());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(provider.accepted(), 1);
    assert_eq!(kept.attempts.lock().unwrap().len(), 1);
    assert!(matches!(kept.abandoned.lock().unwrap().as_slice(), [Ok(_)]));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_never_begun_is_dropped_without_a_trace() {
    let provider = ScriptedProvider::new();
    let kept = Arc::new(Kept::default());
    let service = LogLayer::new(Arc::clone(&kept) as _, "fake", false).layer(adapter(&provider));
    drop(service.oneshot(request()));
    tokio::time::sleep(millis(10)).await;
    assert!(provider.calls().is_empty());
    assert!(kept.attempts.lock().unwrap().is_empty());
}
