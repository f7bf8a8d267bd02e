//! What became of a message, as it is written.

use super::facts::{
    PROVIDER, accepted, at, attempt, back_off, error_note, hello, leased, report_of, settled,
    waiting,
};
use super::subject::{Must, Subject};
use crate::message::{MessageId, MessageState};
use crate::store::{Doubt, Lease, NewMessage, Received, Settlement};

pub(super) async fn what_became_of_it_is_in_the_row(store: Subject) {
    let lease = store.send(hello()).await;
    let settlement = Settlement {
        attempts: 2,
        provider_status: Some("queued".to_owned()),
        segments: Some(3),
        ..accepted(lease, &["SM1"])
    };
    assert!(store.settle(settlement).await.must());
    let row = store.row(lease.id).await;
    assert_eq!(row.status, MessageState::Accepted);
    assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(row.provider_status.as_deref(), Some("queued"));
    assert_eq!((row.segments, row.attempts, row.rounds), (3, 2, 0));
    assert_eq!((row.holder, row.next_attempt_at), (None, None));
    assert_eq!(row.updated_at, at(1));
    assert_eq!(row.body.as_deref(), Some("Hello"), "kept unless dropped");
}

pub(super) async fn an_error_is_kept_until_a_later_round_clears_it(store: Subject) {
    let lease = store.send(hello()).await;
    let failed = Settlement {
        doubt: Some(Doubt::ServerError),
        error: Some(error_note("SERVER_ERROR")),
        ..back_off(lease, 10)
    };
    assert!(store.settle(failed).await.must());
    let row = store.row(lease.id).await;
    assert_eq!(row.error, Some(error_note("SERVER_ERROR")));
    assert_eq!(row.doubt, Some(Doubt::ServerError));

    let claimed = store.claimed_one(10).await;
    assert_eq!(claimed.doubt, Some(Doubt::ServerError));
    let sent = Settlement {
        from_queue: true,
        ..accepted(claimed.lease, &["SM1"])
    };
    assert!(store.settle(sent).await.must());
    let row = store.row(lease.id).await;
    assert_eq!((row.error, row.doubt), (None, None));
    assert_eq!((row.attempts, row.rounds), (2, 1));
}

pub(super) async fn a_dropped_text_leaves_its_hash(store: Subject) {
    let row = NewMessage {
        hash_body: true,
        ..leased(hello())
    };
    let lease = Lease {
        id: row.message.id(),
        fence: 1,
    };
    store.begin(row).await.must();
    let dropped = Settlement {
        drop_body: true,
        ..accepted(lease, &["SM1"])
    };
    assert!(store.settle(dropped).await.must());
    let row = store.row(lease.id).await;
    assert_eq!(row.body, None);
    let hash = "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969";
    assert_eq!(row.body_hash.as_deref(), Some(hash));
}

pub(super) async fn who_has_it_and_from_whom_is_noted_where_it_is_said(store: Subject) {
    let from = "+14155550200".parse().must();
    let lease = store.send(hello().sender(from)).await;
    let waits = Settlement {
        provider: Some("route:main".to_owned()),
        sender: Some(None),
        ..back_off(lease, 5)
    };
    assert!(store.settle(waits).await.must());
    let row = store.row(lease.id).await;
    assert_eq!((row.provider.as_str(), row.from), ("route:main", None));

    let wish = super::facts::wish_for(&["route:main"], 5);
    let claimed = store.claim(wish).await.must().messages.remove(0);
    let taken = Settlement {
        provider: Some("vonage".to_owned()),
        sender: Some(Some("+14155550300".to_owned())),
        ..accepted(claimed.lease, &["VG1"])
    };
    assert!(store.settle(taken).await.must());
    let row = store.row(lease.id).await;
    assert_eq!(row.provider, "vonage");
    assert_eq!(row.from.as_deref(), Some("+14155550300"));
}

