//! What a worker gets.

use std::sync::Arc;
use std::time::Duration;

use super::facts::{
    GRACE, LEASE, NUMBER, PROVIDER, at, back_off, hello, in_doubt, leased, settled, waiting,
    waiting_for, wish, wish_for, wish_of,
};
use super::subject::{Must, Subject, ids};
use crate::error::Certainty;
use crate::message::{Message, MessageId, MessageState, Priority};
use crate::store::{Claim, Claims, Decision, Doubt, Room};

pub(super) async fn what_can_go_is_claimed_once(store: Subject) {
    let id = store.enqueue(hello()).await;
    let claimed = store.claimed_one(5).await;
    assert_eq!(claimed.lease.id, id);
    assert_eq!(claimed.state, MessageState::Queued);
    let row = store.row(id).await;
    assert_eq!(row.status, MessageState::Queued);
    assert_eq!(row.holder.as_deref(), Some("a worker"));
    assert_eq!(row.next_attempt_at, Some(at(5 + LEASE)));
    assert!(store.claimable(6).await.is_empty());
}

pub(super) async fn a_claimed_message_is_the_message_that_was_handed_over(store: Subject) {
    let message = Message::new(NUMBER, "Doors open at eight 👋")
        .sender("ACME Shop".parse().must())
        .owner("artist-17")
        .message_type("gig_reminder")
        .tag("gig", "4711")
        .media("https://example.com/poster.png")
        .priority(Priority::Urgent)
        .send_at(at(-5))
        .valid_for(Duration::from_secs(3_600));
    let row = waiting(message);
    let before = Arc::clone(&row.message);
    store.begin(row).await.must();

    let claimed = store.claimed_one(1).await;
    let after = &claimed.message;
    assert_eq!(after.id(), before.id());
    assert_eq!(after.to(), before.to());
    assert_eq!(after.from(), before.from());
    assert_eq!(after.body(), before.body());
    assert_eq!(after.segments(), before.segments());
    assert_eq!(after.owner(), before.owner());
    assert_eq!(after.message_type(), before.message_type());
    assert_eq!(after.tags(), before.tags());
    assert_eq!(after.media(), before.media());
    assert_eq!(after.priority(), before.priority());
    assert_eq!(after.send_at(), before.send_at());
    assert_eq!(after.valid_for(), before.valid_for());
    assert_eq!(after.created_at(), before.created_at());
    assert_eq!(after.broadcast(), None);
    assert_eq!(claimed.provider, PROVIDER);
    assert_eq!((claimed.attempts, claimed.rounds), (0, 0));
    assert_eq!(claimed.doubt, None);
}

pub(super) async fn the_most_urgent_goes_first(store: Subject) {
    let mut expected = Vec::new();
    for priority in [Priority::Bulk, Priority::Normal, Priority::Urgent] {
        let message = || hello().priority(priority);
        let both = store.enqueue_all([message(), message()]).await;
        expected.splice(0..0, both);
    }
    let asked = store.send(hello().priority(Priority::Urgent)).await;
    assert!(store.settle(in_doubt(asked, 1)).await.must());
    // Questions come after what can go.
    expected.push(asked.id);
    assert_eq!(store.claimable(5).await, expected);
}

pub(super) async fn each_sort_has_room_of_its_own(store: Subject) {
    for priority in Priority::ALL {
        let message = || hello().priority(*priority);
        store.enqueue_all([message(), message(), message()]).await;
    }
    for _ in 0..3 {
        let lease = store.send(hello()).await;
        assert!(store.settle(in_doubt(lease, 1)).await.must());
    }
    let claim = async |room| {
        let claim = Claim { room, ..wish(5) };
        let claimed = store.claim(claim).await.must().messages;
        let of = |wished: Priority| {
            let queued = claimed
                .iter()
                .filter(|one| one.state == MessageState::Queued);
            let fitting = queued.filter(|one| one.message.priority() == wished);
            fitting.count()
        };
        let asked = claimed
            .iter()
            .filter(|one| one.state == MessageState::Unknown);
        Room {
            urgent: of(Priority::Urgent),
            normal: of(Priority::Normal),
            bulk: of(Priority::Bulk),
            questions: asked.count(),
        }
    };
    let room = Room {
        urgent: 2,
        normal: 0,
        bulk: 1,
        questions: 2,
    };
    assert_eq!(claim(room).await, room);
    let rest = Room {
        urgent: 1,
        normal: 3,
        bulk: 2,
        questions: 1,
    };
    assert_eq!(claim(Room::of_each(9)).await, rest);
}

