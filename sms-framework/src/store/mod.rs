//! What is remembered of messages: the trait the rest of the crate sees, and its SQLite form.
//!
//! Nothing of diesel leaves this room.

mod record;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

pub use record::{
    Attempt, Claimed, DayStats, DeliveryStats, Doubt, ErrorCount, ErrorNote, MessageFilter,
    MessageRecord, NewMessage, Outcome, QueueCounts, Settlement, StatsFilter, StoreInfo,
};

use crate::error::Error;
use crate::message::{MessageId, Outbound};

/// A shared handle to any store.
pub type DynStore = Arc<dyn Store>;

/// Where messages and attempts are remembered.
///
/// Writes belong to the store, not to the caller's future: once a call returned its future and the
/// future was polled, the write happens, whether or not the caller waits for it.
///
/// A row in state `sending` is *leased*: its `next_attempt_at` is the time from which another
/// process may claim it. [`settle`](Self::settle) changes only rows that this store still leases,
/// unless it has the provider's word that the message was taken.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Writes the row of a message that is about to be sent, in state `sending`.
    /// It is on disk when this returns.
    ///
    /// # Errors
    /// `INVALID_MESSAGE`: there is a row of this id already, which is left as it is; the message must
    /// not be sent again. `STORAGE`: it could not be written; nothing was.
    async fn begin(&self, message: NewMessage) -> Result<(), Error>;

    /// Writes an attempt's row some time soon: it neither waits nor fails.
    ///
    /// What cannot be written is counted in [`StoreInfo::lost_writes`] and reported once.
    fn record(&self, attempt: Attempt);

    /// Settles a message that this store leases. True if the row was changed; a lease that ran out
    /// and was taken by another is left alone.
    ///
    /// A settlement that [is accepting](Settlement::is_accepting) is a fact, whoever holds the
    /// lease: it changes every row that is `sending`, `queued`, `unknown` or `canceled`, so that
    /// nobody sends the message again.
    ///
    /// # Errors
    /// `STORAGE`: it could not be written.
    async fn settle(&self, settlement: Settlement) -> Result<bool, Error>;

    /// The same some time soon, for where nobody can wait: a dropped send.
    fn settle_soon(&self, settlement: Settlement);

    /// Notes that `provider` is handed the message next, with the sender that it has there: true
    /// where this store still leases it, false (and nothing is noted) where it does not.
    ///
    /// # Errors
    /// `STORAGE`: it could not be written.
    async fn hand_over(&self, message: &Outbound, provider: &str) -> Result<bool, Error>;

    /// Leases up to `limit` messages of `providers` whose time has come (`queued`, `unknown` with a time to ask
    /// again, `sending` whose lease ran out) until `lease_until`, longest due first.
    ///
    /// A future that is dropped before it gave its answer leases nothing: what it had claimed is
    /// due again as it was.
    ///
    /// # Errors
    /// `STORAGE`.
    async fn claim_due(
        &self,
        providers: &[&str],
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, Error>;

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

/// What [`Store::begin`] says of a message whose id is in the table already.
#[cfg(any(feature = "sqlite", feature = "testkit"))]
pub(crate) fn begun_before(id: MessageId) -> Error {
    Error::new(
        crate::error::ErrorKind::InvalidMessage,
        format!("message {id} was handed over before: make a new Message to send the text again"),
    )
}
