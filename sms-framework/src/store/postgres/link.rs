//! diesel's own kind of connection over an asynchronous one, and the one that the writer keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::SimpleConnection;
use diesel::result::QueryResult;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::Handle;

use super::connect::{Connector, Limits};
use super::failure;
use crate::error::Error;

/// What the writer runs is planned once, and by index: planned anew each time, over all weeks, most of
/// a claim would be planning; and a plan made while a week was empty would read all of it when it is
/// full. Where a database has no such settings, none is set.
const PLANNING: &str = "SELECT set_config(name, wish, false)
    FROM pg_settings JOIN (VALUES ('plan_cache_mode', 'force_generic_plan'), ('enable_seqscan', 'off'),
        ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('jit', 'off'))
        AS wished (name, wish) USING (name)";

/// For the rest of a transaction: what is rare, and over many rows, is planned for those.
const PLANNING_ANEW: &str = "SELECT set_config(name, wish, true)
    FROM pg_settings JOIN (VALUES ('plan_cache_mode', 'force_custom_plan'), ('enable_seqscan', 'on'),
        ('enable_hashjoin', 'on'), ('enable_mergejoin', 'on'))
        AS wished (name, wish) USING (name)";

/// A connection for threads that may wait.
pub(super) type Conn = AsyncConnectionWrapper<AsyncPgConnection, Waiting>;

/// Waits for the network's thread, which drives the connections.
pub(super) struct Waiting(Handle);

impl BlockOn for Waiting {
    fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.0.block_on(work)
    }

    fn get_runtime() -> Self {
        Self(Handle::current())
    }
}

/// Plans what follows in this transaction for the rows that it is about.
pub(super) fn plan_anew(connection: &mut Conn) -> QueryResult<()> {
    connection.batch_execute(PLANNING_ANEW)
}

/// Opens a connection, on a thread that may wait.
pub(super) fn connect(connector: &Connector, network: &Handle) -> Result<Conn, Error> {
    let limits = Limits::of_work(connector.options());
    let connection = network.block_on(connector.connect(limits))?;
    let _inside = network.enter();
    Ok(Conn::from(connection))
}

/// What the writer writes on: opened when it is first needed, and anew where it broke.
pub(super) struct Link {
    connector: Connector,
    network: Handle,
    connection: Option<Conn>,
    /// Whether this database can notify.
    notifies: Arc<AtomicBool>,
}

impl Link {
    pub(super) fn new(connector: Connector, network: Handle, notifies: Arc<AtomicBool>) -> Self {
        Self {
            connector,
            network,
            connection: None,
            notifies,
        }
    }

    pub(super) fn connection(&mut self) -> Result<&mut Conn, Error> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => {
                let mut connection = connect(&self.connector, &self.network)?;
                if let Err(error) = connection.batch_execute(PLANNING) {
                    return Err(
                        failure::storage(&self.connector.options().location(), &error).error,
                    );
                }
                Ok(none.insert(connection))
            }
        }
    }

    pub(super) fn place(&self) -> String {
        self.connector.options().location()
    }

    pub(super) fn notifies(&self) -> bool {
        self.notifies.load(Ordering::Relaxed)
    }

    /// Undoes what a failed group left open; false where the connection is of no use any more.
    pub(super) fn clear(&mut self) -> bool {
        let cleared = match &mut self.connection {
            Some(connection) => connection.batch_execute("ROLLBACK").is_ok(),
            None => false,
        };
        if !cleared {
            self.connection = None;
        }
        cleared
    }
}
