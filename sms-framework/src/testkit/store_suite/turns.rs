//! Whose turn it is.

use futures_util::future::join_all;

use super::facts::{hello, owned, waiting_for, wish, wish_for, wish_of};
use super::subject::{Must, Subject, ids, owners};
use crate::message::{BroadcastId, MessageId, Priority};
use crate::store::{BroadcastState, Claim, Cursor};

/// The owners of the next messages, so many at a time, for as often.
async fn turns(store: &Subject, room: usize, times: usize) -> Vec<String> {
    let mut cursor = Cursor::default();
    let mut all = Vec::new();
    for _ in 0..times {
        let claim = Claim {
            cursor,
            ..wish_of(room, 0)
        };
        let claims = store.claim(claim).await.must();
        all.extend(owners(&claims.messages).into_iter().map(str::to_owned));
        cursor = claims.cursor;
    }
    all
}

pub(super) async fn one_owner_with_thousands_keeps_nobody_waiting(store: Subject) {
    store
        .enqueue_all((0..2_000).map(|_| hello().owner("big")))
        .await;
    for owner in ["ann", "zoe"] {
        store.enqueue(hello().owner(owner)).await;
    }
    let first = turns(&store, 6, 1).await;
    assert_eq!(first, ["ann", "big", "zoe", "big", "big", "big"]);
}

pub(super) async fn the_turn_goes_on_where_it_ended(store: Subject) {
    for owner in ["a", "b", "c", "d", "e"] {
        store
            .enqueue_all((0..3).map(|_| hello().owner(owner)))
            .await;
    }
    let all = turns(&store, 2, 8).await;
    let expected = "a b c d e a b c d e a b c d e";
    assert_eq!(all.join(" "), expected);
}

pub(super) async fn a_turn_that_ended_with_an_owner_who_is_gone_goes_on_after_them(store: Subject) {
    for owner in ["a", "b", "c"] {
        store.enqueue(hello().owner(owner)).await;
    }
    let claims = store.claim(wish_of(2, 0)).await.must();
    assert_eq!(owners(&claims.messages), ["a", "b"]);
    store.enqueue(hello().owner("a")).await;
    let claim = Claim {
        cursor: claims.cursor,
        ..wish_of(9, 0)
    };
    let claims = store.claim(claim).await.must();
    assert_eq!(owners(&claims.messages), ["c", "a"]);
}

pub(super) async fn owners_whose_names_begin_alike_have_turns_of_their_own(store: Subject) {
    // In the order of their bytes.
    let names = ["", "Ann", "ann", "ann b", "ann-b", "anna", "änn", "日本"];
    for name in names {
        store
            .enqueue_all((0..2).map(|_| owned(hello(), name)))
            .await;
        store.running(name, 1).await;
    }
    let all = turns(&store, 1, 25).await;
    let expected: Vec<&str> = names.into_iter().cycle().take(24).collect();
    assert_eq!(all, expected);
}

pub(super) async fn each_priority_has_turns_of_its_own(store: Subject) {
    for owner in ["a", "b"] {
        for priority in [Priority::Normal, Priority::Bulk] {
            let message = || hello().owner(owner).priority(priority);
            store.enqueue_all([message(), message()]).await;
        }
    }
    let bulk = |cursor| Claim {
        room: crate::store::Room {
            bulk: 1,
            ..Default::default()
        },
        cursor,
        ..wish(0)
    };
    let first = store.claim(bulk(Cursor::default())).await.must();
    assert_eq!(owners(&first.messages), ["a"]);
    let both = Claim {
        cursor: first.cursor,
        ..wish_of(1, 0)
    };
    let both = store.claim(both).await.must();
    assert_eq!(owners(&both.messages), ["a", "b"], "normal, bulk");
}

pub(super) async fn an_owner_at_another_provider_has_a_turn(store: Subject) {
    let providers = ["twilio", "vonage"];
    let rows = (0..40).map(|_| waiting_for(hello().owner("big"), "twilio"));
    join_all(rows.map(|row| store.begin(row))).await;
    for owner in ["big", "ann"] {
        let row = waiting_for(hello().owner(owner), "vonage");
        store.begin(row).await.must();
    }
    let claim = Claim {
        room: crate::store::Room::of_each(4),
        ..wish_for(&providers, 0)
    };
    let claims = store.claim(claim).await.must();
    assert_eq!(owners(&claims.messages), ["ann", "big", "big", "big"]);
    let at_vonage = claims
        .messages
        .iter()
        .filter(|one| one.provider == "vonage");
    assert_eq!(at_vonage.count(), 2, "an owner's turn goes round providers");
}

pub(super) async fn broadcasts_share_the_turn_of_their_owner(store: Subject) {
    for _ in 0..3 {
        store.running("big", 20).await;
    }
    store
        .enqueue_all((0..4).map(|_| hello().owner("ann")))
        .await;
    let first = turns(&store, 8, 1).await;
    let expected = ["ann", "big"].into_iter().cycle().take(8);
    assert_eq!(first, expected.collect::<Vec<_>>());
}

pub(super) async fn an_owners_broadcasts_go_side_by_side(store: Subject) {
    let own = store.enqueue(hello().owner("big")).await;
    let (_, first) = store.running("big", 20).await;
    let (_, second) = store.running("big", 20).await;
    let claimed = store.claim(wish_of(5, 0)).await.must().messages;
    let expected = [own, first[0], second[0], first[1], second[1]];
    assert_eq!(ids(&claimed), expected);
}

pub(super) async fn of_more_broadcasts_than_go_side_by_side_the_oldest_go_first(store: Subject) {
    const MANY: usize = 40;
    let mut all: Vec<(BroadcastId, Vec<MessageId>)> = Vec::new();
    for _ in 0..MANY {
        all.push(store.running("big", 2).await);
    }
    let claimed = store.claim(wish_of(MANY, 0)).await.must().messages;
    let seen: Vec<_> = claimed
        .iter()
        .filter_map(|one| one.message.broadcast())
        .collect();
    assert_eq!(seen.len(), MANY);
    let oldest: Vec<_> = all.iter().map(|(id, _)| *id).take(32).collect();
    assert!(seen.iter().all(|id| oldest.contains(id)), "{seen:?}");
    let mut rest = ids(&claimed);
    for _ in 0..3 {
        rest.extend(ids(&store.claim(wish_of(MANY, 0)).await.must().messages));
    }
    let mut every: Vec<_> = all.into_iter().flat_map(|(_, ids)| ids).collect();
    every.sort();
    rest.sort();
    assert_eq!(rest, every);
}

pub(super) async fn paused_broadcasts_take_no_place_from_others(store: Subject) {
    for _ in 0..40 {
        let (id, _) = store.running("big", 1).await;
        store.moved(id, BroadcastState::Paused).await;
    }
    let (_, running) = store.running("big", 1).await;
    assert_eq!(store.claimable(0).await, running);
}
