//! Leases and fences: who may decide about a message, and what becomes of it when nobody does.

use std::sync::Arc;

use super::facts::{
    GRACE, LEASE, PROVIDER, accepted, at, back_off, hello, in_doubt, leased, settled, waiting,
    wish, wish_for,
};
use super::subject::{Must, Subject, ids};
use crate::message::{MessageId, MessageState};
use crate::store::{Begun, Claimed, Doubt, Lease, NewMessage};

/// Claims the only message, and hands it to the usual provider.
async fn sending(store: &Subject, now: i64) -> Claimed {
    let claimed = store.claimed_one(now).await;
    let handed = store.hand_over(claimed.lease, &claimed.message, PROVIDER);
    assert!(handed.await.must());
    claimed
}

/// A message about to be sent whose process went away, and whose provider is asked by another; its
/// stale lease, and the new one.
async fn taken_over(store: &Subject) -> (Lease, Claimed) {
    let stale = store.send(hello()).await;
    assert!(store.claimable(LEASE).await.is_empty(), "not asked yet");
    let claimed = store.claimed_one(LEASE + GRACE).await;
    assert_eq!(claimed.lease.id, stale.id);
    assert!(claimed.lease.fence > stale.fence);
    (stale, claimed)
}

pub(super) async fn renewing_keeps_others_away(store: Subject) {
    store.enqueue(hello()).await;
    let lease = store.claimed_one(0).await.lease;
    for end in [100, 200] {
        assert!(store.renew(lease, at(end)).await.must());
        assert!(store.claimable(end - 1).await.is_empty());
        assert_eq!(store.row(lease.id).await.next_attempt_at, Some(at(end)));
    }
    let again = store.claimed_one(200).await.lease;
    assert!(again.fence > lease.fence);
}

pub(super) async fn what_is_released_can_be_claimed_at_once(store: Subject) {
    let queued = store.enqueue(hello()).await;
    let asked = store.send(hello()).await;
    assert!(store.settle(in_doubt(asked, 1)).await.must());
    let leases: Vec<_> = store.claimed(5).await.iter().map(|one| one.lease).collect();
    assert_eq!(leases.len(), 2);
    store.release(&leases).await.must();
    let states = [store.state(queued).await, store.state(asked.id).await];
    assert_eq!(states, [MessageState::Queued, MessageState::Unknown]);
    assert_eq!(store.row(queued).await.holder, None);
    for lease in leases {
        assert!(
            !store.renew(lease, at(100)).await.must(),
            "it was given back"
        );
    }
    assert_eq!(store.claimable(5).await, [queued, asked.id]);
}

pub(super) async fn what_was_handed_to_a_provider_is_not_released(store: Subject) {
    store.enqueue(hello()).await;
    let claimed = sending(&store, 0).await;
    store.release(&[claimed.lease]).await.must();
    assert_eq!(store.state(claimed.lease.id).await, MessageState::Sending);
    assert!(store.claimable(5).await.is_empty());
    let ends = settled(claimed.lease, MessageState::Failed);
    assert!(store.settle(ends).await.must(), "it is still leased");
}

pub(super) async fn who_is_handed_a_message_next_is_noted_with_the_sender(store: Subject) {
    let lease = store.send(hello()).await;
    let from = "+14155550200".parse().must();
    let elsewhere = Arc::clone(&waiting(hello().sender(from)).message);
    assert!(store.hand_over(lease, &elsewhere, "vonage").await.must());
    let row = store.row(lease.id).await;
    assert_eq!(
        (row.provider.as_str(), row.status),
        ("vonage", MessageState::Sending)
    );
    assert_eq!(row.from.as_deref(), Some("+14155550200"));
    // After a crash it is asked about there, and nowhere else.
    assert!(store.claimable(LEASE).await.is_empty());
    assert!(store.claimable(LEASE + GRACE).await.is_empty());
    let there = wish_for(&[PROVIDER, "vonage"], LEASE + GRACE);
    let claimed = store.claim(there).await.must().messages;
    assert_eq!(ids(&claimed), [lease.id]);
    assert_eq!(claimed[0].provider, "vonage");
    let sender = claimed[0].message.from().map(ToString::to_string);
    assert_eq!(sender.as_deref(), Some("+14155550200"));
}

