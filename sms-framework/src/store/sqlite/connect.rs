//! Opening connections, and what is checked before the first.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::Text;

use super::failure::is_locked;
use super::transaction::Link;
use super::{SqliteOptions, failure, migrate};
use crate::error::{Error, ErrorKind};

/// The writer's connection on a database that is gone with it.
#[cfg(feature = "testkit")]
pub(super) fn in_memory() -> Result<Link, Error> {
    let path = Path::new(":memory:");
    let explain = |error: diesel::ConnectionError| failure::explained(path, &error.to_string());
    let mut connection = SqliteConnection::establish(":memory:").map_err(explain)?;
    migrate::up_to_date(&mut connection, path, true)?;
    Ok(Link {
        connection,
        busy_timeout: Duration::ZERO,
    })
}

/// The writer's connection on a file that is fit to be written and up to date.
pub(super) fn writer(options: &SqliteOptions) -> Result<Link, Error> {
    let path = &options.path;
    let busy_timeout = bounded(options.busy_timeout);
    check(path)?;
    let mut connection = establish(path, busy_timeout)?;
    let explain = |error| failure::storage(path, &error);
    if let Some(pages) = options.max_page_count {
        let limit = format!("PRAGMA max_page_count = {pages}");
        connection.batch_execute(&limit).map_err(explain)?;
    }
    migrate::up_to_date(&mut connection, path, options.migrate)?;
    let writes_ahead = write_ahead(&mut connection, busy_timeout).map_err(explain)?;
    // FULL: what was accepted survives a power cut; a group of writes shares the sync.
    // secure_delete: a body that is dropped is overwritten, not only unlinked.
    connection
        .batch_execute(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16000;",
        )
        .map_err(explain)?;
    can_write(&mut connection).map_err(explain)?;
    if writes_ahead {
        // Only the start of a transaction waits for anybody, and it does so by itself.
        wait(&mut connection, Duration::ZERO).map_err(explain)?;
    }
    Ok(Link {
        connection,
        busy_timeout,
    })
}

/// Whether the file's tables are those of this program; `None` where there is no file yet.
pub(super) fn is_current(options: &SqliteOptions) -> Result<Option<bool>, Error> {
    let path = &options.path;
    check(path)?;
    if !path.exists() {
        return Ok(None);
    }
    let mut connection = establish(path, options.busy_timeout)?;
    migrate::is_current(&mut connection, path).map(Some)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path, busy_timeout: Duration) -> Result<SqliteConnection, Error> {
    let mut connection = establish(path, busy_timeout)?;
    connection
        .batch_execute("PRAGMA query_only = ON")
        .map_err(|error| failure::storage(path, &error))?;
    Ok(connection)
}

/// What SQLite would only say in its own words, or later.
///
/// The file itself is not opened here: closing a second handle to it would release the locks that
/// SQLite holds on it for this process.
fn check(path: &Path) -> Result<(), Error> {
    let refused =
        |why: String, help: &str| Err(Error::new(ErrorKind::Storage, why).with_help(help));
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(file) if file.is_dir() => refused(
            format!("`{shown}` is a folder, not an SQLite database"),
            "name a file in it with database.url or DATABASE_URL",
        ),
        Ok(file) if file.permissions().readonly() => refused(
            format!("`{shown}` is read-only"),
            "make it writable, or choose another file with database.url or DATABASE_URL",
        ),
        Ok(_) => Ok(()),
        Err(_) => match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => refused(
                format!(
                    "`{shown}` cannot be made: there is no folder `{}`",
                    folder.display()
                ),
                "make the folder, or choose another file with database.url or DATABASE_URL",
            ),
            _ => Ok(()),
        },
    }
}

fn establish(path: &Path, busy_timeout: Duration) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(&address(path)?)
        .map_err(|error| failure::explained(path, &error.to_string()))?;
    wait(&mut connection, bounded(busy_timeout)).map_err(|error| failure::storage(path, &error))?;
    Ok(connection)
}

/// How long every statement waits for others.
fn wait(connection: &mut SqliteConnection, busy_timeout: Duration) -> QueryResult<()> {
    let milliseconds = busy_timeout.as_millis();
    connection.batch_execute(&format!("PRAGMA busy_timeout = {milliseconds}"))
}

/// SQLite takes more than a 32-bit number of milliseconds for no timeout at all.
fn bounded(busy_timeout: Duration) -> Duration {
    const LONGEST: Duration = Duration::from_secs(60 * 60);
    busy_timeout.min(LONGEST)
}

/// The path in a form that SQLite cannot take for a URL or a name of its own.
fn address(path: &Path) -> Result<String, Error> {
    let text = path.to_str().ok_or_else(|| {
        let message = format!("the path `{}` is not valid UTF-8", path.display());
        Error::new(ErrorKind::Storage, message)
            .with_help("choose another file with database.url or DATABASE_URL")
    })?;
    if path.is_absolute() {
        Ok(text.to_owned())
    } else {
        Ok(format!("./{text}"))
    }
}

/// Turns the write-ahead log on; the file remembers it, so mostly there is nothing to do. False where
/// SQLite cannot keep one.
///
/// SQLite does not wait for others when it switches, so several processes that make the same new
/// file would refuse each other: we wait for it.
fn write_ahead(connection: &mut SqliteConnection, busy_timeout: Duration) -> QueryResult<bool> {
    const PAUSE: Duration = Duration::from_millis(2);
    let deadline = Instant::now() + busy_timeout;
    while journal_mode(connection, "PRAGMA journal_mode")? != "wal" {
        match journal_mode(connection, "PRAGMA journal_mode = WAL") {
            Ok(mode) if mode == "wal" => break,
            Ok(mode) => {
                tracing::warn!(
                    mode,
                    "SQLite cannot keep a write-ahead log here (a network drive?); writing will be slow"
                );
                return Ok(false);
            }
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

fn journal_mode(connection: &mut SqliteConnection, pragma: &str) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Mode {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }
    let mode: Mode = diesel::sql_query(pragma).get_result(connection)?;
    Ok(mode.journal_mode)
}

/// Takes and gives back the write lock, which a file that only looks writable refuses.
/// Another process that holds it is no reason to fail: it will be done by the time we write.
fn can_write(connection: &mut SqliteConnection) -> QueryResult<()> {
    match connection.batch_execute("BEGIN IMMEDIATE; ROLLBACK") {
        Err(error) if is_locked(&error) => Ok(()),
        other => other,
    }
}
