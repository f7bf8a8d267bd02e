//! What providers report: kept, and applied, in whatever order it comes.

use super::facts::{
    NUMBER, OTHER_NUMBER, PROVIDER, accepted, at, error_note, hello, new, report, report_about,
    report_of, settled,
};
use super::subject::{Must, Subject};
use crate::message::{MessageId, MessageState};
use crate::store::{Lease, Received, Report, ReportRecord, Settlement};

use MessageState::{Accepted, Delivered, Failed, Queued, Sent, Undelivered};
use Received::{Applied, Contradictory, Kept, Noted, Repeated};

/// A message that the usual provider has under that id.
async fn taken(store: &Subject, theirs: &str) -> Lease {
    let lease = store.send(hello()).await;
    assert!(store.settle(accepted(lease, &[theirs])).await.must());
    lease
}

async fn receive(store: &Subject, report: Report) -> Received {
    store.receive(report).await.must()
}

pub(super) async fn by_the_providers_id(store: Subject) {
    let (one, other) = (taken(&store, "SM1").await, taken(&store, "SM2").await);
    assert_eq!(receive(&store, report_of("SM1", Sent)).await, Applied);
    assert_eq!(store.state(one.id).await, Sent);
    assert_eq!(store.state(other.id).await, Accepted);
}

pub(super) async fn by_our_id(store: Subject) {
    let lease = store.send(hello()).await;
    let delivered = report_about(lease.id, Delivered);
    assert_eq!(receive(&store, delivered).await, Applied);
    assert_eq!(store.state(lease.id).await, Delivered);
}

pub(super) async fn by_the_providers_id_where_our_id_is_none_that_we_know(store: Subject) {
    let lease = taken(&store, "SM1").await;
    let both = Report {
        message_id: Some(MessageId::new()),
        ..report_of("SM1", Delivered)
    };
    assert_eq!(receive(&store, both).await, Applied);
    assert_eq!(store.state(lease.id).await, Delivered);
}

pub(super) async fn by_the_id_of_a_part(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(accepted(lease, &["P1", "P2"])).await.must());
    assert_eq!(receive(&store, report_of("P2", Undelivered)).await, Applied);
    assert_eq!(store.state(lease.id).await, Undelivered);
}

pub(super) async fn by_the_id_of_a_batch_and_the_number(store: Subject) {
    let one = store.send(new(NUMBER)).await;
    let other = store.send(new(OTHER_NUMBER)).await;
    for lease in [one, other] {
        assert!(store.settle(accepted(lease, &["B1"])).await.must());
    }
    let to = |number: &str| Report {
        to: Some(number.to_owned()),
        ..report_of("B1", Delivered)
    };
    assert_eq!(receive(&store, to(OTHER_NUMBER)).await, Applied);
    let states = [store.state(one.id).await, store.state(other.id).await];
    assert_eq!(states, [Accepted, Delivered]);
    // Without a number it could be anybody's, and so it is with a number of nobody's.
    assert_eq!(receive(&store, report_of("B1", Failed)).await, Kept);
    assert_eq!(receive(&store, to("+14155550199")).await, Kept);
    assert_eq!(store.state(one.id).await, Accepted);
}

pub(super) async fn of_a_batch_before_our_record_of_it(store: Subject) {
    let to = |number: &str, state| Report {
        to: Some(number.to_owned()),
        ..report_of("B1", state)
    };
    assert_eq!(receive(&store, to(OTHER_NUMBER, Delivered)).await, Kept);
    assert_eq!(receive(&store, to(NUMBER, Undelivered)).await, Kept);
    for (number, state) in [(NUMBER, Undelivered), (OTHER_NUMBER, Delivered)] {
        let lease = store.send(new(number)).await;
        assert!(store.settle(accepted(lease, &["B1"])).await.must());
        assert_eq!(store.state(lease.id).await, state);
    }
}

pub(super) async fn another_providers_id_is_another_id(store: Subject) {
    let lease = taken(&store, "SM1").await;
    let elsewhere = Report {
        provider: "vonage".to_owned(),
        ..report_of("SM1", Delivered)
    };
    assert_eq!(receive(&store, elsewhere).await, Kept);
    assert_eq!(store.state(lease.id).await, Accepted);
}

