//! Another attempt, only where it cannot double the message.

use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, Ready, ready};
use tower::retry::{Policy, Retry as TowerRetry};
use tower::{Layer, Service};

use super::lookup::Inquiry;
use super::{SendRequest, SlotKeeper};
use crate::config::RetrySettings;
use crate::error::{Certainty, Error};
use crate::limiter::{Clock, SystemClock};
use crate::message::Receipt;

/// Decides, after every failed attempt, what may follow it.
///
/// | the attempt ended | what follows |
/// |---|---|
/// | `NotSent`, transient or throttled | another attempt after the back-off, or after what `Retry-After` asks |
/// | `NotSent` that time does not cure, or `Rejected` | nothing |
/// | `MaybeSent` and the provider can be asked | it is asked: found → settled with that receipt |
/// | … not found, after a 5xx *answer* | another attempt, or held under `after_server_error = "hold"` |
/// | … it cannot be asked, after a 5xx *answer* | held, or another attempt under `after_server_error = "resend"` |
/// | … not found (or it cannot be asked), after *no answer* | nothing: the message stays unknown |
///
/// Back-off is exponential with full jitter: before attempt *n* + 1 a time between zero and
/// min(`cap`, `base` · 2ⁿ⁻¹). No further attempt starts after the deadline, and each takes a slot of
/// its own: where there is none before the deadline, the last error stands.
pub struct RetryPolicy<C: Clock = SystemClock>(Arc<Rules<C>>);

struct Rules<C: Clock> {
    settings: RetrySettings,
    deadline: Duration,
    keeper: Option<Arc<SlotKeeper<C>>>,
    inquiry: Option<Inquiry>,
    jitter: Jitter,
}

/// Picks a time between zero and the given one.
type Jitter = Arc<dyn Fn(Duration) -> Duration + Send + Sync>;

impl<C: Clock> RetryPolicy<C> {
    /// A policy that starts no attempt later than `deadline` after the start of the send.
    #[must_use]
    pub fn new(settings: RetrySettings, deadline: Duration) -> Self {
        Self(Arc::new(Rules {
            settings,
            deadline,
            keeper: None,
            inquiry: None,
            jitter: Arc::new(|longest| longest.mul_f64(fastrand::f64())),
        }))
    }

    /// Charges every further attempt to `keeper`, as the first one was.
    #[must_use]
    pub fn with_slots(self, keeper: Arc<SlotKeeper<C>>) -> Self {
        self.change(|rules| rules.keeper = Some(keeper))
    }

    /// Asks the provider where an attempt may have been accepted.
    #[must_use]
    pub fn with_inquiry(self, inquiry: Inquiry) -> Self {
        self.change(|rules| rules.inquiry = Some(inquiry))
    }

    /// Replaces the jitter, for tests that want exact times.
    #[must_use]
    pub fn with_jitter(
        self,
        jitter: impl Fn(Duration) -> Duration + Send + Sync + 'static,
    ) -> Self {
        self.change(|rules| rules.jitter = Arc::new(jitter))
    }

    fn change(self, change: impl FnOnce(&mut Rules<C>)) -> Self {
        let mut rules = Arc::try_unwrap(self.0).unwrap_or_else(|shared| shared.copy());
        change(&mut rules);
        Self(Arc::new(rules))
    }
}

impl<C: Clock> Clone for RetryPolicy<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: Clock> std::fmt::Debug for RetryPolicy<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("settings", &self.0.settings)
            .field("deadline", &self.0.deadline)
            .field("asks", &self.0.inquiry.is_some())
            .finish_non_exhaustive()
    }
}

/// What follows a failed attempt.
enum Next {
    GiveUp,
    /// Wait, take a slot, try again.
    Again(Duration),
    /// Wait, ask; what follows depends on the answer.
    Ask(Duration),
}

impl<C: Clock> Rules<C> {
    fn copy(&self) -> Self {
        Self {
            settings: self.settings.clone(),
            deadline: self.deadline,
            keeper: self.keeper.clone(),
            inquiry: self.inquiry.clone(),
            jitter: Arc::clone(&self.jitter),
        }
    }

    fn next(&self, error: &Error, request: &SendRequest) -> Next {
        let left = request.attempt() < self.settings.max_attempts;
        let wait = (self.jitter)(self.longest_backoff(request.attempt()))
            .max(error.retry_after().unwrap_or_default());
        if wait > self.time_left(request) {
            return Next::GiveUp;
        }
        match error.certainty() {
            Certainty::NotSent if left && error.is_transient() => Next::Again(wait),
            Certainty::MaybeSent if self.inquiry.is_some() => Next::Ask(wait),
            Certainty::MaybeSent if left && self.may_resend(error) => Next::Again(wait),
            _ => Next::GiveUp,
        }
    }

    fn time_left(&self, request: &SendRequest) -> Duration {
        self.deadline.saturating_sub(request.started().elapsed())
    }

    /// An answer with a server error is weak evidence that it was not taken: enough under `resend`.
    fn may_resend(&self, error: &Error) -> bool {
        error.is_server_answer()
            && error.is_transient()
            && self
                .settings
                .after_server_error
                .allows(self.inquiry.is_some())
    }

