//! What the queue asks of a store: leases, and who comes next.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::record::{Doubt, MessageRecord};
use crate::message::{MessageId, MessageState, Outbound, Priority};

/// The right to decide about a message for a while: whoever took it over has a higher fence, and
/// what an earlier holder says then changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Which message.
    pub id: MessageId,
    /// How often it was leased, this time included.
    pub fence: i64,
}

/// What became of a message that was handed to the store.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It is being sent, by whoever handed it over.
    Leased(Lease),
    /// It waits for a worker.
    Waiting,
    /// Its owner used its idempotency key before, for the same content: that message, as it stands.
    Before(Box<MessageRecord>),
}

/// Whose turn it was last, for each priority. Hand the last one in to go on from there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(pub(crate) BTreeMap<Priority, String>);

/// How many messages of each sort a worker can take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Urgent ones.
    pub urgent: usize,
    /// Normal ones.
    pub normal: usize,
    /// Bulk.
    pub bulk: usize,
    /// Those of unknown fate, about which a provider is asked.
    pub questions: usize,
}

impl Room {
    /// The same number of each sort.
    #[must_use]
    pub const fn of_each(number: usize) -> Self {
        Self {
            urgent: number,
            normal: number,
            bulk: number,
            questions: number,
        }
    }

    /// How many of that priority.
    #[must_use]
    pub const fn of(self, priority: Priority) -> usize {
        match priority {
            Priority::Urgent => self.urgent,
            Priority::Normal => self.normal,
            Priority::Bulk => self.bulk,
        }
    }
}

/// A worker's wish for work.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Only messages meant for these: ids of providers, and of a route.
    pub providers: Vec<String>,
    /// The worker's name, for people to read.
    pub worker: String,
    /// The time.
    pub now: Timestamp,
    /// Until when what is claimed is leased.
    pub lease_until: Timestamp,
    /// When a provider is asked about messages whose lease ran out while they were sent: a while
    /// from now, for their worker may still be at it.
    pub ask_at: Timestamp,
    /// How many of each sort.
    pub room: Room,
    /// Whose turn it was last.
    pub cursor: Cursor,
}

impl Claim {
    /// Beyond this a lease cannot reach, unless a clock was set back.
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code))]
    pub(crate) fn impossible_lease(&self) -> Timestamp {
        let lease = self.now.duration_until(self.lease_until);
        let far = lease.checked_mul(10).unwrap_or(lease);
        self.now.checked_add(far).unwrap_or(Timestamp::MAX)
    }
}

/// What a worker got.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// The messages, most urgent first; in turns between owners.
    pub messages: Vec<Claimed>,
    /// Whose turn it was last.
    pub cursor: Cursor,
}

/// A message leased to a worker.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The lease.
    pub lease: Lease,
    /// The message, body and all.
    pub message: Arc<Outbound>,
    /// The id of the provider it was meant for.
    pub provider: String,
    /// `queued` where it is to be sent; `unknown` where the provider is to be asked.
    pub state: MessageState,
    /// What remains in doubt from earlier attempts.
    pub doubt: Option<Doubt>,
    /// Since when it could go: its age counts from here.
    pub waits_since: Timestamp,
    /// Calls to the provider so far.
    pub attempts: u32,
    /// Rounds from the queue so far.
    pub rounds: u32,
}