pub(super) async fn what_is_not_said_stays_as_it_was(store: Subject) {
    let from = "+14155550200".parse().must();
    let lease = store.send(hello().sender(from)).await;
    let settlement = Settlement {
        provider: None,
        sender: None,
        ..accepted(lease, &["SM1"])
    };
    assert!(store.settle(settlement).await.must());
    let row = store.row(lease.id).await;
    assert_eq!(row.provider, PROVIDER);
    assert_eq!(row.from.as_deref(), Some("+14155550200"));
    assert_eq!((row.segments, row.provider_status), (1, None));
}

pub(super) async fn what_is_not_there_is_not_settled(store: Subject) {
    let lease = Lease {
        id: MessageId::new(),
        fence: 1,
    };
    for settlement in [
        settled(lease, MessageState::Failed),
        accepted(lease, &["SM1"]),
    ] {
        assert!(!store.settle(settlement).await.must());
    }
}

pub(super) async fn settled_is_settled(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(
        store
            .settle(settled(lease, MessageState::Failed))
            .await
            .must()
    );
    let before = store.row(lease.id).await;
    for state in [
        MessageState::Canceled,
        MessageState::Queued,
        MessageState::Unknown,
    ] {
        assert!(!store.settle(settled(lease, state)).await.must());
    }
    assert_eq!(store.row(lease.id).await, before);
}

pub(super) async fn a_late_acceptance_is_noted_under_the_provider_that_took_it(store: Subject) {
    let lease = store.send(hello()).await;
    let failed_there = Settlement {
        provider: Some("vonage".to_owned()),
        ..settled(lease, MessageState::Failed)
    };
    assert!(store.settle(failed_there).await.must());
    assert!(store.settle(accepted(lease, &["SM1", "SM2"])).await.must());
    let row = store.row(lease.id).await;
    assert_eq!(
        (row.status, row.provider.as_str()),
        (MessageState::Failed, "vonage")
    );
    assert_eq!(row.attempts, 2, "both calls");
    for (theirs, state) in [
        ("SM1", MessageState::Sent),
        ("SM2", MessageState::Delivered),
    ] {
        let received = store.receive(report_of(theirs, state)).await.must();
        assert_ne!(received, Received::Kept, "{theirs} is this message's");
    }
}

pub(super) async fn ids_are_noted_where_the_settlement_names_no_provider(store: Subject) {
    // Reported before: it waits for its id.
    let delivered = report_of("SM2", MessageState::Delivered);
    assert_eq!(store.receive(delivered).await.must(), Received::Kept);
    let delivered = report_of("SM1", MessageState::Delivered);
    assert_eq!(store.receive(delivered).await.must(), Received::Kept);
    let lease = store.send(hello()).await;
    let nameless = Settlement {
        provider: None,
        ..accepted(lease, &["SM1", "SM2"])
    };
    assert!(store.settle(nameless).await.must());
    assert_eq!(store.state(lease.id).await, MessageState::Delivered);
}

pub(super) async fn attempts_are_listed_first_to_last_though_the_clock_stands_still(
    store: Subject,
) {
    let id = store.enqueue(hello()).await;
    let other = store.enqueue(hello()).await;
    for number in [1, 2, 1, 2] {
        store.record(attempt(id, number));
    }
    store.record(attempt(other, 7));
    store.flush().await;
    let expected: Vec<_> = [1, 2, 1, 2].map(|number| attempt(id, number)).into();
    assert_eq!(store.attempts(id).await.must(), expected);
    assert_eq!(store.attempts(MessageId::new()).await.must(), []);
    assert_eq!(store.info().lost_writes, 0);
}

pub(super) async fn jobs_about_one_message_are_done_in_their_order(store: Subject) {
    // Handed over without waiting, so that they may share a transaction.
    let row = waiting(hello());
    let id = row.message.id();
    let begin = store.begin(row);
    let gone = store.settle(settled(Lease { id, fence: 0 }, MessageState::Failed));
    let taken = store.settle(accepted(Lease { id, fence: 0 }, &["SM1"]));
    let failed = store.settle(settled(Lease { id, fence: 0 }, MessageState::Failed));
    let (begun, gone, taken, failed) = futures_util::join!(begin, gone, taken, failed);
    begun.must();
    assert_eq!(
        (gone.must(), taken.must(), failed.must()),
        (false, true, false)
    );
    assert_eq!(store.state(id).await, MessageState::Accepted);
}
