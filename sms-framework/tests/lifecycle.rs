//! The state machine of messages: what may follow what, in every order and any number of times.

use proptest::prelude::*;
use sms_framework::MessageState::{
    self, Accepted, Canceled, Delivered, Expired, Failed, Queued, Rejected, Scheduled, Sending,
    Sent, Undelivered, Unknown,
};
use sms_framework::message::{Occurrence, Verdict};

const STATES: &[MessageState] = MessageState::ALL;

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

/// Where a message may stand when a provider reports on it first.
const OPEN: [MessageState; 5] = [Scheduled, Queued, Sending, Unknown, Accepted];

fn occurrences() -> Vec<Occurrence> {
    let mut all = vec![
        Occurrence::Due,
        Occurrence::HandedOver,
        Occurrence::NotTaken,
        Occurrence::GivenUp,
        Occurrence::Refused,
        Occurrence::RanOut,
        Occurrence::InDoubt,
        Occurrence::CallerLeft,
        Occurrence::Canceled,
        Occurrence::Replayed,
        Occurrence::FoundSent,
        Occurrence::SentAgain,
    ];
    all.extend(STATES.iter().map(|state| Occurrence::Taken(*state)));
    all.extend(STATES.iter().map(|state| Occurrence::Receipt(*state)));
    all
}

fn after(state: MessageState, occurrences: &[Occurrence]) -> MessageState {
    let step = |state: MessageState, occurrence: &Occurrence| state.after(*occurrence).state;
    occurrences.iter().fold(state, step)
}

fn receipts(words: &[MessageState]) -> Vec<Occurrence> {
    words
        .iter()
        .map(|word| Occurrence::Receipt(*word))
        .collect()
}

/// The table in the documentation, row by row.
#[test]
fn each_row_of_the_table_holds() {
    use Occurrence as On;
    let rows: &[(&[MessageState], Occurrence, MessageState)] = &[
        (&[Scheduled], On::Due, Queued),
        (&[Scheduled, Queued], On::Canceled, Canceled),
        (&[Scheduled, Queued, Sending], On::RanOut, Expired),
        (&[Queued, Unknown], On::HandedOver, Sending),
        (&[Queued, Sending], On::NotTaken, Queued),
        (&[Queued, Sending], On::GivenUp, Failed),
        (&[Queued, Sending], On::Refused, Rejected),
        (&[Queued, Sending], On::CallerLeft, Canceled),
        (&[Queued, Sending, Unknown], On::InDoubt, Unknown),
        (&[Failed, Canceled, Rejected], On::Replayed, Queued),
        (&[Unknown], On::FoundSent, Accepted),
        (&[Unknown], On::SentAgain, Queued),
    ];
    for (from, occurrence, to) in rows {
        for state in STATES {
            let step = state.after(*occurrence);
            if from.contains(state) {
                assert_eq!(step.state, *to, "{state} {occurrence:?}");
                let same = if state == to {
                    Verdict::Repeated
                } else {
                    Verdict::Moved
                };
                assert_eq!(step.verdict, same, "{state} {occurrence:?}");
            } else {
                assert_eq!(step.state, *state, "{state} {occurrence:?}");
                assert_eq!(step.verdict, Verdict::Impossible, "{state} {occurrence:?}");
            }
        }
    }
}

#[test]
fn what_the_provider_took_is_sent_wherever_it_waited() {
    for state in [Scheduled, Queued, Sending, Unknown, Canceled] {
        for word in [Scheduled, Queued, Sending, Unknown, Accepted] {
            assert_eq!(state.after(Occurrence::Taken(word)).state, Accepted);
        }
        for word in [Sent, Delivered, Undelivered] {
            assert_eq!(state.after(Occurrence::Taken(word)).state, word);
        }
    }
}

#[test]
fn a_late_sent_cannot_overwrite_delivered() {
    let step = Delivered.after(Occurrence::Receipt(Sent));
    assert_eq!((step.state, step.verdict), (Delivered, Verdict::Late));
}

#[test]
fn contradictory_last_words_are_told_and_the_stronger_stands_in_either_order() {
    for (first, second, stands) in [
        (Delivered, Undelivered, Delivered),
        (Undelivered, Delivered, Delivered),
        (Failed, Delivered, Delivered),
        (Undelivered, Failed, Undelivered),
    ] {
        let step = first.after(Occurrence::Receipt(second));
        assert_eq!((step.state, step.verdict), (stands, Verdict::Contradictory));
    }
}

#[test]
fn a_report_before_our_own_record_of_the_send_ends_as_one_after_it() {
    // A provider's `canceled` would look like one of ours, which what it took overtakes.
    for word in WORDS.into_iter().filter(|word| *word != Canceled) {
        let (report, taken) = (Occurrence::Receipt(word), Occurrence::Taken(Accepted));
        let before = after(Sending, &[report, taken]);
        assert_eq!(before, after(Sending, &[taken, report]), "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Receipts may come in any order and any number of times: the end is the same.
    #[test]
    fn every_order_and_repetition_of_receipts_ends_alike(
        from in prop::sample::select(OPEN.to_vec()),
        words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..8)
            .prop_flat_map(|words| (Just(words.clone()), Just(words).prop_shuffle())),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let (words, mut shuffled) = words;
        let end = after(from, &receipts(&words));
        if !words.is_empty() {
            shuffled.extend(again.iter().map(|index| words[index.index(words.len())]));
        }
        prop_assert_eq!(after(from, &receipts(&shuffled)), end);
        // The provider's own answer among them changes nothing about the end.
        if !words.is_empty() && from != Accepted && !words.contains(&Canceled) {
            for at in 0..=words.len() {
                let mut all = receipts(&words);
                all.insert(at, Occurrence::Taken(Accepted));
                prop_assert_eq!(after(from, &all), end);
            }
        }
    }

    /// Once a provider has a message, nothing but its own word moves it, and only forward.
    #[test]
    fn it_never_goes_backwards(
        from in prop::sample::select(STATES.to_vec()),
        all in prop::collection::vec(prop::sample::select(occurrences()), 0..20),
    ) {
        let mut state = from;
        for occurrence in all {
            let step = state.after(occurrence);
            if state.is_sent() {
                prop_assert!(!step.state.is_waiting(), "{state} {occurrence:?} → {}", step.state);
            }
            if state == Delivered {
                prop_assert_eq!(step.state, Delivered);
            }
            if state.is_final() && step.state != state {
                let by_a_person = occurrence == Occurrence::Replayed && !state.is_sent();
                let by_evidence = matches!(occurrence, Occurrence::Receipt(_) | Occurrence::Taken(_));
                prop_assert!(by_a_person || by_evidence, "{state} {occurrence:?} → {}", step.state);
            }
            if step.verdict == Verdict::Moved {
                prop_assert_ne!(step.state, state);
            }
            if matches!(step.verdict, Verdict::Repeated | Verdict::Late | Verdict::Impossible) {
                prop_assert_eq!(step.state, state);
            }
            state = step.state;
        }
    }

    /// The same twice is the same once.
    #[test]
    fn a_repeated_receipt_changes_nothing(
        from in prop::sample::select(STATES.to_vec()),
        word in prop::sample::select(WORDS.to_vec()),
    ) {
        let once = from.after(Occurrence::Receipt(word));
        let twice = once.state.after(Occurrence::Receipt(word));
        prop_assert_eq!(twice.state, once.state);
        prop_assert_ne!(twice.verdict, Verdict::Moved);
    }
}
