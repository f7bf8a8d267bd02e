//! Whose a provider's message is: one message's, whoever asks and however many at once.

use futures_util::future::join;

use super::facts::{accepted, hello, report_of, texts};
use super::subject::{Must, Subject};
use crate::message::{MessageId, MessageState};
use crate::store::Received;

async fn takes(store: &Subject, id: MessageId, theirs: &[&str]) -> bool {
    store.take_proof(id, "twilio", &texts(theirs)).await.must()
}

async fn two(store: &Subject) -> [MessageId; 2] {
    [store.enqueue(hello()).await, store.enqueue(hello()).await]
}

pub(super) async fn what_a_message_was_taken_under_is_no_proof_for_another(store: Subject) {
    let first = store.send(hello()).await;
    let second = store.enqueue(hello()).await;
    assert!(store.settle(accepted(first, &["A1", "A2"])).await.must());
    for theirs in ["A1", "A2"] {
        assert!(!takes(&store, second, &[theirs]).await);
        assert!(takes(&store, first.id, &[theirs]).await);
        let elsewhere = store.take_proof(second, "mock", &texts(&[theirs])).await;
        assert!(elsewhere.must(), "of another provider");
    }
    assert!(takes(&store, second, &["A3"]).await);
}

pub(super) async fn proof_is_taken_once_and_stays_taken(store: Subject) {
    let [first, second] = two(&store).await;
    for _again in 0..2 {
        assert!(takes(&store, first, &["A1"]).await);
        assert!(!takes(&store, second, &["A1"]).await);
    }
}

pub(super) async fn proof_is_taken_whole_or_not_at_all(store: Subject) {
    let [first, second] = two(&store).await;
    assert!(takes(&store, first, &["A2"]).await);
    assert!(!takes(&store, second, &["A1", "A2"]).await);
    assert!(takes(&store, first, &["A1", "A2"]).await, "A1 is free");
}

pub(super) async fn without_a_row_or_an_id_there_is_no_proof(store: Subject) {
    let id = store.enqueue(hello()).await;
    assert!(!takes(&store, MessageId::new(), &["A1"]).await);
    assert!(!takes(&store, id, &[]).await);
    assert!(takes(&store, id, &["A1"]).await, "it was not noted");
}

pub(super) async fn what_was_taken_as_proof_finds_the_message(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(takes(&store, lease.id, &["A1"]).await);
    assert!(store.settle(accepted(lease, &["A1"])).await.must());
    // One id in two places is one part, not two.
    let delivered = report_of("A1", MessageState::Delivered);
    assert_eq!(store.receive(delivered).await.must(), Received::Applied);
    assert_eq!(store.state(lease.id).await, MessageState::Delivered);
}

pub(super) async fn of_two_that_ask_at_once_one_gets_it(store: Subject) {
    race(&store, &store).await;
}

pub(super) async fn of_two_processes_that_ask_at_once_one_gets_it(store: Subject) {
    let Some(another) = store.another().await else {
        return;
    };
    race(&store, &another).await;
}

async fn race(one: &Subject, other: &Subject) {
    for round in 0..20 {
        let [first, second] = two(one).await;
        let proof = [format!("A{round}"), format!("B{round}")];
        let backwards = [proof[1].clone(), proof[0].clone()];
        let both = join(
            one.take_proof(first, "twilio", &proof),
            other.take_proof(second, "twilio", &backwards),
        );
        let (first, second) = both.await;
        assert_ne!(first.must(), second.must());
    }
}
