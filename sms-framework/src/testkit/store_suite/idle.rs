//! When there is nothing to do, and how a worker hears that there is.

use std::time::Duration;

use futures_util::future::join;
use tokio::time::timeout;

use super::facts::{
    GRACE, LEASE, PROVIDER, accepted, at, back_off, hello, in_doubt, settled, waiting_for,
};
use super::subject::{Must, Subject};
use crate::message::MessageState;
use crate::store::BroadcastState;

pub(super) async fn an_empty_store_is_idle(store: Subject) {
    assert!(store.idle(0).await);
    assert!(store.is_idle(&[], at(0)).await.must());
}

pub(super) async fn what_can_go_is_to_be_done(store: Subject) {
    store.enqueue(hello()).await;
    assert!(!store.idle(0).await);
    let claimed = store.claimed_one(0).await;
    assert!(!store.idle(0).await, "in a worker's hands");
    assert!(store.settle(accepted(claimed.lease, &["SM1"])).await.must());
    assert!(store.idle(0).await);
}

pub(super) async fn what_is_being_sent_is_to_be_done(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(!store.idle(0).await);
    assert!(!store.idle(LEASE + GRACE).await);
    assert!(
        store
            .settle(settled(lease, MessageState::Failed))
            .await
            .must()
    );
    assert!(store.idle(0).await);
}

pub(super) async fn what_is_for_later_is_to_be_done_then(store: Subject) {
    store.enqueue(hello().send_at(at(100))).await;
    let lease = store.send(hello()).await;
    assert!(store.settle(back_off(lease, 50)).await.must());
    assert!(store.idle(49).await);
    assert!(!store.idle(50).await);
    store.claimed_one(50).await;
    assert!(!store.idle(100).await);
}

pub(super) async fn a_question_is_to_be_asked_when_it_is_due(store: Subject) {
    store.standing(hello(), MessageState::Unknown).await;
    assert!(store.idle(900).await, "nobody is to be asked");
    let lease = store.send(hello()).await;
    assert!(store.settle(in_doubt(lease, 20)).await.must());
    assert!(store.idle(19).await);
    assert!(!store.idle(20).await);
}

pub(super) async fn what_is_meant_for_others_is_theirs_to_do(store: Subject) {
    let row = waiting_for(hello(), "vonage");
    store.begin(row).await.must();
    assert!(store.idle(0).await);
    let all = store.is_idle(&[PROVIDER, "vonage"], at(0)).await.must();
    assert!(!all);
}

pub(super) async fn what_is_held_back_is_not_to_be_done(store: Subject) {
    let filling = store.open("ann").await;
    store.add(filling, hello()).await;
    assert!(store.idle(0).await, "it is filled");
    store.moved(filling, BroadcastState::Running).await;
    assert!(!store.idle(0).await);
    store.moved(filling, BroadcastState::Paused).await;
    assert!(store.idle(0).await, "it is paused");
}

/// Nothing that should happen at once takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn a_new_message_wakes_who_waits(store: Subject) {
    let waits = store.changed(Duration::from_secs(3_600));
    let both = join(waits, store.enqueue(hello()));
    assert!(timeout(PATIENCE, both).await.is_ok(), "nobody woke it");
}

pub(super) async fn another_process_wakes_who_waits(store: Subject) {
    let Some(another) = store.another().await else {
        return;
    };
    let waits = store.changed(Duration::from_secs(3_600));
    let both = join(waits, another.enqueue(hello()));
    assert!(timeout(PATIENCE, both).await.is_ok(), "nobody woke it");
}

pub(super) async fn who_waits_wakes_by_itself(store: Subject) {
    let waits = store.changed(Duration::from_millis(5));
    assert!(timeout(PATIENCE, waits).await.is_ok(), "it waits for ever");
}
