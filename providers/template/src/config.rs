//! The vendor's table in the configuration. A key stands in three places: in `KEYS`, which checks and
//! explains it, in the struct, which reads it, and in `Default`.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::Sender;
use sms_framework::config::duration;
use sms_framework::provider::http::CallbackUrl;
use sms_framework::provider::{ConfigKey, KeyType};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("api_key", KeyType::Text, "The account's API key.")
        .env(&["TEMPLATE_API_KEY"])
        .secret(),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .sample("\"+14155550100\"")
    .env(&["TEMPLATE_FROM"]),
    ConfigKey::new("base_url", KeyType::Url, "Where the API is.")
        .default("\"https://api.template.example/v1\""),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where the vendor posts receipts and messages from phones.",
    )
    .sample("\"https://example.org/sms/template\""),
    ConfigKey::new(
        "webhook_secret",
        KeyType::Text,
        "The secret that the vendor signs its calls with.",
    )
    .env(&["TEMPLATE_WEBHOOK_SECRET"])
    .secret(),
    ConfigKey::new(
        "connect_timeout",
        KeyType::Duration,
        "How long DNS, connect and TLS may take.",
    )
    .default("\"10s\""),
    ConfigKey::new(
        "timeout",
        KeyType::Duration,
        "How long one request may take.",
    )
    .default("\"30s\""),
];

/// Sets of keys; it cannot start unless one of them is complete.
pub(crate) const CREDENTIALS: &[&[&str]] = &[&["api_key"]];

/// The table `[providers.template]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TemplateConfig {
    /// The account's API key.
    pub api_key: Option<SecretString>,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// Where the API is.
    pub base_url: String,
    /// Where the vendor posts receipts and messages from phones.
    pub callback_url: Option<CallbackUrl>,
    /// The secret that the vendor signs its calls with.
    pub webhook_secret: Option<SecretString>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for TemplateConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            from: None,
            base_url: "https://api.template.example/v1".to_owned(),
            callback_url: None,
            webhook_secret: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}