pub(super) async fn before_our_record_it_is_kept_and_applied_when_its_id_is_known(store: Subject) {
    let lease = store.send(hello()).await;
    let delivered = Report {
        segments: Some(2),
        ..report_of("SM1", Delivered)
    };
    assert_eq!(receive(&store, delivered.clone()).await, Kept);
    assert_eq!(receive(&store, delivered).await, Repeated);
    assert_eq!(store.state(lease.id).await, MessageState::Sending);
    assert_eq!(store.reports(lease.id).await.must(), []);

    assert!(store.settle(accepted(lease, &["SM1"])).await.must());
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.segments), (Delivered, 2));
    assert_eq!(row.provider_status.as_deref(), Some("delivered"));
    let reports = store.reports(lease.id).await.must();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].verdict, Applied);
}

pub(super) async fn about_a_waiting_message_it_settles_it_and_its_worker_cannot_send_it(
    store: Subject,
) {
    let id = store.enqueue(hello()).await;
    let claimed = store.claimed_one(0).await;
    let named = Report {
        provider_message_id: Some("SM1".to_owned()),
        ..report_about(id, Sent)
    };
    assert_eq!(receive(&store, named).await, Applied);
    let row = store.row(id).await;
    assert_eq!(row.status, Sent);
    assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!((&row.holder, row.next_attempt_at), (&None, None));

    let (lease, message) = (claimed.lease, &claimed.message);
    assert!(!store.hand_over(lease, message, PROVIDER).await.must());
    assert!(!store.renew(lease, at(900)).await.must());
    assert!(!store.settle(settled(lease, Failed)).await.must());
    store.release(&[lease]).await.must();
    assert_eq!(store.row(id).await, row);
    assert!(store.claimable(9_999).await.is_empty());
}

pub(super) async fn about_a_message_of_unknown_fate_it_ends_the_doubt(store: Subject) {
    let lease = store.send(hello()).await;
    let doubtful = super::facts::in_doubt(lease, 5);
    assert!(store.settle(doubtful).await.must());
    assert_eq!(receive(&store, report_about(lease.id, Sent)).await, Applied);
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.doubt, row.error), (Sent, None, None));
    assert!(store.claimable(5).await.is_empty());
}

pub(super) async fn a_word_that_nobody_knows_says_that_the_provider_has_it(store: Subject) {
    let unknown = |id| Report {
        state: None,
        provider_status: "in orbit".to_owned(),
        ..report_about(id, Sent)
    };
    let waits = store.send(hello()).await;
    assert_eq!(receive(&store, unknown(waits.id)).await, Applied);
    let row = store.row(waits.id).await;
    assert_eq!(row.status, Accepted);
    assert_eq!(row.provider_status.as_deref(), Some("in orbit"));

    let lease = store.standing(hello(), Sent).await;
    let before = store.row(lease.id).await;
    assert_eq!(receive(&store, unknown(lease.id)).await, Noted);
    assert_eq!(store.row(lease.id).await, before);
}

pub(super) async fn the_same_again_changes_nothing(store: Subject) {
    let lease = taken(&store, "SM1").await;
    assert_eq!(receive(&store, report_of("SM1", Delivered)).await, Applied);
    let before = store.row(lease.id).await;
    for later in 6..9 {
        let again = Report {
            received_at: at(later),
            ..report_of("SM1", Delivered)
        };
        assert_eq!(receive(&store, again).await, Repeated);
    }
    assert_eq!(store.row(lease.id).await, before);
    assert_eq!(store.reports(lease.id).await.must().len(), 1);
}

pub(super) async fn what_comes_late_is_noted(store: Subject) {
    let lease = taken(&store, "SM1").await;
    assert_eq!(receive(&store, report_of("SM1", Delivered)).await, Applied);
    let before = store.row(lease.id).await;
    for late in [Sent, Accepted, Queued] {
        assert_eq!(receive(&store, report_of("SM1", late)).await, Noted);
    }
    assert_eq!(store.row(lease.id).await, before);
}

pub(super) async fn of_contradictory_words_the_stronger_stands_in_either_order(store: Subject) {
    for (number, words) in [[Delivered, Undelivered], [Undelivered, Delivered]]
        .into_iter()
        .enumerate()
    {
        let theirs = format!("SM{number}");
        let lease = taken(&store, &theirs).await;
        assert_eq!(receive(&store, report_of(&theirs, words[0])).await, Applied);
        let second = receive(&store, report_of(&theirs, words[1])).await;
        assert_eq!(second, Contradictory);
        assert_eq!(store.state(lease.id).await, Delivered);
        let verdicts: Vec<_> = verdicts(&store.reports(lease.id).await.must());
        assert!(verdicts.contains(&Contradictory), "{verdicts:?}");
    }
}

