//! Connections to the server, and the pool that keeps them.

use std::sync::Arc;
use std::time::Duration;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as Unconnected, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_postgres::config::{SslMode as TlsUse, TargetSessionAttrs};

use super::failure::{self, Failure};
use super::options::{PostgresOptions, Server, SslMode};
use super::refusal;
use super::tls::Tls;
use crate::error::{Error, ErrorKind};

/// A connection of the pool; it goes back when it is dropped.
pub(super) type Pooled = Object<AsyncPgConnection>;

/// How long the server may take in a session before it gives up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// At one statement; no limit where it is zero.
    pub(super) statement: Duration,
    /// For one lock; no limit where it is zero.
    pub(super) lock: Duration,
}

impl Limits {
    /// Ordinary work waits no longer for a lock than this: somebody else is stuck then.
    const LOCK: Duration = Duration::from_secs(10);

    pub(super) fn of_work(options: &PostgresOptions) -> Self {
        Self {
            statement: options.statement_timeout,
            lock: Self::LOCK,
        }
    }
}

/// Opens connections.
#[derive(Clone)]
pub(super) struct Connector {
    options: Arc<PostgresOptions>,
    tls: Tls,
}

impl Connector {
    /// Nothing is connected yet; only the certificates that the options name are read.
    pub(super) fn new(options: PostgresOptions) -> Result<Self, Error> {
        let tls = Tls::new(&options)?;
        Ok(Self {
            options: Arc::new(options),
            tls,
        })
    }

    pub(super) fn options(&self) -> &PostgresOptions {
        &self.options
    }

    /// A connection to the first server that takes it; where none does, what the last one said.
    pub(super) async fn connect(&self, limits: Limits) -> Result<AsyncPgConnection, Error> {
        let mut refused = None;
        for server in &self.options.servers {
            match self.connect_to(server, limits).await {
                Ok(connection) => return Ok(connection),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| Error::new(ErrorKind::Config, "there is no server to ask")))
    }

    async fn connect_to(
        &self,
        server: &Server,
        limits: Limits,
    ) -> Result<AsyncPgConnection, Error> {
        let patience = self.options.connect_timeout;
        let connecting = async {
            // Not by a URL: diesel-async would hide why it failed.
            let (client, connection) = self
                .config(server)
                .connect(self.tls.clone())
                .await
                .map_err(|error| refusal::explained(&self.options, server, &error))?;
            let set_up = |error: &DieselError| failure::storage(&server.to_string(), error).error;
            let mut connection =
                AsyncPgConnection::try_from_client_and_connection(client, connection)
                    .await
                    .map_err(|error| match error {
                        ConnectionError::CouldntSetupConfiguration(error) => set_up(&error),
                        other => Error::new(ErrorKind::Storage, other.to_string()),
                    })?;
            connection
                .batch_execute(&session(limits))
                .await
                .map_err(|error| set_up(&error))?;
            Ok(connection)
        };
        timeout(patience, connecting)
            .await
            .unwrap_or_else(|_| Err(refusal::silent(server, patience)))
    }

