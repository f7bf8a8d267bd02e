//! Plivo's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sms_framework::config::duration;
use sms_framework::message::ServiceId;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{CallbackUrl, TableCheck, with_path_secret};
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, Sender};

const BASE_URL: &str = "https://api.plivo.com/v1";

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new(
        "auth_id",
        KeyType::Text,
        "The Auth ID of the account (MA…) or subaccount (SA…).",
    )
    .sample("\"MAXXXXXXXXXXXXXXXXXX\"")
    .env(&["PLIVO_AUTH_ID"]),
    ConfigKey::new(
        "auth_token",
        KeyType::Text,
        "Its Auth Token, which webhook calls are signed with, too.",
    )
    .env(&["PLIVO_AUTH_TOKEN"])
    .secret(),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .sample("\"+14155550100\"")
    .env(&["PLIVO_FROM"]),
    ConfigKey::new(
        "powerpack_uuid",
        KeyType::Text,
        "The Powerpack whose pool sends messages that name no sender, instead of `from`.",
    )
    .sample("\"00000000-0000-0000-0000-000000000000\"")
    .env(&["PLIVO_POWERPACK_UUID"]),
    ConfigKey::new(
        "log",
        KeyType::OneOf(&["all", "none", "content_only", "number_only"]),
        "What Plivo's logs may hold of a message: text and number, neither, or one of them.",
    )
    .sample("\"none\""),
    ConfigKey::new("base_url", KeyType::Url, "Where the API is.")
        .default("\"https://api.plivo.com/v1\""),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where Plivo reports how messages fare; `webhook_path_secret` is put at the end of its path.",
    )
    .sample("\"https://example.org/sms/plivo\"")
    .env(&["PLIVO_CALLBACK_URL"]),
    ConfigKey::new(
        "callback_method",
        KeyType::OneOf(&["POST", "GET"]),
        "The HTTP method of those reports.",
    )
    .default("\"POST\""),
    ConfigKey::new(
        "webhook_path_secret",
        KeyType::Text,
        "An unguessable segment of our URL's path, without which no call is believed: 16 characters or more.",
    )
    .env(&["PLIVO_WEBHOOK_PATH_SECRET"])
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
pub(crate) const CREDENTIALS: &[&[&str]] = &[&["auth_id", "auth_token"]];

/// The HTTP method by which Plivo reports how a message fares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CallbackMethod {
    /// A form in the body.
    #[default]
    Post,
    /// Everything in the query.
    Get,
}

/// What Plivo's logs may hold of a message.
///
/// Plivo's own words for the first two are `true` and `false`, which would read as booleans here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogPolicy {
    /// The text and the number.
    All,
    /// Neither.
    None,
    /// The text.
    ContentOnly,
    /// The number.
    NumberOnly,
}

impl LogPolicy {
    /// Plivo's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "true",
            Self::None => "false",
            Self::ContentOnly => "content_only",
            Self::NumberOnly => "number_only",
        }
    }
}

/// The table `[providers.plivo]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PlivoConfig {
    /// The Auth ID of the account or subaccount.
    pub auth_id: String,
    /// Its Auth Token.
    pub auth_token: Option<SecretString>,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// The Powerpack that sends messages that name no sender, instead of `from`.
    pub powerpack_uuid: Option<String>,
    /// What Plivo's logs may hold; Plivo's own default where `None`.
    pub log: Option<LogPolicy>,
    /// Where the API is.
    pub base_url: String,
    /// Where Plivo reports how messages fare.
    pub callback_url: Option<CallbackUrl>,
    /// The HTTP method of those reports. Default POST.
    pub callback_method: CallbackMethod,
    /// An unguessable segment of our URL's path, without which no call is believed.
    pub webhook_path_secret: Option<SecretString>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for PlivoConfig {
    fn default() -> Self {
        Self {
            auth_id: String::new(),
            auth_token: None,
            from: None,
            powerpack_uuid: None,
            log: None,
            base_url: BASE_URL.to_owned(),
            callback_url: None,
            callback_method: CallbackMethod::default(),
            webhook_path_secret: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

impl PlivoConfig {
    /// The sender of messages that name none.
    pub(crate) fn sender(&self, check: TableCheck<'_>) -> Result<Option<Sender>, Error> {
        let Some(uuid) = &self.powerpack_uuid else {
            return match &self.from {
                Some(Sender::Alphanumeric(id)) if !survives(id.as_str()) => {
                    Err(check.wrong("from", STRIPPED))
                }
                from => Ok(from.clone()),
            };
        };
        if self.from.is_some() {
            let why = "a message has either a sender or a Powerpack; remove it or `from`";
            return Err(check.wrong("powerpack_uuid", why));
        }
        match ServiceId::parse(uuid) {
            Ok(id) => Ok(Some(Sender::MessagingService(id))),
            Err(_) => Err(check.wrong(
                "powerpack_uuid",
                "it is no UUID of a Powerpack: copy it from the console",
            )),
        }
    }

    /// The URL that Plivo is given, with the secret in its path.
    pub(crate) fn callback(
        &self,
        check: TableCheck<'_>,
        secret: Option<&SecretString>,
    ) -> Result<Option<Url>, Error> {
        let url = check.callback("callback_url", self.callback_url.as_deref())?;
        if url.is_some() && secret.is_none() {
            check.warn_unchecked("webhook_path_secret");
        }
        Ok(url.map(|url| with_path_secret(url, secret)))
    }
}

/// What is wrong with a sender ID that Plivo would change.
pub(crate) const STRIPPED: &str =
    "Plivo strips everything but letters and digits from a sender ID; write it without the rest";

/// True where Plivo leaves the sender ID as it is.
pub(crate) fn survives(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
