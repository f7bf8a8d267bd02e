//! What a person is told when SQLite says no.

use std::path::Path;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::error::{Error, ErrorKind};

/// What SQLite said, as an error that names the file, the cause and the cure.
pub(super) fn storage(path: &Path, error: &DieselError) -> Error {
    explained(path, &error.to_string())
}

/// The same from the text alone: diesel keeps no result code, and the texts of SQLite are stable.
pub(super) fn explained(path: &Path, said: &str) -> Error {
    let file = path.display();
    let lower = said.to_ascii_lowercase();
    let is = |text: &str| lower.contains(text);
    let (message, help) = if is("file is not a database") {
        (
            format!("`{file}` is not an SQLite database"),
            "choose another file with database.url or DATABASE_URL",
        )
    } else if is("is locked") {
        (
            format!("`{file}` is locked by another process that did not finish writing in time"),
            "end that process, or raise database.busy_timeout",
        )
    } else if is("disk is full") {
        (
            format!("`{file}` cannot grow: the disk is full"),
            "free some space; what was written before is safe",
        )
    } else if is("readonly database") {
        (
            format!("`{file}` is read-only: it cannot be written by this user"),
            "make the file and its folder writable, or choose another file with database.url or DATABASE_URL",
        )
    } else if is("unable to open") {
        (
            format!(
                "`{file}` cannot be opened: this user may not read and write it and its folder"
            ),
            "make the file and its folder writable, or choose another file with database.url or DATABASE_URL",
        )
    } else if is("malformed") {
        (
            format!("`{file}` is damaged (SQLite: {said})"),
            "restore it from a copy, or move it away: a new one is made",
        )
    } else {
        (
            format!("`{file}` failed (SQLite: {said})"),
            "choose another file with database.url or DATABASE_URL if this lasts",
        )
    };
    Error::new(ErrorKind::Storage, message).with_help(help)
}

/// True where another process writes, or has the file for itself.
pub(super) fn is_locked(error: &DieselError) -> bool {
    error.to_string().contains("is locked")
}

/// True where one job is to blame and not the database, so that others may still succeed.
pub(super) fn is_the_jobs_own(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(kind, _) => !matches!(kind, DatabaseErrorKind::Unknown),
        DieselError::NotFound
        | DieselError::DeserializationError(_)
        | DieselError::SerializationError(_)
        | DieselError::QueryBuilderError(_)
        | DieselError::InvalidCString(_) => true,
        _ => false,
    }
}
