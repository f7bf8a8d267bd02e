//! A provider with credentials, kept away from every real one, and shorter ways to load.

use std::path::Path;

use async_trait::async_trait;
use serde::Deserialize;
use sms_framework::Sources;
use sms_framework::provider::{
    Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider, ProviderEntry, Registry,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender, Settings};

/// A provider with credentials, kept away from every real one.
#[derive(Debug)]
pub(crate) struct Owl;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwlConfig {
    account: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    key_secret: Option<String>,
    #[serde(default)]
    feathers: Vec<String>,
    #[serde(default)]
    speed: u16,
    #[serde(default)]
    base_url: Option<String>,
}

impl Plugin for Owl {
    const KIND: &'static str = "owl";
    const SUMMARY: &'static str = "Owls, by night";
    const KEYS: &'static [ConfigKey] = &[
        ConfigKey::new("account", KeyType::Text, "The owlery.").env(&["OWL_ACCOUNT", "OWLERY"]),
        ConfigKey::new("token", KeyType::Text, "Its token.")
            .env(&["OWL_TOKEN"])
            .secret(),
        ConfigKey::new("key", KeyType::Text, "A key.").env(&["OWL_KEY"]),
        ConfigKey::new("key_secret", KeyType::Text, "The key's secret.")
            .env(&["OWL_KEY_SECRET"])
            .secret(),
        ConfigKey::new("feathers", KeyType::List, "Feathers."),
        ConfigKey::new("speed", KeyType::Integer, "Metres a second.").default("0"),
        ConfigKey::new("base_url", KeyType::Url, "Where."),
    ];
    const CREDENTIALS: &'static [&'static [&'static str]] =
        &[&["account", "token"], &["account", "key", "key_secret"]];
    const CAPABILITIES: sms_framework::provider::Capabilities =
        sms_framework::provider::Capabilities::new();
    type Config = OwlConfig;

    fn build(_id: &str, config: OwlConfig) -> Result<Self, Error> {
        let seen = format!(
            "{}/{:?}/{:?}/{:?}/{:?}/{}/{:?}",
            config.account,
            config.token,
            config.key,
            config.key_secret,
            config.feathers,
            config.speed,
            config.base_url
        );
        if config.account == "show" {
            Err(Error::new(ErrorKind::Config, seen))
        } else {
            Ok(Self)
        }
    }
}

#[async_trait]
impl Provider for Owl {
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

pub(crate) fn registry() -> Registry {
    Registry::new().with(ProviderEntry::of::<Owl>()).unwrap()
}

pub(crate) fn load(sources: Sources) -> Result<Settings, Error> {
    sources.load_with(&registry())
}

pub(crate) fn error(sources: Sources) -> String {
    let error = load(sources).expect_err("this configuration is wrong");
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string()
}

pub(crate) fn toml_error(text: &str) -> String {
    error(Sources::new().toml(text))
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) -> String {
    std::fs::write(folder.join(name), text).unwrap();
    folder.join(name).display().to_string()
}

/// What the provider was given, by its own account.
pub(crate) fn owl_sees(sources: Sources) -> String {
    let settings = load(
        sources
            .variable("OWL_ACCOUNT", "show")
            .toml("provider = \"owl\""),
    )
    .unwrap();
    let choice = settings.choose(&registry()).unwrap();
    settings
        .build_provider(&choice.provider, &registry())
        .unwrap_err()
        .message()
        .to_owned()
}

/// The same owl under the name that a fallback asks for.
pub(crate) fn mock() -> ProviderEntry {
    let mut entry = ProviderEntry::of::<Owl>();
    entry.kind = "mock";
    entry
}
