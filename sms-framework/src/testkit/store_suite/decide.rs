//! What a person decides.

use super::facts::{
    accepted, at, error_note, hello, leased, report_about, settled, waiting, waiting_for,
};
use super::subject::{Must, Subject};
use crate::message::{Message, MessageId, MessageState, Priority};
use crate::store::{Decided, Decision, Doubt, Lease, NewMessage, Selection, Settlement};

use Decision::{Cancel, FoundSent, Replay, SendAgain};
use MessageState::{Accepted, Canceled, Failed, Queued, Rejected, Scheduled, Unknown};

const CHANGED: Decided = Decided {
    changed: 1,
    unchanged: 0,
};
const UNCHANGED: Decided = Decided {
    changed: 0,
    unchanged: 1,
};

/// A message of unknown fate.
async fn doubtful(store: &Subject, message: Message) -> Lease {
    let lease = store.send(message).await;
    let unknown = Settlement {
        doubt: Some(Doubt::NoAnswer),
        error: Some(error_note("NO_ANSWER")),
        from_queue: true,
        ..settled(lease, Unknown)
    };
    assert!(store.settle(unknown).await.must());
    lease
}

pub(super) async fn each_applies_where_the_state_machine_says(store: Subject) {
    for decision in [FoundSent, SendAgain, Replay, Cancel] {
        for from in MessageState::ALL {
            let lease = store.standing(hello(), *from).await;
            let before = store.row(lease.id).await;
            let decided = store.decide_about(decision, lease.id).await;
            let possible = decision.applies_to().contains(from);
            let expected = if possible { CHANGED } else { UNCHANGED };
            assert_eq!(decided, expected, "{decision:?} of {from}");
            let row = store.row(lease.id).await;
            let to = from.after(decision.occurrence()).state;
            assert_eq!(row.status, to, "{decision:?} of {from}");
            if !possible {
                assert_eq!(row, before, "{decision:?} of {from}");
            }
        }
    }
}

pub(super) async fn more_are_named_than_one_statement_can_name(store: Subject) {
    let doubtful = doubtful(&store, hello()).await;
    let strangers = std::iter::repeat_with(MessageId::new).take(40_000);
    let named = Selection {
        ids: strangers.chain([doubtful.id, doubtful.id]).collect(),
        ..Selection::default()
    };
    let decided = store.decide(FoundSent, named, at(50)).await.must();
    let expected = Decided {
        changed: 1,
        unchanged: 40_000,
    };
    assert_eq!(decided, expected);
    assert_eq!(store.state(doubtful.id).await, Accepted);
}

pub(super) async fn found_sent_it_is_accepted_and_the_doubt_is_over(store: Subject) {
    let lease = doubtful(&store, hello()).await;
    assert_eq!(store.decide_about(FoundSent, lease.id).await, CHANGED);
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.doubt, row.error), (Accepted, None, None));
    assert_eq!((row.next_attempt_at, row.updated_at), (None, at(50)));
}

pub(super) async fn sent_again_it_can_go_at_once_and_counts_anew(store: Subject) {
    let lease = doubtful(&store, hello()).await;
    assert_eq!(store.decide_about(SendAgain, lease.id).await, CHANGED);
    let row = store.row(lease.id).await;
    assert_eq!((row.status, row.doubt, row.rounds), (Queued, None, 0));
    let claimed = store.claimed_one(50).await;
    assert_eq!((claimed.lease.id, claimed.waits_since), (lease.id, at(50)));
    assert_eq!((claimed.doubt, claimed.rounds), (None, 0));
    assert!(claimed.lease.fence > lease.fence);
}

pub(super) async fn replayed_it_can_go_at_once_and_counts_anew(store: Subject) {
    for state in [Failed, Rejected, Canceled] {
        let lease = store.standing(hello(), state).await;
        assert_eq!(store.decide_about(Replay, lease.id).await, CHANGED);
        assert_eq!(store.state(lease.id).await, Queued);
        let claimed = store.claimed_one(50).await;
        assert_eq!((claimed.lease.id, claimed.waits_since), (lease.id, at(50)));
        assert_eq!(claimed.rounds, 0);
        // What came of its first life settles nothing.
        assert!(!store.settle(settled(lease, Failed)).await.must());
    }
}

