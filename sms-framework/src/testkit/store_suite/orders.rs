//! Reports, and our own record of the send, in every order: the end is the same.

use super::facts::{accepted, hello, orders, report_about, report_of};
use super::subject::{Must, Subject};
use crate::message::{MessageId, MessageState, Occurrence};
use crate::store::{Received, Report};

use MessageState::{
    Accepted, Canceled, Delivered, Expired, Failed, Rejected, Sending, Sent, Undelivered,
};

/// What a provider may report.
const WORDS: [MessageState; 8] = [
    Accepted,
    Sent,
    Canceled,
    Expired,
    Rejected,
    Failed,
    Undelivered,
    Delivered,
];

/// One thing that is told of a message.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// By us: the provider took it.
    Taken,
    /// By the provider.
    Reported(MessageState),
}

/// Tells all of it of a new message whose id at the provider is `theirs`; where it stands then.
async fn told(
    store: &Subject,
    theirs: &str,
    all: &[Told],
    report: impl Fn(MessageId, MessageState) -> Report,
) -> MessageState {
    let lease = store.send(hello()).await;
    for one in all {
        match one {
            Told::Taken => assert!(store.settle(accepted(lease, &[theirs])).await.must()),
            Told::Reported(word) => {
                store.receive(report(lease.id, *word)).await.must();
            }
        }
    }
    store.state(lease.id).await
}

/// Where it stands by all of it in the usual order.
fn expected(words: &[MessageState]) -> MessageState {
    let occurrences = words.iter().map(|word| Occurrence::Receipt(*word));
    let all = [Occurrence::Taken(Accepted)].into_iter().chain(occurrences);
    all.fold(Sending, |state, occurrence| state.after(occurrence).state)
}

fn pairs() -> Vec<[MessageState; 2]> {
    let mut pairs = Vec::new();
    for (place, first) in WORDS.iter().enumerate() {
        pairs.extend(WORDS[place + 1..].iter().map(|second| [*first, *second]));
    }
    pairs
}

fn all_of(words: &[MessageState]) -> Vec<Told> {
    let reported = words.iter().map(|word| Told::Reported(*word));
    reported.chain([Told::Taken]).collect()
}

pub(super) async fn two_reports_by_the_providers_id_end_alike(store: Subject) {
    let mut number = 0;
    for words in pairs() {
        for order in orders(&all_of(&words)) {
            number += 1;
            let theirs = format!("SM{number}");
            let end = told(&store, &theirs, &order, |_, word| report_of(&theirs, word));
            assert_eq!(end.await, expected(&words), "{order:?}");
        }
    }
}

pub(super) async fn two_reports_by_our_id_end_alike(store: Subject) {
    let mut number = 0;
    // A provider's `canceled` before our record looks like one of ours.
    let pairs = pairs().into_iter().filter(|pair| !pair.contains(&Canceled));
    for words in pairs {
        for order in orders(&all_of(&words)) {
            number += 1;
            let theirs = format!("SM{number}");
            let report = |id, word| Report {
                provider_message_id: Some(theirs.clone()),
                ..report_about(id, word)
            };
            let end = told(&store, &theirs, &order, report).await;
            assert_eq!(end, expected(&words), "{order:?}");
        }
    }
}

pub(super) async fn three_reports_and_their_repetitions_end_alike(store: Subject) {
    let words = [Sent, Undelivered, Delivered];
    for (number, order) in orders(&all_of(&words)).into_iter().enumerate() {
        let theirs = format!("SM{number}");
        let twice: Vec<_> = order.iter().chain(&order).copied().collect();
        let end = told(&store, &theirs, &twice, |_, word| report_of(&theirs, word));
        assert_eq!(end.await, Delivered, "{order:?}");
    }
}

