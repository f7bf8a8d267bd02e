//! Bringing the tables up to date, beside an application that keeps its own in the same database.
//!
//! diesel writes every version to one table, `__diesel_schema_migrations`. Ours are
//! `0000sms0003`, ...: no date stamp collides with them, and all sort before any, so that an
//! application that reverts its latest migration reverts its own.
//!
//! The SQL runs on our own connection: diesel-async's harness blocks the thread, which a runtime
//! of one thread does not allow.

use diesel::prelude::*;
use diesel::result::{Error as DieselError, QueryResult};
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::failure;
use crate::error::{Class, Error, ErrorKind};

/// Version and SQL, oldest first.
const MIGRATIONS: &[(&str, &str)] = &[(
    "0000sms0003",
    include_str!("../../../migrations/postgres/0000-sms-0003_queue/up.sql"),
)];
const OURS: &str = "0000sms";

/// Whoever changes tables holds this advisory lock of the database until the end of the
/// transaction.
const LOCK: i64 = 0x736d_735f_6464_6c00;

/// What diesel's own harness makes: the same table, made under our lock.
const VERSIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

/// Refuses a database from a newer program and brings an older one up to date, or says that it is
/// old where it may not. Nothing is written to a database that is refused or current.
pub(super) async fn up_to_date(
    connection: &mut AsyncPgConnection,
    place: &str,
    migrate: bool,
) -> Result<(), Error> {
    if is_current(connection, place).await? {
        return Ok(());
    }
    if !migrate {
        return Err(outdated(place));
    }
    connection
        .transaction::<_, Stop, _>(async |connection| run(connection).await)
        .await
        .map_err(|stop| match stop {
            Stop::Newer => newer(place),
            Stop::Failed(error) => failure::storage(place, &error).error,
        })
}

/// Whether the tables are those of this program; a database of a newer one is refused.
pub(super) async fn is_current(
    connection: &mut AsyncPgConnection,
    place: &str,
) -> Result<bool, Error> {
    let applied = applied(connection)
        .await
        .map_err(|error| failure::storage(place, &error).error)?;
    let pending = pending(&applied).ok_or_else(|| newer(place))?;
    Ok(pending.is_empty())
}

/// Why nothing was migrated.
enum Stop {
    Newer,
    Failed(DieselError),
}

impl From<DieselError> for Stop {
    fn from(error: DieselError) -> Self {
        Self::Failed(error)
    }
}

/// Runs what is pending: all of it, or nothing. It is asked again under the lock, because another
/// process may have come first.
async fn run(connection: &mut AsyncPgConnection) -> Result<(), Stop> {
    lock(connection).await?;
    connection.batch_execute(VERSIONS_TABLE).await?;
    let applied = applied(connection).await?;
    for (version, sql) in pending(&applied).ok_or(Stop::Newer)? {
        connection.batch_execute(sql).await?;
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ($1)")
            .bind::<Text, _>(version)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Waits until nobody else changes tables, and keeps others from it until the transaction ends.
///
/// Only the locks of tables are given up soon: whoever waits here is in nobody's way.
pub(super) async fn lock(connection: &mut AsyncPgConnection) -> QueryResult<()> {
    let wait = format!(
        "SET LOCAL lock_timeout = 0;
         SELECT pg_advisory_xact_lock({LOCK});
         SET LOCAL lock_timeout = '5s'"
    );
    connection.batch_execute(&wait).await
}

/// What is still to run; `None` where the database has one of ours that is not known here.
fn pending(applied: &[String]) -> Option<Vec<(&'static str, &'static str)>> {
    let is_known = |version: &String| MIGRATIONS.iter().any(|(known, _)| known == version);
    let is_pending = |&(known, _): &(&str, _)| applied.iter().all(|version| version != known);
    applied
        .iter()
        .all(is_known)
        .then(|| MIGRATIONS.iter().copied().filter(is_pending).collect())
}

/// The versions of ours in the database.
async fn applied(connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Exists {
        #[diesel(sql_type = Bool)]
        exists: bool,
    }
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let table = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS exists";
    let Exists { exists } = diesel::sql_query(table).get_result(connection).await?;
    if !exists {
        return Ok(Vec::new());
    }
    let versions = "SELECT version FROM __diesel_schema_migrations";
    let versions: Vec<Version> = diesel::sql_query(versions).load(connection).await?;
    let versions = versions.into_iter().map(|row| row.version);
    Ok(versions
        .filter(|version| version.starts_with(OURS))
        .collect())
}

fn newer(place: &str) -> Error {
    let message = format!(
        "the tables in `{place}` were made by a newer version of this program; they were left as they are"
    );
    Error::new(ErrorKind::Storage, message)
        .with_class(Class::Account)
        .with_help(
            "update this program, or choose another database with database.url or DATABASE_URL",
        )
}

fn outdated(place: &str) -> Error {
    let message = format!("the tables in `{place}` are missing or out of date");
    Error::new(ErrorKind::Storage, message)
        .with_class(Class::Account)
        .with_help("run `sms migrate`")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// diesel's rule: the folder's name up to the first `_`, without the dashes.
    #[test]
    fn every_folder_of_migrations_is_known_by_its_version() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
        let mut found: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.split('_').next().unwrap().replace('-', ""))
            .collect();
        found.sort();
        let known: Vec<_> = MIGRATIONS.iter().map(|(version, _)| *version).collect();
        assert_eq!(known, found);
    }

    #[test]
    fn a_version_that_is_not_known_here_is_of_a_newer_program() {
        assert!(pending(&["0000sms9999".to_owned()]).is_none());
        assert_eq!(pending(&[]).map(|all| all.len()), Some(MIGRATIONS.len()));
    }
}