    fn longest_backoff(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.settings
            .base
            .saturating_mul(1 << doublings)
            .min(self.settings.cap)
    }

    /// The verdict that ends the send without another call; `None` lets the next attempt go.
    async fn inquire(&self, request: &SendRequest, error: Error) -> Option<Result<Receipt, Error>> {
        let inquiry = self.inquiry.as_ref()?;
        match inquiry
            .ask(request.message(), request.trail().calls())
            .await
        {
            Ok(Some(receipt)) => Some(Ok(receipt)),
            Ok(None) => {
                request.trail().asked_in_vain();
                let again =
                    self.may_resend(&error) && request.attempt() < self.settings.max_attempts;
                (!again).then_some(Err(error))
            }
            // Without an answer to the question there is no evidence at all.
            Err(_) => Some(Err(error)),
        }
    }

    /// The next attempt pays like the first; without time or a slot in time the last error stands.
    async fn take_slot(
        &self,
        request: &SendRequest,
        error: Error,
    ) -> Option<Result<Receipt, Error>> {
        if self.time_left(request).is_zero() {
            return Some(Err(error));
        }
        let keeper = self.keeper.as_ref()?;
        // A round from the queue stands in line again: else each retry would reserve ahead of the room.
        let turn = keeper.turn_of(request).await;
        let left = self.time_left(request);
        let slot = keeper.take(request.message(), left, turn).await;
        slot.err().map(|_refused| Err(error))
    }
}

impl<C: Clock> Policy<SendRequest, Receipt, Error> for RetryPolicy<C> {
    type Future = BoxFuture<'static, ()>;

    fn retry(
        &mut self,
        request: &mut SendRequest,
        result: &mut Result<Receipt, Error>,
    ) -> Option<Self::Future> {
        let error = result.as_ref().err()?.clone();
        let next = if request.is_settled() {
            Next::GiveUp
        } else {
            // The service below may be anybody's: what it answered is noted here too.
            request.trail().call_ended(request.message(), result);
            self.0.next(&error, request)
        };
        let (wait, ask) = match next {
            Next::GiveUp => {
                *result = Err(final_error(error, request));
                return None;
            }
            Next::Again(wait) => (wait, false),
            Next::Ask(wait) => (wait, true),
        };
        let verdict = Arc::new(OnceLock::new());
        let asked = request.clone();
        request.verdict = Some(Arc::clone(&verdict));
        request.next_attempt();
        let rules = Arc::clone(&self.0);
        Some(Box::pin(async move {
            tokio::time::sleep(wait).await;
            let mut settled = if ask {
                rules.inquire(&asked, error.clone()).await
            } else {
                None
            };
            if settled.is_none() {
                settled = rules.take_slot(&asked, error).await;
            }
            if let Some(settled) = settled {
                let _first = verdict.set(settled);
            }
        }))
    }

    fn clone_request(&mut self, request: &SendRequest) -> Option<SendRequest> {
        Some(request.clone())
    }
}

/// The last error may be sure that *it* did not send; an earlier attempt may not be.
fn final_error(error: Error, request: &SendRequest) -> Error {
    let tries = request.attempt() - u32::from(request.is_settled());
    let error = error.with_attempts(request.trail().calls().max(tries));
    match request.trail().doubt() {
        Some(_) => error.with_certainty(Certainty::MaybeSent),
        None => error,
    }
}

/// Repeats the service below under a [`RetryPolicy`].
///
/// Built on [`tower::retry`]. It keeps no message back, changes no order between messages, and may
/// be dropped at any wait; an attempt under way is the [`Log`](super::Log) layer's to finish.
#[derive(Debug, Clone)]
pub struct RetryLayer<C: Clock = SystemClock>(RetryPolicy<C>);

impl<C: Clock> RetryLayer<C> {
    /// A layer that repeats under `policy`.
    #[must_use]
    pub fn new(policy: RetryPolicy<C>) -> Self {
        Self(policy)
    }
}

impl<S, C: Clock> Layer<S> for RetryLayer<C> {
    type Service = Retry<S, C>;

    fn layer(&self, inner: S) -> Self::Service {
        TowerRetry::new(self.0.clone(), Settled(inner))
    }
}

/// The service of [`RetryLayer`].
pub type Retry<S, C = SystemClock> = TowerRetry<RetryPolicy<C>, Settled<S>>;

/// Ends a send that the policy settled while it waited; every other attempt goes through.
#[derive(Debug, Clone)]
pub struct Settled<S>(S);

impl<S> Service<SendRequest> for Settled<S>
where
    S: Service<SendRequest, Response = Receipt, Error = Error>,
{
    type Response = Receipt;
    type Error = Error;
    type Future = Either<Ready<Result<Receipt, Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: SendRequest) -> Self::Future {
        match request.verdict.as_ref().and_then(|verdict| verdict.get()) {
            Some(settled) => Either::Left(ready(settled.clone())),
            None => Either::Right(self.0.call(request)),
        }
    }
}
