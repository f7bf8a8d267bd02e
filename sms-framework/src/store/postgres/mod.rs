//! PostgreSQL: as many machines as there are. Tables that are cut into weeks, TLS by rustls.
//!
//! Writes wait for each other as they do in SQLite: what waits when the writer is free goes into one
//! transaction, in a few statements for all, and is answered after its commit. Messages are claimed with
//! `FOR UPDATE SKIP LOCKED`; workers are woken by `NOTIFY`, and look by themselves besides.

mod backend;
mod bell;
mod connect;
mod database;
mod failure;
mod group;
mod hot;
mod hot_settle;
mod link;
mod migrate;
mod options;
mod outbox;
mod partitions;
mod read;
mod refusal;
mod tls;
mod url;
mod weeks;

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

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use PostgresStore as ThisStore;

pub use database::Database;
pub use options::{PostgresOptions, SslMode};
pub(crate) use outbox::enqueue_in;
pub use partitions::Partition;

use self::connect::Connector;
use self::link::Link;
use self::read::Readers;
use self::writer::{Desk, Writer};
use super::DynStore;
use super::lost::Lost;
use crate::config::DatabaseSettings;
use crate::error::{Error, ErrorKind};

/// Opens the store that `[database]` describes.
///
/// # Errors
/// `CONFIG`, `STORAGE`: see [`PostgresStore::open`].
pub fn open(settings: &DatabaseSettings) -> Result<DynStore, Error> {
    Ok(Arc::new(PostgresStore::open(PostgresOptions::of(
        settings,
    )?)?))
}

/// A [`Store`](super::Store) in a PostgreSQL database.
///
/// Several processes on several machines may use one database; their clocks must agree within a
/// tenth of `queue.lease`. The store has a thread of its own for the network, so that it works in any runtime.
/// Dropping it returns when everything that was handed over is on disk, or given up.
#[derive(Debug)]
pub struct PostgresStore {
    /// Dropped first: what was handed over is written while the network still works.
    writer: Writer,
    readers: Arc<Readers>,
    database: Arc<Database>,
    lost: Arc<Lost>,
    last_seq: AtomicI64,
    /// Rung when something may have become claimable.
    bell: Arc<Notify>,
    network: Network,
}

impl PostgresStore {
    /// Connects, brings the tables up to date and makes the partitions of the weeks to come.
    ///
    /// It blocks until that is done: for milliseconds, or up to the connect timeout.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open(options: PostgresOptions) -> Result<Self, Error> {
        let network = Network::start()?;
        let connector = Connector::new(options.clone())?;
        let database = Arc::new(network.wait_for(Database::open(options))?);
        let lost = Arc::new(Lost::default());
        let bell = Arc::new(Notify::new());
        let notifies = Arc::new(AtomicBool::new(false));
        network.spawn(bell::listen(
            connector.clone(),
            Arc::clone(&bell),
            Arc::clone(&notifies),
        ));
        network.spawn(bell::keep_weeks(Arc::downgrade(&database)));
        let handle = network.handle();
        let link = Link::new(connector.clone(), handle.clone(), notifies);
        let desk = Desk::new(link, database.location(), &lost);
        Ok(Self {
            writer: Writer::start(desk).map_err(no_thread)?,
            readers: Readers::new(connector, handle),
            database,
            lost,
            last_seq: AtomicI64::new(0),
            bell,
            network,
        })
    }

    /// The database that it is in: its partitions.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    fn location(&self) -> String {
        self.database.location()
    }

    /// Asking it is enough.
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "another database looks"
    )]
    fn is_there(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Whole weeks go at once; what is left of the last one is deleted row by row.
    async fn drop_partitions(&self, before: Timestamp) -> Result<u64, Error> {
        let database = Arc::clone(&self.database);
        let dropping = async move { database.drop_partitions(before).await };
        let dropped = self.network.run(dropping).await?;
        let messages = dropped.iter().filter(|one| one.table == "sms_messages");
        Ok(messages.count() as u64)
    }
}

/// The thread that drives the connections.
#[derive(Debug)]
struct Network(Option<Runtime>);

impl Network {
    fn start() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("sms-postgres")
            .enable_all()
            .build()
            .map_err(no_thread)?;
        Ok(Self(Some(runtime)))
    }

    fn handle(&self) -> tokio::runtime::Handle {
        match &self.0 {
            Some(runtime) => runtime.handle().clone(),
            None => unreachable!("it is taken only when dropped"),
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle().spawn(work));
    }

    /// Runs it there, and waits for it here, in whatever runtime that is.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let ran = self.handle().spawn(work).await;
        ran.unwrap_or_else(|_| Err(interrupted()))
    }

    /// Runs it there and blocks this thread, which may be one of a runtime's, until it is done.
    fn wait_for<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, waiting) = std::sync::mpsc::channel();
        self.spawn(async move {
            let _nobody_waits = done.send(work.await);
        });
        waiting.recv().unwrap_or_else(|_| Err(interrupted()))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // It may be dropped inside another runtime, where nothing may wait.
            runtime.shutdown_background();
        }
    }
}

fn interrupted() -> Error {
    Error::new(
        ErrorKind::Storage,
        "the message store was interrupted: it is shutting down",
    )
}

fn no_thread(error: std::io::Error) -> Error {
    let message = format!("the message store cannot start its thread: {error}");
    Error::new(ErrorKind::Storage, message).with_source(error)
}
