//! From settings to a client, with the mock in the place of what cannot be built.

use std::sync::Arc;

use jiff::Timestamp;
use tower::{Layer, ServiceBuilder};

use super::{Inner, SmsClient};
use crate::config::{Choice, Fallback, MOCK, Settings, StackSettings};
use crate::delivery::{Dispatcher, Ledger, Policy, ProviderStack};
use crate::error::{Error, ErrorKind};
use crate::limiter::{Clock, DynClock, SystemClock};
use crate::message::Templates;
use crate::provider::{DynProvider, Registry};
use crate::stack::{
    Inquiry, LogLayer, ProviderService, RateLimitLayer, RetryLayer, RetryPolicy, SlotKeeper,
    ValidateLayer, Validator, WallClock,
};
use crate::store::DynStore;

/// Builds a client; for what the configuration cannot say.
pub struct ClientBuilder {
    settings: Settings,
    registry: Option<Registry>,
    provider: Option<(String, DynProvider)>,
    store: Option<DynStore>,
    clock: DynClock,
    wall_clock: WallClock,
}

/// What is used in the end, and why.
struct Picked {
    choice: Choice,
    provider: DynProvider,
    store: Result<DynStore, Error>,
    fallback: Option<Error>,
}

impl ClientBuilder {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            registry: None,
            provider: None,
            store: None,
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

    /// Remembers messages in this store instead of `database.url`.
    #[must_use]
    pub fn store(mut self, store: DynStore) -> Self {
        self.store = Some(store);
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
    /// [`status`](SmsClient::status); with `fallback = "error"` this fails instead.
    ///
    /// # Errors
    /// `CONFIG` or `STORAGE`: the provider is unknown, a template cannot be read, the mock is needed and not linked,
    /// or `fallback = "error"` and something is missing: each missing key is named.
    pub fn build(self) -> Result<SmsClient, Error> {
        let mut templates = Templates::new();
        if let Some(folder) = &self.settings.templates().dir {
            templates.load_dir(folder)?;
        }
        let clocks = (self.clock.clone(), self.wall_clock.clone());
        let settings = self.settings.clone();
        let picked = self.pick()?;
        picked.announce();
        assemble(settings, picked, templates, clocks)
    }

    fn pick(self) -> Result<Picked, Error> {
        let settings = self.settings;
        let store = self.store;
        let open = || store.map_or_else(|| open_store(&settings), Ok);
        if let Some((id, provider)) = self.provider {
            return Ok(Picked::brought(id, provider, open()));
        }
        let registry = self.registry.map_or_else(Registry::linked, Ok)?;
        let choice = settings.choose(&registry)?;
        let provider = settings.build_provider(&choice, &registry);
        match (provider, open()) {
            (Ok(provider), Ok(store)) => Ok(Picked {
                choice,
                provider,
                store: Ok(store),
                fallback: None,
            }),
            (provider, store) => fall_back(&settings, &registry, choice, provider, store),
        }
    }
}

/// The error of a start under `fallback = "error"`.
fn strict(why: Error) -> Error {
    match why.help() {
        Some(_) => why,
        None => {
            why.with_help("fallback = \"error\" asks for this; \"mock\" would simulate instead")
        }
    }
}

fn fall_back(
    settings: &Settings,
    registry: &Registry,
    choice: Choice,
    provider: Result<DynProvider, Error>,
    store: Result<DynStore, Error>,
) -> Result<Picked, Error> {
    let why = match (&provider, &store) {
        (Err(one), Err(other)) => {
            let both = Error::new(ErrorKind::Config, format!("{one}; and {other}"));
            match one.help() {
                Some(help) => both.with_help(help),
                None => both,
            }
        }
        (Err(one), _) | (_, Err(one)) => one.clone(),
        (Ok(_), Ok(_)) => unreachable!("nothing to fall back from"),
    };
    if settings.fallback() == Fallback::Error {
        return Err(strict(why));
    }
    if let (MOCK, Err(why)) = (choice.kind.as_str(), &provider) {
        // Nothing could take its place.
        return Err(why.clone());
    }
    if let (MOCK, Ok(provider)) = (choice.kind.as_str(), &provider) {
        let provider = Arc::clone(provider);
        return Ok(Picked {
            choice,
            provider,
            store,
            fallback: Some(why),
        });
    }
    let mock = Choice {
        provider: MOCK.to_owned(),
        kind: MOCK.to_owned(),
        reason: format!("{}; it cannot be used", choice.reason),
    };
    let provider = settings
        .build_provider(&mock, registry)
        .map_err(|no_mock| {
            let message = format!("{why}; and the mock cannot take its place: {no_mock}");
            let error = Error::new(ErrorKind::Config, message);
            match no_mock.help() {
                Some(help) => error.with_help(help),
                None => error,
            }
        })?;
    Ok(Picked {
        choice: mock,
        provider,
        store,
        fallback: Some(why),
    })
}

impl Picked {
    fn brought(id: String, provider: DynProvider, store: Result<DynStore, Error>) -> Self {
        if let Err(why) = &store {
            tracing::error!("sms: messages are sent but not remembered: {why}");
        }
        let reason = "the program brought it".to_owned();
        let choice = Choice {
            kind: id.clone(),
            provider: id,
            reason,
        };
        Self {
            choice,
            provider,
            store,
            fallback: None,
        }
    }

