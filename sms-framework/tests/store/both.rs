//! What every store promises: the SQLite one, and the one in memory that other tests rely on.

use std::sync::Arc;
use std::task::{Context, Waker};

use diesel::prelude::*;
use diesel::sql_types::Text;
use sms_framework::store::{DynStore, Settlement};
use sms_framework::testkit::MemoryStore;
use sms_framework::{Certainty, ErrorKind, MessageId, MessageState};

use crate::support::{LEASE, Place, at, begun, hello, new, queued, settled};

/// A store, and a way to let another process take a lease over.
pub(crate) struct Subject {
    pub(crate) store: DynStore,
    pub(crate) take_over: Box<dyn Fn(MessageId)>,
}

pub(crate) async fn of_both(promise: impl AsyncFn(Subject)) {
    let memory = MemoryStore::new();
    promise(Subject {
        store: Arc::new(memory.clone()),
        take_over: Box::new(move |id| memory.take_over(id)),
    })
    .await;

    let place = Place::new();
    let store = place.open();
    promise(Subject {
        store: Arc::new(store),
        take_over: Box::new(move |id| {
            diesel::sql_query("UPDATE sms_messages SET holder = 'another' WHERE id = ?")
                .bind::<Text, _>(id.to_string())
                .execute(&mut place.raw())
                .unwrap();
        }),
    })
    .await;
}

#[tokio::test]
async fn a_message_that_was_handed_over_before_is_told_apart_from_a_broken_log() {
    of_both(async |Subject { store, .. }| {
        let message = hello();
        let id = begun(&*store, message.clone()).await;
        assert!(
            store
                .settle(settled(id, MessageState::Accepted))
                .await
                .unwrap()
        );
        let before = store.message(id).await.unwrap();

        let error = store.begin(new(message.clone())).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::InvalidMessage, Certainty::NotSent)
        );
        assert_eq!(
            error.to_string(),
            format!(
                "message {id} was handed over before: make a new Message to send the text again"
            )
        );
        assert_eq!(store.message(id).await.unwrap(), before, "left as it was");

        // Nor is it a lost write where the caller went away.
        let mut unheard = store.begin(new(message));
        let _ = unheard
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        drop(unheard);
        store.flush().await;
        assert_eq!(store.info().lost_writes, 0);
    })
    .await;
}

fn accepted(id: MessageId) -> Settlement {
    Settlement {
        provider_message_ids: vec!["SM1".into()],
        ..settled(id, MessageState::Accepted)
    }
}

#[tokio::test]
async fn an_acceptance_that_comes_after_the_lease_was_taken_still_counts() {
    of_both(async |Subject { store, take_over }| {
        let id = begun(&*store, hello()).await;
        take_over(id);
        let gave_up = settled(id, MessageState::Failed);
        assert!(!store.settle(gave_up.clone()).await.unwrap());
        assert!(!store.settle(queued(id, at(5))).await.unwrap());

        assert!(store.settle(accepted(id)).await.unwrap());
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(record.status, MessageState::Accepted);
        assert_eq!(record.provider_message_id.as_deref(), Some("SM1"));
        assert_eq!(record.next_attempt_at, None);
        let due = store.claim_due(&["twilio"], at(9999), at(9999 + LEASE), 9);
        assert!(due.await.unwrap().is_empty(), "nobody sends it again");
    })
    .await;
}

#[tokio::test]
async fn after_a_late_acceptance_the_other_holder_settles_nothing() {
    of_both(async |Subject { store, take_over }| {
        let id = begun(&*store, hello()).await;
        take_over(id);
        store.settle_soon(accepted(id));
        store.flush().await;
        for late in [
            settled(id, MessageState::Failed),
            queued(id, at(5)),
            settled(id, MessageState::Delivered),
        ] {
            assert!(!store.settle(late).await.unwrap());
        }
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(record.status, MessageState::Accepted);
    })
    .await;
}

#[tokio::test]
async fn an_acceptance_settles_what_waits_and_nothing_that_ended() {
    use MessageState::{
        Accepted, Canceled, Delivered, Expired, Failed, Queued, Rejected, Scheduled, Sent,
        Undelivered, Unknown,
    };
    of_both(async |Subject { store, .. }| {
        for (state, open) in [
            (Queued, true),
            (Unknown, true),
            (Canceled, true),
            (Scheduled, false),
            (Accepted, false),
            (Sent, false),
            (Delivered, false),
            (Undelivered, false),
            (Failed, false),
            (Expired, false),
            (Rejected, false),
        ] {
            let id = begun(&*store, hello()).await;
            assert!(store.settle(settled(id, state)).await.unwrap());
            let refused = settled(id, Failed);
            assert!(!store.settle(refused).await.unwrap(), "{state}: the fence");
            assert_eq!(store.settle(accepted(id)).await.unwrap(), open, "{state}");
            let expected = if open { Accepted } else { state };
            let record = store.message(id).await.unwrap().unwrap();
            assert_eq!(record.status, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn the_providers_ids_are_proof_whatever_the_state() {
    of_both(async |Subject { store, take_over }| {
        let id = begun(&*store, hello()).await;
        take_over(id);
        let failed_there = Settlement {
            state: MessageState::Failed,
            ..accepted(id)
        };
        assert!(store.settle(failed_there).await.unwrap());
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(record.status, MessageState::Failed);
        assert_eq!(record.provider_message_id.as_deref(), Some("SM1"));
    })
    .await;
}

#[tokio::test]
async fn who_is_handed_a_message_next_is_noted_by_whoever_leases_it() {
    of_both(async |Subject { store, take_over }| {
        let message = hello();
        let id = begun(&*store, message.clone()).await;
        let from = "+14155550200".parse().unwrap();
        let elsewhere = sms_framework::testkit::outbound(message.sender(from));
        assert!(store.hand_over(&elsewhere, "vonage").await.unwrap());
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(
            (
                record.provider.as_str(),
                record.from.as_deref(),
                record.status
            ),
            ("vonage", Some("+14155550200"), MessageState::Sending)
        );
        // After a crash it is found there, and nowhere else.
        let due = async |providers: &[&str]| {
            let due = store.claim_due(providers, at(LEASE + 1), at(2 * LEASE), 9);
            due.await.unwrap().len()
        };
        assert_eq!(due(&["twilio"]).await, 0);
        assert_eq!(due(&["twilio", "vonage"]).await, 1);

        take_over(id);
        assert!(!store.hand_over(&elsewhere, "plivo").await.unwrap());
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(record.provider, "vonage", "nothing was noted");
    })
    .await;
}

#[tokio::test]
async fn a_settlement_names_who_has_the_message_and_from_whom() {
    of_both(async |Subject { store, .. }| {
        let from = "+14155550200".parse().unwrap();
        let id = begun(&*store, hello().sender(from)).await;
        let waits = Settlement {
            provider: Some("route:main".into()),
            sender: Some(None),
            ..queued(id, at(5))
        };
        assert!(store.settle(waits).await.unwrap());
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(
            (record.provider.as_str(), record.from),
            ("route:main", None)
        );
        let taken = Settlement {
            provider: Some("vonage".into()),
            sender: Some(Some("+14155550300".into())),
            ..accepted(id)
        };
        assert!(store.settle(taken).await.unwrap());
        let record = store.message(id).await.unwrap().unwrap();
        assert_eq!(
            (record.provider.as_str(), record.from.as_deref()),
            ("vonage", Some("+14155550300"))
        );
    })
    .await;
}
