//! Stored broadcasts.

use std::sync::Arc;

use futures_util::future::join_all;

use super::facts::{PROVIDER, accepted, at, back_off, hello, new, report_about, settled, waiting};
use super::subject::{Must, Refused, Subject, ids};
use crate::error::{Error, ErrorKind};
use crate::message::{BroadcastId, MessageState};
use crate::store::{BroadcastRecord, BroadcastState, Decision, NewBroadcast, StateCount};

use BroadcastState::{Canceled, Filling, Paused, Running};

async fn broadcast(store: &Subject, id: BroadcastId) -> BroadcastRecord {
    let broadcast = store.broadcast(id).await.must();
    broadcast.unwrap_or_else(|| panic!("there is no broadcast {id}"))
}

fn counts(broadcast: &BroadcastRecord) -> Vec<(MessageState, u64)> {
    let pair = |one: &StateCount| (one.state, one.count);
    let mut counts: Vec<_> = broadcast.messages.iter().map(pair).collect();
    counts.sort_by_key(|(state, _)| *state as u8);
    counts
}

/// A message for it, which is refused.
async fn refused(store: &Subject, id: BroadcastId) -> Error {
    let mut row = waiting(hello());
    row.message = Arc::new(Arc::unwrap_or_clone(row.message).in_broadcast(id));
    let message = row.message.id();
    let error = store.begin(row).await.refused();
    assert_eq!(error.kind(), ErrorKind::WrongState);
    assert_eq!(store.message(message).await.must(), None);
    error
}

pub(super) async fn one_that_is_opened_is_there_and_has_nothing(store: Subject) {
    let new = NewBroadcast {
        id: BroadcastId::new(),
        owner: Some("ann".to_owned()),
        name: Some("the newsletter".to_owned()),
        created_at: at(0),
    };
    let opened = store.open_broadcast(new.clone()).await.must();
    let expected = BroadcastRecord {
        id: new.id,
        owner: new.owner.clone(),
        name: new.name.clone(),
        state: Filling,
        created_at: at(0),
        updated_at: at(0),
        messages: Vec::new(),
    };
    assert_eq!(opened, expected);
    assert_eq!(broadcast(&store, new.id).await, expected);
    assert_eq!(store.broadcast(BroadcastId::new()).await.must(), None);
}

pub(super) async fn opened_again_it_is_left_as_it_is(store: Subject) {
    let (id, _) = store.running("ann", 2).await;
    let before = broadcast(&store, id).await;
    let again = NewBroadcast {
        id,
        owner: Some("ben".to_owned()),
        name: None,
        created_at: at(90),
    };
    assert_eq!(store.open_broadcast(again).await.must(), before);
    assert_eq!(broadcast(&store, id).await, before);
}

pub(super) async fn while_it_is_filled_nothing_is_sent(store: Subject) {
    let id = store.open("ann").await;
    let added = store.add(id, hello().owner("ann")).await;
    assert!(store.claimable(5).await.is_empty());
    let row = store.row(added).await;
    assert_eq!(
        (row.status, row.broadcast),
        (MessageState::Queued, Some(id))
    );
    assert_eq!(broadcast(&store, id).await.total(), 1);
    store.moved(id, Running).await;
    let claimed = store.claimed_one(5).await;
    assert_eq!(claimed.lease.id, added);
    assert_eq!(claimed.message.broadcast(), Some(id));
}

pub(super) async fn who_is_added_twice_is_added_once(store: Subject) {
    let id = store.open("ann").await;
    let first = store.add(id, new("+14155550101")).await;
    let again = join_all((0..5).map(|_| store.add(id, new("+14155550101")))).await;
    assert!(again.iter().all(|one| *one == first));
    let other = store.add(id, new("+14155550102")).await;
    assert_ne!(first, other);
    let elsewhere = store.open("ann").await;
    assert_ne!(store.add(elsewhere, new("+14155550101")).await, first);
    assert_eq!(
        counts(&broadcast(&store, id).await),
        [(MessageState::Queued, 2)]
    );
}