fn verdicts(reports: &[ReportRecord]) -> Vec<Received> {
    reports.iter().map(|report| report.verdict).collect()
}

pub(super) async fn what_went_wrong_is_in_the_row(store: Subject) {
    let lease = taken(&store, "SM1").await;
    let failed = Report {
        error: Some(error_note("BLOCKED")),
        segments: Some(3),
        provider_status: "undeliverable".to_owned(),
        ..report_of("SM1", Undelivered)
    };
    assert_eq!(receive(&store, failed).await, Applied);
    let row = store.row(lease.id).await;
    assert_eq!(row.error, Some(error_note("BLOCKED")));
    assert_eq!(row.segments, 3);
    assert_eq!(row.provider_status.as_deref(), Some("undeliverable"));
    assert_eq!(row.updated_at, at(5));
}

pub(super) async fn texts_are_dropped_where_asked(store: Subject) {
    let lease = taken(&store, "SM1").await;
    assert_eq!(receive(&store, report_of("SM1", Sent)).await, Applied);
    assert!(store.row(lease.id).await.body.is_some());
    let dropping = Report {
        drop_body: true,
        ..report_of("SM1", Delivered)
    };
    assert_eq!(receive(&store, dropping).await, Applied);
    assert_eq!(store.row(lease.id).await.body, None);
}

pub(super) async fn all_that_was_reported_is_listed_as_it_came(store: Subject) {
    let lease = taken(&store, "SM1").await;
    let undelivered = Report {
        error: Some(error_note("BLOCKED")),
        received_at: at(8),
        ..report_of("SM1", Undelivered)
    };
    let sent = Report {
        received_at: at(9),
        ..report_of("SM1", Sent)
    };
    receive(&store, undelivered).await;
    receive(&store, sent).await;
    receive(&store, report(Delivered)).await;
    let record = |state: MessageState, verdict, received| ReportRecord {
        provider: PROVIDER.to_owned(),
        provider_message_id: Some("SM1".to_owned()),
        part: 0,
        state: Some(state),
        provider_status: state.as_str().to_owned(),
        provider_code: None,
        verdict,
        received_at: at(received),
    };
    let first = ReportRecord {
        provider_code: Some("30003".to_owned()),
        ..record(Undelivered, Applied, 8)
    };
    let reports = store.reports(lease.id).await.must();
    assert_eq!(reports, [first, record(Sent, Noted, 9)]);
    assert_eq!(store.reports(MessageId::new()).await.must(), []);
}

pub(super) async fn a_report_of_another_provider_hides_no_id(store: Subject) {
    // It was tried elsewhere before, and that one speaks up late, and wrongly.
    let lease = taken(&store, "SM1").await;
    let elsewhere = Report {
        provider: "vonage".to_owned(),
        provider_message_id: Some("VG1".to_owned()),
        ..report_about(lease.id, Undelivered)
    };
    assert_eq!(receive(&store, elsewhere).await, Applied);
    assert_eq!(store.row(lease.id).await.provider, "vonage");
    assert_ne!(receive(&store, report_of("SM1", Delivered)).await, Kept);
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.provider.as_str()), (Delivered, PROVIDER));
    assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
}

pub(super) async fn our_record_that_comes_last_takes_nothing_back(store: Subject) {
    let lease = store.send(hello()).await;
    let delivered = Report {
        provider_message_id: Some("SM1".to_owned()),
        error: None,
        segments: Some(2),
        ..report_about(lease.id, Delivered)
    };
    assert_eq!(receive(&store, delivered).await, Applied);
    let ours = Settlement {
        attempts: 3,
        from_queue: true,
        drop_body: true,
        ..accepted(lease, &["SM1"])
    };
    assert!(store.settle(ours).await.must());
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.segments), (Delivered, 2));
    assert_eq!(row.provider_status.as_deref(), Some("delivered"));
    assert_eq!((row.attempts, row.rounds, row.body), (3, 1, None));
}
