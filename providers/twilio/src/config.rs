//! Twilio's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::message::ServiceId;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, ErrorKind, Sender};

use crate::host;

/// The sender used where none is configured: nobody's number, so Twilio refuses it, in words.
const FALLBACK_SENDER: &str = "+15555551234";

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("account_sid", KeyType::Text, "The account's SID.")
        .sample("\"AC0123456789abcdef0123456789abcdef\"")
        .env(&["TWILIO_ACCOUNT_SID"]),
    ConfigKey::new("auth_token", KeyType::Text, "The account's auth token.")
        .env(&["TWILIO_AUTH_TOKEN"])
        .secret(),
    ConfigKey::new("api_key", KeyType::Text, "The SID of an API key, used instead of the auth token.")
        .sample("\"SK0123456789abcdef0123456789abcdef\"")
        .env(&["TWILIO_API_KEY"]),
    ConfigKey::new("api_key_secret", KeyType::Text, "The secret of the API key.")
        .env(&["TWILIO_API_KEY_SECRET"])
        .secret(),
    ConfigKey::new("from", KeyType::Text, "The sender of messages that name none; unset and without a messaging service, +15555551234.")
        .sample("\"+14155550100\"")
        .env(&["TWILIO_FROM_PHONE", "TWILIO_PHONE_NUMBER"]),
    ConfigKey::new("messaging_service_sid", KeyType::Text, "The messaging service that picks the sender; with `from` set too, `from` is forced from its pool.")
        .sample("\"MG0123456789abcdef0123456789abcdef\"")
        .env(&["TWILIO_MESSAGING_SERVICE_SID"]),
    ConfigKey::new("edge", KeyType::Text, "The edge that requests enter by.")
        .sample("\"dublin\"")
        .env(&["TWILIO_EDGE"]),
    ConfigKey::new("region", KeyType::Text, "The region that processes requests; credentials are of one region.")
        .sample("\"ie1\"")
        .env(&["TWILIO_REGION"]),
    ConfigKey::new("base_url", KeyType::Url, "Where the API is instead of Twilio's host; edge and region are not used then.")
        .sample("\"http://127.0.0.1:8080\""),
    ConfigKey::new("status_callback", KeyType::Url, "Where Twilio posts delivery receipts; `sms_message_id` is added to its query.")
        .sample("\"https://example.org/sms/status\""),
    ConfigKey::new("connect_timeout", KeyType::Duration, "How long DNS, connect and TLS may take.")
        .default("\"10s\""),
    ConfigKey::new("timeout", KeyType::Duration, "How long one request may take; Twilio has been seen to need 26 s.")
        .default("\"30s\""),
];

pub(crate) const CREDENTIALS: &[&[&str]] = &[
    &["account_sid", "auth_token"],
    &["account_sid", "api_key", "api_key_secret"],
];

