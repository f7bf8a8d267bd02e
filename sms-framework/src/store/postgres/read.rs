//! Reading, on connections of its own, off the async threads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::result::QueryResult;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::connect::Connector;
use super::link::{self, Conn};
use super::{failure, interrupted};
use crate::error::Error;

/// Connections, opened when first needed and kept.
pub(super) struct Readers {
    connector: Connector,
    network: Handle,
    idle: Mutex<Vec<Conn>>,
    permits: Semaphore,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers")
            .field("connector", &self.connector)
            .finish_non_exhaustive()
    }
}

impl Readers {
    pub(super) fn new(connector: Connector, network: Handle) -> Arc<Self> {
        let most = connector.options().pool_size;
        Arc::new(Self {
            connector,
            network,
            idle: Mutex::default(),
            permits: Semaphore::new(most),
        })
    }

    /// Runs `query` on a thread that may wait; once more where its connection had died meanwhile.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.permits.acquire().await.map_err(|_| interrupted())?;
        let readers = Arc::clone(self);
        let work = self
            .network
            .spawn_blocking(move || readers.run_here(&query));
        work.await.map_err(|_| interrupted())?
    }

    fn run_here<T>(&self, query: &dyn Fn(&mut Conn) -> QueryResult<T>) -> Result<T, Error> {
        let idle = self.idle().pop();
        let was_idle = idle.is_some();
        let mut connection = match idle {
            Some(connection) => connection,
            None => link::connect(&self.connector, &self.network)?,
        };
        match query(&mut connection) {
            Ok(answer) => {
                self.idle().push(connection);
                Ok(answer)
            }
            Err(_) if was_idle && connection.batch_execute("SELECT 1").is_err() => {
                // The server restarted: those that lie idle are as dead.
                self.idle().clear();
                self.run_here(query)
            }
            Err(error) => {
                let location = self.connector.options().location();
                Err(failure::storage(&location, &error).error)
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Conn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
