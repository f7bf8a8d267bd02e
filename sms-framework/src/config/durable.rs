//! The settings of what outlives a process: the database, the queue in it, how long things are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{OnUnknown, duration};

/// `[database]`: where messages are remembered. `Debug` shows no URL: one of another database may
/// hold a password.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DatabaseSettings {
    /// An SQLite file (a path, or `sqlite:PATH`), or `postgres://USER@HOST/DATABASE`. Default `sms.db` in
    /// the working directory.
    pub url: String,
    /// SQLite: how long to wait for another process that writes. Default 5 s.
    #[serde(with = "duration")]
    pub busy_timeout: Duration,
    /// PostgreSQL: the most connections that read at once, besides one that writes, one that listens
    /// and, now and then, one for upkeep. Default 8.
    pub connections: u32,
    /// PostgreSQL: how long the server works at one statement before it gives up; none where it is
    /// zero. Default 30 s.
    #[serde(with = "duration")]
    pub statement_timeout: Duration,
}

impl DatabaseSettings {
    /// Whether the URL names a PostgreSQL database.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        let scheme = self.url.trim().split_once(':');
        let scheme = scheme.map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
        scheme == "postgres" || scheme == "postgresql"
    }
}

impl std::fmt::Debug for DatabaseSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseSettings")
            .field("busy_timeout", &self.busy_timeout)
            .field("connections", &self.connections)
            .field("statement_timeout", &self.statement_timeout)
            .finish_non_exhaustive()
    }
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: "sms.db".to_owned(),
            busy_timeout: Duration::from_secs(5),
            connections: 8,
            statement_timeout: Duration::from_secs(30),
        }
    }
}

/// `[queue]`: messages that wait, and tries minutes apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct QueueSettings {
    /// The most rounds from the queue, each of at most `retry.max_attempts` calls, before a message is
    /// `failed`. Default 10.
    pub max_attempts: u32,
    /// The wait before the first round after a failed send; doubled for each further one. Default 1 min.
    #[serde(with = "duration")]
    pub base: Duration,
    /// The longest wait before any round. Default 1 h.
    #[serde(with = "duration")]
    pub cap: Duration,
    /// The age, counted from when it could go first, at which a message is given up as `failed`.
    /// Default 24 h.
    #[serde(with = "duration")]
    pub max_age: Duration,
    /// How long a process may hold a message without renewing that it does. Default 1 min.
    #[serde(with = "duration")]
    pub lease: Duration,
    /// How long after a doubt a provider is asked about the message: lists lag. Default 30 s.
    #[serde(with = "duration")]
    pub grace: Duration,
    /// What becomes of messages whose fate nobody could settle. Default `hold`.
    pub on_unknown: OnUnknown,
    /// How many messages of each priority a worker has in hand at once. Default 16.
    pub concurrency: usize,
    /// How long a worker that is stopped waits for providers to answer. Default 25 s.
    #[serde(with = "duration")]
    pub shutdown_timeout: Duration,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            max_attempts: 10,
            base: Duration::from_secs(60),
            cap: Duration::from_secs(3600),
            max_age: Duration::from_secs(24 * 3600),
            lease: Duration::from_secs(60),
            grace: Duration::from_secs(30),
            on_unknown: OnUnknown::Hold,
            concurrency: 16,
            shutdown_timeout: Duration::from_secs(25),
        }
    }
}

/// `[retention]`: how long things are kept; `sms prune` deletes what is older. Nothing that still waits
/// is ever deleted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RetentionSettings {
    /// Messages, with all that belongs to them. Default for ever.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub messages: Option<Duration>,
    /// Their texts. Default as long as the messages.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub bodies: Option<Duration>,
    /// Attempts and receipts. Default as long as the messages.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Duration>,
}