    fn config(&self, server: &Server) -> tokio_postgres::Config {
        const IDLE: Duration = Duration::from_secs(30);
        let options = &*self.options;
        let mut config = tokio_postgres::Config::new();
        config
            .host(&server.host)
            .port(server.port)
            .dbname(&options.database)
            .application_name(&options.application_name)
            // A server that is gone without a word is noticed within a minute.
            .keepalives_idle(IDLE)
            .keepalives_interval(IDLE / 3)
            .keepalives_retries(3)
            .tcp_user_timeout(IDLE)
            .ssl_mode(match options.ssl_mode {
                _ if server.is_socket() => TlsUse::Disable,
                SslMode::Disable => TlsUse::Disable,
                SslMode::Prefer => TlsUse::Prefer,
                SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => TlsUse::Require,
            });
        if let Some(user) = &options.user {
            config.user(user);
        }
        if let Some(password) = &options.password {
            config.password(password.expose_secret());
        }
        if options.servers.len() > 1 {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        config
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Connector").field(&self.options).finish()
    }
}

/// What every session starts with.
///
/// The isolation is what the statements are written for, whatever the database's default; and a
/// commit that was answered is on disk, even where the database as a whole is set not to wait.
fn session(limits: Limits) -> String {
    const IN_TRANSACTION: Duration = Duration::from_secs(60);
    format!(
        "SET statement_timeout = {};
         SET lock_timeout = {};
         SET idle_in_transaction_session_timeout = {};
         SET default_transaction_isolation = 'read committed';
         SET client_min_messages = warning;
         SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') = 'off'",
        milliseconds(limits.statement),
        milliseconds(limits.lock),
        milliseconds(IN_TRANSACTION),
    )
}

/// PostgreSQL's limits are 32-bit numbers, and zero is none: less than a millisecond is one.
fn milliseconds(limit: Duration) -> i32 {
    let whole = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
    if limit.is_zero() { 0 } else { whole.max(1) }
}

/// The connections that work is done on.
pub(super) struct Connections {
    connector: Connector,
    pool: Pool<AsyncPgConnection>,
}

impl Connections {
    /// An empty pool: connections are opened as they are asked for.
    pub(super) fn new(connector: Connector) -> Result<Self, Error> {
        let opener = connector.clone();
        let mut config = ManagerConfig::default();
        // Whether a connection is alive is known without asking: its task ends with it. One whose
        // end is not noticed yet fails at its first statement, and that may be done again.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |_| {
            let opener = opener.clone();
            async move {
                let limits = Limits::of_work(opener.options());
                opener.connect(limits).await.map_err(carried)
            }
            .boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(connector.options().connections.max(1))
            .build()
            .map_err(|error| Error::new(ErrorKind::Storage, error.to_string()))?;
        Ok(Self { connector, pool })
    }

    pub(super) fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(super) fn location(&self) -> String {
        self.connector.options().location()
    }

    /// A connection that was alive a moment ago, or a new one.
    pub(super) async fn get(&self) -> Result<Pooled, Error> {
        let patience = self.connector.options().acquire_timeout;
        match timeout(patience, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(PoolError::Backend(error))) => Err(delivered(error)),
            Ok(Err(other)) => Err(Error::new(ErrorKind::Storage, other.to_string())),
            Err(_) => Err(self.not_had(patience)),
        }
    }

    /// What `error` on `connection` means. The server's own words may be in any language, so a
    /// connection is also asked whether it still lives.
    ///
    /// Where one broke, the server may have restarted, and those that lie idle are as dead: none
    /// of them is given out again.
    pub(super) async fn judge(&self, mut connection: Pooled, error: &DieselError) -> Failure {
        let mut failure = failure::storage(&self.location(), error);
        let unsaid = matches!(
            error,
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)
        );
        if unsaid && !failure.is_the_connections() && !is_alive(&mut connection).await {
            failure = failure::lost(&self.location(), error);
        }
        if failure.is_the_connections() {
            drop(Pooled::take(connection));
            self.pool.retain(|_, _| false);
        }
        failure
    }

    fn not_had(&self, patience: Duration) -> Error {
        let status = self.pool.status();
        if status.size >= status.max_size {
            return all_busy(status.max_size, patience);
        }
        let message = format!("no connection to the database could be had within {patience:?}");
        Error::new(ErrorKind::Storage, message)
            .with_help("see that the server answers and takes more connections")
    }
}

/// What whoever waited for one of `most` connections in vain is told.
pub(super) fn all_busy(most: usize, patience: Duration) -> Error {
    let message = format!("all {most} connections to the database were in use for {patience:?}");
    Error::new(ErrorKind::Storage, message)
        .with_help("ask for less at a time, or raise database.connections")
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connections")
            .field("connector", &self.connector)
            .field("open", &self.pool.status().size)
            .finish()
    }
}

/// Asks inside a failed transaction as well, where the answer is a refusal, but an answer.
async fn is_alive(connection: &mut AsyncPgConnection) -> bool {
    const PATIENCE: Duration = Duration::from_secs(2);
    match timeout(PATIENCE, connection.batch_execute("SELECT 1")).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => !failure::storage("", &error).is_the_connections(),
        Err(_) => false,
    }
}

/// Our error through the pool, whose own type has no place for it.
fn carried(error: Error) -> ConnectionError {
    ConnectionError::CouldntSetupConfiguration(DieselError::QueryBuilderError(Box::new(error)))
}

fn delivered(error: Unconnected) -> Error {
    match error {
        Unconnected::ConnectionError(ConnectionError::CouldntSetupConfiguration(
            DieselError::QueryBuilderError(error),
        )) => match error.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => Error::new(ErrorKind::Storage, other.to_string()),
        },
        other => Error::new(ErrorKind::Storage, other.to_string()),
    }
}