/// Parts of a message, each with what is reported of it, told in an order.
async fn in_parts(
    store: &Subject,
    ids: &[String],
    order: &[Option<(usize, MessageState)>],
    report: impl Fn(usize, MessageState) -> Report,
) -> MessageState {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let lease = store.send(hello()).await;
    for one in order {
        match one {
            None => assert!(store.settle(accepted(lease, &ids)).await.must()),
            Some((part, word)) => {
                store.receive(report(*part, *word)).await.must();
            }
        }
    }
    store.state(lease.id).await
}

/// What is reported of the parts of a message of three, and where that one stands then.
fn fates() -> Vec<(Vec<(usize, MessageState)>, MessageState)> {
    let of = |words: [Option<MessageState>; 3]| {
        let each = words.into_iter().enumerate();
        each.filter_map(|(part, word)| Some((part, word?)))
            .collect::<Vec<_>>()
    };
    let all = |word| of([Some(word); 3]);
    vec![
        (all(Delivered), Delivered),
        (all(Sent), Sent),
        (of([Some(Delivered), Some(Delivered), None]), Accepted),
        (of([Some(Delivered), Some(Sent), Some(Delivered)]), Sent),
        (
            of([Some(Delivered), Some(Undelivered), Some(Delivered)]),
            Undelivered,
        ),
        (of([None, Some(Undelivered), None]), Undelivered),
        (
            of([Some(Failed), Some(Undelivered), Some(Sent)]),
            Undelivered,
        ),
        (
            of([Some(Undelivered), Some(Failed), Some(Expired)]),
            Undelivered,
        ),
    ]
}

pub(super) async fn parts_with_ids_of_their_own_end_alike(store: Subject) {
    let mut number = 0;
    for (words, end) in fates() {
        let all: Vec<_> = words.into_iter().map(Some).chain([None]).collect();
        for order in orders(&all) {
            number += 1;
            let ids: Vec<_> = (0..3).map(|part| format!("SM{number}-{part}")).collect();
            let report = |part: usize, word| report_of(&ids[part], word);
            let stands = in_parts(&store, &ids, &order, report).await;
            assert_eq!(stands, end, "{order:?}");
        }
    }
}

pub(super) async fn parts_by_number_end_alike(store: Subject) {
    let mut number = 0;
    for (words, end) in fates() {
        let all: Vec<_> = words.into_iter().map(Some).chain([None]).collect();
        for order in orders(&all) {
            number += 1;
            let ids = [format!("SM{number}")];
            let report = |part: usize, word| Report {
                part: part as u32 + 1,
                parts: 3,
                ..report_of(&ids[0], word)
            };
            let stands = in_parts(&store, &ids, &order, report).await;
            assert_eq!(stands, end, "{order:?}");
        }
    }
}

pub(super) async fn parts_that_are_sent_and_then_delivered_end_alike(store: Subject) {
    let words = [(0, Sent), (0, Delivered), (1, Sent), (1, Delivered)];
    let all: Vec<_> = words.into_iter().map(Some).chain([None]).collect();
    for (number, order) in orders(&all).into_iter().enumerate() {
        let ids: Vec<_> = (0..2).map(|part| format!("SM{number}-{part}")).collect();
        let report = |part: usize, word| report_of(&ids[part], word);
        let stands = in_parts(&store, &ids, &order, report).await;
        assert_eq!(stands, Delivered, "{order:?}");
    }
}

pub(super) async fn a_contradiction_about_one_part_is_told(store: Subject) {
    let lease = store.send(hello()).await;
    assert!(store.settle(accepted(lease, &["P1", "P2"])).await.must());
    let receive = async |report| store.receive(report).await.must();
    assert_eq!(receive(report_of("P1", Delivered)).await, Received::Noted);
    let contradicts = receive(report_of("P1", Undelivered)).await;
    assert_eq!(contradicts, Received::Contradictory);
    assert_eq!(receive(report_of("P2", Delivered)).await, Received::Applied);
    assert_eq!(store.state(lease.id).await, Delivered);
}
