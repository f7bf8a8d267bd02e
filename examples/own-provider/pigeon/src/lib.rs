//! Carrier pigeons as a provider of `sms-framework`: each message is a letter, a file in the loft.
//!
//! # Certainty
//!
//! | what happened | certainty |
//! |---|---|
//! | the letter could not be written | `NotSent`: it never left the desk |
//! | the pigeon would not start | `MaybeSent`: on a network drive it may have, all the same |
//! | a letter of the same id is in the loft | accepted: it is the same letter |

use std::fs;
use std::path::PathBuf;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use sms_framework::provider::{
    Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider, Reference,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

/// The provider: see the [crate's page](crate).
#[derive(Debug)]
pub struct Pigeon {
    loft: PathBuf,
    from: Option<Sender>,
}

/// The table `[providers.pigeon]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PigeonConfig {
    loft: PathBuf,
    from: Option<Sender>,
}

impl Plugin for Pigeon {
    const KIND: &'static str = "pigeon";
    const SUMMARY: &'static str = "Carrier pigeons, for the patient";
    const KEYS: &'static [ConfigKey] = &[
        ConfigKey::new("loft", KeyType::Text, "The folder that letters are put in.")
            .sample("\"loft\""),
        ConfigKey::new(
            "from",
            KeyType::Text,
            "The sender of messages that name none.",
        )
        .sample("\"Loft North\""),
    ];
    const CREDENTIALS: &'static [&'static [&'static str]] = &[&["loft"]];
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_reference(Reference::Idempotent)
        .with_lookup();
    type Config = PigeonConfig;

    fn build(id: &str, config: PigeonConfig) -> Result<Self, Error> {
        let PigeonConfig { loft, from } = config;
        if loft.as_os_str().is_empty() {
            let message = format!("`providers.{id}.loft`: it is empty; name a folder");
            return Err(Error::new(ErrorKind::Config, message));
        }
        Ok(Self { loft, from })
    }
}

#[async_trait]
impl Provider for Pigeon {
    // A letter is a few hundred bytes; what may block for long belongs in `spawn_blocking`.
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let letter = json!({
            "to": message.to(),
            "from": message.from().or(self.from.as_ref()),
            "text": message.body(),
        });
        let (draft, sent) = (self.path(message, "draft"), self.path(message, "letter"));
        fs::create_dir_all(&self.loft)
            .and_then(|()| fs::write(&draft, letter.to_string()))
            .map_err(|error| {
                let message = format!("the letter could not be written: {error}");
                Error::new(ErrorKind::Connect, message)
            })?;
        // A letter of the same id that is there already is this one, from a try before.
        fs::rename(&draft, &sent).map_err(|error| {
            let message = format!("the pigeon would not start: {error}");
            Error::new(ErrorKind::NoAnswer, message)
        })?;
        Ok(Acceptance::new(message.id().to_string()))
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    fn default_sender(&self) -> Option<Sender> {
        self.from.clone()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

#[async_trait]
impl Lookup for Pigeon {
    async fn find(&self, message: &Outbound, _since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let letter = self.path(message, "letter");
        match letter.try_exists() {
            Ok(true) => Ok(vec![Acceptance::new(message.id().to_string())]),
            Ok(false) => Ok(Vec::new()),
            Err(error) => {
                let message = format!("the loft could not be looked into: {error}");
                Err(Error::new(ErrorKind::Connect, message))
            }
        }
    }
}

impl Pigeon {
    fn path(&self, message: &Outbound, what: &str) -> PathBuf {
        self.loft.join(format!("{}.{what}", message.id()))
    }
}

sms_framework::register_provider!(Pigeon);