pub(super) async fn only_who_leases_a_message_decides_about_it(store: Subject) {
    store.enqueue(hello()).await;
    let Claimed { lease, message, .. } = store.claimed_one(0).await;
    let before = store.row(lease.id).await;
    for fence in [lease.fence - 1, lease.fence + 1, 0] {
        let other = Lease { fence, ..lease };
        assert!(!store.renew(other, at(500)).await.must());
        assert!(!store.hand_over(other, &message, "vonage").await.must());
        store.release(&[other]).await.must();
        let ends = settled(other, MessageState::Failed);
        assert!(!store.settle(ends).await.must());
    }
    assert_eq!(store.row(lease.id).await, before);
    let nowhere = Lease {
        id: MessageId::new(),
        ..lease
    };
    assert!(!store.renew(nowhere, at(500)).await.must());
    assert!(!store.hand_over(nowhere, &message, "vonage").await.must());
    assert!(store.hand_over(lease, &message, "vonage").await.must());
}

pub(super) async fn a_lease_that_ran_out_on_a_waiting_message_is_simply_free(store: Subject) {
    let id = store.enqueue(hello()).await;
    let first = store.claimed_one(0).await;
    assert!(store.claimable(LEASE - 1).await.is_empty());
    let second = store.claimed_one(LEASE).await;
    assert_eq!(second.lease.id, id);
    assert!(second.lease.fence > first.lease.fence);
    assert_eq!(second.state, MessageState::Queued);
    assert_eq!((second.doubt, second.attempts, second.rounds), (None, 0, 0));
    let handed = store.hand_over(first.lease, &first.message, PROVIDER);
    assert!(!handed.await.must(), "nobody else sends it");
}

pub(super) async fn a_lease_that_ran_out_while_it_was_sent_leaves_a_doubt(store: Subject) {
    store.enqueue(hello()).await;
    let lease = sending(&store, 0).await.lease;
    assert!(store.claimable(LEASE - 1).await.is_empty());
    assert_eq!(store.state(lease.id).await, MessageState::Sending);

    assert!(store.claimable(LEASE).await.is_empty());
    let row = store.row(lease.id).await;
    assert_eq!(row.status, MessageState::Unknown);
    assert_eq!(row.doubt, Some(Doubt::NoAnswer));
    assert_eq!((row.holder, row.rounds), (None, 1));
    assert_eq!(row.next_attempt_at, Some(at(LEASE + GRACE)));
    let error = row.error.unwrap_or_else(|| panic!("it does not say why"));
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        (
            "NO_ANSWER",
            "the process that was sending it went away before it could note the outcome"
        )
    );
    assert_eq!(error.certainty, crate::error::Certainty::MaybeSent);

    let asked = store.claimed_one(LEASE + GRACE).await;
    assert_eq!(asked.state, MessageState::Unknown);
    assert_eq!(asked.doubt, Some(Doubt::NoAnswer));
    assert!(asked.lease.fence > lease.fence);
}

pub(super) async fn what_is_asked_about_stays_unknown_and_is_asked_again_later(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(in_doubt(lease, 5)).await.must());
    let first = store.claimed_one(5).await;
    assert_eq!(store.state(lease.id).await, MessageState::Unknown);
    // Who asked went away.
    let end = 5 + LEASE;
    assert!(store.claimable(end).await.is_empty());
    let row = store.row(lease.id).await;
    assert_eq!(row.status, MessageState::Unknown);
    assert_eq!(row.next_attempt_at, Some(at(end + GRACE)));
    assert_eq!(row.doubt, Some(Doubt::ServerError), "as it was");
    let second = store.claimed_one(end + GRACE).await;
    assert!(second.lease.fence > first.lease.fence);
}

pub(super) async fn what_is_handed_over_after_a_question_is_being_sent(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(in_doubt(lease, 5)).await.must());
    let claimed = sending(&store, 5).await;
    assert_eq!(store.state(lease.id).await, MessageState::Sending);
    assert!(store.settle(back_off(claimed.lease, 30)).await.must());
    assert_eq!(store.claimable(30).await, [lease.id]);
}

