//! A database that is fit for use: reachable, up to date, with room for the weeks to come.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::Timestamp;

use super::connect::{Connections, Connector, Limits};
use super::{Partition, PostgresOptions, failure, migrate, partitions};
use crate::error::{Class, Error, ErrorKind};

/// Attaching partitions by their id is cheap for others only from this version on.
const OLDEST: i32 = 13;

/// The connections to a PostgreSQL database, and its tables.
///
/// Several processes may use one database. A connection that broke is not used again; the next
/// call opens another.
#[derive(Debug)]
pub struct Database {
    connections: Connections,
    /// The partitions that cannot be made, once it was said.
    left_out: Mutex<HashSet<String>>,
}

impl Database {
    /// Connects, brings the tables up to date and makes the partitions of the weeks to come.
    ///
    /// # Errors
    /// `CONFIG`: a certificate file cannot be read. `STORAGE`: the server cannot be reached or
    /// refuses us, it is too old, or the tables are from a newer version, or out of date where
    /// [`PostgresOptions::migrate`] is off.
    pub async fn open(options: PostgresOptions) -> Result<Self, Error> {
        let connections = Connections::new(Connector::new(options)?)?;
        let database = Self {
            connections,
            left_out: Mutex::default(),
        };
        let mut connection = database.upkeep().await?;
        let location = database.location();
        supported(&mut connection, &location).await?;
        let migrate = database.connections.connector().options().migrate;
        migrate::up_to_date(&mut connection, &location, migrate).await?;
        database
            .make_partitions(&mut connection, Timestamp::now())
            .await?;
        Ok(database)
    }

    /// Whether the tables are those of this program: `false` where opening would make or update
    /// them. Nothing is made or changed.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn is_current(options: PostgresOptions) -> Result<bool, Error> {
        let connector = Connector::new(options)?;
        let location = connector.options().location();
        let mut connection = connector.connect(UPKEEP).await?;
        supported(&mut connection, &location).await?;
        migrate::is_current(&mut connection, &location).await
    }

    /// Where it is, without the password.
    #[must_use]
    pub fn location(&self) -> String {
        self.connections.location()
    }

    /// Asks the database a question, to know that it answers.
    ///
    /// # Errors
    /// `STORAGE`: why it does not.
    pub async fn check(&self) -> Result<(), Error> {
        self.run("SELECT 1").await
    }

    /// Makes the partitions of the eight weeks from `now` on that are missing, and tells how many
    /// it made. A day's call is plenty; several processes may make it.
    ///
    /// Where the default partition holds rows of a week already, they stay there, with all that
    /// follow in that week.
    ///
    /// # Errors
    /// `STORAGE`.
    pub async fn ensure_partitions(&self, now: Timestamp) -> Result<usize, Error> {
        let mut connection = self.upkeep().await?;
        self.make_partitions(&mut connection, now).await
    }

    /// The partitions, table by table, oldest first; not the default ones.
    ///
    /// # Errors
    /// `STORAGE`.
    pub async fn partitions(&self) -> Result<Vec<Partition>, Error> {
        let mut connection = self.connections.get().await?;
        match partitions::list(&mut connection).await {
            Ok(all) => Ok(all),
            Err(error) => Err(self.connections.judge(connection, &error).await.error),
        }
    }

    /// Drops the partitions that are wholly older than `before`, and tells which. One that holds
    /// a message that still waits (`scheduled`, `queued`, `sending`, `unknown`) is kept, with its
    /// attempts.
    ///
    /// # Errors
    /// `STORAGE`: what was dropped before it failed is gone.
    pub async fn drop_partitions(&self, before: Timestamp) -> Result<Vec<Partition>, Error> {
        let mut connection = self.upkeep().await?;
        let dropped = partitions::drop_older(&mut connection, before)
            .await
            .map_err(|error| failure::storage(&self.location(), &error).error)?;
        for kept in &dropped.kept {
            tracing::info!(
                partition = kept.name,
                "an old partition is kept: messages in it still wait"
            );
        }
        Ok(dropped.partitions)
    }

    /// Runs statements of the caller's, for tests.
    #[doc(hidden)]
    pub async fn run(&self, sql: &str) -> Result<(), Error> {
        let mut connection = self.connections.get().await?;
        match connection.batch_execute(sql).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.connections.judge(connection, &error).await.error),
        }
    }

    /// A connection outside the pool, for what may take long and must not stand in others' way.
    async fn upkeep(&self) -> Result<AsyncPgConnection, Error> {
        self.connections.connector().connect(UPKEEP).await
    }

    async fn make_partitions(
        &self,
        connection: &mut AsyncPgConnection,
        now: Timestamp,
    ) -> Result<usize, Error> {
        let made = partitions::ensure(connection, now)
            .await
            .map_err(|error| failure::storage(&self.location(), &error).error)?;
        for name in made.left_out {
            self.say_left_out(name);
        }
        Ok(made.partitions)
    }

    fn say_left_out(&self, partition: String) {
        let mut said = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        if !said.contains(&partition) {
            tracing::warn!(
                partition,
                "a partition cannot be made: the default one holds rows of its time, or there is a table of that name"
            );
            said.insert(partition);
        }
    }
}

/// Statements may take as long as it takes to change a table; a lock is given up soon, because
/// whoever waits for a table's lock makes everybody behind wait too.
const UPKEEP: Limits = Limits {
    statement: Duration::from_secs(10 * 60),
    lock: Duration::from_secs(5),
};

async fn supported(connection: &mut AsyncPgConnection, location: &str) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = Integer)]
        version: i32,
    }
    let query = "SELECT current_setting('server_version_num')::int / 10000 AS version";
    let Version { version } = diesel::sql_query(query)
        .get_result(connection)
        .await
        .map_err(|error| failure::storage(location, &error).error)?;
    if version >= OLDEST {
        return Ok(());
    }
    let message = format!(
        "PostgreSQL {version} at `{location}` is too old: this program needs {OLDEST} or later"
    );
    Err(Error::new(ErrorKind::Storage, message)
        .with_class(Class::Account)
        .with_help(
            "update the server, or choose another database with database.url or DATABASE_URL",
        ))
}
