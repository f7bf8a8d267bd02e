//! The database as `config check` and `migrate` see it: looked at without being made.

use std::fmt;
use std::path::Path;

use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::{Error, ErrorKind, Settings};

/// What stands in the place of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Found {
    /// No file: the first send, or `sms migrate`, makes it.
    Nothing,
    /// A file without our tables, or with those of an older program.
    Outdated,
    /// Our tables as this program knows them.
    Current,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "does not exist yet: the first send makes it",
            Self::Outdated => "its tables are missing or out of date: the first send updates them",
            Self::Current => "up to date",
        })
    }
}

/// How `[database]` says the file is opened.
pub(super) fn options(settings: &Settings) -> Result<SqliteOptions, Error> {
    let database = settings.database();
    let mut options = SqliteOptions::from_url(&database.url)?;
    options.busy_timeout = database.busy_timeout;
    Ok(options)
}

/// Looks without making or changing anything that stays.
///
/// # Errors
/// The file cannot be used, or there is none and its folder takes none.
pub(super) fn look(options: &SqliteOptions) -> Result<Found, Error> {
    Ok(match SqliteStore::is_current(options)? {
        None => {
            folder_takes_files(&options.path)?;
            Found::Nothing
        }
        Some(false) => Found::Outdated,
        Some(true) => Found::Current,
    })
}

/// Only trying tells: whose the process is, what the disk allows and what is mounted all have a say.
fn folder_takes_files(database: &Path) -> Result<(), Error> {
    let probe = database.with_extension(format!("probe-{}", std::process::id()));
    let tried = std::fs::File::create_new(&probe).and_then(|_| std::fs::remove_file(&probe));
    tried.map_err(|error| {
        let message = format!("`{}` cannot be made: {error}", database.display());
        Error::new(ErrorKind::Storage, message).with_help(
            "make its folder writable, or choose another file with database.url or DATABASE_URL",
        )
    })
}

/// Makes the file and its tables, or brings them up to date.
pub(super) fn bring_up_to_date(options: SqliteOptions) -> Result<(), Error> {
    SqliteStore::open(options).map(drop)
}