pub(super) async fn only_while_it_is_filled_it_takes_recipients(store: Subject) {
    let (id, _) = store.running("ann", 1).await;
    for state in [Running, Paused, Canceled] {
        store.moved(id, state).await;
        let error = refused(&store, id).await;
        let expected = format!("broadcast {id} is {state}: it takes no further recipients");
        assert_eq!(error.to_string(), expected);
    }
    let nowhere = BroadcastId::new();
    let error = refused(&store, nowhere).await;
    assert_eq!(
        error.to_string(),
        format!("there is no broadcast {nowhere}")
    );
}

pub(super) async fn it_comes_to_stand_where_it_may(store: Subject) {
    for from in BroadcastState::ALL {
        for to in BroadcastState::ALL {
            let id = store.open("ann").await;
            if from == Paused {
                store.moved(id, Running).await;
            }
            if from != Filling {
                store.moved(id, from).await;
            }
            let moved = store.move_broadcast(id, to, at(70)).await;
            if from == to || from.may_become(to) {
                let moved = moved.must();
                assert_eq!((moved.state, moved.updated_at), (to, at(70)));
            } else {
                let error = moved.refused();
                assert_eq!(error.kind(), ErrorKind::WrongState);
                let expected = format!("broadcast {id} is {from}: it cannot become {to}");
                assert_eq!(error.to_string(), expected);
                assert_eq!(broadcast(&store, id).await.state, from);
            }
        }
    }
}

pub(super) async fn one_that_is_not_there_cannot_be_moved(store: Subject) {
    let id = BroadcastId::new();
    let error = store.move_broadcast(id, Running, at(5)).await.refused();
    assert_eq!(error.kind(), ErrorKind::WrongState);
    assert_eq!(error.to_string(), format!("there is no broadcast {id}"));
    assert_eq!(error.help(), Some("`sms broadcasts list` shows them"));
}

pub(super) async fn paused_nothing_of_it_is_sent_until_it_is_resumed(store: Subject) {
    let (id, messages) = store.running("ann", 3).await;
    let later = hello().send_at(at(30)).owner("ann");
    let other = store.enqueue(hello().owner("ann")).await;
    let scheduled = store.enqueue(later).await;
    store.moved(id, Paused).await;
    assert_eq!(store.claimable(5).await, [other]);
    assert_eq!(store.claimable(30).await, [scheduled]);
    store.moved(id, Running).await;
    assert_eq!(store.claimable(31).await, messages);
}

pub(super) async fn paused_it_takes_back_what_is_not_sent_yet(store: Subject) {
    let (id, messages) = store.running("ann", 3).await;
    let claimed = store.claimed(0).await;
    assert_eq!(ids(&claimed), messages);
    let handed = store.hand_over(claimed[0].lease, &claimed[0].message, PROVIDER);
    assert!(handed.await.must());
    store.moved(id, Paused).await;
    for one in &claimed[1..] {
        assert!(
            !store
                .hand_over(one.lease, &one.message, PROVIDER)
                .await
                .must()
        );
        assert!(!store.renew(one.lease, at(900)).await.must());
        let row = store.row(one.lease.id).await;
        assert_eq!((row.status, row.holder), (MessageState::Queued, None));
    }
    // What the provider was handed goes its way.
    assert!(
        store
            .settle(accepted(claimed[0].lease, &["SM1"]))
            .await
            .must()
    );
    assert!(store.claimable(900).await.is_empty());
    store.moved(id, Running).await;
    assert_eq!(store.claimable(900).await, messages[1..]);
}

pub(super) async fn paused_it_still_asks_about_what_is_in_doubt(store: Subject) {
    let (id, _) = store.running("ann", 1).await;
    let claimed = store.claimed_one(0).await;
    let unknown = super::facts::in_doubt(claimed.lease, 5);
    assert!(store.settle(unknown).await.must());
    store.moved(id, Paused).await;
    let asked = store.claimed_one(5).await;
    assert_eq!(asked.state, MessageState::Unknown);
}

