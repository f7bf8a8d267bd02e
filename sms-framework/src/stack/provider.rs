//! The bottom of the stack: a [`Provider`](crate::provider::Provider) as a tower service.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tower::Service;

use super::SendRequest;
use crate::config::duration;
use crate::error::{Error, ErrorKind};
use crate::message::{Acceptance, MessageState, Outbound, Receipt};
use crate::provider::DynProvider;

/// Calls the provider once for each request, within a time limit.
///
/// A plugin that panics or hangs takes nothing down: the panic becomes `PROVIDER_FAULT`, the
/// silence `NO_ANSWER`, both `MaybeSent`.
#[derive(Debug, Clone)]
pub struct ProviderService {
    provider: DynProvider,
    id: Arc<str>,
    timeout: Duration,
    simulated: bool,
}

impl ProviderService {
    /// A service around `provider`, called `id` in the configuration.
    #[must_use]
    pub fn new(id: &str, provider: DynProvider, timeout: Duration) -> Self {
        let simulated = provider.capabilities().simulated;
        Self {
            provider,
            id: id.into(),
            timeout,
            simulated,
        }
    }

    async fn attempt(self, request: SendRequest) -> Result<Receipt, Error> {
        let message = request.message();
        request.trail().call_begins();
        // Inside a block of its own, for a plugin may panic before it has made its future.
        let call = async { self.provider.send(message).await };
        let result = match bounded(call, self.timeout).await {
            Ok(acceptance) => Ok(receipt(
                message,
                &self.id,
                acceptance,
                self.simulated,
                request.attempt(),
            )),
            Err(error) => Err(error
                .with_provider(&self.id)
                .with_attempts(request.attempt())),
        };
        request.trail().call_ended(&result);
        result
    }
}

/// Runs a plugin's code: a panic becomes `PROVIDER_FAULT`, silence `NO_ANSWER`.
pub(super) async fn bounded<T>(
    call: impl Future<Output = Result<T, Error>>,
    timeout: Duration,
) -> Result<T, Error> {
    let call = AssertUnwindSafe(call).catch_unwind();
    match tokio::time::timeout(timeout, call).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panic)) => Err(Error::new(
            ErrorKind::ProviderFault,
            "the provider plugin panicked",
        )),
        Err(_elapsed) => Err(Error::new(
            ErrorKind::NoAnswer,
            format!(
                "no answer within send.attempt_timeout ({})",
                duration::format(timeout)
            ),
        )),
    }
}

/// What the caller is told of a provider's acceptance.
pub(crate) fn receipt(
    message: &Outbound,
    provider: &str,
    acceptance: Acceptance,
    simulated: bool,
    attempts: u32,
) -> Receipt {
    let mut ids = acceptance.provider_message_ids.into_iter();
    Receipt {
        id: message.id(),
        status: taken(acceptance.state),
        provider: provider.to_owned(),
        provider_message_id: ids.next(),
        more_provider_message_ids: ids.collect(),
        provider_status: acceptance.provider_status,
        provider_code: acceptance.provider_code,
        simulated,
        to: *message.to(),
        from: message.from().cloned(),
        segments: acceptance
            .segments
            .filter(|count| *count > 0)
            .unwrap_or(message.segments().count),
        encoding: message.segments().encoding,
        attempts,
        accepted_at: Timestamp::now(),
    }
}

/// `queued` and the like are words for our own side: what a vendor has accepted no longer waits here.
fn taken(state: MessageState) -> MessageState {
    match state {
        MessageState::Queued | MessageState::Sending | MessageState::Unknown => {
            MessageState::Accepted
        }
        its_own => its_own,
    }
}

impl Service<SendRequest> for ProviderService {
    type Response = Receipt;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Receipt, Error>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: SendRequest) -> Self::Future {
        self.clone().attempt(request).boxed()
    }
}
