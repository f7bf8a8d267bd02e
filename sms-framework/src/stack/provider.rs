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
/// A plugin that panics, hangs or returns nonsense takes nothing down: each becomes `PROVIDER_FAULT`
/// with the provider's name, and the message is `MaybeSent` unless the plugin's own error says more.
/// A plugin that blocks the thread cannot be cut off from outside; it must not.
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
        let answer = bounded(call, self.timeout).await;
        let result = match answer.and_then(sane).map_err(sane_error) {
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
        request.trail().call_ended(message, &result);
        result
    }
}

/// What no vendor says: then the plugin made it up, and nobody knows what became of the message.
fn sane(acceptance: Acceptance) -> Result<Acceptance, Error> {
    /// Vendors' ids have some 40 characters.
    const LONGEST_ID: usize = 512;
    let odd = |id: &String| {
        id.trim().is_empty() || id.len() > LONGEST_ID || id.contains(char::is_control)
    };
    let state = acceptance.state;
    let what = if acceptance.provider_message_ids.iter().any(odd) {
        "the provider plugin gave the message an id that is none".to_owned()
    } else if state.is_final()
        && state != MessageState::Delivered
        && state != MessageState::Undelivered
    {
        format!("the provider plugin took the message and says that it is {state}")
    } else {
        return Ok(acceptance);
    };
    Err(Error::new(ErrorKind::ProviderFault, what))
}

/// Kinds that only the framework has reason to use; what they say about the message stands.
fn sane_error(error: Error) -> Error {
    let ours = matches!(
        error.kind(),
        ErrorKind::RateLimited
            | ErrorKind::DeadlineExceeded
            | ErrorKind::Canceled
            | ErrorKind::Template
            | ErrorKind::NoRoute
            | ErrorKind::Storage
            | ErrorKind::WebhookRefused
            | ErrorKind::BadWebhook
    );
    if !ours {
        return error;
    }
    let what = format!(
        "the provider plugin gave an error that is not its own: {} ({})",
        error.message(),
        error.code()
    );
    Error::new(ErrorKind::ProviderFault, what)
        .with_certainty(error.certainty())
        .with_class(error.class())
}

/// Runs a plugin's code: a panic and a call that does not return become `PROVIDER_FAULT`.
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
            ErrorKind::ProviderFault,
            format!(
                "the provider plugin did not return within send.attempt_timeout ({})",
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
        path: Vec::new(),
    }
}

/// `queued` and the like are words for our own side: what a vendor has accepted no longer waits here.
fn taken(state: MessageState) -> MessageState {
    match state {
        MessageState::Scheduled
        | MessageState::Queued
        | MessageState::Sending
        | MessageState::Unknown => MessageState::Accepted,
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
