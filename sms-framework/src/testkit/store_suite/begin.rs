//! The row of a message that is handed over.

use std::task::{Context, Waker};

use futures_util::future::join_all;

use super::facts::{LEASE, NUMBER, PROVIDER, at, hello, leased, waiting};
use super::subject::{Must, Refused, Subject};
use crate::error::{Certainty, ErrorKind};
use crate::message::{Encoding, Message, MessageState, Priority};
use crate::store::{Begun, NewMessage};

pub(super) async fn what_is_about_to_be_sent_is_leased_by_its_process(store: Subject) {
    let lease = store.send(hello()).await;
    let row = store.row(lease.id).await;
    assert_eq!(row.status, MessageState::Sending);
    assert!(row.holder.is_some());
    assert_eq!(row.next_attempt_at, Some(at(LEASE)));
    assert!(store.claimable(LEASE - 1).await.is_empty());
}

pub(super) async fn what_waits_can_go_at_once(store: Subject) {
    let id = store.enqueue(hello()).await;
    let row = store.row(id).await;
    assert_eq!(row.status, MessageState::Queued);
    assert_eq!((row.holder, row.next_attempt_at), (None, None));
    assert_eq!(store.claimable(0).await, [id]);
}

pub(super) async fn what_is_for_later_is_scheduled(store: Subject) {
    let id = store.enqueue(hello().send_at(at(100))).await;
    let row = store.row(id).await;
    assert_eq!(row.status, MessageState::Scheduled);
    assert_eq!(
        (row.send_at, row.next_attempt_at),
        (Some(at(100)), Some(at(100)))
    );
    assert_eq!(row.holder, None);
}

pub(super) async fn a_time_that_has_come_is_no_reason_to_wait(store: Subject) {
    for past in [-100, 0] {
        let id = store.enqueue(hello().send_at(at(past))).await;
        let row = store.row(id).await;
        assert_eq!(row.status, MessageState::Queued);
        assert_eq!((row.send_at, row.next_attempt_at), (Some(at(past)), None));
    }
}

pub(super) async fn everything_that_it_was_handed_is_in_its_row(store: Subject) {
    let message = hello()
        .sender("+14155550100".parse().must())
        .owner("artist-17")
        .message_type("gig_reminder")
        .priority(Priority::Bulk)
        .tag("gig", "4711");
    let row = NewMessage {
        simulated: true,
        ..leased(message)
    };
    let id = row.message.id();
    store.begin(row).await.must();

    let row = store.row(id).await;
    assert_eq!(row.id, id);
    assert_eq!((row.provider.as_str(), row.simulated), (PROVIDER, true));
    assert_eq!(row.to, NUMBER);
    assert_eq!(row.from.as_deref(), Some("+14155550100"));
    assert_eq!(row.body.as_deref(), Some("Hello"));
    assert_eq!((row.segments, row.encoding), (1, Encoding::Gsm7));
    assert_eq!(row.owner.as_deref(), Some("artist-17"));
    assert_eq!(row.message_type.as_deref(), Some("gig_reminder"));
    assert_eq!(row.priority, Priority::Bulk);
    assert_eq!(row.tags["gig"], "4711");
    assert_eq!((row.attempts, row.rounds), (0, 0));
    assert_eq!((row.doubt, row.error, row.broadcast), (None, None, None));
    assert_eq!((row.provider_message_id, row.provider_status), (None, None));
    assert_eq!((row.created_at, row.updated_at), (at(0), at(0)));
}

pub(super) async fn the_hash_of_the_text_is_kept_where_asked(store: Subject) {
    for hash_body in [false, true] {
        let row = NewMessage {
            hash_body,
            ..waiting(hello())
        };
        let id = row.message.id();
        store.begin(row).await.must();
        let hash = "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969";
        let row = store.row(id).await;
        assert_eq!(row.body_hash.as_deref(), hash_body.then_some(hash));
        assert_eq!(row.body.as_deref(), Some("Hello"), "it still waits");
    }
}

pub(super) async fn handed_over_twice_it_is_refused_and_left_as_it_is(store: Subject) {
    for again in [waiting, leased] {
        let message = hello();
        let lease = store
            .standing(message.clone(), MessageState::Accepted)
            .await;
        let before = store.row(lease.id).await;
        let error = store.begin(again(message)).await.refused();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::InvalidMessage, Certainty::NotSent)
        );
        let id = lease.id;
        assert_eq!(
            error.to_string(),
            format!(
                "message {id} was handed over before: make a new Message to send the text again"
            )
        );
        assert_eq!(store.row(id).await, before);
    }
}

pub(super) async fn handed_over_twice_it_is_no_lost_write(store: Subject) {
    let message = hello();
    store.enqueue(message.clone()).await;
    unheard(&store, waiting(message)).await;
    assert_eq!(store.info().lost_writes, 0);
}

pub(super) async fn a_begin_whose_caller_went_away_happens_all_the_same(store: Subject) {
    let row = waiting(hello());
    let id = row.message.id();
    unheard(&store, row).await;
    assert_eq!(store.state(id).await, MessageState::Queued);
}

/// Begins a message for a caller who goes away at once.
async fn unheard(store: &Subject, row: NewMessage) {
    let mut begin = store.begin(row);
    let _ = begin.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(begin);
    store.flush().await;
}

pub(super) async fn a_refused_message_does_not_undo_its_neighbours(store: Subject) {
    let messages: Vec<_> = (0..20).map(|_| hello()).collect();
    let twice = messages[10].clone();
    let begins = messages.iter().cloned().chain([twice]);
    let results = join_all(begins.map(|message| store.begin(waiting(message)))).await;
    let refused: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].kind(), ErrorKind::InvalidMessage);
    for message in messages {
        assert_eq!(store.state(message.id).await, MessageState::Queued);
    }
}

pub(super) async fn many_at_once_are_all_there_when_they_return(store: Subject) {
    let begins = (0..1_000).map(|_| async {
        let begun = store.begin(leased(hello())).await.must();
        let Begun::Leased(lease) = begun else {
            panic!("it is not leased: {begun:?}")
        };
        assert!(store.message(lease.id).await.must().is_some());
        lease
    });
    join_all(begins).await;
    assert_eq!(store.rows().await.len(), 1_000);
}

pub(super) async fn texts_come_back_byte_for_byte(store: Subject) {
    for text in [
        "",
        "äöü € 👋\r\n\t'\"%_\\",
        "\u{1f}\u{10ffff}",
        &"x".repeat(1_600),
    ] {
        let id = store.enqueue(Message::new(NUMBER, text)).await;
        assert_eq!(store.row(id).await.body.as_deref(), Some(text));
        let claimed = store.claimed_one(0).await;
        assert_eq!(claimed.message.body(), text);
    }
}
