//! A claim whose caller goes away while another process keeps the file locked.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use diesel::connection::SimpleConnection;
use sms_framework::store::Store;

use crate::support::{LEASE, Place, at, begun, claimed, hello, queued, wish};

fn poll<T>(future: &mut Pin<Box<T>>) -> Poll<T::Output>
where
    T: Future + ?Sized,
{
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn dropped_before_the_writer_can_begin() {
    let place = Place::new();
    let store = place.open();
    let lease = begun(&store, hello()).await;
    assert!(store.settle(queued(lease, at(10))).await.unwrap());
    let mut other = place.raw();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let mut unheard = store.claim(wish(LEASE));
    assert!(poll(&mut unheard).is_pending());
    drop(unheard);
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(claimed(&store, LEASE).await, [lease.id]);
}

#[tokio::test]
async fn dropped_with_the_store_the_rows_are_due_for_the_next() {
    for _ in 0..10 {
        let place = Place::new();
        let store = place.open();
        let lease = begun(&store, hello()).await;
        assert!(store.settle(queued(lease, at(10))).await.unwrap());
        let mut unheard = store.claim(wish(LEASE));
        if poll(&mut unheard).is_ready() {
            continue; // Heard at once: there is nothing to drop.
        }
        drop(unheard);
        drop(store);
        assert_eq!(claimed(&place.open(), LEASE).await, [lease.id]);
    }
}
