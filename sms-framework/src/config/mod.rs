//! Configuration: layers of files and variables, checked key by key, each value with its origin.

mod catalog;
mod check;
mod choice;
mod durable;
pub mod duration;
mod files;
mod keys;
mod layer;
mod limits;
mod load;
mod message_types;
pub mod reference;
mod routes;
mod senders;
mod settings;
mod show;
mod sources;
mod variables;

use std::collections::BTreeMap;
use std::fmt;

use figment::Figment;
use figment::value::Dict;

pub use choice::{Choice, MOCK, ROUTE};
pub use durable::{DatabaseSettings, QueueSettings, RetentionSettings};
pub use keys::{KEYS, STACK_SECTIONS};
pub use message_types::OnUnknown;
pub use routes::{Need, RouteSettings, RuleSettings, Strategy, Target};
pub use senders::SenderSettings;
pub use settings::{
    AfterServerError, BodyLog, BroadcastSettings, Fallback, HealthSettings, LogSettings,
    RateLimitSettings, RetrySettings, Scope, SendSettings, StackSettings, TemplateSettings, Unit,
    ValidateSettings,
};
pub use show::Effective;
pub use sources::Sources;

use crate::error::Error;

/// The whole configuration: read, checked, typed. Made by [`Sources`].
///
/// It holds secrets, so `Debug` shows none of its values.
#[derive(Clone)]
pub struct Settings {
    environment: String,
    provider: Option<String>,
    use_mocks: Option<bool>,
    fallback: Fallback,
    stack: StackSettings,
    stacks: BTreeMap<String, StackSettings>,
    database: DatabaseSettings,
    queue: QueueSettings,
    retention: RetentionSettings,
    unknowns: BTreeMap<String, OnUnknown>,
    broadcast: BroadcastSettings,
    templates: TemplateSettings,
    routes: BTreeMap<String, RouteSettings>,
    /// The provider tables: id → kind.
    tables: BTreeMap<String, String>,
    /// The table that each kind's own variables set: kind → id.
    aliased: BTreeMap<String, String>,
    figment: Figment,
    texts: files::Texts,
}

impl Settings {
    /// From the folder `config` and the variables of the process: see [`Sources::from_env`].
    ///
    /// # Errors
    /// `CONFIG`: every problem found, each in one sentence with its origin.
    pub fn from_env() -> Result<Self, Error> {
        Sources::from_env().load()
    }

    /// From one TOML file, with the variables of the process over it.
    ///
    /// # Errors
    /// `CONFIG`: every problem found, each in one sentence with its origin.
    pub fn from_file(path: impl Into<std::path::PathBuf>) -> Result<Self, Error> {
        Sources::new().process_variables().file(path).load()
    }

    /// The environment: `development`, `production`, or what `ENVIRONMENT` says.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// What happens when the chosen provider cannot be used.
    #[must_use]
    pub fn fallback(&self) -> Fallback {
        self.fallback
    }

    /// The global settings of the stack.
    #[must_use]
    pub fn stack(&self) -> &StackSettings {
        &self.stack
    }

    /// The settings of the stack around one provider: the global ones under its own.
    #[must_use]
    pub fn stack_for(&self, provider: &str) -> &StackSettings {
        self.stacks.get(provider).unwrap_or(&self.stack)
    }

    /// `[database]`
    #[must_use]
    pub fn database(&self) -> &DatabaseSettings {
        &self.database
    }

    /// `[queue]`
    #[must_use]
    pub fn queue(&self) -> &QueueSettings {
        &self.queue
    }

    /// What becomes of messages of unknown fate, by type; `queue.on_unknown` for all others.
    #[must_use]
    pub fn on_unknown_by_type(&self) -> &BTreeMap<String, OnUnknown> {
        &self.unknowns
    }

    /// `[retention]`
    #[must_use]
    pub fn retention(&self) -> &RetentionSettings {
        &self.retention
    }

    /// `[broadcast]`
    #[must_use]
    pub fn broadcast(&self) -> &BroadcastSettings {
        &self.broadcast
    }

    /// `[templates]`
    #[must_use]
    pub fn templates(&self) -> &TemplateSettings {
        &self.templates
    }

    /// `[routes.*]`, by name.
    #[must_use]
    pub fn routes(&self) -> &BTreeMap<String, RouteSettings> {
        &self.routes
    }

    /// The ids of the provider tables with their kinds: one for each linked kind, and those that
    /// somebody wrote.
    #[must_use]
    pub fn providers(&self) -> &BTreeMap<String, String> {
        &self.tables
    }

    /// Where the value of a dotted key came from: a file with its line, a variable, or
    /// `built-in default`.
    #[must_use]
    pub fn origin(&self, key: &str) -> String {
        match self.figment.find_metadata(key) {
            Some(metadata) => self.texts.locate(&metadata.name, key),
            None => "built-in default".to_owned(),
        }
    }

    /// The same for a key in a list, or one that is missing: of the nearest table or list around it.
    fn origin_around(&self, key: &str) -> String {
        let outer = |key: &&str| key.rsplit_once('.').map(|(outer, _)| outer.len());
        let mut around =
            std::iter::successors(Some(key), |inner| outer(inner).map(|end| &inner[..end]));
        match around.find_map(|known| self.figment.find_metadata(known)) {
            Some(metadata) => self.texts.locate(&metadata.name, key),
            None => "built-in default".to_owned(),
        }
    }

    fn is_set(&self, key: &str) -> bool {
        self.figment.find_value(key).is_ok()
    }

    fn dict(&self) -> Dict {
        self.figment.extract().unwrap_or_default()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("environment", &self.environment)
            .field("provider", &self.provider)
            .field("use_mocks", &self.use_mocks)
            .field("fallback", &self.fallback)
            .finish_non_exhaustive()
    }
}