    /// Said once, at start.
    fn announce(&self) {
        let Choice {
            provider,
            kind,
            reason,
        } = &self.choice;
        match &self.fallback {
            None => tracing::info!(provider, kind, "sms: using provider `{provider}`: {reason}"),
            Some(why) => tracing::error!(
                provider,
                kind,
                "sms: NOTHING IS REALLY SENT: {why}; the mock takes over ({reason})"
            ),
        }
    }
}

#[cfg(feature = "sqlite")]
fn open_store(settings: &Settings) -> Result<DynStore, Error> {
    crate::store::sqlite::open(settings.database())
}

#[cfg(not(feature = "sqlite"))]
fn open_store(_settings: &Settings) -> Result<DynStore, Error> {
    Err(Error::new(
        ErrorKind::Storage,
        "this build has no store: enable the cargo feature `sqlite` of sms-framework",
    ))
}

fn assemble(
    settings: Settings,
    picked: Picked,
    templates: Templates,
    (clock, wall_clock): (DynClock, WallClock),
) -> Result<SmsClient, Error> {
    let Picked {
        choice,
        provider,
        store,
        fallback,
    } = picked;
    let (store, store_error) = match store {
        Ok(store) => (Some(store), None),
        Err(error) => (None, Some(error)),
    };
    let stack = settings.stack_for(&choice.provider).clone();
    let simulated = provider.capabilities().simulated;
    let slots = if stack.rate_limit.enabled {
        Some(Arc::new(SlotKeeper::with_clock(
            &choice.provider,
            &stack.rate_limit,
            clock,
        )?))
    } else {
        None
    };
    let inquiry = Inquiry::new(
        &choice.provider,
        Arc::clone(&provider),
        store.clone(),
        stack.send.attempt_timeout,
    );
    let policy = Policy {
        queue: settings.queue().clone(),
        body: stack.log.body,
        after_server_error: stack.retry.after_server_error,
        can_ask: inquiry.is_some(),
    };
    let ledger = Arc::new(Ledger::new(
        store.clone(),
        &choice.provider,
        simulated,
        policy,
        wall_clock.clone(),
    ));
    let validator = Validator::new(&stack.validate, provider.as_ref())?.with_clock(wall_clock);
    let inner = provider_stack(
        &choice.provider,
        &provider,
        &stack,
        slots.clone(),
        inquiry.clone(),
        &ledger,
    );
    let dispatcher = Dispatcher::new(inner, ledger);
    Ok(SmsClient(Arc::new(Inner {
        stack: ValidateLayer::new(validator).layer(dispatcher),
        sender: provider.default_sender(),
        fallback: fallback.map(|why| why.to_string()),
        settings,
        choice,
        simulated,
        slots,
        inquiry,
        store,
        store_error,
        templates,
    })))
}

/// rate-limit → retry → log → provider.
fn provider_stack(
    id: &str,
    provider: &DynProvider,
    settings: &StackSettings,
    slots: Option<Arc<SlotKeeper<DynClock>>>,
    inquiry: Option<Inquiry>,
    ledger: &Arc<Ledger>,
) -> ProviderStack {
    let mut policy = RetryPolicy::new(settings.retry.clone(), settings.send.deadline);
    if let Some(inquiry) = inquiry {
        policy = policy.with_inquiry(inquiry);
    }
    if let Some(slots) = &slots {
        policy = policy.with_slots(Arc::clone(slots));
    }
    ServiceBuilder::new()
        .layer(slots.map_or_else(RateLimitLayer::unlimited, RateLimitLayer::new))
        .layer(RetryLayer::new(policy))
        .layer(LogLayer::new(
            Arc::clone(ledger) as _,
            id,
            ledger.simulated(),
        ))
        .service(ProviderService::new(
            id,
            Arc::clone(provider),
            settings.send.attempt_timeout,
        ))
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