pub(super) async fn canceled_nothing_of_it_is_sent_any_more(store: Subject) {
    let (id, messages) = store.running("ann", 4).await;
    let claim = super::facts::wish_of(2, 0);
    let claimed = store.claim(claim).await.must().messages;
    let handed = store.hand_over(claimed[0].lease, &claimed[0].message, PROVIDER);
    assert!(handed.await.must());
    let canceled = store.move_broadcast(id, Canceled, at(60)).await.must();
    let expected = [(MessageState::Sending, 1), (MessageState::Canceled, 3)];
    assert_eq!(counts(&canceled), expected);
    assert!(!canceled.is_done(), "one is under way");
    let (lease, message) = (claimed[1].lease, &claimed[1].message);
    assert!(!store.hand_over(lease, message, PROVIDER).await.must());

    let row = store.row(messages[2]).await;
    assert_eq!(
        (row.status, row.updated_at),
        (MessageState::Canceled, at(60))
    );
    let error = row.error.unwrap_or_else(|| panic!("it does not say why"));
    assert_eq!(error.code, "CANCELED");
    assert_eq!(
        error.message,
        "its broadcast was canceled before it was sent"
    );

    assert!(
        store
            .settle(accepted(claimed[0].lease, &["SM1"]))
            .await
            .must()
    );
    assert!(store.claimable(900).await.is_empty());
    assert!(broadcast(&store, id).await.is_done());
}

pub(super) async fn what_comes_back_after_it_was_canceled_is_canceled(store: Subject) {
    let (id, _) = store.running("ann", 2).await;
    let claimed = store.claimed(0).await;
    for one in &claimed {
        let handed = store.hand_over(one.lease, &one.message, PROVIDER);
        assert!(handed.await.must());
    }
    store.moved(id, Canceled).await;
    // Surely not taken: one to be tried again at once, one later.
    let at_once = settled(claimed[0].lease, MessageState::Queued);
    assert!(store.settle(at_once).await.must());
    assert!(store.settle(back_off(claimed[1].lease, 90)).await.must());
    assert!(store.claimable(10).await.is_empty());
    assert_eq!(
        store.state(claimed[0].lease.id).await,
        MessageState::Canceled
    );
    assert!(store.claimable(90).await.is_empty());
    assert!(broadcast(&store, id).await.is_done());
    assert!(store.idle(900).await);
}

pub(super) async fn more_than_a_thousand_are_canceled(store: Subject) {
    let (id, _) = store.running("ann", 2_100).await;
    let canceled = store.move_broadcast(id, Canceled, at(60)).await.must();
    assert_eq!(counts(&canceled), [(MessageState::Canceled, 2_100)]);
    assert!(canceled.is_done());
}

pub(super) async fn canceled_while_it_is_filled_it_never_goes(store: Subject) {
    let id = store.open("ann").await;
    store.add(id, hello()).await;
    store.moved(id, Canceled).await;
    assert!(store.claimable(5).await.is_empty());
    assert_eq!(
        counts(&broadcast(&store, id).await),
        [(MessageState::Canceled, 1)]
    );
}

pub(super) async fn how_far_it_is_is_counted(store: Subject) {
    let (id, messages) = store.running("ann", 6).await;
    let claim = super::facts::wish_of(3, 0);
    let claimed = store.claim(claim).await.must().messages;
    assert!(
        store
            .settle(accepted(claimed[0].lease, &["SM1"]))
            .await
            .must()
    );
    let failed = settled(claimed[1].lease, MessageState::Failed);
    assert!(store.settle(failed).await.must());
    store.decide_about(Decision::Cancel, messages[5]).await;
    let report = report_about(messages[4], MessageState::Delivered);
    store.receive(report).await.must();
    let stands = broadcast(&store, id).await;
    let expected = [
        (MessageState::Queued, 2),
        (MessageState::Accepted, 1),
        (MessageState::Delivered, 1),
        (MessageState::Failed, 1),
        (MessageState::Canceled, 1),
    ];
    assert_eq!(counts(&stands), expected);
    assert_eq!(
        (stands.total(), stands.left(), stands.is_done()),
        (6, 2, false)
    );
}

pub(super) async fn the_last_ones_are_listed_newest_first(store: Subject) {
    let mut all = Vec::new();
    for owner in ["ann", "ben", "cleo"] {
        all.push(store.running(owner, 1).await.0);
    }
    all.reverse();
    let listed = store.broadcasts(2).await.must();
    let seen: Vec<_> = listed.iter().map(|one| one.id).collect();
    assert_eq!(seen, all[..2]);
    assert_eq!(listed[0].owner.as_deref(), Some("cleo"));
    assert_eq!(counts(&listed[0]), [(MessageState::Queued, 1)]);
    assert_eq!(store.broadcasts(0).await.must(), []);
}
