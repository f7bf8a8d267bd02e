//! The rows of the store, as the rest of the crate sees them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::queue::Lease;
use crate::error::{Certainty, Error, ErrorKind};
use crate::message::phone::masked_input;
use crate::message::{
    BroadcastId, Encoding, MessageId, MessageState, Occurrence, Outbound, Priority,
};

/// A message that is handed to the store: about to be sent, or to wait for a worker.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The message.
    pub message: Arc<Outbound>,
    /// The id of the provider chosen for it.
    pub provider: String,
    /// Whether that provider only simulates.
    pub simulated: bool,
    /// Keep the SHA-256 of the body beside it, for when the body goes.
    pub hash_body: bool,
    /// Where it is about to be sent: from when on another process may ask about it. `None` where it
    /// waits for a worker.
    pub lease_until: Option<Timestamp>,
}

/// Why nobody can say whether a message was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The provider answered with a server error.
    ServerError,
    /// There was no answer, or none that could be read.
    NoAnswer,
}

/// What is kept of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorNote {
    /// The stable code, such as `PROVIDER_THROTTLED`.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// What it says about the message: `NotSent`, `Rejected`, `MaybeSent`.
    pub certainty: Certainty,
    /// The provider's own code.
    pub provider_code: Option<String>,
}

impl From<&Error> for ErrorNote {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            certainty: error.certainty(),
            provider_code: error.provider_code().map(str::to_owned),
        }
    }
}

/// How a message leaves the state `sending`.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Which message, and by what right.
    pub lease: Lease,
    /// Its new state.
    pub state: MessageState,
    /// The id of the provider that has it, or may have it; of whoever sends it next where it waits.
    /// `None` leaves the row's as it is.
    pub provider: Option<String>,
    /// The sender that goes with that provider, or that there is none; `None` leaves the row's as it
    /// is.
    pub sender: Option<Option<String>>,
    /// How many calls to the provider this round made; added to the row's count.
    pub attempts: u32,
    /// Whether this was a round from the queue (adds one to the row's count of rounds).
    pub from_queue: bool,
    /// What remains in doubt; `None` where the state says everything.
    pub doubt: Option<Doubt>,
    /// The provider's ids of it, where it was taken.
    pub provider_message_ids: Vec<String>,
    /// The provider's own word for its status.
    pub provider_status: Option<String>,
    /// The provider's count of segments, where it gave one.
    pub segments: Option<u32>,
    /// What went wrong; clears the row's earlier error where `None`.
    pub error: Option<ErrorNote>,
    /// When it is due again; `None` where nothing further happens by itself.
    pub next_attempt_at: Option<Timestamp>,
    /// Delete the body's text from the row now.
    pub drop_body: bool,
    /// When this happened.
    pub at: Timestamp,
}

impl Settlement {
    /// True where the provider has, or had, the message: its state says so, or it has the
    /// provider's ids.
    #[must_use]
    pub fn is_accepting(&self) -> bool {
        self.state.is_sent() || !self.provider_message_ids.is_empty()
    }

    /// Where a message that waited stands by it: what waits at the provider is with the provider.
    #[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code))]
    pub(crate) fn stands(&self) -> MessageState {
        if self.is_accepting() {
            MessageState::Sending
                .after(Occurrence::Taken(self.state))
                .state
        } else {
            self.state
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The provider took the message.
    Accepted,
    /// It did not, or nobody knows: see the error.
    Failed,
    /// A lookup found that the provider has it.
    Found,
    /// A lookup found nothing, or could not be made.
    NotFound,
}

impl Outcome {
    /// The name in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Found => "found",
            Self::NotFound => "not_found",
        }
    }
}

/// One call to a provider for a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempt {
    /// Which message.
    pub message_id: MessageId,
    /// The number of the attempt within its round, from 1; a lookup has the number of calls made so far.
    pub number: u32,
    /// The id of the provider.
    pub provider: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "as_millis")]
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong.
    pub error: Option<ErrorNote>,
    /// The HTTP status of the answer, where there was one.
    pub http_status: Option<u16>,
    /// The provider's id of the message.
    pub provider_message_id: Option<String>,
    /// Whether the provider only simulates.
    pub simulated: bool,
}

fn as_millis<S: serde::Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(duration.as_micros() as f64 / 1000.0)
}

