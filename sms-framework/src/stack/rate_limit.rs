//! A slot before every call: nothing leaves faster than the limit allows.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::{SendRequest, SlotKeeper};
use crate::error::{Error, ErrorKind};
use crate::limiter::{Clock, SystemClock};
use crate::message::Receipt;
use crate::route::Leave;

/// Makes every call wait for its slot.
///
/// Sends pass in the order in which they were called, messages of the queue by their priority. It is
/// always ready when the service below
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
fn may_go(request: &SendRequest) -> Result<(), Error> {
    if request.leave.as_ref().is_none_or(Leave::holds) {
        return Ok(());
    }
    let message = "it was left out while the message waited for its slot";
    Err(Error::new(ErrorKind::NoRoute, message))
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
                let turn = keeper.turn_of(&request).await;
                if turn.is_some() {
                    // Those behind need not wait for slots that this one would not use.
                    may_go(&request)?;
                }
                let left = request.time_left();
                keeper.take(request.message(), left, turn).await?;
            }
            may_go(&request)?;
            inner.call(request).await
        })
    }
}

#[cfg(all(test, feature = "testkit"))]
#[path = "rate_limit_queued.rs"]
mod queued;
