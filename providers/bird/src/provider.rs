//! The provider: one of the two APIs, as the table says.

use std::fmt;

use async_trait::async_trait;
use sms_framework::provider::http::TableCheck;
use sms_framework::provider::{
    Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Webhooks,
};
use sms_framework::{Acceptance, Error, Outbound, Sender};

use crate::classic::{self, Classic};
use crate::codes::CODES;
use crate::config::{self, Api, BirdConfig};
use crate::platform::Platform;
use crate::wire::Wire;

/// The provider: see the [crate's page](crate).
pub struct Bird(Way);

enum Way {
    Platform(Platform),
    Classic(Classic),
}

impl Plugin for Bird {
    const KIND: &'static str = "bird";
    const SUMMARY: &'static str = "Bird, once MessageBird: the platform API, or the classic one";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    // What either can do: only the classic API takes a validity period, only the platform has a
    // limit of segments and an idempotency key.
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(classic::VALIDITY)
        .with_reference(Reference::Idempotent)
        .with_lookup()
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = BirdConfig;

    fn build(id: &str, config: BirdConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        config.fits(&check)?;
        let way = match config.api {
            Api::Platform => Way::Platform(Platform::new(id, &config)?),
            Api::Classic => Way::Classic(Classic::new(id, &config)?),
        };
        Ok(Self(way))
    }
}

impl Bird {
    fn wire(&self) -> &Wire {
        match &self.0 {
            Way::Platform(platform) => &platform.wire,
            Way::Classic(classic) => &classic.wire,
        }
    }
}

#[async_trait]
impl Provider for Bird {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        match &self.0 {
            Way::Platform(platform) => platform.send(message).await,
            Way::Classic(classic) => classic.send(message).await,
        }
    }

    fn capabilities(&self) -> Capabilities {
        match &self.0 {
            Way::Platform(_) => Platform::CAPABILITIES,
            Way::Classic(_) => Classic::CAPABILITIES,
        }
    }

    fn default_sender(&self) -> Option<Sender> {
        self.wire().from().cloned()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(match &self.0 {
            Way::Platform(platform) => platform,
            Way::Classic(classic) => classic,
        })
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(match &self.0 {
            Way::Platform(platform) => platform,
            Way::Classic(classic) => classic,
        })
    }
}

/// Shows no secret.
impl fmt::Debug for Bird {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bird")
            .field("messages", &self.wire().messages().as_str())
            .field("from", &self.wire().from())
            .finish_non_exhaustive()
    }
}