/// A message's row.
#[derive(Clone, PartialEq, Serialize)]
pub struct MessageRecord {
    /// Our id.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageState,
    /// The provider's id in the configuration.
    pub provider: String,
    /// The provider's id of it; the first where there are several.
    pub provider_message_id: Option<String>,
    /// The provider's own word for its status.
    pub provider_status: Option<String>,
    /// Whether it was only simulated.
    pub simulated: bool,
    /// The recipient, in E.164.
    pub to: String,
    /// The sender.
    pub from: Option<String>,
    /// The text, where it is (still) kept.
    pub body: Option<String>,
    /// The SHA-256 of the text, where that is kept.
    pub body_hash: Option<String>,
    /// How many segments.
    pub segments: u32,
    /// How it is encoded.
    pub encoding: Encoding,
    /// Whose it is.
    pub owner: Option<String>,
    /// What sort it is.
    pub message_type: Option<String>,
    /// Free labels.
    pub tags: BTreeMap<String, String>,
    /// How urgent it is beside others that wait.
    pub priority: Priority,
    /// When it was to go out; `None` for at once.
    pub send_at: Option<Timestamp>,
    /// The broadcast that it is of.
    pub broadcast: Option<BroadcastId>,
    /// The worker, or the process, that has it at the moment.
    pub holder: Option<String>,
    /// Calls to the provider.
    pub attempts: u32,
    /// Rounds from the queue.
    pub rounds: u32,
    /// What remains in doubt.
    pub doubt: Option<Doubt>,
    /// What went wrong last.
    pub error: Option<ErrorNote>,
    /// When it is due again; while somebody has it, when the lease ends. `None` while `queued`: it
    /// can go at once.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was handed over.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
}

impl MessageRecord {
    /// Why it was not sent, as far as the row tells: for whoever hands it over again.
    pub(crate) fn as_error(&self) -> Error {
        let kept = self.error.as_ref();
        let kind = kept.and_then(|error| {
            let mut kinds = ErrorKind::ALL.iter().copied();
            kinds.find(|kind| kind.code() == error.code)
        });
        let error = match (kept, kind) {
            (Some(note), Some(kind)) => {
                Error::new(kind, note.message.clone()).with_certainty(note.certainty)
            }
            _ => {
                let what = format!("the first message under this key is {}", self.status);
                Error::new(ErrorKind::WrongState, what)
            }
        };
        if self.status.is_waiting() && self.status != MessageState::Unknown {
            return error.with_queued();
        }
        error
    }
}

/// Shows no text and a masked recipient.
impl fmt::Debug for MessageRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageRecord")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("provider", &self.provider)
            .field("provider_message_id", &self.provider_message_id)
            .field("simulated", &self.simulated)
            .field("to", &masked_input(&self.to))
            .field("owner", &self.owner)
            .field("attempts", &self.attempts)
            .field("rounds", &self.rounds)
            .field("doubt", &self.doubt)
            .field("error", &self.error)
            .field("next_attempt_at", &self.next_attempt_at)
            .finish_non_exhaustive()
    }
}

/// What became of an owner's messages, or of everybody's.
///
/// Simulated messages are in [`simulated`](Self::simulated) and nowhere else.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeliveryStats {
    /// Whose; `None` for everybody's.
    pub owner: Option<String>,
    /// Over how many days back from now.
    pub days: u32,
    /// Messages that a provider took or that ended in failure: `successes + failures`.
    pub total_sent: u64,
    /// Taken by a provider (`accepted`, `sent`, `delivered`).
    pub successes: u64,
    /// Ended without being taken or delivered (`failed`, `rejected`, `undelivered`, `expired`).
    pub failures: u64,
    /// Still waiting for a try (`scheduled`, `queued`, `sending`).
    pub waiting: u64,
    /// Nobody can say (`unknown`).
    pub unknown: u64,
    /// Given up by the caller (`canceled`).
    pub canceled: u64,
    /// Taken by a mock.
    pub simulated: u64,
    /// Segments of the successes.
    pub segments: u64,
    /// By UTC day, oldest first; days without messages are left out.
    pub by_day: Vec<DayStats>,
    /// By error code, most first.
    pub by_error: Vec<ErrorCount>,
}

/// One UTC day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DayStats {
    /// The day, as `2026-11-23`.
    pub day: String,
    /// Taken by a provider.
    pub successes: u64,
    /// Ended without.
    pub failures: u64,
    /// Waiting, unknown or canceled.
    pub other: u64,
    /// Taken by a mock.
    pub simulated: u64,
}

/// One error code among messages that are not (yet) taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorCount {
    /// The stable code.
    pub code: String,
    /// The provider's own code.
    pub provider_code: Option<String>,
    /// How many messages.
    pub count: u64,
}

/// How many messages wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueueCounts {
    /// In state `scheduled`: for later, at somebody's wish.
    pub scheduled: u64,
    /// In state `queued`.
    pub queued: u64,
    /// Of those, due now.
    pub due: u64,
    /// In state `sending`.
    pub sending: u64,
    /// In state `unknown`.
    pub unknown: u64,
}

/// What and where a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreInfo {
    /// `sqlite` or `postgres`.
    pub kind: &'static str,
    /// Where, without credentials.
    pub location: String,
    /// Writes lost since start: attempts or settlements that could not be recorded.
    pub lost_writes: u64,
    /// Why the last one was lost.
    pub last_error: Option<String>,
}
