//! The layers over a service that is not ours.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use sms_framework::config::{AfterServerError, RetrySettings};
use sms_framework::stack::{RetryLayer, RetryPolicy, SendRequest};
use sms_framework::{Certainty, Error, ErrorKind, Receipt};
use tower::{Layer, ServiceExt, service_fn};

use super::support::{DEADLINE, error, request};

#[tokio::test(start_paused = true)]
async fn a_doubt_that_a_service_of_ones_own_left_is_not_forgotten() {
    let answers = [
        ErrorKind::ServerError,
        ErrorKind::Connect,
        ErrorKind::Connect,
    ]
    .map(error);
    let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
    let service = service_fn(move |_: SendRequest| {
        let answer = answers.lock().unwrap().pop_front().unwrap();
        async move { Err::<Receipt, Error>(answer) }
    });
    let mut settings = RetrySettings::default();
    settings.after_server_error = AfterServerError::Resend;
    let policy: RetryPolicy = RetryPolicy::new(settings, DEADLINE);
    let failed = RetryLayer::new(policy)
        .layer(service)
        .oneshot(request())
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Connect);
    assert_eq!(
        failed.certainty(),
        Certainty::MaybeSent,
        "the first answer was a 5xx"
    );
    assert_eq!(failed.attempts(), 3);
}
