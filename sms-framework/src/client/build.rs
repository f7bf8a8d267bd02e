//! Builds a client: for what the configuration cannot say.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::SmsClient;
use super::assembly::Assembly;
use super::pick::Picked;
use crate::config::Settings;
use crate::error::Error;
use crate::limiter::{Clock, DynClock, SystemClock};
use crate::message::Templates;
use crate::provider::{DynProvider, EventSink, Registry};
use crate::stack::WallClock;
use crate::store::DynStore;

/// Builds a client; for what the configuration cannot say.
pub struct ClientBuilder {
    settings: Settings,
    registry: Option<Registry>,
    provider: Option<(String, DynProvider)>,
    substitutes: BTreeMap<String, DynProvider>,
    store: Option<DynStore>,
    events: Option<Arc<dyn EventSink>>,
    worker: Option<String>,
    clock: DynClock,
    wall_clock: WallClock,
}

impl ClientBuilder {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            registry: None,
            provider: None,
            substitutes: BTreeMap::new(),
            store: None,
            events: None,
            worker: None,
            clock: DynClock::new(SystemClock::new()),
            wall_clock: WallClock::default(),
        }
    }

    /// Chooses from these providers instead of the linked ones.
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Uses this provider, called `id`, whatever the configuration picks.
    #[must_use]
    pub fn provider(mut self, id: &str, provider: DynProvider) -> Self {
        self.provider = Some((id.to_owned(), provider));
        self
    }

    /// Uses this provider wherever the configuration names the table `id`, in routes too: for
    /// providers that the configuration cannot describe, and for tests.
    #[must_use]
    pub fn substitute(mut self, id: &str, provider: DynProvider) -> Self {
        self.substitutes.insert(id.to_owned(), provider);
        self
    }

    /// Remembers messages in this store instead of `database.url`.
    #[must_use]
    pub fn store(mut self, store: DynStore) -> Self {
        self.store = Some(store);
        self
    }

    /// Hands what vendors report to `sink`: from webhooks that
    /// [`SmsClient::webhook`](super::SmsClient::webhook) was given, and from connections of
    /// providers' own (SMPP).
    #[must_use]
    pub fn events(mut self, sink: Arc<dyn EventSink>) -> Self {
        self.events = Some(sink);
        self
    }

    /// Names this process's worker, for people who read who has a message; by default host and process
    /// id. Nothing is decided by it.
    #[must_use]
    pub fn worker_name(mut self, name: impl Into<String>) -> Self {
        self.worker = Some(name.into());
        self
    }

    /// Reads the time of day from `now`, for tests of what happens minutes later.
    #[must_use]
    pub fn wall_clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.wall_clock = WallClock::new(now);
        self
    }

    /// Paces the sends by this clock, for tests of the limiter. The waits themselves are tokio's
    /// sleeps, so the clock has to run with tokio's time: see `testkit::TokioClock`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = DynClock::new(clock);
        self
    }

    /// Builds the client.
    ///
    /// Where the chosen provider lacks a credential or cannot be built, or the database cannot be
    /// opened, the mock takes its place, with an error-level log line and the reason in
    /// [`status`](SmsClient::status); with `fallback = "error"` this fails instead. Of a route, the
    /// providers that can be used are used, and the mock stands in only where none can.
    ///
    /// # Errors
    /// `CONFIG` or `STORAGE`: the provider is unknown, a template cannot be read, the mock is needed and not linked,
    /// or `fallback = "error"` and something is missing: each missing key is named.
    pub fn build(self) -> Result<SmsClient, Error> {
        let mut templates = Templates::new();
        if let Some(folder) = &self.settings.templates().dir {
            templates.load_dir(folder)?;
        }
        let picked = match self.provider {
            Some((id, provider)) => Picked::brought(&self.settings, id, provider, self.store)?,
            None => {
                let registry = self.registry.map_or_else(Registry::linked, Ok)?;
                Picked::choose(&self.settings, &registry, self.substitutes, self.store)?
            }
        };
        picked.announce();
        let assembly = Assembly {
            settings: self.settings,
            templates,
            clock: self.clock,
            wall_clock: self.wall_clock,
            events: self.events,
            worker: self.worker.unwrap_or_else(super::queue::worker_name),
        };
        assembly.finish(picked)
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
