//! Files that cannot be used: what a person is told, and that nothing is harmed.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use sms_framework::store::Store;
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::{Error, ErrorKind, Message};

use crate::support::{Place, attempt, begun, hello, new};

fn refused(options: SqliteOptions) -> (String, String) {
    let error = SqliteStore::open(options).unwrap_err();
    told(&error)
}

fn told(error: &Error) -> (String, String) {
    assert_eq!(error.kind(), ErrorKind::Storage);
    (
        error.to_string(),
        error.help().unwrap_or_default().to_owned(),
    )
}

const ANOTHER: &str = "choose another file with database.url or DATABASE_URL";

#[test]
fn a_missing_folder_is_named() {
    let place = Place::new();
    let folder = place.folder.path().join("nowhere");
    let path = folder.join("sms.db");
    let (message, help) = refused(SqliteOptions::new(&path));
    let expected = format!(
        "`{}` cannot be made: there is no folder `{}`",
        path.display(),
        folder.display()
    );
    assert_eq!(message, expected);
    assert_eq!(help, format!("make the folder, or {ANOTHER}"));
    assert!(!folder.exists());
}

#[test]
fn a_folder_is_no_database() {
    let place = Place::new();
    let folder = place.folder.path();
    let (message, help) = refused(SqliteOptions::new(folder));
    let expected = format!("`{}` is a folder, not an SQLite database", folder.display());
    assert_eq!(message, expected);
    assert_eq!(help, "name a file in it with database.url or DATABASE_URL");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let place = Place::new();
    for text in ["short", &"a long letter to my mother. ".repeat(1000)] {
        std::fs::write(&place.path, text).unwrap();
        let (message, help) = refused(place.options());
        let expected = format!("`{}` is not an SQLite database", place.path.display());
        assert_eq!(message, expected);
        assert_eq!(help, ANOTHER);
        assert_eq!(std::fs::read_to_string(&place.path).unwrap(), text);
    }
    let names: Vec<_> = std::fs::read_dir(place.folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing is left beside it: {names:?}");
}

#[test]
fn a_read_only_file_is_named() {
    let place = Place::new();
    drop(place.open());
    let mut permissions = std::fs::metadata(&place.path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&place.path, permissions).unwrap();
    let (message, help) = refused(place.options());
    assert_eq!(message, format!("`{}` is read-only", place.path.display()));
    assert_eq!(help, format!("make it writable, or {ANOTHER}"));
}

#[test]
fn a_file_that_another_process_locks_is_named_after_the_busy_timeout() {
    let place = Place::new();
    let mut other = place.raw();
    other
        .batch_execute("BEGIN EXCLUSIVE; CREATE TABLE theirs (id INTEGER)")
        .unwrap();
    let mut options = place.options();
    options.busy_timeout = Duration::from_millis(20);
    let (message, help) = refused(options);
    let expected = format!(
        "`{}` is locked by another process that did not finish writing in time",
        place.path.display()
    );
    assert_eq!(message, expected);
    assert_eq!(help, "end that process, or raise database.busy_timeout");
}

#[tokio::test]
async fn a_write_that_finds_the_file_locked_says_so_and_the_next_succeeds() {
    let place = Place::new();
    let mut options = place.options();
    options.busy_timeout = Duration::from_millis(20);
    let store = SqliteStore::open(options).unwrap();
    let mut other = place.raw();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let error = store.begin(new(hello())).await.unwrap_err();
    assert!(
        told(&error).0.contains("is locked by another process"),
        "{error}"
    );
    other.batch_execute("ROLLBACK").unwrap();
    begun(&store, hello()).await;
}

#[tokio::test]
async fn the_longest_busy_timeout_waits() {
    let place = Place::new();
    let mut options = place.options();
    options.busy_timeout = Duration::MAX;
    let store = SqliteStore::open(options).unwrap();
    let mut other = place.raw();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let message = hello();
    let id = message.id;
    let mut begin = store.begin(new(message));
    let early = tokio::time::timeout(Duration::from_millis(50), &mut begin).await;
    assert!(early.is_err(), "it waits for the lock: {early:?}");
    other.batch_execute("ROLLBACK").unwrap();
    begin.await.unwrap();
    assert!(store.message(id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_written() {
    let place = Place::new();
    let mut options = place.options();
    options.max_page_count = Some(60);
    let store = SqliteStore::open(options).unwrap();
    let long = || Message::new("+14155550123", "x".repeat(1500));
    let mut written = Vec::new();
    let error = loop {
        let message = long();
        let id = message.id;
        match store.begin(new(message)).await {
            Ok(_) => written.push(id),
            Err(error) => break error,
        }
        assert!(written.len() < 1000, "the disk never fills up");
    };
    let (message, help) = told(&error);
    let expected = format!("`{}` cannot grow: the disk is full", place.path.display());
    assert_eq!(message, expected);
    assert_eq!(help, "free some space; what was written before is safe");

    // What nobody waits for is counted: fill the last free bytes, too.
    for number in 0..1000 {
        store.record(attempt(written[0], number));
    }
    store.flush().await;
    assert!(store.info().lost_writes > 0);
    assert_eq!(store.info().last_error, Some(expected));

    assert!(!written.is_empty());
    for id in written {
        assert!(store.message(id).await.unwrap().is_some());
    }
    // There is room again: the same store goes on writing.
    let mut raw = place.raw();
    raw.batch_execute("DELETE FROM sms_attempts; DELETE FROM sms_messages WHERE rowid > 5")
        .unwrap();
    begun(&store, hello()).await;
}

#[test]
fn a_disk_that_is_full_from_the_start_is_named() {
    let place = Place::new();
    let mut options = place.options();
    options.max_page_count = Some(2);
    let (message, _) = refused(options);
    let expected = format!("`{}` cannot grow: the disk is full", place.path.display());
    assert_eq!(message, expected);
}

#[tokio::test]
async fn a_file_that_was_deleted_under_the_store_is_noticed() {
    let place = Place::new();
    let store = place.open();
    store.check().await.unwrap();
    std::fs::remove_file(&place.path).unwrap();
    let (message, help) = told(&store.check().await.unwrap_err());
    let expected = format!("`{}` is gone: ", place.path.display());
    assert!(message.starts_with(&expected), "{message}");
    assert_eq!(help, "restart the program: it makes a new file");
}

#[test]
fn urls_that_name_a_file_are_read() {
    for (url, path) in [
        ("sms.db", "sms.db"),
        (" data/sms.db\n", "data/sms.db"),
        ("sqlite:sms.db", "sms.db"),
        ("SQLite:sms.db", "sms.db"),
        ("sqlite://data/sms.db", "data/sms.db"),
        ("sqlite:///var/lib/sms.db", "/var/lib/sms.db"),
        ("12:30.db", "12:30.db"),
        (r"C:\sms\sms.db", r"C:\sms\sms.db"),
    ] {
        assert_eq!(
            SqliteOptions::from_url(url).unwrap().path,
            Path::new(path),
            "{url}"
        );
    }
}

#[test]
fn urls_that_name_no_file_are_refused_without_repeating_them() {
    for (url, why) in [
        (
            "postgres://app:hunter2@db/app",
            "PostgreSQL is not supported by this build",
        ),
        (
            "postgresql://app:hunter2@db/app",
            "PostgreSQL is not supported by this build",
        ),
        ("mysql://app:hunter2@db/app", "MySQL is not supported"),
        (
            "redis://:hunter2@db",
            "`redis` is not a kind of database that is supported",
        ),
        (
            "file:sms.db?password=hunter2",
            "`file:` URLs are not supported",
        ),
        (
            "sqlite:sms.db?key=hunter2",
            "options after a `?` in the database URL are not supported",
        ),
        ("", "the database URL is empty"),
        ("sqlite:", "the database URL is empty"),
        (
            ":memory:",
            "a database in memory (`:memory:`) would forget every message at exit",
        ),
        (
            "sqlite::memory:",
            "a database in memory (`:memory:`) would forget every message at exit",
        ),
    ] {
        let error = SqliteOptions::from_url(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let instead = "name an SQLite file such as `sms.db` or `sqlite:/var/lib/app/sms.db`";
        assert_eq!(error.to_string(), format!("{why}; {instead}"));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn a_name_that_sqlite_would_read_as_a_url_is_a_file() {
    let place = Place::new();
    let path = place.folder.path().join("file:sms.db?mode=memory");
    drop(SqliteStore::open(SqliteOptions::new(&path)).unwrap());
    assert!(path.exists());
}
