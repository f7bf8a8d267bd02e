//! Idempotency keys: a message is taken once under its owner's key.

use std::iter::repeat_with;

use futures_util::future::join_all;

use super::facts::{NUMBER, OTHER_NUMBER, accepted, at, hello, leased, new, waiting};
use super::subject::{Must, Refused, Subject};
use crate::error::{Certainty, ErrorKind};
use crate::message::{BroadcastId, Message, MessageId, MessageState, Priority};
use crate::store::{Begun, MessageRecord, NewMessage};

const KEY: &str = "order-4711";

fn keyed() -> Message {
    hello().idempotency_key(KEY)
}

/// The message that came first under the key.
async fn before(store: &Subject, row: NewMessage) -> MessageRecord {
    match store.begin(row).await.must() {
        Begun::Before(record) => *record,
        other => panic!("it is no repetition: {other:?}"),
    }
}

pub(super) async fn the_same_again_gives_the_first_one_back(store: Subject) {
    let first = store.enqueue(keyed()).await;
    for again in [waiting, leased] {
        assert_eq!(before(&store, again(keyed())).await, store.row(first).await);
    }
    assert_eq!(store.rows().await.len(), 1);
}

pub(super) async fn the_first_one_is_given_as_it_stands_now(store: Subject) {
    let lease = store.send(keyed()).await;
    let record = before(&store, leased(keyed())).await;
    assert_eq!(record.status, MessageState::Sending);
    store.settle(accepted(lease, &["SM1"])).await.must();
    let record = before(&store, leased(keyed())).await;
    assert_eq!(record.status, MessageState::Accepted);
    assert_eq!(record.provider_message_id.as_deref(), Some("SM1"));
}

pub(super) async fn other_content_is_a_conflict_and_changes_nothing(store: Subject) {
    let first = store.enqueue(keyed()).await;
    let row = store.row(first).await;
    for other in [
        new(OTHER_NUMBER),
        Message::new(NUMBER, "Hello!"),
        hello().sender("+14155550100".parse().must()),
        hello().media("https://example.com/poster.png"),
    ] {
        let id = other.id;
        let refused = store.begin(waiting(other.idempotency_key(KEY))).await;
        let error = refused.refused();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::IdempotencyConflict, Certainty::NotSent)
        );
        assert_eq!(
            error.to_string(),
            format!("its idempotency key was used before, for other content: by message {first}")
        );
        let help = "use another key for another message; the first one is as it was";
        assert_eq!(error.help(), Some(help));
        assert_eq!(store.message(id).await.must(), None);
    }
    assert_eq!(store.row(first).await, row);
}

pub(super) async fn what_is_no_content_may_differ(store: Subject) {
    let first = store.enqueue(keyed()).await;
    for same in [
        keyed().priority(Priority::Bulk),
        keyed().send_at(at(100)),
        keyed().message_type("gig_reminder").tag("gig", "4711"),
    ] {
        assert_eq!(before(&store, waiting(same)).await.id, first);
    }
}

pub(super) async fn keys_are_their_owners(store: Subject) {
    let of = |owner: &str| keyed().owner(owner);
    let (ann, ben) = (
        store.enqueue(of("ann")).await,
        store.enqueue(of("ben")).await,
    );
    let nobodys = store.enqueue(keyed()).await;
    assert_eq!(before(&store, waiting(of("ann"))).await.id, ann);
    assert_eq!(before(&store, waiting(of("ben"))).await.id, ben);
    assert_eq!(before(&store, waiting(keyed())).await.id, nobodys);
}

pub(super) async fn of_many_at_once_one_begins_and_all_others_get_it(store: Subject) {
    one_begins(&store, &store).await;
}

pub(super) async fn of_many_processes_at_once_one_begins_and_all_others_get_it(store: Subject) {
    let Some(another) = store.another().await else {
        return;
    };
    one_begins(&store, &another).await;
}

async fn one_begins(store: &Subject, another: &Subject) {
    for round in 0..5 {
        let row = || leased(hello().idempotency_key(format!("order-{round}")));
        let begins = (0..20).map(|turn| [store, another][turn % 2].begin(row()));
        let (mut begun, mut given): (Vec<MessageId>, Vec<MessageId>) = Default::default();
        for result in join_all(begins).await {
            match result.must() {
                Begun::Leased(lease) => begun.push(lease.id),
                Begun::Before(record) => given.push(record.id),
                Begun::Waiting => panic!("it was about to be sent"),
            }
        }
        assert_eq!(begun.len(), 1, "round {round}");
        let expected: Vec<_> = repeat_with(|| begun[0]).take(19).collect();
        assert_eq!(given, expected);
    }
    assert_eq!(store.rows().await.len(), 5);
}

pub(super) async fn a_refused_message_keeps_no_key(store: Subject) {
    let mut row = waiting(keyed());
    let stray = crate::testkit::outbound_at(keyed(), at(0)).in_broadcast(BroadcastId::new());
    row.message = std::sync::Arc::new(stray);
    let error = store.begin(row).await.refused();
    assert_eq!(error.kind(), ErrorKind::WrongState);

    let first = store.enqueue(keyed()).await;
    assert_eq!(before(&store, waiting(keyed())).await.id, first);
}

pub(super) async fn a_key_whose_message_is_gone_is_free(store: Subject) {
    let gone = store.enqueue(keyed()).await;
    store
        .meddle(&format!("DELETE FROM sms_messages WHERE id = '{gone}'"))
        .await;
    let other = || Message::new(NUMBER, "Hello!").idempotency_key(KEY);
    let first = store.enqueue(other()).await;
    assert_eq!(before(&store, waiting(other())).await.id, first);
    let error = store.begin(waiting(keyed())).await.refused();
    assert_eq!(error.kind(), ErrorKind::IdempotencyConflict);
}
