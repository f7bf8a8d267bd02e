//! What is deleted because it need not be kept any longer.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::facts::{accepted, at, attempt, hello, leased, report_of, settled};
use super::subject::{Must, Subject};
use crate::message::{BroadcastId, Message, MessageId, MessageState};
use crate::store::{BroadcastState, Lease, NewBroadcast, NewMessage, Prune, Pruned, Received};
use crate::testkit::outbound_at;

/// A message that was handed over then, and stands there.
async fn made(
    store: &Subject,
    message: Message,
    created_at: Timestamp,
    state: MessageState,
) -> MessageId {
    let row = NewMessage {
        message: Arc::new(outbound_at(message.clone(), created_at)),
        ..leased(message)
    };
    let lease = Lease {
        id: row.message.id(),
        fence: 1,
    };
    store.begin(row).await.must();
    if state != MessageState::Sending {
        assert!(store.settle(settled(lease, state)).await.must());
    }
    lease.id
}

async fn is_there(store: &Subject, id: MessageId) -> bool {
    store.message(id).await.must().is_some()
}

pub(super) async fn old_messages_go_and_younger_ones_stay(store: Subject) {
    let old = made(&store, hello(), at(-1), MessageState::Accepted).await;
    let young = made(&store, hello(), at(0), MessageState::Accepted).await;
    let prune = Prune {
        messages_before: Some(at(0)),
        ..Prune::default()
    };
    let pruned = store.prune(prune).await.must();
    let expected = Pruned {
        messages: 1,
        ..Pruned::default()
    };
    assert_eq!(pruned, expected);
    assert!(!is_there(&store, old).await);
    assert!(is_there(&store, young).await);
    assert_eq!(store.prune(prune).await.must(), Pruned::default());
}

pub(super) async fn what_still_waits_is_kept(store: Subject) {
    let mut ids = Vec::new();
    for state in MessageState::ALL {
        ids.push((made(&store, hello(), at(-100), *state).await, *state));
    }
    let everything = Prune {
        messages_before: Some(at(0)),
        bodies_before: Some(at(0)),
        attempts_before: Some(at(0)),
    };
    store.prune(everything).await.must();
    for (id, state) in ids {
        let row = store.message(id).await.must();
        assert_eq!(row.is_some(), state.is_waiting(), "{state}");
        assert!(row.is_none_or(|row| row.body.is_some()), "{state}");
    }
}

pub(super) async fn what_would_go_is_counted_and_stays(store: Subject) {
    for state in MessageState::ALL {
        for age in [-30, -20, -10] {
            let id = made(&store, hello(), at(age), *state).await;
            store.record(attempt(id, 1));
        }
    }
    store.flush().await;
    let times = |messages, bodies, attempts| Prune {
        messages_before: messages,
        bodies_before: bodies,
        attempts_before: attempts,
    };
    for prune in [
        times(None, None, None),
        times(Some(at(-25)), Some(at(-15)), Some(at(-15))),
        times(None, Some(at(-15)), None),
        times(None, None, Some(at(-15))),
        times(Some(at(0)), Some(at(-15)), Some(at(-15))),
    ] {
        let counted = store.prunable(prune).await.must();
        assert_eq!(store.prunable(prune).await.must(), counted, "it stays");
        assert_eq!(store.prune(prune).await.must(), counted, "{prune:?}");
    }
}

pub(super) async fn with_a_message_goes_what_hangs_on_it(store: Subject) {
    let lease = store.send(hello().idempotency_key("order-1")).await;
    assert!(store.settle(accepted(lease, &["P1", "P2"])).await.must());
    store.record(attempt(lease.id, 1));
    store.flush().await;
    let sent = report_of("P2", MessageState::Sent);
    assert_ne!(store.receive(sent.clone()).await.must(), Received::Kept);
    let prune = Prune {
        messages_before: Some(at(1)),
        ..Prune::default()
    };
    assert_eq!(store.prune(prune).await.must().messages, 1);
    assert_eq!(store.attempts(lease.id).await.must(), []);
    assert_eq!(store.reports(lease.id).await.must(), []);
    // Ids and key are free.
    assert_eq!(store.receive(sent).await.must(), Received::Kept);
    let again = store.send(hello().idempotency_key("order-1")).await;
    let proof = ["P1".to_owned()];
    assert!(store.take_proof(again.id, "twilio", &proof).await.must());
}