pub(super) async fn who_came_first_goes_first(store: Subject) {
    let ids_in_order = store.enqueue_all((0..30).map(|_| hello())).await;
    for chunk in ids_in_order.chunks(7) {
        let claimed = store.claim(wish_of(7, 0)).await.must().messages;
        assert_eq!(ids(&claimed), chunk);
    }
}

pub(super) async fn only_what_is_meant_for_the_asked_providers_is_claimed(store: Subject) {
    let mut all = Vec::new();
    for provider in ["twilio", "route:main", "vonage"] {
        let row = waiting_for(hello(), provider);
        let queued = row.message.id();
        store.begin(row).await.must();
        let asked = store.send(hello()).await;
        let elsewhere = crate::store::Settlement {
            provider: Some(provider.to_owned()),
            ..in_doubt(asked, 1)
        };
        assert!(store.settle(elsewhere).await.must());
        all.push([queued, asked.id]);
    }
    let claim = async |providers: &[&str]| {
        let claimed = store.claim(wish_for(providers, 5)).await.must().messages;
        ids(&claimed)
    };
    assert!(claim(&["mock"]).await.is_empty());
    assert!(claim(&[]).await.is_empty());
    assert_eq!(claim(&["vonage"]).await, all[2]);
    assert_eq!(
        claim(&["twilio", "route:main", "vonage"]).await,
        [all[0][0], all[1][0], all[0][1], all[1][1]]
    );
}

pub(super) async fn what_is_for_later_is_claimed_when_its_time_has_come(store: Subject) {
    let late = store.enqueue(hello().send_at(at(200))).await;
    let early = store.enqueue(hello().send_at(at(100))).await;
    assert!(store.claimable(99).await.is_empty());
    assert_eq!(store.state(early).await, MessageState::Scheduled);
    assert_eq!(store.claimable(100).await, [early]);
    assert_eq!(store.state(early).await, MessageState::Queued);
    assert!(store.claimable(110).await.is_empty());
    // The first one's lease has run out by then.
    assert_eq!(store.claimable(200).await, [late, early]);
}

pub(super) async fn what_is_to_be_tried_again_waits_for_its_time(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(back_off(lease, 30)).await.must());
    assert!(store.claimable(29).await.is_empty());
    let claimed = store.claimed_one(30).await;
    assert_eq!(claimed.state, MessageState::Queued);
    assert_eq!((claimed.attempts, claimed.rounds), (1, 0));
}

pub(super) async fn more_than_a_thousand_that_are_due_at_once_are_all_claimed(store: Subject) {
    let message = |_| hello().send_at(at(100));
    let mut due = store.enqueue_all((0..1_100).map(message)).await;
    let mut claimed = Vec::new();
    for _ in 0..3 {
        let claims = store.claim(wish_of(2_000, 100)).await.must();
        claimed.extend(ids(&claims.messages));
    }
    due.sort();
    claimed.sort();
    assert_eq!(claimed, due);
}

pub(super) async fn without_room_nothing_is_claimed(store: Subject) {
    store.enqueue(hello()).await;
    let Claims { messages, cursor } = store.claim(wish_of(0, 0)).await.must();
    assert!(messages.is_empty());
    assert_eq!(cursor, wish(0).cursor);
}

pub(super) async fn a_claim_takes_as_many_as_there_is_room_for(store: Subject) {
    // One has many, others one each: what those leave is for the first one.
    store
        .enqueue_all((0..50).map(|_| hello().owner("ann")))
        .await;
    for owner in ["ben", "cleo", "dan"] {
        store.enqueue(hello().owner(owner)).await;
    }
    let (_, _) = store.running("eve", 2).await;
    store.enqueue(hello().owner("eve")).await;
    for room in [20, 20, 16] {
        let claimed = store.claim(wish_of(room, 0)).await.must().messages;
        assert_eq!(claimed.len(), room);
    }
    assert!(store.claimable(0).await.is_empty());
}

