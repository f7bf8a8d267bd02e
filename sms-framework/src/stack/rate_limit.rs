//! A slot before every call: nothing leaves faster than the limit allows.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tower::{Layer, Service};

use super::SendRequest;
use crate::config::{RateLimitSettings, Unit};
use crate::error::{Error, ErrorKind};
use crate::limiter::{Clock, KeyedLimiter, Quota, Refused, SystemClock, Usage};
use crate::message::{Outbound, Receipt, Sender};

/// Hands out slots, one sender at a time; shared by the layer and the retry policy, so that every
/// attempt is charged to the same account.
///
/// The wait is a tokio sleep; the time is read from an injected [`Clock`].
pub struct SlotKeeper<C: Clock = SystemClock> {
    limiter: KeyedLimiter<Option<Sender>, C>,
    provider: Arc<str>,
    unit: Unit,
    max_wait: Duration,
}

impl SlotKeeper {
    /// The limit of `settings` for the provider called `provider`, on the system's clock.
    ///
    /// # Errors
    /// `CONFIG`: rate, burst and initial do not make a limit.
    pub fn new(provider: &str, settings: &RateLimitSettings) -> Result<Self, Error> {
        Self::with_clock(provider, settings, SystemClock::new())
    }
}

impl<C: Clock> SlotKeeper<C> {
    /// The same on another clock.
    ///
    /// # Errors
    /// `CONFIG`: rate, burst and initial do not make a limit.
    pub fn with_clock(
        provider: &str,
        settings: &RateLimitSettings,
        clock: C,
    ) -> Result<Self, Error> {
        let quota = Quota::new(settings.rate, settings.burst, settings.initial)?;
        Ok(Self {
            limiter: KeyedLimiter::with_clock(quota, clock),
            provider: provider.into(),
            unit: settings.unit,
            max_wait: settings.max_wait,
        })
    }

    /// Waits for the slot of `message`. Dropped before the slot's time, it gives the slot back
    /// where no later one was taken.
    ///
    /// # Errors
    /// `RATE_LIMITED`: the slot lies beyond `max_wait`; it was not taken, and the error tells when
    /// to come back.
    pub async fn slot(&self, message: &Outbound) -> Result<(), Error> {
        self.slot_within(message, self.max_wait).await
    }

    /// The same for a caller who waits no longer than `longest`, nor than `max_wait`.
    ///
    /// # Errors
    /// `RATE_LIMITED`, as [`slot`](Self::slot).
    pub async fn slot_within(&self, message: &Outbound, longest: Duration) -> Result<(), Error> {
        let cost = match self.unit {
            Unit::Message => 1,
            Unit::Segment => message.segments().count,
        };
        let reserved = self
            .limiter
            .reserve(&message.from, cost, longest.min(self.max_wait));
        let slot = reserved.map_err(|refused| self.refused(refused))?;
        let wait = slot.wait();
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        slot.commit();
        metrics::histogram!("sms_limiter_wait_seconds", "provider" => Arc::clone(&self.provider))
            .record(wait);
        // Of the sender that took the last slot: most programs have one.
        metrics::gauge!("sms_limiter_tokens", "provider" => Arc::clone(&self.provider))
            .set(self.limiter.tokens(&message.from));
        Ok(())
    }

    /// How it is used: the tokens of the sender that has fewest, sends waiting, sends refused.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.limiter.usage()
    }

    fn refused(&self, refused: Refused) -> Error {
        metrics::counter!("sms_limiter_refused_total", "provider" => Arc::clone(&self.provider))
            .increment(1);
        Error::from(refused).with_provider(&self.provider)
    }
}

impl<C: Clock> std::fmt::Debug for SlotKeeper<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SlotKeeper")
            .field("provider", &self.provider)
            .field("unit", &self.unit)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}

/// Makes every call wait for its slot.
///
/// Sends pass in the order in which they were called. It is always ready when the service below
/// is; the wait is in the future of the call, which may be dropped at any time.
#[derive(Debug)]
pub struct RateLimitLayer<C: Clock = SystemClock>(Option<Arc<SlotKeeper<C>>>);

impl<C: Clock> Clone for RateLimitLayer<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C: Clock> RateLimitLayer<C> {
    /// A layer that takes its slots from `keeper`.
    #[must_use]
    pub fn new(keeper: Arc<SlotKeeper<C>>) -> Self {
        Self(Some(keeper))
    }

    /// A layer that waits for nothing: `rate_limit.enabled = false`.
    #[must_use]
    pub fn unlimited() -> Self {
        Self(None)
    }
}

impl<S, C: Clock> Layer<S> for RateLimitLayer<C> {
    type Service = RateLimit<S, C>;

    fn layer(&self, inner: S) -> RateLimit<S, C> {
        RateLimit {
            keeper: self.0.clone(),
            inner,
        }
    }
}

/// The service of [`RateLimitLayer`].
#[derive(Debug)]
pub struct RateLimit<S, C: Clock = SystemClock> {
    keeper: Option<Arc<SlotKeeper<C>>>,
    inner: S,
}

impl<S: Clone, C: Clock> Clone for RateLimit<S, C> {
    fn clone(&self) -> Self {
        Self {
            keeper: self.keeper.clone(),
            inner: self.inner.clone(),
        }
    }
}

/// Many wait for slots at once: when the provider is left out, they need not all find out.
fn left_out() -> Error {
    let message = "it was left out while the message waited for its slot";
    Error::new(ErrorKind::NoRoute, message)
}

impl<S, C> Service<SendRequest> for RateLimit<S, C>
where
    S: Service<SendRequest, Response = Receipt, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
    C: Clock,
{
    type Response = Receipt;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Receipt, Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: SendRequest) -> Self::Future {
        // The ready service goes into the future; its fresh clone stays, to be polled again.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let keeper = self.keeper.clone();
        Box::pin(async move {
            if let Some(keeper) = keeper {
                let left = request.latest.map_or(Duration::MAX, |latest| {
                    latest.saturating_duration_since(Instant::now())
                });
                keeper.slot_within(request.message(), left).await?;
            }
            if request.leave.as_ref().is_some_and(|leave| !leave.holds()) {
                return Err(left_out());
            }
            inner.call(request).await
        })
    }
}
