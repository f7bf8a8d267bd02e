//! Reading, on connections of its own, off the async threads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::result::QueryResult;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::connect::{Connector, all_busy};
use super::link::{self, Conn};
use super::{failure, interrupted};
use crate::error::Error;

/// Connections, opened when first needed and kept.
pub(super) struct Readers {
    connector: Connector,
    network: Handle,
    idle: Mutex<Vec<Conn>>,
    most: usize,
    permits: Arc<Semaphore>,
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
        let most = connector.options().connections.max(1);
        Arc::new(Self {
            connector,
            network,
            idle: Mutex::default(),
            most,
            permits: Arc::new(Semaphore::new(most)),
        })
    }

    /// Runs `query` on a thread that may wait; once more where its connection had died meanwhile.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.permit().await?;
        let readers = Arc::clone(self);
        let work = self.network.spawn_blocking(move || {
            let _permit = permit;
            readers.run_here(&query)
        });
        work.await.map_err(|_| interrupted())?
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Error> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let patience = self.connector.options().acquire_timeout;
        let waiting = Arc::clone(&self.permits).acquire_owned();
        // By the network's clock: that of whoever asks may stand still.
        let waiting = self
            .network
            .spawn(async move { timeout(patience, waiting).await });
        match waiting.await {
            Ok(Ok(Ok(permit))) => Ok(permit),
            Ok(Err(_)) => Err(all_busy(self.most, patience)),
            _ => Err(interrupted()),
        }
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
