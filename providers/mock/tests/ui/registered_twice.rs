//! One module can export one record only.

use async_trait::async_trait;
use sms_framework::provider::{Capabilities, ConfigKey, Lookup, Plugin, Provider};
use sms_framework::{Acceptance, Error, Outbound, Sender};

#[derive(Debug)]
struct Pigeon;

#[derive(serde::Deserialize)]
struct PigeonConfig {}

impl Plugin for Pigeon {
    const KIND: &'static str = "pigeon";
    const SUMMARY: &'static str = "Carrier pigeons";
    const KEYS: &'static [ConfigKey] = &[];
    const CREDENTIALS: &'static [&'static [&'static str]] = &[];
    const CAPABILITIES: sms_framework::provider::Capabilities = sms_framework::provider::Capabilities::new();
    type Config = PigeonConfig;

    fn build(_id: &str, _config: PigeonConfig) -> Result<Self, Error> {
        Ok(Self)
    }
}

#[async_trait]
impl Provider for Pigeon {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        Ok(Acceptance::new(message.id().to_string()))
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities::new()
    }
    fn default_sender(&self) -> Option<Sender> {
        None
    }
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }
}

sms_framework::register_provider!(Pigeon);

sms_framework::register_provider!(Pigeon);

fn main() {}
