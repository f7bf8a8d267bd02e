//! Which database, and how to speak to it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::url;
use crate::config::DatabaseSettings;
use crate::error::Error;

/// How to open a [`Database`](super::Database).
///
/// `Debug` and [`location`](Self::location) show no password.
///
/// # Examples
/// ```
/// use sms_framework::store::postgres::{PostgresOptions, SslMode};
///
/// let options = PostgresOptions::from_url(
///     "postgres://sms:p%40ss@db.example.com/messages?sslmode=verify-full",
/// )?;
/// assert_eq!(options.ssl_mode, SslMode::VerifyFull);
/// assert_eq!(options.location(), "postgres://sms@db.example.com:5432/messages");
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct PostgresOptions {
    pub(super) servers: Vec<Server>,
    /// `None`: the user that the process runs as.
    pub(super) user: Option<String>,
    pub(super) password: Option<SecretString>,
    pub(super) database: String,
    /// How much TLS is asked for.
    pub ssl_mode: SslMode,
    /// A PEM file of the authorities to trust, instead of the system's.
    pub ssl_root_cert: Option<PathBuf>,
    /// How the server lists us in `pg_stat_activity`; `sms` by default.
    pub application_name: String,
    /// How long one server may take to be connected to: name, TLS, password; 10 s by default.
    pub connect_timeout: Duration,
    /// The most connections that read at once, besides one that writes and one that listens; 8 by
    /// default.
    pub connections: usize,
    /// How long a caller waits while all connections are in use; 30 s by default.
    pub acquire_timeout: Duration,
    /// How long the server works at one statement before it gives up; 30 s by default, none where
    /// it is zero.
    pub statement_timeout: Duration,
    /// Make the tables, or bring them up to date, while opening; true by default.
    pub migrate: bool,
}

/// How much TLS is asked for: libpq's `sslmode`, with libpq's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SslMode {
    /// None.
    Disable,
    /// Encrypted where the server can, in the clear where it cannot; nobody's identity is checked.
    #[default]
    Prefer,
    /// Encrypted or not at all. The server's identity is checked only where `sslrootcert` names
    /// the authorities, and then as with [`VerifyCa`](Self::VerifyCa).
    Require,
    /// Encrypted, and the certificate is signed by an authority of `sslrootcert`.
    VerifyCa,
    /// Encrypted, and the certificate is signed by an authority of `sslrootcert` (of the system,
    /// where there is none) and names the host.
    VerifyFull,
}

impl SslMode {
    /// Every mode, from none to all.
    pub const ALL: &'static [Self] = &[
        Self::Disable,
        Self::Prefer,
        Self::Require,
        Self::VerifyCa,
        Self::VerifyFull,
    ];

    /// The word for it in a URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One place where the database may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// A name, an address, or the folder of a Unix socket.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Server {
    pub(super) fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

impl PostgresOptions {
    /// Reads what stands in `database.url` or `DATABASE_URL`:
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, or the same with `postgresql`.
    ///
    /// Several hosts, with commas between, are tried in turn: the first that takes writes is used.
    /// After a `?` it takes `sslmode`, `sslrootcert`, `connect_timeout` (seconds),
    /// `application_name`, and `host` and `port` for a Unix socket.
    ///
    /// # Errors
    /// `CONFIG`: what is wrong with it. The URL is not repeated, for it may hold a password.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        url::parse(url)
    }

    /// What `[database]` says.
    ///
    /// # Errors
    /// As [`from_url`](Self::from_url).
    pub fn of(settings: &DatabaseSettings) -> Result<Self, Error> {
        let mut options = Self::from_url(&settings.url)?;
        options.connections = settings.connections as usize;
        options.statement_timeout = settings.statement_timeout;
        Ok(options)
    }

    /// Everything but the place, at its default.
    pub(super) fn new(servers: Vec<Server>, database: String) -> Self {
        Self {
            servers,
            user: None,
            password: None,
            database,
            ssl_mode: SslMode::default(),
            ssl_root_cert: None,
            application_name: "sms".to_owned(),
            connect_timeout: Duration::from_secs(10),
            connections: 8,
            acquire_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(30),
            migrate: true,
        }
    }

    /// Where the database is, without the password.
    #[must_use]
    pub fn location(&self) -> String {
        let servers: Vec<_> = self.servers.iter().map(ToString::to_string).collect();
        let user = self.user.as_deref().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        format!(
            "postgres://{user}{at}{}/{}",
            servers.join(","),
            self.database
        )
    }
}

/// Shows no password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("location", &self.location())
            .field("ssl_mode", &self.ssl_mode)
            .field("ssl_root_cert", &self.ssl_root_cert)
            .field("application_name", &self.application_name)
            .field("connect_timeout", &self.connect_timeout)
            .field("connections", &self.connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("migrate", &self.migrate)
            .finish_non_exhaustive()
    }
}
