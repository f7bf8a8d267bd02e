//! Forgetting a number: its messages only count.

use super::facts::{
    NUMBER, OTHER_NUMBER, accepted, at, back_off, hello, in_doubt, new, report_of, waiting,
};
use super::subject::{Must, Subject};
use crate::message::{Message, MessageState};
use crate::store::{Forgotten, MessageFilter, MessageRecord, Received, Report, StatsFilter};

use MessageState::{Accepted, Canceled, Delivered, Queued, Scheduled, Sending, Unknown};

async fn forget(store: &Subject) -> Forgotten {
    store.forget(NUMBER, at(70)).await.must()
}

/// A message with all that tells of a person.
fn telling(to: &str) -> Message {
    new(to)
        .owner("ann")
        .tag("name", "Zoe")
        .media("https://example.com/zoe.png")
}

fn is_erased(row: &MessageRecord) -> bool {
    let nothing = row.body.is_none() && row.body_hash.is_none() && row.tags.is_empty();
    nothing && row.to != NUMBER
}

pub(super) async fn recipient_text_and_labels_are_gone(store: Subject) {
    let row = crate::store::NewMessage {
        hash_body: true,
        ..waiting(telling(NUMBER))
    };
    let id = row.message.id();
    store.begin(row).await.must();
    let sent = store.standing(telling(NUMBER), Accepted).await.id;
    let other = store.standing(telling(OTHER_NUMBER), Accepted).await.id;
    let before = store.row(other).await;

    let expected = Forgotten {
        messages: 2,
        canceled: 1,
    };
    assert_eq!(forget(&store).await, expected);
    for id in [id, sent] {
        let row = store.row(id).await;
        assert!(is_erased(&row), "{}", row.status);
        assert_eq!(row.owner.as_deref(), Some("ann"), "it still counts");
    }
    assert_eq!(store.row(other).await, before);
    let to = MessageFilter {
        to: Some(NUMBER.to_owned()),
        ..MessageFilter::default()
    };
    assert_eq!(store.messages(to).await.must(), []);
    assert_eq!(forget(&store).await, Forgotten::default(), "once is enough");
}

pub(super) async fn what_still_waits_is_canceled_and_what_is_sent_is_not(store: Subject) {
    for state in MessageState::ALL {
        let lease = store.standing(hello(), *state).await;
        let forgotten = forget(&store).await;
        let waits = matches!(state, Queued | Scheduled);
        assert_eq!(forgotten.canceled, u64::from(waits), "{state}");
        let row = store.row(lease.id).await;
        assert_eq!(row.status, if waits { Canceled } else { *state });
        assert!(is_erased(&row), "{state}");
        if waits {
            let error = row.error.unwrap_or_else(|| panic!("it does not say why"));
            assert_eq!(error.code, "CANCELED");
            let why = "its recipient was forgotten before it was sent";
            assert_eq!(error.message, why);
        }
    }
    assert!(store.claimable(900_000).await.is_empty());
}

pub(super) async fn what_a_worker_has_not_sent_yet_is_not_sent_any_more(store: Subject) {
    store.enqueue(hello()).await;
    let claimed = store.claimed_one(0).await;
    assert_eq!(forget(&store).await.canceled, 1);
    let (lease, message) = (claimed.lease, &claimed.message);
    assert!(!store.hand_over(lease, message, "twilio").await.must());
}

pub(super) async fn what_comes_back_to_be_tried_again_is_canceled(store: Subject) {
    let lease = store.send(hello()).await;
    assert_eq!(forget(&store).await.canceled, 0, "it is under way");
    assert_eq!(store.state(lease.id).await, Sending);
    assert!(store.settle(back_off(lease, 80)).await.must());
    assert!(store.claimable(80).await.is_empty());
    let row = store.row(lease.id).await;
    assert_eq!(row.status, Canceled);
    let why = row.error.map(|error| error.message);
    let expected = "its recipient was forgotten before it was sent";
    assert_eq!(why.as_deref(), Some(expected));
}

pub(super) async fn nobody_is_asked_about_it_any_more(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(in_doubt(lease, 80)).await.must());
    forget(&store).await;
    assert!(store.claimable(80).await.is_empty());
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.next_attempt_at), (Unknown, None));
    assert!(store.idle(900).await);
}

pub(super) async fn counts_and_statistics_are_as_they_were(store: Subject) {
    for state in MessageState::ALL {
        if !matches!(state, Queued | Scheduled) {
            store.standing(hello(), *state).await;
        }
    }
    let stats = StatsFilter {
        owner: None,
        since: at(0),
    };
    let before = store.stats(stats.clone()).await.must();
    let counts = store.queue_counts(at(0)).await.must();
    forget(&store).await;
    assert_eq!(store.stats(stats).await.must(), before);
    assert_eq!(store.queue_counts(at(0)).await.must(), counts);
}

pub(super) async fn a_later_report_still_finds_it_and_brings_nothing_back(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(accepted(lease, &["SM1"])).await.must());
    forget(&store).await;
    let named = |state| Report {
        to: Some(NUMBER.to_owned()),
        ..report_of("SM1", state)
    };
    for (report, verdict) in [
        (report_of("SM1", MessageState::Sent), Received::Applied),
        (named(Delivered), Received::Applied),
        (named(Delivered), Received::Repeated),
    ] {
        assert_eq!(store.receive(report).await.must(), verdict);
    }
    assert_eq!(store.state(lease.id).await, Delivered);
    assert!(is_erased(&store.row(lease.id).await));
    let reports = store.reports(lease.id).await.must();
    assert_eq!(reports.len(), 2);
}

pub(super) async fn in_a_batch_a_report_still_finds_the_others(store: Subject) {
    let gone = store.send(new(NUMBER)).await;
    let other = store.send(new(OTHER_NUMBER)).await;
    for lease in [gone, other] {
        assert!(store.settle(accepted(lease, &["B1"])).await.must());
    }
    forget(&store).await;
    for (number, id) in [(OTHER_NUMBER, other.id), (NUMBER, gone.id)] {
        let named = Report {
            to: Some(number.to_owned()),
            ..report_of("B1", Delivered)
        };
        assert_eq!(store.receive(named).await.must(), Received::Applied);
        assert_eq!(store.state(id).await, Delivered);
    }
}

pub(super) async fn more_than_a_thousand_are_forgotten(store: Subject) {
    store.enqueue_all((0..2_100).map(|_| hello())).await;
    let expected = Forgotten {
        messages: 2_100,
        canceled: 2_100,
    };
    assert_eq!(forget(&store).await, expected);
    assert!(store.rows().await.iter().all(is_erased));
}

pub(super) async fn a_number_that_nobody_knows_is_nothing_to_forget(store: Subject) {
    store.enqueue(new(OTHER_NUMBER)).await;
    assert_eq!(forget(&store).await, Forgotten::default());
}
