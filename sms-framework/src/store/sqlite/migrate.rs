//! Bringing a file's schema up to date, beside an application that keeps its own in the same file.
//!
//! diesel writes every version to one table, `__diesel_schema_migrations`. Ours are
//! `0000sms0001`, `0000sms0002`, ...: no date stamp collides with them, and all sort before
//! any, so that an application that reverts its latest migration reverts its own.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::failure;
use crate::error::{Error, ErrorKind};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const OURS: &str = "0000sms";

/// What diesel's own harness makes: the same table, made under our lock.
const VERSIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Known = Vec<Box<dyn Migration<Sqlite>>>;

/// Refuses a file from a newer program and brings an older one up to date, or says that it is old
/// where it may not. Nothing is written to a file that is refused or current.
pub(super) fn up_to_date(
    connection: &mut SqliteConnection,
    path: &Path,
    migrate: bool,
) -> Result<(), Error> {
    if is_current(connection, path)? {
        return Ok(());
    }
    if !migrate {
        return Err(outdated(path));
    }
    connection
        .immediate_transaction(|connection| run(connection, &embedded()))
        .map_err(|said: Failure| failure::explained(path, &said.to_string()))?
        .ok_or_else(|| newer(path))
}

/// Whether the tables are those of this program; a file from a newer one is refused.
pub(super) fn is_current(connection: &mut SqliteConnection, path: &Path) -> Result<bool, Error> {
    let known = embedded();
    let pending = pending(connection, &known)
        .map_err(|said| failure::explained(path, &said.to_string()))?
        .ok_or_else(|| newer(path))?;
    Ok(pending.is_empty())
}

/// Runs what is pending. It is asked again, because another process may have come first.
fn run(connection: &mut SqliteConnection, known: &Known) -> Result<Option<()>, Failure> {
    connection.batch_execute(VERSIONS_TABLE)?;
    let Some(pending) = pending(connection, known)? else {
        return Ok(None);
    };
    for migration in pending {
        connection.run_migration(migration)?;
    }
    Ok(Some(()))
}

/// What is still to run; `None` where the file has one of ours that is not known here.
fn pending<'a>(
    connection: &mut SqliteConnection,
    known: &'a Known,
) -> Result<Option<Vec<&'a dyn Migration<Sqlite>>>, Failure> {
    let mut applied = applied(connection)?;
    let mut pending = Vec::new();
    for migration in known {
        let version = version(&**migration);
        let before = applied.len();
        applied.retain(|other| *other != version);
        if applied.len() == before {
            pending.push(&**migration);
        }
    }
    Ok(applied.is_empty().then_some(pending))
}

/// The versions of ours in the file.
fn applied(connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let names = |query: &str, connection: &mut SqliteConnection| {
        let rows = diesel::sql_query(query).load::<Name>(connection)?;
        QueryResult::Ok(rows.into_iter().map(|row| row.name).collect::<Vec<_>>())
    };
    let table = "SELECT name FROM sqlite_master WHERE name = '__diesel_schema_migrations'";
    if names(table, connection)?.is_empty() {
        return Ok(Vec::new());
    }
    let versions = "SELECT version AS name FROM __diesel_schema_migrations";
    let mut versions = names(versions, connection)?;
    versions.retain(|version| version.starts_with(OURS));
    Ok(versions)
}

fn embedded() -> Known {
    MigrationSource::<Sqlite>::migrations(&MIGRATIONS)
        .expect("what is embedded in the program needs no file and cannot fail")
}

fn version(migration: &dyn Migration<Sqlite>) -> String {
    migration.name().version().to_string()
}

fn newer(path: &Path) -> Error {
    let message = format!(
        "`{}` was written by a newer version of this program; it was left as it is",
        path.display()
    );
    Error::new(ErrorKind::Storage, message)
        .with_help("update this program, or choose another file with database.url or DATABASE_URL")
}

fn outdated(path: &Path) -> Error {
    let message = format!(
        "the tables in `{}` are missing or out of date",
        path.display()
    );
    Error::new(ErrorKind::Storage, message).with_help("run `sms migrate`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_migrations_share_a_version_and_all_are_ours() {
        let versions: Vec<_> = embedded().iter().map(|known| version(&**known)).collect();
        assert!(!versions.is_empty());
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        for version in versions {
            let number = version.strip_prefix(OURS).unwrap_or_default();
            assert!(
                number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit()),
                "{version} is not {OURS} and four digits"
            );
        }
    }
}
