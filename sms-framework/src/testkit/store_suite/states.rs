//! A settlement moves a row as the state machine says, from every state to every state.

use super::facts::{PROVIDER, at, hello, in_doubt, report_of, settled, wish_for};
use super::subject::{Must, Subject};
use crate::message::{Message, MessageState, Occurrence, Verdict};
use crate::store::{Lease, NewMessage, Received, Settlement};

use MessageState::{Canceled, Expired, Failed, Queued, Rejected, Sending, Unknown};

/// What a settlement that is not accepting says, as the state machine knows it.
const ENDS: [(MessageState, Occurrence); 6] = [
    (Queued, Occurrence::NotTaken),
    (Unknown, Occurrence::InDoubt),
    (Failed, Occurrence::GivenUp),
    (Rejected, Occurrence::Refused),
    (Canceled, Occurrence::CallerLeft),
    (Expired, Occurrence::RanOut),
];

/// A message that stands there and is somebody's, at a provider that nothing else is meant for.
async fn held(store: &Subject, state: MessageState, provider: &str) -> Lease {
    let message = |lease_until| {
        let row = NewMessage {
            provider: provider.to_owned(),
            lease_until,
            ..super::facts::waiting(hello())
        };
        (row.message.id(), row)
    };
    let claim = async || {
        let wish = wish_for(&[provider], 5);
        store.claim(wish).await.must().messages.remove(0).lease
    };
    match state {
        Queued => {
            store.begin(message(None).1).await.must();
            claim().await
        }
        _ => {
            let (id, row) = message(Some(at(60)));
            store.begin(row).await.must();
            let lease = Lease { id, fence: 1 };
            if state == Unknown {
                assert!(store.settle(in_doubt(lease, 1)).await.must());
                return claim().await;
            }
            lease
        }
    }
}

pub(super) async fn who_leases_it_moves_it_as_the_state_machine_says(store: Subject) {
    for from in [Queued, Sending, Unknown] {
        for (to, occurrence) in ENDS {
            let lease = held(&store, from, &format!("{from}-{to}")).await;
            let before = store.row(lease.id).await;
            let step = from.after(occurrence);
            let told = store.settle(settled(lease, to)).await.must();
            let row = store.row(lease.id).await;
            let possible = step.verdict != Verdict::Impossible;
            assert_eq!((told, row.status), (possible, step.state), "{from} → {to}");
            if possible {
                assert_eq!(row.holder, None, "{from} → {to}: nobody's any more");
            } else {
                assert_eq!(row, before, "{from} → {to}: left alone");
            }
        }
    }
}

pub(super) async fn who_does_not_moves_nothing(store: Subject) {
    for from in MessageState::ALL {
        for (to, _) in ENDS {
            let lease = store.standing(hello(), *from).await;
            let stale = Lease {
                fence: lease.fence - 1,
                ..lease
            };
            let before = store.row(lease.id).await;
            let told = store.settle(settled(stale, to)).await.must();
            assert!(!told, "{from} → {to}");
            assert_eq!(store.row(lease.id).await, before, "{from} → {to}");
        }
    }
}

/// Every settlement that says that the provider has it: by its state, or by an id.
fn words() -> Vec<(MessageState, Option<String>)> {
    let id = || Some(format!("SM-{}", Message::new("+14155550123", "").id));
    let by_state = MessageState::ALL.iter().filter(|state| state.is_sent());
    let by_state = by_state.map(|state| (*state, None));
    let by_id = MessageState::ALL.iter().map(|state| (*state, id()));
    by_state.chain(by_id).collect()
}

pub(super) async fn what_the_provider_took_moves_as_the_state_machine_says(store: Subject) {
    for from in MessageState::ALL {
        for (word, theirs) in words() {
            let lease = store.standing(hello(), *from).await;
            taken(&store, *from, lease, word, theirs).await;
        }
    }
}

pub(super) async fn that_it_was_taken_moves_it_whoever_leases_it(store: Subject) {
    for from in [Queued, Sending, Unknown] {
        for (number, (word, theirs)) in words().into_iter().enumerate() {
            let lease = held(&store, from, &format!("{from}-{number}")).await;
            for fence in [lease.fence - 1, lease.fence] {
                let lease = Lease { fence, ..lease };
                let stands = store.state(lease.id).await;
                taken(&store, stands, lease, word, theirs.clone()).await;
            }
        }
    }
}

async fn taken(
    store: &Subject,
    from: MessageState,
    lease: Lease,
    word: MessageState,
    theirs: Option<String>,
) {
    let settlement = Settlement {
        provider: Some(PROVIDER.to_owned()),
        provider_message_ids: theirs.iter().cloned().collect(),
        ..settled(lease, word)
    };
    let what = format!("{from}, taken as {word}, under {theirs:?}");
    assert!(store.settle(settlement).await.must(), "{what}");
    let row = store.row(lease.id).await;
    assert_eq!(
        row.status,
        from.after(Occurrence::Taken(word)).state,
        "{what}"
    );
    assert!(!row.status.is_waiting(), "{what}: nobody sends it again");
    assert_eq!((row.holder, row.next_attempt_at), (None, None), "{what}");
    if let Some(theirs) = theirs {
        let received = store.receive(report_of(&theirs, word)).await.must();
        assert_ne!(received, Received::Kept, "{what}: it is found by its id");
    }
}