pub(super) async fn what_a_provider_had_is_not_replayed(store: Subject) {
    let had = store.send(hello()).await;
    let failed_there = Settlement {
        state: Failed,
        ..accepted(had, &["SM1"])
    };
    assert!(store.settle(failed_there).await.must());
    assert_eq!(store.decide_about(Replay, had.id).await, UNCHANGED);

    let reported = store.send(hello()).await;
    let report = report_about(reported.id, Rejected);
    store.receive(report).await.must();
    assert_eq!(store.decide_about(Replay, reported.id).await, UNCHANGED);

    // Another provider took it, as was found out after this one had failed.
    let late = store.send(hello()).await;
    let failed_here = Settlement {
        provider: Some("vonage".to_owned()),
        ..settled(late, Failed)
    };
    assert!(store.settle(failed_here).await.must());
    assert!(store.settle(accepted(late, &["SM2"])).await.must());
    assert_eq!(store.decide_about(Replay, late.id).await, UNCHANGED);
    assert!(store.claimable(50).await.is_empty());
}

pub(super) async fn what_has_no_text_any_more_is_not_sent_again(store: Subject) {
    let failed = store.send(hello()).await;
    let dropped = Settlement {
        drop_body: true,
        ..settled(failed, Failed)
    };
    assert!(store.settle(dropped).await.must());
    assert_eq!(store.decide_about(Replay, failed.id).await, UNCHANGED);

    let unknown = store.send(hello()).await;
    let dropped = Settlement {
        drop_body: true,
        ..settled(unknown, Unknown)
    };
    assert!(store.settle(dropped).await.must());
    assert_eq!(store.decide_about(SendAgain, unknown.id).await, UNCHANGED);
    assert_eq!(store.decide_about(FoundSent, unknown.id).await, CHANGED);
}

pub(super) async fn canceled_it_is_not_sent_and_says_why(store: Subject) {
    for message in [hello(), hello().send_at(at(900))] {
        let id = store.enqueue(message).await;
        assert_eq!(store.decide_about(Cancel, id).await, CHANGED);
        let row = store.row(id).await;
        assert_eq!((row.status, row.next_attempt_at), (Canceled, None));
        let error = row.error.unwrap_or_else(|| panic!("it does not say why"));
        assert_eq!(error.code, "CANCELED");
        assert_eq!(error.message, "it was canceled before it was sent");
        assert_eq!(error.certainty, crate::error::Certainty::NotSent);
    }
    assert!(store.claimable(1_000).await.is_empty());
}

pub(super) async fn what_a_worker_has_not_sent_yet_is_canceled_too(store: Subject) {
    let id = store.enqueue(hello()).await;
    let claimed = store.claimed_one(0).await;
    assert_eq!(store.decide_about(Cancel, id).await, CHANGED);
    let (lease, message) = (claimed.lease, &claimed.message);
    assert!(!store.hand_over(lease, message, "twilio").await.must());
    assert!(!store.settle(settled(lease, Failed)).await.must());
    assert_eq!(store.state(id).await, Canceled);
}

pub(super) async fn what_a_worker_is_sending_is_not_canceled(store: Subject) {
    let id = store.enqueue(hello()).await;
    let claimed = store.claimed_one(0).await;
    let handed = store.hand_over(claimed.lease, &claimed.message, "twilio");
    assert!(handed.await.must());
    assert_eq!(store.decide_about(Cancel, id).await, UNCHANGED);
    assert!(store.settle(accepted(claimed.lease, &["SM1"])).await.must());
}

/// Messages that wait, one of every sort that a selection tells apart.
struct Sorts {
    plain: MessageId,
    owned: MessageId,
    typed: MessageId,
    urgent: MessageId,
    elsewhere: MessageId,
    early: MessageId,
    failed: MessageId,
    later: MessageId,
}

impl Sorts {
    async fn new(store: &Subject) -> Self {
        let elsewhere = waiting_for(hello(), "vonage");
        let message = crate::testkit::outbound_at(hello(), at(-100));
        let early = NewMessage {
            message: std::sync::Arc::new(message),
            ..waiting(hello())
        };
        let failed = leased(hello());
        let sorts = Self {
            plain: store.enqueue(hello()).await,
            owned: store.enqueue(hello().owner("ann")).await,
            typed: store.enqueue(hello().message_type("reminder")).await,
            urgent: store.enqueue(hello().priority(Priority::Urgent)).await,
            elsewhere: elsewhere.message.id(),
            early: early.message.id(),
            failed: failed.message.id(),
            later: store.enqueue(hello().send_at(at(900))).await,
        };
        for row in [elsewhere, early, failed] {
            store.begin(row).await.must();
        }
        let lease = Lease {
            id: sorts.failed,
            fence: 1,
        };
        let waits = Settlement {
            error: Some(error_note("CONNECT")),
            ..super::facts::back_off(lease, 5)
        };
        assert!(store.settle(waits).await.must());
        sorts
    }
}

