//! What is remembered of messages: the trait the rest of the crate sees, on SQLite and on PostgreSQL.
//!
//! Nothing of diesel leaves this room.

mod broadcast;
mod decision;
mod filter;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod id;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod lane;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod lost;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod names;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod parts;
#[cfg(feature = "postgres")]
pub mod postgres;
mod queue;
mod record;
mod report;
mod retention;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub use broadcast::{BroadcastRecord, BroadcastState, NewBroadcast, StateCount};
pub use decision::{Decided, Decision, Selection};
pub use filter::{MessageFilter, StatsFilter};
pub use queue::{Begun, Claim, Claimed, Claims, Cursor, Lease, Room};
pub use record::{
    Attempt, DayStats, DeliveryStats, Doubt, ErrorCount, ErrorNote, MessageRecord, NewMessage,
    Outcome, QueueCounts, Settlement, StoreInfo,
};
pub use report::{Received, Report, ReportRecord};
pub use retention::{Forgotten, Prune, Pruned};

use crate::config::DatabaseSettings;
use crate::error::{Error, ErrorKind};
use crate::limiter::{Block, BlockRequest};
use crate::message::{BroadcastId, MessageId, Outbound};

/// A shared handle to any store.
pub type DynStore = Arc<dyn Store>;

/// Opens the store that `[database]` describes: `postgres://…` is PostgreSQL, all else an SQLite file.
///
/// # Errors
/// `CONFIG`: the URL cannot be read. `STORAGE`: it cannot be opened, or this build has no such store.
pub fn open(settings: &DatabaseSettings) -> Result<DynStore, Error> {
    if settings.is_postgres() {
        return open_postgres(settings);
    }
    open_sqlite(settings)
}

#[cfg(feature = "postgres")]
fn open_postgres(settings: &DatabaseSettings) -> Result<DynStore, Error> {
    postgres::open(settings)
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_settings: &DatabaseSettings) -> Result<DynStore, Error> {
    Err(not_built("PostgreSQL", "postgres"))
}

#[cfg(feature = "sqlite")]
fn open_sqlite(settings: &DatabaseSettings) -> Result<DynStore, Error> {
    sqlite::open(settings)
}

#[cfg(not(feature = "sqlite"))]
fn open_sqlite(_settings: &DatabaseSettings) -> Result<DynStore, Error> {
    Err(not_built("SQLite", "sqlite"))
}

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
fn not_built(what: &str, feature: &str) -> Error {
    let message = format!(
        "this build has no {what} store: enable the cargo feature `{feature}` of sms-framework"
    );
    Error::new(ErrorKind::Storage, message)
}

