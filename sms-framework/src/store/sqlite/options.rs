//! Which file, and how to open it.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::DatabaseSettings;
use crate::error::{Error, ErrorKind};

/// How to open a [`SqliteStore`](super::SqliteStore).
///
/// # Examples
/// ```
/// use std::path::Path;
/// use sms_framework::store::sqlite::SqliteOptions;
///
/// let options = SqliteOptions::from_url("sqlite:data/sms.db")?;
/// assert_eq!(options.path, Path::new("data/sms.db"));
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// The file. It is made where it does not exist; its folder must exist.
    pub path: PathBuf,
    /// How long to wait for another process that writes; 5 s by default, an hour at the most.
    pub busy_timeout: Duration,
    /// Bring the schema up to date while opening; true by default.
    pub migrate: bool,
    /// The file may not grow beyond this many pages of 4096 bytes: a full disk, for tests.
    #[doc(hidden)]
    pub max_page_count: Option<u32>,
}

impl SqliteOptions {
    /// The file at `path`, with the defaults.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            busy_timeout: Duration::from_secs(5),
            migrate: true,
            max_page_count: None,
        }
    }

    /// What `[database]` says.
    ///
    /// # Errors
    /// As [`from_url`](Self::from_url).
    pub fn of(settings: &DatabaseSettings) -> Result<Self, Error> {
        let mut options = Self::from_url(&settings.url)?;
        options.busy_timeout = settings.busy_timeout;
        Ok(options)
    }

    /// Reads what stands in `database.url` or `DATABASE_URL`: a path, `sqlite:PATH` or
    /// `sqlite://PATH` (an absolute path then has three slashes).
    ///
    /// # Errors
    /// `CONFIG`: it names another kind of database, nothing, or a database in memory. What it
    /// says is not repeated, for it may hold a password.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let url = url.trim();
        let (scheme, path) = split(url);
        match scheme.to_ascii_lowercase().as_str() {
            "" | "sqlite" => {}
            "postgres" | "postgresql" => {
                return Err(refused("PostgreSQL is not supported by this build"));
            }
            "mysql" | "mariadb" => return Err(refused("MySQL is not supported")),
            "file" => return Err(refused("`file:` URLs are not supported")),
            other => {
                return Err(refused(&format!(
                    "`{other}` is not a kind of database that is supported"
                )));
            }
        }
        if path.is_empty() {
            return Err(refused("the database URL is empty"));
        }
        if path == ":memory:" {
            let why = "a database in memory (`:memory:`) would forget every message at exit";
            return Err(refused(why));
        }
        if !scheme.is_empty() && path.contains('?') {
            return Err(refused(
                "options after a `?` in the database URL are not supported",
            ));
        }
        Ok(Self::new(path))
    }
}

/// Scheme and rest; no scheme where `url` is a plain path.
fn split(url: &str) -> (&str, &str) {
    if let Some((scheme, rest)) = url.split_once("://") {
        return (scheme, rest);
    }
    match url.split_once(':') {
        // One letter is a drive of Windows.
        Some((scheme, rest)) if scheme.len() > 1 && is_scheme(scheme) => (scheme, rest),
        _ => ("", url),
    }
}

/// Without `//`, only names of databases are taken for a scheme: a file name may hold a colon.
fn is_scheme(text: &str) -> bool {
    const KNOWN: [&str; 6] = [
        "sqlite",
        "file",
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
    ];
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(text))
}

fn refused(why: &str) -> Error {
    Error::new(
        ErrorKind::Config,
        format!("{why}; name an SQLite file such as `sms.db` or `sqlite:/var/lib/app/sms.db`"),
    )
    .with_help("set it with database.url in the configuration or with DATABASE_URL")
}
