//! What cases are made of: a clock that stands still, messages, wishes, settlements and reports.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::error::Certainty;
use crate::message::{Message, MessageId, MessageState};
use crate::store::{
    Attempt, Claim, Cursor, Doubt, ErrorNote, Lease, NewMessage, Outcome, Report, Room, Settlement,
};
use crate::testkit::outbound_at;

/// The provider for which most messages are meant.
pub(super) const PROVIDER: &str = "twilio";
/// How long a lease lasts, in seconds.
pub(super) const LEASE: i64 = 60;
/// How long after a claim a provider is asked about what a worker left, in seconds.
pub(super) const GRACE: i64 = 10;
/// To whom most messages go.
pub(super) const NUMBER: &str = "+14155550123";
/// To whom others go.
pub(super) const OTHER_NUMBER: &str = "+4915112345678";

/// 2026-11-23 12:00 UTC and so many seconds.
pub(super) fn at(seconds: i64) -> Timestamp {
    let noon = Timestamp::from_second(1_795_435_200).expect("a time of this century");
    noon + SignedDuration::from_secs(seconds)
}

/// A message to that number.
pub(super) fn new(to: &str) -> Message {
    Message::new(to, "Hello")
}

pub(super) fn hello() -> Message {
    new(NUMBER)
}

/// The message as that owner's; as nobody's where the name is empty.
pub(super) fn owned(message: Message, owner: &str) -> Message {
    if owner.is_empty() {
        return message;
    }
    message.owner(owner)
}

/// A message that waits for a worker, handed over at [`at`]`(0)`.
pub(super) fn waiting(message: Message) -> NewMessage {
    NewMessage {
        message: Arc::new(outbound_at(message, at(0))),
        provider: PROVIDER.to_owned(),
        simulated: false,
        hash_body: false,
        lease_until: None,
    }
}

/// The same for another provider.
pub(super) fn waiting_for(message: Message, provider: &str) -> NewMessage {
    NewMessage {
        provider: provider.to_owned(),
        ..waiting(message)
    }
}

/// A message about to be sent, leased until [`at`]`(LEASE)`.
pub(super) fn leased(message: Message) -> NewMessage {
    NewMessage {
        lease_until: Some(at(LEASE)),
        ..waiting(message)
    }
}

/// A worker's wish for a hundred of each sort, of the usual provider's.
pub(super) fn wish(now: i64) -> Claim {
    wish_for(&[PROVIDER], now)
}

/// The same of these providers'.
pub(super) fn wish_for(providers: &[&str], now: i64) -> Claim {
    Claim {
        providers: providers.iter().map(ToString::to_string).collect(),
        worker: "a worker".to_owned(),
        now: at(now),
        lease_until: at(now + LEASE),
        ask_at: at(now + GRACE),
        room: Room::of_each(100),
        cursor: Cursor::default(),
    }
}

/// The same for so many of each sort.
pub(super) fn wish_of(room: usize, now: i64) -> Claim {
    Claim {
        room: Room::of_each(room),
        ..wish(now)
    }
}

/// Settled a second after it was begun, after one call, with nothing else to say.
pub(super) fn settled(lease: Lease, state: MessageState) -> Settlement {
    Settlement {
        lease,
        state,
        provider: None,
        sender: None,
        attempts: 1,
        from_queue: false,
        doubt: None,
        provider_message_ids: Vec::new(),
        provider_status: None,
        segments: None,
        error: None,
        next_attempt_at: None,
        drop_body: false,
        at: at(1),
    }
}

/// Taken by the usual provider under these ids.
pub(super) fn accepted(lease: Lease, ids: &[&str]) -> Settlement {
    Settlement {
        provider: Some(PROVIDER.to_owned()),
        provider_message_ids: texts(ids),
        ..settled(lease, MessageState::Accepted)
    }
}

/// To be tried again from then on.
pub(super) fn back_off(lease: Lease, due: i64) -> Settlement {
    Settlement {
        next_attempt_at: Some(at(due)),
        ..settled(lease, MessageState::Queued)
    }
}

/// Nobody can say, and the provider is asked from then on.
pub(super) fn in_doubt(lease: Lease, ask: i64) -> Settlement {
    Settlement {
        doubt: Some(Doubt::ServerError),
        next_attempt_at: Some(at(ask)),
        ..settled(lease, MessageState::Unknown)
    }
}

/// The usual provider reports that word of the state, and nothing else.
pub(super) fn report(state: MessageState) -> Report {
    Report {
        provider: PROVIDER.to_owned(),
        provider_message_id: None,
        message_id: None,
        to: None,
        state: Some(state),
        provider_status: state.as_str().to_owned(),
        error: None,
        part: 0,
        parts: 0,
        segments: None,
        at: Some(at(4)),
        received_at: at(5),
        drop_body: false,
    }
}

/// The same, by the provider's id.
pub(super) fn report_of(theirs: &str, state: MessageState) -> Report {
    Report {
        provider_message_id: Some(theirs.to_owned()),
        ..report(state)
    }
}

/// The same, by our id.
pub(super) fn report_about(id: MessageId, state: MessageState) -> Report {
    Report {
        message_id: Some(id),
        ..report(state)
    }
}

pub(super) fn error_note(code: &str) -> ErrorNote {
    ErrorNote {
        code: code.to_owned(),
        message: format!("it went wrong: {code}"),
        certainty: Certainty::Rejected,
        provider_code: Some("30003".to_owned()),
    }
}

pub(super) fn attempt(message_id: MessageId, number: u32) -> Attempt {
    Attempt {
        message_id,
        number,
        provider: PROVIDER.to_owned(),
        started_at: at(0),
        duration: Duration::from_micros(1_234),
        outcome: Outcome::Failed,
        error: Some(error_note("CONNECT")),
        http_status: Some(503),
        provider_message_id: None,
        simulated: false,
    }
}

pub(super) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Every order of these.
pub(super) fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = items.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut order = order.clone();
            order.insert(place, first.clone());
            all.push(order);
        }
    }
    all
}
