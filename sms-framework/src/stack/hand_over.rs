//! The last look before a call: is the message still ours to send, and still worth sending?

use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, Either, Ready, ready};
use tower::{Layer, Service};

use super::{SendRequest, WallClock};
use crate::error::{Error, ErrorKind};
use crate::message::Receipt;
use crate::provider::Validity;

/// Notes who is handed a message.
#[async_trait]
pub(crate) trait Handing: Send + Sync + 'static {
    /// Notes in the message's row that `provider` is called next.
    ///
    /// # Errors
    /// `STORAGE`: the message is somebody else's by now, or nothing could be noted.
    async fn hand_over(&self, request: &SendRequest, provider: &str) -> Result<(), Error>;
}

/// Asks before every call, after its slot was taken: a message whose lease was lost is not sent, nor
/// one whose validity ran out while it waited; what is left of it is what the provider is told. The row
/// says who has the message before the provider hears of it.
#[derive(Clone)]
pub(crate) struct HandOverLayer {
    rows: Arc<dyn Handing>,
    provider: Arc<str>,
    validity: Option<Validity>,
    clock: WallClock,
}

impl HandOverLayer {
    /// A layer that notes calls to `provider`, which holds messages for as long as `validity` says.
    pub(crate) fn new(
        rows: Arc<dyn Handing>,
        provider: &str,
        validity: Option<Validity>,
        clock: WallClock,
    ) -> Self {
        Self {
            rows,
            provider: provider.into(),
            validity,
            clock,
        }
    }

    /// The message with what is left of its validity, at least what the provider takes.
    fn still_valid(&self, request: SendRequest) -> Result<SendRequest, Error> {
        let message = request.message();
        let Some(end) = message.expires_at() else {
            return Ok(request);
        };
        let left = self.clock.now().duration_until(end);
        let Some(left) = std::time::Duration::try_from(left)
            .ok()
            .filter(|left| !left.is_zero())
        else {
            return Err(ran_out());
        };
        let least = self.validity.map(|held| held.shortest).unwrap_or_default();
        let told = left.max(least);
        if message.valid_for() <= Some(told) {
            return Ok(request);
        }
        let message = message.with_validity(told);
        Ok(request.with_message(Arc::new(message)))
    }
}

impl<S> Layer<S> for HandOverLayer {
    type Service = HandOver<S>;

    fn layer(&self, inner: S) -> HandOver<S> {
        HandOver {
            layer: self.clone(),
            inner,
        }
    }
}

/// The service of [`HandOverLayer`].
#[derive(Clone)]
pub(crate) struct HandOver<S> {
    layer: HandOverLayer,
    inner: S,
}

type Refused = Ready<Result<Receipt, Error>>;

impl<S> Service<SendRequest> for HandOver<S>
where
    S: Service<SendRequest, Response = Receipt, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Receipt;
    type Error = Error;
    type Future = Either<Either<Refused, S::Future>, BoxFuture<'static, Result<Receipt, Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: SendRequest) -> Self::Future {
        let refuse = |error| Either::Left(Either::Left(ready(Err(error))));
        let request = match self.layer.still_valid(request) {
            Ok(request) => request,
            Err(ran_out) => return refuse(ran_out),
        };
        match request.trail().right_to_call(&self.layer.provider) {
            RightToCall::Yes => Either::Left(Either::Right(self.inner.call(request))),
            RightToCall::Lost => refuse(lost()),
            RightToCall::Ask => {
                let clone = self.inner.clone();
                let mut inner = std::mem::replace(&mut self.inner, clone);
                let layer = self.layer.clone();
                Either::Right(Box::pin(async move {
                    layer.rows.hand_over(&request, &layer.provider).await?;
                    inner.call(request).await
                }))
            }
        }
    }
}

/// Whether a provider may be called for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RightToCall {
    Yes,
    /// Its row does not say so yet.
    Ask,
    /// It is somebody else's.
    Lost,
}

/// Another worker has it, or it was paused or canceled.
pub(crate) fn lost() -> Error {
    let message =
        "it is not ours to send any more: its lease ran out, or it was paused or canceled";
    Error::new(ErrorKind::Storage, message)
}

/// Nothing was sent of it, and nothing will be.
pub(crate) fn ran_out() -> Error {
    let message = "its validity period ran out before it was sent";
    Error::new(ErrorKind::Expired, message)
}