pub(super) async fn a_message_of_a_route_that_nobody_has_yet_is_free_when_its_lease_ran_out(
    store: Subject,
) {
    let row = NewMessage {
        provider: "route:main".to_owned(),
        ..leased(hello())
    };
    let id = row.message.id();
    store.begin(row).await.must();
    let claimed = store.claim(wish_for(&["route:main"], LEASE)).await.must();
    assert_eq!(ids(&claimed.messages), [id]);
    assert_eq!(claimed.messages[0].state, MessageState::Queued);
    assert_eq!(claimed.messages[0].doubt, None);
}

pub(super) async fn a_lease_impossibly_far_in_the_future_is_freed(store: Subject) {
    // The clock was an hour ahead, and was set back.
    const HOUR: i64 = 3_600;
    let queued = store.enqueue(hello()).await;
    assert_eq!(store.claimable(HOUR).await, [queued]);
    let sent = store.enqueue(hello()).await;
    sending(&store, HOUR).await;
    assert_eq!(store.claimable(0).await, [queued]);
    assert_eq!(store.state(sent).await, MessageState::Unknown);
    assert_eq!(store.claimable(GRACE).await, [sent]);
}

pub(super) async fn a_lease_that_only_lasts_long_is_not(store: Subject) {
    store.enqueue(hello()).await;
    let lease = store.claimed_one(0).await.lease;
    assert!(store.renew(lease, at(9 * LEASE)).await.must());
    assert!(store.claimable(0).await.is_empty());
}

pub(super) async fn who_lost_a_message_can_neither_keep_nor_send_nor_settle_it(store: Subject) {
    let (stale, Claimed { lease, message, .. }) = taken_over(&store).await;
    let before = store.row(stale.id).await;
    assert!(!store.renew(stale, at(900)).await.must());
    assert!(!store.hand_over(stale, &message, "plivo").await.must());
    store.release(&[stale]).await.must();
    for state in [
        MessageState::Failed,
        MessageState::Rejected,
        MessageState::Canceled,
    ] {
        assert!(!store.settle(settled(stale, state)).await.must());
    }
    assert!(!store.settle(back_off(stale, 5)).await.must());
    assert!(!store.settle(in_doubt(stale, 5)).await.must());
    assert_eq!(store.row(stale.id).await, before, "nothing was noted");
    assert!(store.settle(in_doubt(lease, 900)).await.must());
}

pub(super) async fn that_the_provider_took_it_counts_whoever_says_so(store: Subject) {
    let (stale, Claimed { lease, message, .. }) = taken_over(&store).await;
    assert!(store.settle(accepted(stale, &["SM1"])).await.must());
    let row = store.row(stale.id).await;
    assert_eq!(row.status, MessageState::Accepted);
    assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(
        (&row.holder, row.next_attempt_at, row.doubt),
        (&None, None, None)
    );
    // Nobody sends it again, and who was at it settles nothing.
    assert!(!store.hand_over(lease, &message, PROVIDER).await.must());
    assert!(!store.renew(lease, at(900)).await.must());
    for late in [settled(lease, MessageState::Failed), back_off(lease, 5)] {
        assert!(!store.settle(late).await.must());
    }
    assert_eq!(store.row(stale.id).await, row);
    assert!(store.claimable(9_999).await.is_empty());
}

pub(super) async fn that_the_provider_took_it_counts_though_nobody_waits(store: Subject) {
    let (stale, _) = taken_over(&store).await;
    store.settle_soon(accepted(stale, &["SM1"]));
    store.flush().await;
    assert_eq!(store.state(stale.id).await, MessageState::Accepted);
    assert_eq!(store.info().lost_writes, 0);
}

pub(super) async fn a_process_that_went_away_loses_nothing(store: Subject) {
    let Some(another) = store.another().await else {
        return;
    };
    let begun = another.begin(leased(hello())).await.must();
    let Begun::Leased(lease) = begun else {
        panic!("it is not leased: {begun:?}")
    };
    let waits = another.enqueue(hello()).await;
    let claimed = another.claim(wish(0)).await.must().messages;
    assert_eq!(ids(&claimed), [waits]);
    drop(another);
    assert_eq!(store.claimable(LEASE).await, [waits]);
    assert_eq!(store.claimable(LEASE + GRACE).await, [lease.id]);
}
