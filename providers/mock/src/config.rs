//! The mock's table in the configuration.

use std::time::Duration;

use serde::Deserialize;
use sms_framework::Sender;
use sms_framework::config::duration;
use sms_framework::provider::{ConfigKey, KeyType};

/// The sender of messages that name none, if the configuration names none either.
pub(crate) const DEFAULT_SENDER: &str = "+15555551234";
/// How many messages a mock remembers unless told otherwise.
pub(crate) const DEFAULT_KEEP: usize = 100;

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .default("\"+15555551234\""),
    ConfigKey::new(
        "keep",
        KeyType::Integer,
        "How many messages are remembered.",
    )
    .default("100"),
    ConfigKey::new(
        "show_body",
        KeyType::Bool,
        "Whether the log shows the texts.",
    )
    .default("true"),
    ConfigKey::new("delay", KeyType::Duration, "How long each send takes.").default("\"0s\""),
    ConfigKey::new(
        "lookup",
        KeyType::Bool,
        "Whether it can be asked for a message again.",
    )
    .default("true"),
    ConfigKey::new(
        "script",
        KeyType::List,
        "What goes wrong, and when: rules of the form \"WHEN: OUTCOME\". WHEN: a number, a prefix such as +1415*, or * for all, then a call such as 2, first 2 or every 3. OUTCOME: ok, delay 2s, throttled 5s, accepted_then_timeout, or an error such as opted_out, server_error, no_answer, connect.",
    )
    .default("[]")
    .sample("[\"+14155550199: opted_out\", \"every 3: server_error\"]"),
];

/// The table `[providers.mock]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MockConfig {
    /// The sender of messages that name none. Default `+15555551234`.
    pub from: Sender,
    /// How many messages are remembered, and can be found by a lookup. Default 100.
    pub keep: usize,
    /// Whether the log shows the texts. Default true.
    pub show_body: bool,
    /// How long each send takes. Default none.
    #[serde(deserialize_with = "duration::deserialize")]
    pub delay: Duration,
    /// Whether it has the power to find a message again. Default true.
    pub lookup: bool,
    /// The rules, as text. Default none.
    pub script: Vec<String>,
}

impl Default for MockConfig {
    fn default() -> Self {
        Self {
            from: default_sender(),
            keep: DEFAULT_KEEP,
            show_body: true,
            delay: Duration::ZERO,
            lookup: true,
            script: Vec::new(),
        }
    }
}

pub(crate) fn default_sender() -> Sender {
    DEFAULT_SENDER.parse().expect("a constant in E.164")
}
