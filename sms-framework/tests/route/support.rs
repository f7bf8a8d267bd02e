//! Clients of several scripted providers, on tokio's paused time and a store in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use sms_framework::config::Sources;
use sms_framework::provider::{
    Capabilities, ConfigKey, Lookup, Plugin, Provider, ProviderEntry, Registry, Validity,
};
use sms_framework::store::MessageRecord;
use sms_framework::testkit::{Act, MemoryStore, ScriptedProvider, TokioClock};
use sms_framework::{
    Acceptance, Error, ErrorKind, Message, MessageId, Outbound, Sender, Settings, SmsClient,
};

pub(crate) const TO: &str = "+14155550123";

/// Three tables of a kind that can do everything but media, and one that can do nothing more.
const TABLES: &str = "
    [providers.a]
    kind = 'fake'
    [providers.b]
    kind = 'fake'
    [providers.c]
    kind = 'fake'
    [providers.plain]
    kind = 'plain'
";

/// No limiter, no retries: what a test is about shows.
pub(crate) const BARE: &str = "
    provider = 'main'
    retry.max_attempts = 1
    rate_limit.enabled = false
";

#[derive(Debug)]
struct Fake;

#[derive(Debug)]
struct Plain;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

macro_rules! plugin {
    ($plugin:ident, $kind:literal, $capabilities:expr) => {
        impl Plugin for $plugin {
            const KIND: &'static str = $kind;
            const SUMMARY: &'static str = "For tests";
            const KEYS: &'static [ConfigKey] = &[];
            const CREDENTIALS: &'static [&'static [&'static str]] = &[];
            const CAPABILITIES: Capabilities = $capabilities;
            type Config = Nothing;

            fn build(_id: &str, _config: Nothing) -> Result<Self, Error> {
                Ok(Self)
            }
        }

        #[async_trait]
        impl Provider for $plugin {
            async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
                Ok(Acceptance::new($kind))
            }

            fn capabilities(&self) -> Capabilities {
                Self::CAPABILITIES
            }

            fn default_sender(&self) -> Option<Sender> {
                None
            }

            fn lookup(&self) -> Option<&dyn Lookup> {
                None
            }
        }
    };
}

plugin!(Fake, "fake", ALL);
plugin!(Plain, "plain", Capabilities::new());

const ALL: Capabilities = Capabilities::new()
    .with_validity(Validity::seconds(1, 3600))
    .with_messaging_service()
    .with_receipts();

pub(crate) fn registry() -> Registry {
    Registry::new()
        .with(ProviderEntry::of::<Fake>())
        .and_then(|registry| registry.with(ProviderEntry::of::<Plain>()))
        .unwrap()
}

pub(crate) fn load(toml: &str) -> Result<Settings, Error> {
    Sources::new()
        .toml(toml)
        .toml(TABLES)
        .load_with(&registry())
}

/// A client of a route, with everything around it within reach.
pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) sms: SmsClient,
    providers: BTreeMap<&'static str, ScriptedProvider>,
}

impl World {
    /// The providers go by these names in the route `main` of `toml`.
    pub(crate) fn new(
        toml: &str,
        providers: impl IntoIterator<Item = (&'static str, ScriptedProvider)>,
    ) -> Self {
        let providers: BTreeMap<_, _> = providers.into_iter().collect();
        let store = MemoryStore::new();
        let clock = TokioClock::new();
        let mut builder =
            SmsClient::builder(load(&format!("{}{BARE}\n{toml}", resend(toml))).unwrap())
                .registry(registry())
                .store(Arc::new(store.clone()))
                .clock(clock)
                .wall_clock(move || clock.time_of_day());
        for (id, provider) in &providers {
            builder = builder.substitute(id, Arc::new(provider.clone()));
        }
        Self {
            store,
            sms: builder.build().unwrap(),
            providers,
        }
    }

    /// `a`, then `b`, failing over.
    pub(crate) fn of_two(a: ScriptedProvider, b: ScriptedProvider) -> Self {
        Self::new("[routes.main]\nuse = ['a', 'b']", [("a", a), ("b", b)])
    }

    pub(crate) fn calls(&self, id: &str) -> usize {
        self.providers[id].calls().len()
    }

    pub(crate) fn provider(&self, id: &str) -> &ScriptedProvider {
        &self.providers[id]
    }

    pub(crate) fn row(&self, id: MessageId) -> MessageRecord {
        let mut rows = self.store.records().into_iter();
        rows.find(|row| row.id == id).unwrap()
    }

    /// Sends a message to `to` and says which provider took it; none where none did.
    pub(crate) async fn taken_by(&self, message: Message) -> Option<String> {
        let delivery = self.sms.deliver(message).await;
        delivery.is_accepted().then_some(delivery.provider)
    }
}

/// Most providers here cannot be asked; a test that is about that says so.
fn resend(toml: &str) -> &'static str {
    if toml.contains("after_server_error") {
        ""
    } else {
        "retry.after_server_error = 'resend'\n"
    }
}

pub(crate) fn provider() -> ScriptedProvider {
    ScriptedProvider::new().capabilities(ALL)
}

/// The same, which can be asked for messages.
pub(crate) fn asked() -> ScriptedProvider {
    ScriptedProvider::new().capabilities(ALL.with_lookup())
}

pub(crate) fn message() -> Message {
    Message::new(TO, "Doors open at eight.")
}

/// A message to one of many numbers.
pub(crate) fn to(number: u32) -> Message {
    Message::new(format!("+1415555{number:04}"), "Doors open at eight.")
}

pub(crate) fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "by script")
}

pub(crate) fn fails(kind: ErrorKind) -> Act {
    Act::Fail(error(kind))
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
