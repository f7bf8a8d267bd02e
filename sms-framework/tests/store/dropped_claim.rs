//! A claim whose caller goes away before it hears of it leases nothing.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use diesel::connection::SimpleConnection;
use sms_framework::store::{Claimed, Doubt, Settlement, Store};
use sms_framework::{MessageId, MessageState};

use crate::both::{Subject, of_both};
use crate::support::{LEASE, Place, at, begun, hello, queued, settled};

/// One row of each state that can be claimed, and the order in which they are.
async fn three_due(store: &dyn Store) -> [MessageId; 3] {
    let waits = begun(store, hello()).await;
    assert!(store.settle(queued(waits, at(10))).await.unwrap());
    let in_doubt = begun(store, hello()).await;
    let asked = Settlement {
        doubt: Some(Doubt::ServerError),
        next_attempt_at: Some(at(20)),
        ..settled(in_doubt, MessageState::Unknown)
    };
    assert!(store.settle(asked).await.unwrap());
    let lapsed = begun(store, hello()).await;
    [waits, in_doubt, lapsed]
}

async fn claim(store: &dyn Store) -> Vec<Claimed> {
    let until = at(2 * LEASE);
    store
        .claim_due(&["twilio"], at(LEASE), until, 9)
        .await
        .unwrap()
}

type Seen = (MessageId, MessageState, Option<Doubt>);

fn seen(claimed: &[Claimed]) -> Vec<Seen> {
    let seen = |one: &Claimed| (one.message.id(), one.was, one.doubt);
    claimed.iter().map(seen).collect()
}

fn expected([waits, in_doubt, lapsed]: [MessageId; 3]) -> [Seen; 3] {
    [
        (waits, MessageState::Queued, None),
        (in_doubt, MessageState::Unknown, Some(Doubt::ServerError)),
        (lapsed, MessageState::Sending, Some(Doubt::NoAnswer)),
    ]
}

fn poll<T>(future: &mut Pin<Box<T>>) -> Poll<T::Output>
where
    T: Future + ?Sized,
{
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn dropped_wherever_the_writer_is() {
    for _ in 0..30 {
        let place = Place::new();
        let store = place.open();
        let ids = three_due(&store).await;
        let mut unheard = store.claim_due(&["twilio"], at(LEASE), at(2 * LEASE), 9);
        if poll(&mut unheard).is_ready() {
            continue; // Heard at once: there is nothing to drop.
        }
        drop(unheard);
        assert_eq!(seen(&claim(&store).await), expected(ids));
        assert!(claim(&store).await.is_empty(), "this one was heard");
    }
}

#[tokio::test]
async fn dropped_before_the_writer_can_begin() {
    let place = Place::new();
    let store = place.open();
    let ids = three_due(&store).await;
    let mut other = place.raw();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let mut unheard = store.claim_due(&["twilio"], at(LEASE), at(2 * LEASE), 9);
    assert!(poll(&mut unheard).is_pending());
    drop(unheard);
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(seen(&claim(&store).await), expected(ids));
}

#[tokio::test]
async fn dropped_when_its_answer_was_given_but_not_heard() {
    let place = Place::new();
    let store = place.open();
    let ids = three_due(&store).await;
    let mut other = place.raw();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let mut unheard = store.claim_due(&["twilio"], at(LEASE), at(2 * LEASE), 9);
    assert!(poll(&mut unheard).is_pending());
    other.batch_execute("ROLLBACK").unwrap();
    // Answered in order: once this is, so was the claim.
    store.flush().await;
    assert!(
        claim(&store).await.is_empty(),
        "leased while it may be heard"
    );
    drop(unheard);
    assert_eq!(seen(&claim(&store).await), expected(ids));
}

#[tokio::test]
async fn dropped_with_the_store_the_rows_are_due_for_the_next() {
    for _ in 0..10 {
        let place = Place::new();
        let store = place.open();
        let ids = three_due(&store).await;
        let mut unheard = store.claim_due(&["twilio"], at(LEASE), at(2 * LEASE), 9);
        if poll(&mut unheard).is_ready() {
            continue; // Heard at once: there is nothing to drop.
        }
        drop(unheard);
        drop(store);
        assert_eq!(seen(&claim(&place.open()).await), expected(ids));
    }
}

#[tokio::test]
async fn dropped_unpolled_it_claims_nothing() {
    of_both(async |Subject { store, .. }| {
        let ids = three_due(&*store).await;
        drop(store.claim_due(&["twilio"], at(LEASE), at(2 * LEASE), 9));
        assert_eq!(seen(&claim(&*store).await), expected(ids));
    })
    .await;
}