/// Where messages and attempts are remembered.
///
/// Writes belong to the store, not to the caller's future: once a call returned its future and the
/// future was polled, the write happens, whether or not the caller waits for it.
///
/// A message is decided about by who [leases](Lease) it: its worker, or the process that sends it at
/// once. While a lease lasts nobody else takes the message up; after that a worker does, and from
/// then on the earlier holder's word counts no more, unless it is the provider's word that the
/// message was taken.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Writes the row of a message: in state `sending` and leased where it is about to be sent, else
    /// `queued`, or `scheduled` where its time has not come. It is on disk when this returns.
    ///
    /// # Errors
    /// `INVALID_MESSAGE`: there is a row of this id already, which is left as it is; the message must
    /// not be sent again. `IDEMPOTENCY_CONFLICT`: its owner used its key before, for other content.
    /// `WRONG_STATE`: its broadcast takes no messages. `STORAGE`: it could not be written; nothing was.
    async fn begin(&self, message: NewMessage) -> Result<Begun, Error>;

    /// Writes an attempt's row some time soon: it neither waits nor fails.
    ///
    /// What cannot be written is counted in [`StoreInfo::lost_writes`] and reported once.
    fn record(&self, attempt: Attempt);

    /// Settles a message by the right of a lease. True if the row was changed; a message that was
    /// taken over by another is left alone.
    ///
    /// A settlement that [is accepting](Settlement::is_accepting) is a fact, whoever holds the
    /// lease: it moves on every row that it [can](crate::message::Occurrence::Taken), so that nobody
    /// sends the message again, and notes the provider's ids in every other.
    ///
    /// # Errors
    /// `STORAGE`: it could not be written.
    async fn settle(&self, settlement: Settlement) -> Result<bool, Error>;

    /// The same some time soon, for where nobody can wait: a dropped send.
    fn settle_soon(&self, settlement: Settlement);

    /// Notes that `provider` is handed the message next, with the sender that it has there; from
    /// then on it is `sending`. True where the lease still holds, false (and nothing is noted, and
    /// the message must not be sent) where it does not.
    ///
    /// # Errors
    /// `STORAGE`: it could not be written.
    async fn hand_over(
        &self,
        lease: Lease,
        message: &Arc<Outbound>,
        provider: &str,
    ) -> Result<bool, Error>;

    /// Makes the lease last until then. False where it was lost.
    ///
    /// # Errors
    /// `STORAGE`: it could not be written.
    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, Error>;

    /// Gives back what was leased and not handed to any provider: it can be claimed at once.
    ///
    /// # Errors
    /// `STORAGE`: it could not be written; the leases run out by themselves.
    async fn release(&self, leases: &[Lease]) -> Result<(), Error>;

    /// Leases messages to a worker: those that can go, by priority and in turns between owners, and
    /// those that a provider is to be asked about.
    ///
    /// On the way it frees what workers left that went away: what was not handed to a provider can
    /// go again, the rest is `unknown`, to be asked about from `ask_at`. What came back to a broadcast
    /// after that was canceled, is canceled too.
    ///
    /// A future that is dropped before it gave its answer leases nothing: what it had claimed is
    /// as it was.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn claim(&self, claim: Claim) -> Result<Claims, Error>;

    /// True where nothing that is meant for these providers is due, nor in anybody's hands. What is
    /// of a broadcast that does not run is not due.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn is_idle(&self, providers: &[&str], now: Timestamp) -> Result<bool, Error>;

    /// Returns when a message may have become claimable, or after `longest`.
    async fn changed(&self, longest: Duration);

    /// Notes that the provider's ids belong to message `id`, unless one of them belongs to another
    /// message of that provider. True if all of them are this message's, now or already.
    ///
    /// Of two messages that ask for the same id at the same time, one gets it. False, and nothing
    /// is noted, where there is no row of `id` or no id to take.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn take_proof(
        &self,
        id: MessageId,
        provider: &str,
        provider_message_ids: &[String],
    ) -> Result<bool, Error>;

    /// Keeps what a provider reports, and moves the message by it where that
    /// [moves it on](crate::message::MessageState::after). It is on disk when this returns.
    ///
    /// # Errors
    /// `STORAGE`: it could not be kept; the provider should repeat it.
    async fn receive(&self, report: Report) -> Result<Received, Error>;

    /// The reports about one message, in the order in which they came.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn reports(&self, id: MessageId) -> Result<Vec<ReportRecord>, Error>;

    /// Does to messages what a person decided.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn decide(
        &self,
        decision: Decision,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Decided, Error>;

    /// Stores a broadcast, `filling`; one that is there already is left as it is.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn open_broadcast(&self, broadcast: NewBroadcast) -> Result<BroadcastRecord, Error>;

    /// Moves a broadcast on. Pausing and canceling also takes from workers what they have not yet
    /// handed to a provider.
    ///
    /// # Errors
    /// `WRONG_STATE`: it is not there, or cannot come to stand there. `STORAGE`.
    async fn move_broadcast(
        &self,
        id: BroadcastId,
        state: BroadcastState,
        now: Timestamp,
    ) -> Result<BroadcastRecord, Error>;

    /// One broadcast, and how far it is.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn broadcast(&self, id: BroadcastId) -> Result<Option<BroadcastRecord>, Error>;

    /// The last `limit` broadcasts, newest first.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn broadcasts(&self, limit: usize) -> Result<Vec<BroadcastRecord>, Error>;

    /// Deletes what need not be kept any longer.
    ///
    /// # Errors
    /// `STORAGE`: what was deleted until then stays deleted.
    async fn prune(&self, prune: Prune) -> Result<Pruned, Error>;

    /// What [`prune`](Self::prune) would delete, counted; partitions are not told apart.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn prunable(&self, prune: Prune) -> Result<Pruned, Error>;

    /// Erases a phone number: recipient, text and labels of every message to it, which then only
    /// counts. What still waits is canceled.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn forget(&self, number: &str, now: Timestamp) -> Result<Forgotten, Error>;

    /// Takes slots of a limit that all who use this database share: see
    /// [`SlotSource`](crate::limiter::SlotSource).
    ///
    /// # Errors
    /// `STORAGE`: the database cannot be used, or nobody can tell whether they were taken.
    async fn reserve_slots(&self, key: &str, request: BlockRequest) -> Result<Block, Error>;

    /// One message.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, Error>;

    /// The attempts of one message, first to last.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn attempts(&self, id: MessageId) -> Result<Vec<Attempt>, Error>;

    /// Messages, newest first.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageRecord>, Error>;

    /// What became of messages.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn stats(&self, filter: StatsFilter) -> Result<DeliveryStats, Error>;

    /// How many messages wait, by reason; `now` tells which are due.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn queue_counts(&self, now: Timestamp) -> Result<QueueCounts, Error>;

    /// What the database's clock shows: on SQLite this machine's.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn clock(&self) -> Result<Timestamp, Error>;

    /// Asks the database a question, to know that it answers.
    ///
    /// # Errors
    /// `STORAGE`: why it does not.
    async fn check(&self) -> Result<(), Error>;

    /// What and where it is, and what it lost.
    fn info(&self) -> StoreInfo;

    /// Returns when everything handed over so far is on disk or counted as lost.
    async fn flush(&self);
}

