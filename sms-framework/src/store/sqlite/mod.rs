//! SQLite: one file, one thread that writes, a few connections that read.
//!
//! Writes wait for each other, not for the disk: whatever waits when the writer is free goes into
//! one transaction (write-ahead log, `synchronous = FULL`) and is answered after its commit.

mod backend;
mod connect;
mod failure;
mod group;
mod migrate;
mod options;
mod outbox;
#[cfg(test)]
mod plans;
mod read;
mod transaction;

// What every database says in the same words, on this one's connections.
#[path = "../sql/attempts.rs"]
mod attempts;
#[path = "../sql/begin.rs"]
mod begin;
#[path = "../sql/broadcasts.rs"]
mod broadcasts;
#[path = "../sql/claim.rs"]
mod claim;
#[path = "../sql/decide.rs"]
mod decide;
#[path = "../sql/job.rs"]
mod job;
#[path = "../sql/proof.rs"]
mod proof;
#[path = "../sql/prune.rs"]
mod prune;
#[path = "../sql/query.rs"]
mod query;
#[path = "../sql/receipts.rs"]
mod receipts;
#[path = "../sql/receive.rs"]
mod receive;
#[path = "../sql/rows.rs"]
mod rows;
#[path = "../sql/schema.rs"]
mod schema;
#[path = "../sql/settle.rs"]
mod settle;
#[path = "../sql/slots.rs"]
mod slots;
#[path = "../sql/statement.rs"]
mod statement;
#[path = "../sql/stats.rs"]
mod stats;
#[path = "../sql/store.rs"]
mod store;
#[path = "../sql/turns.rs"]
mod turns;
#[path = "../sql/writer.rs"]
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use jiff::Timestamp;
use tokio::sync::Notify;

use SqliteStore as ThisStore;

pub use options::SqliteOptions;
pub(crate) use outbox::enqueue_in;

use self::read::Readers;
use self::writer::{Desk, Writer};
use super::DynStore;
use super::lost::Lost;
use crate::config::DatabaseSettings;
use crate::error::{Error, ErrorKind};

/// Opens the store that `[database]` describes.
///
/// # Errors
/// `STORAGE`: see [`SqliteStore::open`].
pub fn open(settings: &DatabaseSettings) -> Result<DynStore, Error> {
    Ok(Arc::new(SqliteStore::open(SqliteOptions::of(settings)?)?))
}

/// A [`Store`](super::Store) in an SQLite file.
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
    /// Rung when something of this process's may have become claimable.
    bell: Notify,
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
        let lost = Arc::new(Lost::default());
        let desk = Desk::new(
            connect::writer(&options)?,
            options.path.display().to_string(),
            &lost,
        );
        let writer = Writer::start(desk).map_err(no_thread)?;
        Ok(Self {
            readers: Readers::new(options.path.clone(), options.busy_timeout),
            path: options.path,
            writer,
            lost,
            last_seq: AtomicI64::new(0),
            bell: Notify::new(),
        })
    }

    /// A database in memory, where everything is done on the thread of whoever calls: for tests whose
    /// time stands still while nothing runs.
    ///
    /// # Errors
    /// `STORAGE`: SQLite refuses.
    #[cfg(feature = "testkit")]
    pub(crate) fn in_memory() -> Result<Self, Error> {
        let lost = Arc::new(Lost::default());
        let desk = Desk::new(connect::in_memory()?, ":memory:".to_owned(), &lost);
        let desk = Arc::new(std::sync::Mutex::new(desk));
        Ok(Self {
            path: ":memory:".into(),
            readers: Readers::on_the_callers_thread(Arc::clone(&desk)),
            writer: Writer::on_the_callers_thread(desk),
            lost,
            last_seq: AtomicI64::new(0),
            bell: Notify::new(),
        })
    }

    /// Does something to the rows as another process would.
    ///
    /// # Errors
    /// `STORAGE`.
    #[cfg(feature = "testkit")]
    pub(crate) async fn meddle(&self, sql: String) -> Result<(), Error> {
        use diesel::connection::SimpleConnection;
        self.writer
            .run(move |connection| connection.batch_execute(&sql))
            .await
    }

    /// Whether the file's tables are those of this program: `Some(false)` where opening it would
    /// make or update them, `None` where it would make the file. Nothing is made or changed.
    ///
    /// # Errors
    /// `STORAGE`: why it could not be opened.
    pub fn is_current(options: &SqliteOptions) -> Result<Option<bool>, Error> {
        connect::is_current(options)
    }

    fn location(&self) -> String {
        self.path.display().to_string()
    }

    /// A file that somebody deleted would be written on, unseen.
    fn is_there(&self) -> Result<(), Error> {
        std::fs::metadata(&self.path).map(|_| ()).map_err(|error| {
            let message = format!("`{}` is gone: {error}", self.path.display());
            Error::new(ErrorKind::Storage, message)
                .with_help("restart the program: it makes a new file")
        })
    }

    /// There is one table.
    #[expect(clippy::unused_async, reason = "another database drops them")]
    async fn drop_partitions(&self, _before: Timestamp) -> Result<u64, Error> {
        Ok(0)
    }
}

fn no_thread(error: std::io::Error) -> Error {
    let message = format!("the message store cannot start its thread: {error}");
    Error::new(ErrorKind::Storage, message).with_source(error)
}
