//! One record for each attempt, and an end for attempts whose caller went away.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use jiff::Timestamp;
use tokio::time::Instant;
use tower::{Layer, Service};

use super::SendRequest;
use crate::error::Error;
use crate::message::Receipt;
use crate::store::{Attempt, ErrorNote, Outcome};

/// Where attempts are recorded. Neither call may block, wait or fail.
pub trait AttemptLog: Send + Sync + 'static {
    /// An attempt ended.
    fn record(&self, attempt: Attempt);

    /// An attempt ended whose caller had dropped the send: nobody else hears of this result.
    fn abandoned(&self, request: &SendRequest, result: Result<Receipt, Error>);
}

/// Records every attempt of the service below.
///
/// It changes neither order nor errors. A send that is dropped while its attempt is under way is
/// not cut off, for the provider may have taken it: the attempt runs to its end on the runtime, and
/// [`AttemptLog::abandoned`] hears how it ended.
#[derive(Clone)]
pub struct LogLayer {
    log: Arc<dyn AttemptLog>,
    provider: Arc<str>,
    simulated: bool,
}

impl LogLayer {
    /// A layer that records into `log` what happens at the provider called `provider`.
    #[must_use]
    pub fn new(log: Arc<dyn AttemptLog>, provider: &str, simulated: bool) -> Self {
        Self {
            log,
            provider: provider.into(),
            simulated,
        }
    }
}

impl std::fmt::Debug for LogLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogLayer")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for LogLayer {
    type Service = Log<S>;

    fn layer(&self, inner: S) -> Log<S> {
        let recorder = Recorder {
            log: Arc::clone(&self.log),
            provider: Arc::clone(&self.provider),
            simulated: self.simulated,
        };
        Log { recorder, inner }
    }
}

/// The service of [`LogLayer`].
#[derive(Debug, Clone)]
pub struct Log<S> {
    recorder: Recorder,
    inner: S,
}

#[derive(Clone)]
struct Recorder {
    log: Arc<dyn AttemptLog>,
    provider: Arc<str>,
    simulated: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl<S> Service<SendRequest> for Log<S>
where
    S: Service<SendRequest, Response = Receipt, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = Receipt;
    type Error = Error;
    type Future = LoggedAttempt<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: SendRequest) -> Self::Future {
        let call = Box::pin(self.inner.call(request.clone()));
        LoggedAttempt(Some(Attempting {
            call,
            request,
            recorder: self.recorder.clone(),
            began: None,
        }))
    }
}

/// The future of [`Log`].
#[must_use = "futures do nothing unless polled"]
pub struct LoggedAttempt<F: Future<Output = Result<Receipt, Error>> + Send + 'static>(
    Option<Attempting<F>>,
);

struct Attempting<F> {
    call: Pin<Box<F>>,
    request: SendRequest,
    recorder: Recorder,
    /// Set with the first poll: before it, the provider has not seen the message.
    began: Option<(Timestamp, Instant)>,
}

impl<F: Future<Output = Result<Receipt, Error>>> Attempting<F> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (started_at, began) = *self
            .began
            .get_or_insert_with(|| (Timestamp::now(), Instant::now()));
        let result = ready!(self.call.as_mut().poll(cx));
        self.recorder
            .record(&self.request, started_at, began, &result);
        Poll::Ready(result)
    }
}

impl<F: Future<Output = Result<Receipt, Error>> + Send + 'static> Future for LoggedAttempt<F> {
    type Output = Result<Receipt, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let attempting = self.0.as_mut().expect("polled after it was ready");
        let result = ready!(attempting.poll(cx));
        self.0 = None;
        Poll::Ready(result)
    }
}

impl<F: Future<Output = Result<Receipt, Error>> + Send + 'static> Drop for LoggedAttempt<F> {
    fn drop(&mut self) {
        let Some(mut attempting) = self
            .0
            .take()
            .filter(|attempting| attempting.began.is_some())
        else {
            return;
        };
        attempting.request.trail().abandon();
        // Without a runtime there is nothing to run it on: the row's lease tells the rest.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let result = std::future::poll_fn(|cx| attempting.poll(cx)).await;
                attempting
                    .recorder
                    .log
                    .abandoned(&attempting.request, result);
            });
        }
    }
}

impl<F: Future<Output = Result<Receipt, Error>> + Send + 'static> std::fmt::Debug
    for LoggedAttempt<F>
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoggedAttempt").finish_non_exhaustive()
    }
}

impl Recorder {
    fn record(
        &self,
        request: &SendRequest,
        started_at: Timestamp,
        began: Instant,
        result: &Result<Receipt, Error>,
    ) {
        let duration = began.elapsed();
        let outcome = if result.is_ok() {
            Outcome::Accepted
        } else {
            Outcome::Failed
        };
        metrics::histogram!(
            "sms_attempt_seconds",
            "provider" => Arc::clone(&self.provider),
            "outcome" => outcome.as_str()
        )
        .record(duration);
        let error = result.as_ref().err();
        match error {
            None => {
                tracing::debug!(message_id = %request.message().id(), provider = %self.provider, attempt = request.attempt(), ?duration, "accepted")
            }
            Some(error) => {
                tracing::warn!(message_id = %request.message().id(), attempt = request.attempt(), code = error.code(), certainty = %error.certainty(), ?duration, "{error}")
            }
        }
        self.log.record(Attempt {
            message_id: request.message().id(),
            number: request.attempt(),
            provider: self.provider.as_ref().to_owned(),
            started_at,
            duration,
            outcome,
            error: error.map(ErrorNote::from),
            http_status: error.and_then(Error::http_status),
            provider_message_id: result
                .as_ref()
                .ok()
                .and_then(|receipt| receipt.provider_message_id.clone()),
            simulated: self.simulated,
        });
    }
}
