//! A claim whose caller goes away before it hears of it leases nothing.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::facts::{LEASE, hello, in_doubt, wish};
use super::subject::{Must, Subject, ids};
use crate::message::MessageId;

/// One message that can go, and one that a provider is to be asked about.
async fn two_due(store: &Subject) -> [MessageId; 2] {
    let waits = store.enqueue(hello()).await;
    let asked = store.send(hello()).await;
    assert!(store.settle(in_doubt(asked, 1)).await.must());
    [waits, asked.id]
}

fn poll<T>(future: &mut Pin<Box<T>>) -> Poll<T::Output>
where
    T: Future + ?Sized,
{
    let context = &mut Context::from_waker(Waker::noop());
    future.as_mut().poll(context)
}

pub(super) async fn unpolled_it_claims_nothing(store: Subject) {
    let due = two_due(&store).await;
    drop(store.claim(wish(5)));
    assert_eq!(store.claimable(5).await, due);
}

pub(super) async fn dropped_wherever_the_writer_is(store: Subject) {
    for round in 0..30 {
        let due = two_due(&store).await;
        // Later than what was claimed in the round before can come back.
        let now = 5 + round * LEASE / 2;
        let mut unheard = store.claim(wish(now));
        let heard = match poll(&mut unheard) {
            Poll::Ready(claims) => ids(&claims.must().messages),
            Poll::Pending => {
                drop(unheard);
                store.claimable(now).await
            }
        };
        assert_eq!(heard, due);
        assert!(store.claimable(now).await.is_empty(), "this one was heard");
        settle_all(&store, &due).await;
    }
}

/// Nothing of it is left for the next round.
async fn settle_all(store: &Subject, ids: &[MessageId]) {
    for id in ids {
        let gone = format!("DELETE FROM sms_messages WHERE id = '{id}'");
        store.meddle(&gone).await;
    }
}

pub(super) async fn dropped_when_its_answer_was_given_but_not_heard(store: Subject) {
    let due = two_due(&store).await;
    let mut unheard = store.claim(wish(5));
    let is_heard = poll(&mut unheard).is_ready();
    // Answered in order: once this is, so was the claim.
    store.flush().await;
    assert!(
        store.claimable(5).await.is_empty(),
        "leased while it may be heard"
    );
    drop(unheard);
    let expected = if is_heard { vec![] } else { due.to_vec() };
    assert_eq!(store.claimable(5).await, expected);
}