pub(super) async fn texts_go_alone_where_asked(store: Subject) {
    let old = made(&store, hello(), at(-1), MessageState::Accepted).await;
    let young = made(&store, hello(), at(0), MessageState::Accepted).await;
    let prune = Prune {
        bodies_before: Some(at(0)),
        ..Prune::default()
    };
    let expected = Pruned {
        bodies: 1,
        ..Pruned::default()
    };
    assert_eq!(store.prune(prune).await.must(), expected);
    assert_eq!(store.row(old).await.body, None);
    assert!(store.row(young).await.body.is_some());
    assert_eq!(store.prune(prune).await.must(), Pruned::default());
}

pub(super) async fn attempts_and_reports_go_alone_where_asked(store: Subject) {
    let old = made(&store, hello(), at(-1), MessageState::Accepted).await;
    let young = made(&store, hello(), at(0), MessageState::Accepted).await;
    for id in [old, young] {
        store.record(attempt(id, 1));
        store.record(attempt(id, 2));
        let sent = super::facts::report_about(id, MessageState::Sent);
        store.receive(sent).await.must();
    }
    store.flush().await;
    let prune = Prune {
        attempts_before: Some(at(0)),
        ..Prune::default()
    };
    let expected = Pruned {
        attempts: 3,
        ..Pruned::default()
    };
    assert_eq!(store.prune(prune).await.must(), expected);
    assert_eq!(store.attempts(old).await.must(), []);
    assert_eq!(store.reports(old).await.must(), []);
    assert_eq!(store.attempts(young).await.must().len(), 2);
    assert_eq!(store.reports(young).await.must().len(), 1);
    assert!(is_there(&store, old).await);
}

pub(super) async fn more_than_a_thousand_go(store: Subject) {
    // Many of one time, and what waits between them.
    let one = async |number: i64| {
        let state = match number % 7 {
            0 => MessageState::Unknown,
            _ => MessageState::Accepted,
        };
        made(&store, hello(), at(-number / 1_500 - 1), state).await
    };
    join_all((0..2_100).map(one)).await;
    let texts = Prune {
        bodies_before: Some(at(0)),
        ..Prune::default()
    };
    assert_eq!(store.prune(texts).await.must().bodies, 1_800);
    let messages = Prune {
        messages_before: Some(at(0)),
        ..Prune::default()
    };
    assert_eq!(store.prune(messages).await.must().messages, 1_800);
    assert_eq!(store.rows().await.len(), 300);
}

pub(super) async fn reports_that_nobody_claimed_go_too(store: Subject) {
    // It came at 5.
    let early = report_of("SM1", MessageState::Delivered);
    let late = crate::store::Report {
        received_at: at(50),
        ..report_of("SM2", MessageState::Delivered)
    };
    for report in [early, late] {
        assert_eq!(store.receive(report).await.must(), Received::Kept);
    }
    let prune = Prune {
        messages_before: Some(at(20)),
        ..Prune::default()
    };
    store.prune(prune).await.must();
    for (theirs, state) in [
        ("SM1", MessageState::Accepted),
        ("SM2", MessageState::Delivered),
    ] {
        let lease = store.send(hello()).await;
        assert!(store.settle(accepted(lease, &[theirs])).await.must());
        assert_eq!(store.state(lease.id).await, state, "{theirs}");
    }
}

pub(super) async fn a_broadcast_goes_with_its_last_message(store: Subject) {
    let (kept, _) = store.running("ann", 1).await;
    let (gone, _) = store.running("ann", 1).await;
    store.moved(gone, BroadcastState::Canceled).await;
    let young = NewBroadcast {
        id: BroadcastId::new(),
        owner: None,
        name: None,
        created_at: at(90),
    };
    store.open_broadcast(young.clone()).await.must();
    let prune = Prune {
        messages_before: Some(at(80)),
        ..Prune::default()
    };
    store.prune(prune).await.must();
    let listed = store.broadcasts(9).await.must();
    let left: Vec<_> = listed.iter().map(|one| one.id).collect();
    assert_eq!(left, [young.id, kept]);
}

pub(super) async fn without_a_time_nothing_goes(store: Subject) {
    let id = made(&store, hello(), at(-100_000), MessageState::Failed).await;
    let nothing = store.prune(Prune::default()).await.must();
    assert_eq!(nothing, Pruned::default());
    assert!(is_there(&store, id).await);
}
