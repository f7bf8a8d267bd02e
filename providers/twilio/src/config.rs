//! Twilio's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::message::{MessageId, ServiceId};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{CallbackUrl, TableCheck, callback_for};
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, Sender};

use crate::host;

/// The sender used where none is configured: nobody's number, so Twilio refuses it, in words.
const FALLBACK_SENDER: &str = "+15555551234";

/// The longest callback URL that Twilio takes, in bytes.
const LONGEST_CALLBACK: usize = 4000;

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("account_sid", KeyType::Text, "The account's SID.")
        .sample("\"AC0123456789abcdef0123456789abcdef\"")
        .env(&["TWILIO_ACCOUNT_SID"]),
    ConfigKey::new("auth_token", KeyType::Text, "The account's auth token; it also checks what Twilio signs, which an API key cannot.")
        .env(&["TWILIO_AUTH_TOKEN"])
        .secret(),
    ConfigKey::new("api_key", KeyType::Text, "The SID of an API key, used instead of the auth token.")
        .sample("\"SK0123456789abcdef0123456789abcdef\"")
        .env(&["TWILIO_API_KEY"]),
    ConfigKey::new("api_key_secret", KeyType::Text, "The secret of the API key.")
        .env(&["TWILIO_API_KEY_SECRET"])
        .secret(),
    ConfigKey::new("previous_auth_token", KeyType::Text, "The auth token before the last change, while Twilio may still sign with it; nothing is sent with it.")
        .env(&["TWILIO_PREVIOUS_AUTH_TOKEN"])
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
    /// The account's auth token; with an API key, only what Twilio's calls are checked with.
    pub auth_token: Option<SecretString>,
    /// The SID of an API key; used instead of the auth token where both are set.
    pub api_key: Option<String>,
    /// The secret of the API key.
    pub api_key_secret: Option<SecretString>,
    /// The auth token before the last change: checks Twilio's calls, and is never sent.
    pub previous_auth_token: Option<SecretString>,
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
    pub status_callback: Option<CallbackUrl>,
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
            previous_auth_token: None,
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
    check: TableCheck<'a>,
    config: &'a TwilioConfig,
}

impl<'a> Checked<'a> {
    pub(crate) fn new(id: &'a str, config: &'a TwilioConfig) -> Self {
        let check = TableCheck::new(id);
        Self { id, check, config }
    }

    /// The user and the password of Basic authentication.
    pub(crate) fn credentials(&self) -> Result<(String, SecretString), Error> {
        let (config, check) = (self.config, self.check);
        match &config.api_key {
            None => {
                let token = check.secret("auth_token", &config.auth_token, "TWILIO_AUTH_TOKEN")?;
                Ok((self.account_sid()?.to_owned(), token))
            }
            Some(key) => {
                let key = check.name("api_key", key, "TWILIO_API_KEY")?;
                let (name, variable) = ("api_key_secret", "TWILIO_API_KEY_SECRET");
                let secret = check.secret(name, &config.api_key_secret, variable)?;
                Ok((key.to_owned(), secret))
            }
        }
    }

    /// The tokens that Twilio's calls to us may be signed with.
    pub(crate) fn signing_tokens(&self) -> Result<Vec<SecretString>, Error> {
        let (config, check) = (self.config, self.check);
        let now = check.optional_secret("auth_token", &config.auth_token)?;
        let before = check.optional_secret("previous_auth_token", &config.previous_auth_token)?;
        let tokens: Vec<_> = now.into_iter().chain(before).collect();
        if tokens.is_empty() && self.config.status_callback.is_some() {
            tracing::warn!(
                provider = self.id,
                "status_callback is set, yet receipts cannot be checked: an API key never signs; set TWILIO_AUTH_TOKEN too"
            );
        }
        Ok(tokens)
    }

    pub(crate) fn account_sid(&self) -> Result<&'a str, Error> {
        let sid = &self.config.account_sid;
        self.check.name("account_sid", sid, "TWILIO_ACCOUNT_SID")
    }

    /// The URL of the API, without a slash at its end.
    pub(crate) fn base_url(&self) -> Result<Url, Error> {
        let (config, check) = (self.config, self.check);
        for (key, label) in [("edge", &config.edge), ("region", &config.region)] {
            if label.as_deref().is_some_and(|label| !host::is_label(label)) {
                return Err(check.wrong(key, "it may hold letters, digits and hyphens only"));
            }
        }
        let Some(base) = &config.base_url else {
            let base = host::base_url(config.edge.as_deref(), config.region.as_deref());
            return check.base_url("region", &base);
        };
        let base = check.base_url("base_url", base)?;
        if config.edge.is_some() || config.region.is_some() {
            tracing::warn!(
                provider = self.id,
                "base_url is set, so edge and region are not used"
            );
        }
        Ok(base)
    }

    /// The callback URL, held against what Twilio refuses of one (its error 21609).
    pub(crate) fn status_callback(&self) -> Result<Option<Url>, Error> {
        let key = "status_callback";
        let url = self
            .check
            .callback(key, self.config.status_callback.as_deref())?;
        let wrong = |why| Err(self.check.wrong(key, why));
        match &url {
            Some(url) if url.host_str().is_some_and(|host| host.contains('_')) => {
                wrong("Twilio calls no host with an underscore; use another name for it")
            }
            Some(url) if callback_for(url, MessageId::new()).len() > LONGEST_CALLBACK => wrong(
                "with our message id it is longer than the 4000 characters that Twilio takes; shorten it",
            ),
            _ => Ok(url),
        }
    }

    pub(crate) fn service(&self) -> Result<Option<ServiceId>, Error> {
        let sid = self.config.messaging_service_sid.as_deref();
        sid.map(ServiceId::parse).transpose().map_err(|_| {
            let why = "it is no SID of a messaging service: 1 to 64 visible ASCII characters";
            self.check.wrong("messaging_service_sid", why)
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
        self.check.timeouts(connect, whole)?;
        Ok((connect, whole))
    }
}
