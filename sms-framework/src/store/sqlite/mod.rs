//! SQLite: one file, one thread that writes, a few connections that read.
//!
//! Writes wait for each other, not for the disk: whatever waits when the writer is free goes into
//! one transaction (write-ahead log, `synchronous = FULL`) and is answered after its commit.

mod attempts;
mod claim;
mod connect;
mod failure;
mod job;
mod lost;
mod migrate;
mod names;
mod options;
mod proof;
mod query;
mod read;
mod rows;
mod schema;
mod settle;
mod stats;
mod transaction;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;

pub use options::SqliteOptions;

use self::job::{Done, Job};
use self::lost::Lost;
use self::read::Readers;
use self::writer::Writer;
use super::{
    Attempt, Claimed, DeliveryStats, DynStore, MessageFilter, MessageRecord, NewMessage,
    QueueCounts, Settlement, StatsFilter, Store, StoreInfo,
};
use crate::config::DatabaseSettings;
use crate::error::{Error, ErrorKind};
use crate::message::{MessageId, Outbound};

/// Opens the store that `[database]` describes.
///
/// # Errors
/// `STORAGE`: see [`SqliteStore::open`].
pub fn open(settings: &DatabaseSettings) -> Result<DynStore, Error> {
    let mut options = SqliteOptions::from_url(&settings.url)?;
    options.busy_timeout = settings.busy_timeout;
    Ok(Arc::new(SqliteStore::open(options)?))
}

/// A [`Store`] in an SQLite file.
///
/// Several processes may use one file. Dropping the store returns when everything that was handed
/// over is on disk.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    writer: Writer,
    readers: Arc<Readers>,
    lost: Arc<Lost>,
    last_seq: AtomicI64,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and brings its tables up to date.
    ///
    /// It blocks for a few milliseconds, or up to the busy timeout while another process migrates
    /// the same file.
    ///
    /// # Errors
    /// `STORAGE`: the folder is missing, the file is a folder, no SQLite database, read-only or
    /// from a newer version, the disk is full, or another process locks it. A file that is
    /// refused is left as it was.
    pub fn open(options: SqliteOptions) -> Result<Self, Error> {
        let connection = connect::writer(&options)?;
        let path = options.path;
        let lost = Arc::new(Lost::default());
        let holder = uuid::Uuid::now_v7().simple().to_string();
        let writer = Writer::start(connection, path.clone(), holder, Arc::clone(&lost))
            .map_err(no_thread)?;
        Ok(Self {
            readers: Readers::new(path.clone(), options.busy_timeout),
            path,
            writer,
            lost,
            last_seq: AtomicI64::new(0),
        })
    }

    /// Whether the file's tables are those of this program: `Some(false)` where opening it would
    /// make or update them, `None` where it would make the file. Nothing is made or changed.
    ///
    /// # Errors
    /// `STORAGE`: why it could not be opened.
    pub fn is_current(options: &SqliteOptions) -> Result<Option<bool>, Error> {
        connect::is_current(options)
    }

    /// Where the next attempt stands in the order: the time in microseconds, but never one that
    /// was given before.
    fn next_seq(&self) -> i64 {
        let now = Timestamp::now().as_microsecond();
        let after = |last: i64| now.max(last + 1);
        let last = self
            .last_seq
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(after(last))
            });
        after(last.unwrap_or_default())
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self, message: NewMessage) -> Result<(), Error> {
        self.writer.write(Job::Begin(message)).await.map(|_| ())
    }

    fn record(&self, attempt: Attempt) {
        let seq = self.next_seq();
        self.writer.write_soon(Job::Record(attempt, seq));
    }

    async fn settle(&self, settlement: Settlement) -> Result<bool, Error> {
        let done = self.writer.write(Job::Settle(settlement)).await?;
        Ok(matches!(done, Done::Settled(true)))
    }

    fn settle_soon(&self, settlement: Settlement) {
        self.writer.write_soon(Job::Settle(settlement));
    }

    async fn hand_over(&self, message: &Outbound, provider: &str) -> Result<bool, Error> {
        let note = Job::HandOver {
            id: message.id(),
            provider: provider.to_owned(),
            sender: message.from().map(ToString::to_string),
            sender_is_chosen: message.sender_is_chosen,
        };
        let done = self.writer.write(note).await?;
        Ok(matches!(done, Done::Settled(true)))
    }

    async fn claim_due(
        &self,
        providers: &[&str],
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, Error> {
        let claim = Job::Claim {
            providers: providers.iter().map(ToString::to_string).collect(),
            now,
            lease_until,
            limit,
        };
        match self.writer.write(claim).await? {
            Done::Claimed(rows) => Ok(rows.into_iter().map(|row| row.message).collect()),
            Done::Written | Done::Settled(_) | Done::Proven(_) => Ok(Vec::new()),
        }
    }

    async fn take_proof(
        &self,
        id: MessageId,
        provider: &str,
        provider_message_ids: &[String],
    ) -> Result<bool, Error> {
        let proof = Job::TakeProof {
            id,
            provider: provider.to_owned(),
            provider_message_ids: provider_message_ids.to_vec(),
        };
        let done = self.writer.write(proof).await?;
        Ok(matches!(done, Done::Proven(true)))
    }

    async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, Error> {
        self.readers
            .run(move |connection| query::message(connection, id))
            .await
    }

    async fn attempts(&self, id: MessageId) -> Result<Vec<Attempt>, Error> {
        self.readers
            .run(move |connection| attempts::of(connection, id))
            .await
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageRecord>, Error> {
        self.readers
            .run(move |connection| query::messages(connection, &filter))
            .await
    }

    async fn stats(&self, filter: StatsFilter) -> Result<DeliveryStats, Error> {
        self.readers
            .run(move |connection| stats::stats(connection, &filter))
            .await
    }

    async fn queue_counts(&self, now: Timestamp) -> Result<QueueCounts, Error> {
        self.readers
            .run(move |connection| stats::queue_counts(connection, now))
            .await
    }

    async fn check(&self) -> Result<(), Error> {
        if let Err(error) = std::fs::metadata(&self.path) {
            let message = format!("`{}` is gone: {error}", self.path.display());
            return Err(Error::new(ErrorKind::Storage, message)
                .with_help("restart the program: it makes a new file"));
        }
        self.readers.run(query::answers).await
    }

    fn info(&self) -> StoreInfo {
        StoreInfo {
            kind: "sqlite",
            location: self.path.display().to_string(),
            lost_writes: self.lost.total(),
            last_error: self.lost.last_error(),
        }
    }

    async fn flush(&self) {
        // A writer that cannot answer has nothing more to write.
        let _ = self.writer.write(Job::Flush).await;
    }
}

fn no_thread(error: std::io::Error) -> Error {
    let message = format!("the message store cannot start its thread: {error}");
    Error::new(ErrorKind::Storage, message).with_source(error)
}
