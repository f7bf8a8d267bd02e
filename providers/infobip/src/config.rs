//! Infobip's table in the configuration.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{CallbackUrl, TableCheck, with_path_secret};
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, Sender};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("api_key", KeyType::Text, "The account's API key.")
        .env(&["INFOBIP_API_KEY"])
        .secret(),
    ConfigKey::new(
        "base_url",
        KeyType::Text,
        "The account's own host, as the portal shows it, with or without https.",
    )
    .sample("\"https://xyz123.api.infobip.com\"")
    .env(&["INFOBIP_BASE_URL"]),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none; may be left out where the account has a default.",
    )
    .sample("\"+14155550100\"")
    .env(&["INFOBIP_FROM"]),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where Infobip posts the receipts of what is sent, instead of the account's subscription; `webhook_path_secret` is put at the end of its path.",
    )
    .sample("\"https://example.org/sms/infobip\""),
    ConfigKey::new(
        "webhook_path_secret",
        KeyType::Text,
        "An unguessable segment of our URL's path, without which no call to it is believed: 16 characters or more.",
    )
    .env(&["INFOBIP_WEBHOOK_PATH_SECRET"])
    .secret(),
    ConfigKey::new(
        "webhook_user",
        KeyType::Text,
        "The user that a subscription of the account calls with (basic authentication), with `webhook_password`.",
    )
    .sample("\"infobip\"")
    .env(&["INFOBIP_WEBHOOK_USER"]),
    ConfigKey::new(
        "webhook_password",
        KeyType::Text,
        "The password of `webhook_user`.",
    )
    .env(&["INFOBIP_WEBHOOK_PASSWORD"])
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
pub(crate) const CREDENTIALS: &[&[&str]] = &[&["api_key", "base_url"]];

/// The table `[providers.infobip]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct InfobipConfig {
    /// The account's API key.
    pub api_key: Option<SecretString>,
    /// The account's own host.
    pub base_url: String,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// Where Infobip posts the receipts of what is sent.
    pub callback_url: Option<CallbackUrl>,
    /// An unguessable segment of our URL's path.
    pub webhook_path_secret: Option<SecretString>,
    /// The user that a subscription of the account calls with.
    pub webhook_user: Option<String>,
    /// The password of that user.
    pub webhook_password: Option<SecretString>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for InfobipConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: String::new(),
            from: None,
            callback_url: None,
            webhook_path_secret: None,
            webhook_user: None,
            webhook_password: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

impl InfobipConfig {
    /// The account's host, as a URL: the portal shows it without a scheme.
    pub(crate) fn base_url(&self, check: TableCheck<'_>) -> Result<Url, Error> {
        if self.base_url.is_empty() {
            return Err(check.wrong(
                "base_url",
                "it is missing; set INFOBIP_BASE_URL to the account's own host, as the portal shows it",
            ));
        }
        if self.base_url.contains("://") {
            check.base_url("base_url", &self.base_url)
        } else {
            check.base_url("base_url", &format!("https://{}", self.base_url))
        }
    }

    /// The URL that Infobip is to call, with the secret segment in its path.
    ///
    /// User and password do not go with it, so nothing else tells its calls.
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

    /// User and password of basic authentication, as they stand between `Basic` and Base64.
    pub(crate) fn basic(&self, check: TableCheck<'_>) -> Result<Option<SecretString>, Error> {
        if self.webhook_user.is_none() && self.webhook_password.is_none() {
            return Ok(None);
        }
        let user = self.webhook_user.as_deref().unwrap_or_default();
        let user = check.name("webhook_user", user, "INFOBIP_WEBHOOK_USER")?;
        let password = check.secret(
            "webhook_password",
            &self.webhook_password,
            "INFOBIP_WEBHOOK_PASSWORD",
        )?;
        Ok(Some(format!("{user}:{}", password.expose_secret()).into()))
    }

    /// The sender of messages that name none.
    pub(crate) fn sender(&self, check: TableCheck<'_>) -> Result<Option<Sender>, Error> {
        match &self.from {
            Some(Sender::MessagingService(_)) => Err(check.wrong(
                "from",
                "it is a messaging service, which Infobip does not have; name a number, a short code or a sender ID",
            )),
            from => Ok(from.clone()),
        }
    }
}
