use std::sync::Arc;
use std::time::Duration;

use sms_framework::config::{RateLimitSettings, RetrySettings};
use sms_framework::provider::DynProvider;
use sms_framework::stack::{
    Inquiry, ProviderService, RateLimitLayer, RetryLayer, RetryPolicy, SendRequest, SlotKeeper,
};
use sms_framework::store::{Begun, DynStore, Lease, NewMessage, Store};
use sms_framework::testkit::{MemoryStore, ScriptedProvider, TokioClock, outbound};
use sms_framework::{Error, ErrorKind, Message, Receipt};
use tower::{Layer, ServiceBuilder, ServiceExt};

pub(crate) const TO: &str = "+14155550123";
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(35);
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

pub(crate) fn request() -> SendRequest {
    of(Message::new(TO, "Doors open at eight."))
}

pub(crate) fn of(message: Message) -> SendRequest {
    SendRequest::new(Arc::new(outbound(message)))
}

pub(crate) fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "by script")
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn adapter(provider: &ScriptedProvider) -> ProviderService {
    ProviderService::new("fake", dynamic(provider), ATTEMPT_TIMEOUT)
}

pub(crate) fn dynamic(provider: &ScriptedProvider) -> DynProvider {
    Arc::new(provider.clone())
}

/// A policy that asks where the provider can be asked, believes what the store can note, and always
/// waits the longest back-off.
pub(crate) fn policy(
    provider: &ScriptedProvider,
    settings: &RetrySettings,
    store: Option<DynStore>,
) -> RetryPolicy<TokioClock> {
    let policy = RetryPolicy::new(settings.clone(), DEADLINE).with_jitter(|longest| longest);
    match Inquiry::new("fake", dynamic(provider), store, ATTEMPT_TIMEOUT) {
        Some(inquiry) => policy.with_inquiry(inquiry),
        None => policy,
    }
}

/// Writes the message's row, as the client does before the stack runs.
pub(crate) async fn begin(store: &MemoryStore, request: &SendRequest) -> Lease {
    let row = NewMessage {
        message: Arc::clone(request.message()),
        provider: "fake".to_owned(),
        simulated: false,
        hash_body: false,
        lease_until: Some(request.message().created_at()),
    };
    match store.begin(row).await.unwrap() {
        Begun::Leased(lease) => lease,
        other => panic!("it is about to be sent, and is {other:?}"),
    }
}

pub(crate) async fn retried(
    provider: &ScriptedProvider,
    settings: &RetrySettings,
    request: SendRequest,
) -> Result<Receipt, Error> {
    let store = MemoryStore::new();
    begin(&store, &request).await;
    let layer = RetryLayer::new(policy(provider, settings, Some(Arc::new(store))));
    layer.layer(adapter(provider)).oneshot(request).await
}

/// Both layers on one keeper, as the client stacks them.
pub(crate) async fn paced(
    provider: &ScriptedProvider,
    limit: &RateLimitSettings,
    requests: Vec<SendRequest>,
) -> Vec<Result<Receipt, Error>> {
    let keeper = keeper(limit);
    let policy = policy(provider, &RetrySettings::default(), None).with_slots(Arc::clone(&keeper));
    let service = ServiceBuilder::new()
        .layer(RateLimitLayer::new(keeper))
        .layer(RetryLayer::new(policy))
        .service(adapter(provider));
    let sends = requests
        .into_iter()
        .map(|request| service.clone().oneshot(request));
    futures_util::future::join_all(sends).await
}

pub(crate) fn keeper(limit: &RateLimitSettings) -> Arc<SlotKeeper<TokioClock>> {
    Arc::new(SlotKeeper::with_clock("fake", limit, TokioClock::new()).unwrap())
}