/// The table `[providers.twilio]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TwilioConfig {
    /// The account's SID.
    pub account_sid: String,
    /// The account's auth token.
    pub auth_token: Option<SecretString>,
    /// The SID of an API key; used instead of the auth token where both are set.
    pub api_key: Option<String>,
    /// The secret of the API key.
    pub api_key_secret: Option<SecretString>,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// The messaging service that picks the sender.
    pub messaging_service_sid: Option<String>,
    /// The edge that requests enter by.
    pub edge: Option<String>,
    /// The region that processes requests.
    pub region: Option<String>,
    /// Where the API is instead of Twilio's host.
    pub base_url: Option<String>,
    /// Where Twilio posts delivery receipts.
    pub status_callback: Option<String>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for TwilioConfig {
    fn default() -> Self {
        Self {
            account_sid: String::new(),
            auth_token: None,
            api_key: None,
            api_key_secret: None,
            from: None,
            messaging_service_sid: None,
            edge: None,
            region: None,
            base_url: None,
            status_callback: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

/// Reads and checks the values of the table `providers.{id}`.
pub(crate) struct Checked<'a> {
    id: &'a str,
    config: &'a TwilioConfig,
}

impl<'a> Checked<'a> {
    pub(crate) fn new(id: &'a str, config: &'a TwilioConfig) -> Self {
        Self { id, config }
    }

    /// An error about a key. `why` never holds the value of a secret.
    fn wrong(&self, key: &str, why: &str) -> Error {
        Error::new(
            ErrorKind::Config,
            format!("`providers.{}.{key}`: {why}", self.id),
        )
    }

    /// The user and the password of Basic authentication.
    pub(crate) fn credentials(&self) -> Result<(String, SecretString), Error> {
        let config = self.config;
        let secret = |key, secret: &Option<SecretString>, variable| {
            let set = secret.clone().filter(|secret| {
                use secrecy::ExposeSecret;
                !secret.expose_secret().is_empty()
            });
            set.ok_or_else(|| self.wrong(key, &format!("it is missing; set {variable}")))
        };
        match &config.api_key {
            None => {
                let token = secret("auth_token", &config.auth_token, "TWILIO_AUTH_TOKEN")?;
                Ok((self.account_sid()?.to_owned(), token))
            }
            Some(key) => {
                self.name("api_key", key, "TWILIO_API_KEY")?;
                let secret = secret(
                    "api_key_secret",
                    &config.api_key_secret,
                    "TWILIO_API_KEY_SECRET",
                )?;
                Ok((key.clone(), secret))
            }
        }
    }

    pub(crate) fn account_sid(&self) -> Result<&'a str, Error> {
        self.name(
            "account_sid",
            &self.config.account_sid,
            "TWILIO_ACCOUNT_SID",
        )
    }

    /// Text that can be a path segment and the user of Basic authentication.
    fn name(&self, key: &str, text: &'a str, variable: &str) -> Result<&'a str, Error> {
        if text.is_empty() {
            return Err(self.wrong(key, &format!("it is missing; set {variable}")));
        }
        let forbidden = |c: char| c == ':' || c.is_whitespace() || c.is_control();
        if text.contains(forbidden) || matches!(text, "." | "..") {
            return Err(self.wrong(key, "it may hold no blank, colon or control character"));
        }
        Ok(text)
    }

    /// The URL of the API, without a slash at its end.
    pub(crate) fn base_url(&self) -> Result<Url, Error> {
        let config = self.config;
        for (key, label) in [("edge", &config.edge), ("region", &config.region)] {
            if label.as_deref().is_some_and(|label| !host::is_label(label)) {
                return Err(self.wrong(key, "it may hold letters, digits and hyphens only"));
            }
        }
        let Some(base) = &config.base_url else {
            let base = host::base_url(config.edge.as_deref(), config.region.as_deref());
            return host::checked(&base).map_err(|why| self.wrong("region", why));
        };
        let base = host::checked(base).map_err(|why| self.wrong("base_url", why))?;
        if config.edge.is_some() || config.region.is_some() {
            tracing::warn!(
                provider = self.id,
                "base_url is set, so edge and region are not used"
            );
        }
        if !host::is_private(&base) {
            tracing::warn!(
                provider = self.id,
                "base_url is not https: credentials and texts travel in the clear"
            );
        }
        Ok(base)
    }

    pub(crate) fn status_callback(&self) -> Result<Option<Url>, Error> {
        let Some(text) = &self.config.status_callback else {
            return Ok(None);
        };
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        match url {
            Some(url) => Ok(Some(url)),
            None => Err(self.wrong("status_callback", "it is not an absolute http or https URL")),
        }
    }

    pub(crate) fn service(&self) -> Result<Option<ServiceId>, Error> {
        let sid = self.config.messaging_service_sid.as_deref();
        sid.map(ServiceId::parse).transpose().map_err(|_| {
            let why = "it is no SID of a messaging service: 1 to 64 visible ASCII characters";
            self.wrong("messaging_service_sid", why)
        })
    }

    /// The sender of messages that name none.
    pub(crate) fn sender(&self, service: Option<&ServiceId>) -> Sender {
        match (&self.config.from, service) {
            (Some(from), _) => from.clone(),
            (None, Some(service)) => Sender::MessagingService(service.clone()),
            (None, None) => {
                tracing::warn!(
                    provider = self.id,
                    "no sender is configured: {FALLBACK_SENDER} is used, which Twilio refuses; set TWILIO_FROM_PHONE"
                );
                FALLBACK_SENDER.parse().expect("a constant in E.164")
            }
        }
    }

    pub(crate) fn timeouts(&self) -> Result<(Duration, Duration), Error> {
        let (connect, whole) = (self.config.connect_timeout, self.config.timeout);
        for (key, time) in [("connect_timeout", connect), ("timeout", whole)] {
            if time.is_zero() {
                return Err(self.wrong(key, "it must be longer than zero"));
            }
        }
        Ok((connect, whole))
    }
}
