//! What the provider lists is believed only where it is known whose it is.

use std::sync::Arc;

use sms_framework::config::RetrySettings;
use sms_framework::stack::{Inquiry, RetryLayer, RetryPolicy, SendRequest};
use sms_framework::store::{DynStore, Settlement, Store};
use sms_framework::testkit::{Act, Finding, MemoryStore, ScriptedProvider};
use sms_framework::{Acceptance, Certainty, ErrorKind, MessageState};
use tower::{Layer, ServiceExt};

use super::support::{ATTEMPT_TIMEOUT, DEADLINE, adapter, begin, dynamic, error, policy, request};

#[tokio::test(start_paused = true)]
async fn a_candidate_that_is_another_messages_is_not_believed() {
    let store = Arc::new(MemoryStore::new());
    let (other, ours) = (request(), request());
    begin(&store, &ours).await;
    remember(&store, &other, "fake-other").await;
    let provider = ScriptedProvider::new()
        .script([Act::Hang])
        .lookup_otherwise(Finding::These(vec![Acceptance::new("fake-other")]));
    let inquiry = Inquiry::new("fake", dynamic(&provider), Some(store), ATTEMPT_TIMEOUT).unwrap();
    let policy: RetryPolicy =
        RetryPolicy::new(RetrySettings::default(), DEADLINE).with_inquiry(inquiry);
    let service = RetryLayer::new(policy).layer(adapter(&provider));
    let failed = service.oneshot(ours).await.unwrap_err();
    assert_eq!((failed.code(), provider.lookups()), ("PROVIDER_FAULT", 1));
}

#[tokio::test(start_paused = true)]
async fn of_two_equal_messages_one_gets_what_the_provider_lists_once() {
    let store = Arc::new(MemoryStore::new());
    let requests = [request(), request()];
    let listed = Finding::These(vec![Acceptance::new("fake-once")]);
    let provider = ScriptedProvider::new()
        .otherwise(Act::Hang)
        .lookup_otherwise(listed);
    let policy = policy(
        &provider,
        &RetrySettings::default(),
        Some(Arc::clone(&store) as _),
    );
    let service = RetryLayer::new(policy).layer(adapter(&provider));
    for request in &requests {
        begin(&store, request).await;
    }
    let [one, other] = requests.map(|request| service.clone().oneshot(request));
    let (one, other) = tokio::join!(one, other);
    assert_ne!(one.is_ok(), other.is_ok());
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_tell_whose_a_candidate_is_nothing_is_sent_again() {
    let without_the_row: DynStore = Arc::new(MemoryStore::new());
    for (store, why) in [
        (None, "there is no store"),
        (Some(without_the_row), "the store has no row of ours"),
    ] {
        let provider = ScriptedProvider::new()
            .script([Act::AcceptThenFail(error(ErrorKind::ServerError))])
            .lookup([]);
        let dynamic = dynamic(&provider);
        let inquiry = Inquiry::new("fake", dynamic, store.clone(), ATTEMPT_TIMEOUT).unwrap();
        let layer = RetryLayer::new(policy(&provider, &RetrySettings::default(), store));
        let request = request();
        let failed = layer
            .layer(adapter(&provider))
            .oneshot(request.clone())
            .await;
        assert_eq!(failed.unwrap_err().certainty(), Certainty::MaybeSent);
        assert_eq!(provider.calls().len(), 1);

        let told = inquiry.ask(request.message(), 1).await.unwrap_err();
        assert_eq!(told.kind(), ErrorKind::BadAnswer);
        assert_eq!(
            told.to_string(),
            format!("fake: nobody can tell whose the provider's message is: {why}")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_needs_no_store_to_be_understood() {
    let provider = ScriptedProvider::new()
        .script([Act::Fail(error(ErrorKind::ServerError))])
        .lookup_otherwise(Finding::Nothing);
    let layer = RetryLayer::new(policy(&provider, &RetrySettings::default(), None));
    let sent = layer.layer(adapter(&provider)).oneshot(request()).await;
    assert!(sent.is_ok());
    assert_eq!((provider.calls().len(), provider.lookups()), (2, 1));
}

async fn remember(store: &MemoryStore, request: &SendRequest, id: &str) {
    let settlement = Settlement {
        lease: begin(store, request).await,
        state: MessageState::Accepted,
        provider: None,
        sender: None,
        attempts: 1,
        from_queue: false,
        doubt: None,
        provider_message_ids: vec![id.to_owned()],
        provider_status: None,
        segments: None,
        error: None,
        next_attempt_at: None,
        drop_body: false,
        at: request.message().created_at(),
    };
    assert!(store.settle(settlement).await.unwrap());
}
