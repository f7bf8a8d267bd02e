//! The database as `config check` and `migrate` see it: looked at without being made.

use std::fmt;
use std::path::Path;

#[cfg(feature = "postgres")]
use sms_framework::store::postgres::{Database, PostgresOptions, PostgresStore};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::{Error, ErrorKind, Settings};

/// What stands in the place of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Found {
    /// No file: the first send, or `sms migrate`, makes it.
    Nothing,
    /// A database without our tables, or with those of an older program.
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

/// Where `[database]` says that messages are.
pub(super) enum Place {
    File(SqliteOptions),
    #[cfg(feature = "postgres")]
    Server(PostgresOptions),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(options) => options.path.display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Server(options) => f.write_str(&options.location()),
        }
    }
}

impl Place {
    /// What the configuration says.
    pub(super) fn of(settings: &Settings) -> Result<Self, Error> {
        let database = settings.database();
        #[cfg(feature = "postgres")]
        if database.is_postgres() {
            return PostgresOptions::of(database).map(Self::Server);
        }
        SqliteOptions::of(database).map(Self::File)
    }

    /// Looks without making or changing anything that stays.
    ///
    /// # Errors
    /// It cannot be used, or there is no file and its folder takes none.
    pub(super) fn look(&self) -> Result<Found, Error> {
        let is_current = match self {
            Self::File(options) => SqliteStore::is_current(options)?,
            #[cfg(feature = "postgres")]
            Self::Server(options) => {
                let runtime = super::sources::runtime().map_err(|error| {
                    Error::new(ErrorKind::Storage, format!("no runtime: {error}"))
                })?;
                Some(runtime.block_on(Database::is_current(options.clone()))?)
            }
        };
        match (is_current, self) {
            (Some(true), _) => return Ok(Found::Current),
            (Some(false), _) => return Ok(Found::Outdated),
            (None, Self::File(options)) => folder_takes_files(&options.path)?,
            #[cfg(feature = "postgres")]
            (None, Self::Server(_)) => {}
        }
        Ok(Found::Nothing)
    }

    /// Makes the file and the tables, or brings them up to date.
    pub(super) fn bring_up_to_date(self) -> Result<(), Error> {
        match self {
            Self::File(options) => SqliteStore::open(options).map(drop),
            #[cfg(feature = "postgres")]
            Self::Server(options) => PostgresStore::open(options).map(drop),
        }
    }
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
