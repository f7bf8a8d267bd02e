//! Reading, on connections of its own, off the async threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::QueryResult;
use tokio::sync::Semaphore;

use super::writer::{Desk, lock};
use super::{connect, failure};
use crate::error::{Error, ErrorKind};

/// The most reads at a time, and connections kept open for them.
const READERS: usize = 4;

/// A handful of connections, opened when first needed.
pub(super) struct Readers {
    path: PathBuf,
    busy_timeout: Duration,
    idle: Mutex<Vec<SqliteConnection>>,
    permits: Semaphore,
    /// Where whoever calls also reads: on the writer's connection.
    desk: Option<Arc<Mutex<Desk>>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Readers {
    pub(super) fn new(path: PathBuf, busy_timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            path,
            busy_timeout,
            idle: Mutex::default(),
            permits: Semaphore::new(READERS),
            desk: None,
        })
    }

    /// Reads on the thread of whoever calls, where the writer writes.
    #[cfg(feature = "testkit")]
    pub(super) fn on_the_callers_thread(desk: Arc<Mutex<Desk>>) -> Arc<Self> {
        let path = PathBuf::from(":memory:");
        Arc::new(Self {
            path,
            busy_timeout: Duration::ZERO,
            idle: Mutex::default(),
            permits: Semaphore::new(READERS),
            desk: Some(desk),
        })
    }

    /// Runs `query` on a thread for blocking work.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, Error> {
        if let Some(desk) = &self.desk {
            let answer = query(&mut lock(desk).link.connection);
            return answer.map_err(|error| failure::storage(&self.path, &error));
        }
        let _permit = self.permits.acquire().await.map_err(|_| interrupted())?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || readers.run_here(query))
            .await
            .map_err(|_| interrupted())?
    }

    fn run_here<T>(
        &self,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> Result<T, Error> {
        let idle = self.lock().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect::reader(&self.path, self.busy_timeout)?,
        };
        let answer =
            query(&mut connection).map_err(|error| failure::storage(&self.path, &error))?;
        self.lock().push(connection);
        Ok(answer)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn interrupted() -> Error {
    Error::new(
        ErrorKind::Storage,
        "the message store was not asked: the runtime is shutting down",
    )
}
