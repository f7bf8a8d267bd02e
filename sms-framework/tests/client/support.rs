use std::sync::Arc;
use std::time::Duration;

use sms_framework::config::Sources;
use sms_framework::provider::Registry;
use sms_framework::store::MessageRecord;
use sms_framework::testkit::{Act, MemoryStore, ScriptedProvider, TokioClock};
use sms_framework::{Error, ErrorKind, Message, MessageId, Settings, SmsClient};

pub(crate) const TO: &str = "+14155550123";
pub(crate) const BODY: &str = "Doors open at eight.";

/// A client with everything around it within reach.
pub(crate) struct World {
    pub(crate) provider: ScriptedProvider,
    pub(crate) store: MemoryStore,
    pub(crate) clock: TokioClock,
    pub(crate) sms: SmsClient,
}

impl World {
    pub(crate) fn new(provider: ScriptedProvider) -> Self {
        Self::with(provider, "")
    }

    pub(crate) fn with(provider: ScriptedProvider, toml: &str) -> Self {
        let store = MemoryStore::new();
        let clock = TokioClock::new();
        let sms = SmsClient::builder(settings(toml))
            .provider("fake", Arc::new(provider.clone()))
            .store(Arc::new(store.clone()))
            .clock(clock)
            .wall_clock(move || clock.time_of_day())
            .build()
            .unwrap();
        Self {
            provider,
            store,
            clock,
            sms,
        }
    }

    pub(crate) fn row(&self, id: MessageId) -> MessageRecord {
        let mut rows = self.store.records().into_iter();
        rows.find(|row| row.id == id).unwrap()
    }

    pub(crate) fn calls(&self) -> usize {
        self.provider.calls().len()
    }
}

pub(crate) fn settings(toml: &str) -> Settings {
    // Most providers here cannot be asked, and most tests are about what may be sent again.
    let said = toml.contains("after_server_error") || toml.contains("[retry]");
    let resend = if said {
        ""
    } else {
        "retry.after_server_error = 'resend'\n"
    };
    Sources::new()
        .toml(format!("{resend}{toml}"))
        .load_with(&Registry::new())
        .unwrap()
}

pub(crate) fn message() -> Message {
    Message::new(TO, BODY)
}

pub(crate) fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "by script")
}

pub(crate) fn fails(kind: ErrorKind) -> Act {
    Act::Fail(error(kind))
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}
