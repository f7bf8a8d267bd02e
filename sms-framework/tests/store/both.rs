//! What every store promises: the SQLite one, and the one in memory that other tests rely on.

use std::sync::Arc;
use std::task::{Context, Waker};

use diesel::prelude::*;
use diesel::sql_types::Text;
use sms_framework::store::DynStore;
use sms_framework::testkit::MemoryStore;
use sms_framework::{Certainty, ErrorKind, MessageId, MessageState};

use crate::support::{Place, begun, hello, new, settled};

/// A store, and a way to let another process take a lease over.
struct Subject {
    store: DynStore,
    take_over: Box<dyn Fn(MessageId)>,
}

async fn of_both(promise: impl AsyncFn(Subject)) {
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
