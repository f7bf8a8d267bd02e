//! The provider's table in the configuration: its plain keys, and the tables of the description as
//! they were written.

use std::collections::BTreeMap;
use std::time::Duration;

use figment::value::Value;
use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::Sender;
use sms_framework::config::duration;
use sms_framework::provider::http::CallbackUrl;
use sms_framework::provider::{ConfigKey, KeyType};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("base_url", KeyType::Url, "Where the API is.")
        .sample("\"https://rest.example.com\""),
    ConfigKey::new(
        "regions",
        KeyType::Tree,
        "Base URLs by a name of your own, for `region` to pick from.",
    )
    .sample("{ eu = \"https://eu.example.com\" }"),
    ConfigKey::new(
        "region",
        KeyType::Text,
        "Which of `regions` is used; without it `base_url` is.",
    )
    .sample("\"eu\""),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .sample("\"+14155550100\""),
    ConfigKey::new(
        "secrets",
        KeyType::List,
        "The names of the credentials that `{secret.NAME}` stands for.",
    )
    .sample("[\"user\", \"key\"]"),
    ConfigKey::new(
        "secret",
        KeyType::Tree,
        "The credentials themselves, from variables only.",
    )
    .secret(),
    ConfigKey::new(
        "config",
        KeyType::Tree,
        "Values of your own that are no secrets, for `{config.NAME}`.",
    )
    .sample("{ username = \"sandbox\" }"),
    ConfigKey::new("request", KeyType::Tree, "How a message is sent.")
        .sample("{ path = \"/send\", fields = { to = \"{to}\", text = \"{text}\" } }"),
    ConfigKey::new("accept", KeyType::Tree, "How an answer says that the message was taken.")
        .sample("{ id = \"id\" }"),
    ConfigKey::new("reject", KeyType::Tree, "What an answer that does not says of the message.")
        .sample("{ code = \"error\" }"),
    ConfigKey::new("receipt", KeyType::Tree, "How delivery receipts are read.")
        .sample("{ from = \"form\", id = \"id\", status = \"status\" }"),
    ConfigKey::new("inbound", KeyType::Tree, "How messages from phones are read.")
        .sample("{ from = \"form\", sender = \"from\", to = \"to\", text = \"text\" }"),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Our URL for receipts, for `{receipt_url}`; `webhook_path_secret` is put at the end of its path.",
    )
    .sample("\"https://example.org/sms/gateway\""),
    ConfigKey::new(
        "webhook_path_secret",
        KeyType::Text,
        "An unguessable segment of our URL's path, without which no call is believed: 16 characters or more.",
    )
    .secret(),
    ConfigKey::new(
        "allow_plain_http",
        KeyType::Bool,
        "Allows a base URL without TLS on another machine: credentials and texts can be read on the way.",
    )
    .default("false"),
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
pub(crate) const CREDENTIALS: &[&[&str]] = &[
    &["base_url", "request", "accept"],
    &["regions", "region", "request", "accept"],
];

/// The table `[providers.NAME]` of kind `http`; see the [crate's page](crate) for its keys.
///
/// The tables of the description are kept as they were written and read when the provider is built,
/// so that a mistake in them can be named with its full path.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpConfig {
    /// Where the API is.
    pub base_url: Option<String>,
    /// Base URLs by name.
    pub regions: BTreeMap<String, String>,
    /// Which of `regions` is used.
    pub region: Option<String>,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// The names of the credentials.
    pub secrets: Vec<String>,
    /// The credentials.
    pub secret: BTreeMap<String, SecretString>,
    /// Values of the operator's own.
    pub config: BTreeMap<String, String>,
    /// How a message is sent.
    pub request: Option<Value>,
    /// How an answer says that the message was taken.
    pub accept: Option<Value>,
    /// What an answer that does not says of the message.
    pub reject: Option<Value>,
    /// How delivery receipts are read.
    pub receipt: Option<Value>,
    /// How messages from phones are read.
    pub inbound: Option<Value>,
    /// Our URL for receipts.
    pub callback_url: Option<CallbackUrl>,
    /// A segment that the path of the gateway's calls must hold.
    pub webhook_path_secret: Option<SecretString>,
    /// Allows a base URL without TLS on another machine.
    pub allow_plain_http: bool,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            base_url: None,
            regions: BTreeMap::new(),
            region: None,
            from: None,
            secrets: Vec::new(),
            secret: BTreeMap::new(),
            config: BTreeMap::new(),
            request: None,
            accept: None,
            reject: None,
            receipt: None,
            inbound: None,
            callback_url: None,
            webhook_path_secret: None,
            allow_plain_http: false,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}