/// What a statement gives back, where it gives anything.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
macro_rules! gives {
    ([] $name:ident $(<$life:lifetime>)?) => {};
    ([$row:ty] $name:ident $(<$life:lifetime>)?) => {
        impl $(<$life>)? diesel::query_builder::Query for $name $(<$life>)? {
            type SqlType = $row;
        }
    };
}
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use gives;

/// What [`Store::begin`] says of a message whose id is in the table already.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn begun_before(id: MessageId) -> Error {
    Error::new(
        ErrorKind::InvalidMessage,
        format!("message {id} was handed over before: make a new Message to send the text again"),
    )
}

/// What [`Store::begin`] says where the owner's key was used for other content.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn conflict(first: MessageId) -> Error {
    let message =
        format!("its idempotency key was used before, for other content: by message {first}");
    Error::new(ErrorKind::IdempotencyConflict, message)
        .with_help("use another key for another message; the first one is as it was")
}

/// What [`Store::begin`] says of a message for a broadcast that takes none.
pub(crate) fn closed(broadcast: Option<BroadcastId>, state: Option<BroadcastState>) -> Error {
    let named = broadcast.map(|id| id.to_string()).unwrap_or_default();
    let message = match state {
        Some(state) => format!("broadcast {named} is {state}: it takes no further recipients"),
        None => format!("there is no broadcast {named}"),
    };
    Error::new(ErrorKind::WrongState, message)
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn no_broadcast(id: BroadcastId) -> Error {
    Error::new(ErrorKind::WrongState, format!("there is no broadcast {id}"))
        .with_help("`sms broadcasts list` shows them")
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn immovable(id: BroadcastId, stands: BroadcastState, state: BroadcastState) -> Error {
    let message = format!("broadcast {id} is {stands}: it cannot become {state}");
    Error::new(ErrorKind::WrongState, message)
}