pub(super) async fn all_that_fit_everything_said_are_meant(store: Subject) {
    let sorts = Sorts::new(&store).await;
    let all = Selection::default;
    let selections: [(Selection, &[MessageId]); 9] = [
        (
            Selection {
                ids: vec![sorts.plain, sorts.typed],
                ..all()
            },
            &[sorts.plain, sorts.typed],
        ),
        (
            Selection {
                states: vec![Scheduled, Accepted],
                ..all()
            },
            &[sorts.later],
        ),
        (
            Selection {
                owner: Some("ann".to_owned()),
                ..all()
            },
            &[sorts.owned],
        ),
        (
            Selection {
                message_type: Some("reminder".to_owned()),
                ..all()
            },
            &[sorts.typed],
        ),
        (
            Selection {
                error_code: Some("CONNECT".to_owned()),
                ..all()
            },
            &[sorts.failed],
        ),
        (
            Selection {
                provider: Some("vonage".to_owned()),
                ..all()
            },
            &[sorts.elsewhere],
        ),
        (
            Selection {
                priority: Some(Priority::Urgent),
                ..all()
            },
            &[sorts.urgent],
        ),
        (
            Selection {
                until: Some(at(0)),
                ..all()
            },
            &[sorts.early],
        ),
        (
            Selection {
                since: Some(at(0)),
                until: Some(at(0)),
                ..all()
            },
            &[],
        ),
    ];
    for (selection, meant) in selections {
        let what = format!("{selection:?}");
        let decided = store.decide(Cancel, selection, at(50)).await.must();
        let expected = Decided {
            changed: meant.len() as u64,
            unchanged: 0,
        };
        assert_eq!(decided, expected, "{what}");
        for id in meant {
            assert_eq!(store.state(*id).await, Canceled, "{what}");
            // For the next selection.
            assert_eq!(store.decide_about(Replay, *id).await, CHANGED);
        }
        let canceled = store.rows().await.into_iter();
        assert_eq!(canceled.filter(|row| row.status == Canceled).count(), 0);
    }
    let since = Selection {
        since: Some(at(0)),
        ..all()
    };
    let decided = store.decide(Cancel, since, at(50)).await.must();
    assert_eq!(decided.changed, 7, "all but the early one");
}

pub(super) async fn nobody_is_meant_where_the_states_do_not_allow_it(store: Subject) {
    store.enqueue(hello()).await;
    let selection = Selection {
        states: vec![Accepted, Failed],
        ..Selection::default()
    };
    let decided = store.decide(Cancel, selection, at(50)).await.must();
    assert_eq!(decided, Decided::default());
}

pub(super) async fn who_was_named_and_cannot_is_counted(store: Subject) {
    let [can, sent] = [store.enqueue(hello()).await, store.send(hello()).await.id];
    let selection = Selection {
        ids: vec![can, sent, MessageId::new()],
        ..Selection::default()
    };
    let decided = store.decide(Cancel, selection, at(50)).await.must();
    let expected = Decided {
        changed: 1,
        unchanged: 2,
    };
    assert_eq!(decided, expected);
}

pub(super) async fn more_than_a_thousand_are_decided_about(store: Subject) {
    let ids = store.enqueue_all((0..2_100).map(|_| hello())).await;
    let selection = Selection {
        ids: ids[..1_050].to_vec(),
        ..Selection::default()
    };
    let decided = store.decide(Cancel, selection, at(50)).await.must();
    assert_eq!((decided.changed, decided.unchanged), (1_050, 0));
    let all = Selection::default();
    let decided = store.decide(Cancel, all.clone(), at(50)).await.must();
    assert_eq!((decided.changed, decided.unchanged), (1_050, 0));
    let decided = store.decide(Replay, all, at(50)).await.must();
    assert_eq!((decided.changed, decided.unchanged), (2_100, 0));
}