pub(super) async fn since_when_it_waits_is_told(store: Subject) {
    let waits_since = async |store: &Subject, now| store.claimed_one(now).await.waits_since;
    store.enqueue(hello()).await;
    assert_eq!(waits_since(&store, 5).await, at(0));
    store.enqueue(hello().send_at(at(20))).await;
    assert_eq!(waits_since(&store, 25).await, at(20));
    let failed = store.standing(hello(), MessageState::Failed).await;
    store.decide_about(Decision::Replay, failed.id).await;
    // Decisions are made at 50.
    assert_eq!(waits_since(&store, 55).await, at(50));
}

pub(super) async fn two_processes_claim_disjointly(store: Subject) {
    let Some(another) = store.another().await else {
        return;
    };
    let mut all = store.enqueue_all((0..60).map(|_| hello())).await;
    let claims = (0..20).map(|turn| [&store, &another][turn % 2].claim(wish_of(5, 0)));
    let mut claimed: Vec<MessageId> = Vec::new();
    for claims in futures_util::future::join_all(claims).await {
        claimed.extend(ids(&claims.must().messages));
    }
    // Where one waits for no rows of the other's, some are left for later.
    claimed.extend(store.claimable(0).await);
    claimed.sort();
    all.sort();
    assert_eq!(claimed, all);
}

pub(super) async fn who_is_to_be_asked_about_is_claimed_when_it_is_time(store: Subject) {
    let held = store.standing(hello(), MessageState::Unknown).await;
    let asked = store.send(hello()).await;
    assert!(store.settle(in_doubt(asked, 20)).await.must());
    assert!(store.claimable(19).await.is_empty());
    let claimed = store.claimed_one(20).await;
    assert_eq!(claimed.lease.id, asked.id);
    assert_eq!(claimed.state, MessageState::Unknown);
    assert_eq!(claimed.doubt, Some(Doubt::ServerError));
    assert_eq!(store.state(asked.id).await, MessageState::Unknown);
    assert_eq!(store.state(held.id).await, MessageState::Unknown);
}

pub(super) async fn an_unreadable_row_ends_and_holds_up_nobody(store: Subject) {
    let broken = store.enqueue(hello()).await;
    let doubtful = store.send(hello()).await;
    assert!(store.settle(in_doubt(doubtful, 1)).await.must());
    store
        .meddle("UPDATE sms_messages SET recipient = 'nobody'")
        .await;
    let good = store.enqueue(hello()).await;
    assert_eq!(store.claimable(5).await, [good]);
    assert!(store.claimable(6).await.is_empty());

    let row = store.row(broken).await;
    assert_eq!(row.status, MessageState::Failed);
    assert_eq!((row.next_attempt_at, row.holder), (None, None));
    let error = row.error.unwrap_or_else(|| panic!("it does not say why"));
    assert_eq!(
        (error.code.as_str(), error.certainty, error.message.as_str()),
        (
            "STORAGE",
            Certainty::NotSent,
            "the stored message cannot be sent: its recipient cannot be read"
        )
    );
    // It may have been sent before: failed would be a guess.
    let row = store.row(doubtful.id).await;
    assert_eq!(row.status, MessageState::Unknown);
    assert_eq!((row.next_attempt_at, row.holder), (None, None));
    let certainty = row.error.map(|error| error.certainty);
    assert_eq!(certainty, Some(Certainty::MaybeSent));
}

pub(super) async fn what_settled_is_not_claimed(store: Subject) {
    for state in MessageState::ALL {
        if !state.is_waiting() {
            store.standing(hello(), *state).await;
        }
    }
    let row = leased(hello());
    let id = row.message.id();
    store.begin(row).await.must();
    let lease = crate::store::Lease { id, fence: 1 };
    assert!(
        store
            .settle(settled(lease, MessageState::Unknown))
            .await
            .must()
    );
    assert!(store.claimable(100_000 - GRACE).await.is_empty());
}
