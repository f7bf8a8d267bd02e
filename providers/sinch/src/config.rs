//! Sinch's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{
    CallbackUrl, TableCheck, callback_for, join, with_path_secret,
};
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, MessageId, Sender};

use crate::auth::{Auth, Keys};

/// Where access tokens come from.
const TOKEN_URL: &str = "https://auth.sinch.com/oauth2/token";
/// The longest callback URL that Sinch takes, in characters.
const LONGEST_CALLBACK: usize = 2048;

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new(
        "service_plan_id",
        KeyType::Text,
        "The service plan that messages are sent by, with `api_token`.",
    )
    .sample("\"0123456789abcdef0123456789abcdef\"")
    .env(&["SINCH_SERVICE_PLAN_ID"]),
    ConfigKey::new("api_token", KeyType::Text, "The service plan's API token.")
        .env(&["SINCH_API_TOKEN"])
        .secret(),
    ConfigKey::new(
        "project_id",
        KeyType::Text,
        "The project that messages are sent by, with `key_id` and `key_secret` instead of a service plan; regions us and eu only.",
    )
    .sample("\"01234567-89ab-cdef-0123-456789abcdef\"")
    .env(&["SINCH_PROJECT_ID"]),
    ConfigKey::new("key_id", KeyType::Text, "The id of the project's access key.")
        .sample("\"01234567-89ab-cdef-0123-456789abcdef\"")
        .env(&["SINCH_KEY_ID"]),
    ConfigKey::new("key_secret", KeyType::Text, "The secret of the access key.")
        .env(&["SINCH_KEY_SECRET"])
        .secret(),
    ConfigKey::new(
        "region",
        KeyType::OneOf(&["us", "eu", "au", "br", "ca"]),
        "Where the service plan or the project is; its credentials are good there alone.",
    )
    .default("\"us\"")
    .env(&["SINCH_REGION"]),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none; may be left out where the plan picks one by itself.",
    )
    .sample("\"+14155550100\"")
    .env(&["SINCH_FROM"]),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where Sinch posts the receipts of what is sent; `webhook_path_secret` is put at the end of its path and `sms_message_id` into its query.",
    )
    .sample("\"https://example.org/sms/sinch\""),
    ConfigKey::new(
        "delivery_report",
        KeyType::OneOf(&["none", "per_recipient", "per_recipient_final"]),
        "Which receipts Sinch posts: none, every step, or the last alone; unset, `per_recipient` where `callback_url` is set, else `none`.",
    )
    .sample("\"per_recipient\""),
    ConfigKey::new(
        "webhook_secret",
        KeyType::Text,
        "The secret that Sinch signs its calls with (HMAC).",
    )
    .env(&["SINCH_WEBHOOK_SECRET"])
    .secret(),
    ConfigKey::new(
        "webhook_window",
        KeyType::Duration,
        "How far the time of a signed call may be from ours, in either direction.",
    )
    .default("\"5m\""),
    ConfigKey::new(
        "webhook_path_secret",
        KeyType::Text,
        "An unguessable segment of our URL's path, for plans whose calls are not signed: 16 characters or more.",
    )
    .env(&["SINCH_WEBHOOK_PATH_SECRET"])
    .secret(),
    ConfigKey::new(
        "base_url",
        KeyType::Url,
        "Where the API is instead of the region's host.",
    )
    .sample("\"http://127.0.0.1:8080\""),
    ConfigKey::new(
        "token_url",
        KeyType::Url,
        "Where access tokens are given for `key_id` and `key_secret`.",
    )
    .default("\"https://auth.sinch.com/oauth2/token\""),
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
    &["service_plan_id", "api_token"],
    &["project_id", "key_id", "key_secret"],
];

/// The table `[providers.sinch]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SinchConfig {
    /// The service plan that messages are sent by.
    pub service_plan_id: Option<String>,
    /// The service plan's API token.
    pub api_token: Option<SecretString>,
    /// The project that messages are sent by, instead of a service plan.
    pub project_id: Option<String>,
    /// The id of the project's access key.
    pub key_id: Option<String>,
    /// The secret of the access key.
    pub key_secret: Option<SecretString>,
    /// Where the service plan or the project is. Default `us`.
    pub region: Region,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// Where Sinch posts receipts.
    pub callback_url: Option<CallbackUrl>,
    /// Which receipts Sinch posts.
    pub delivery_report: Option<DeliveryReport>,
    /// The secret that Sinch signs its calls with.
    pub webhook_secret: Option<SecretString>,
    /// How far the time of a signed call may be from ours. Default 5 minutes.
    #[serde(deserialize_with = "duration::deserialize")]
    pub webhook_window: Duration,
    /// An unguessable segment of our URL's path.
    pub webhook_path_secret: Option<SecretString>,
    /// Where the API is instead of the region's host.
    pub base_url: Option<String>,
    /// Where access tokens are given.
    pub token_url: Option<String>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

/// A region of Sinch's: plans, projects and their credentials belong to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Region {
    /// The United States.
    #[default]
    Us,
    /// Europe.
    Eu,
    /// Australia.
    Au,
    /// Brazil.
    Br,
    /// Canada.
    Ca,
}

/// Which receipts Sinch posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryReport {
    /// None at all.
    None,
    /// One for each step of the message.
    PerRecipient,
    /// One, once nothing more is expected.
    PerRecipientFinal,
}

impl Region {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Au => "au",
            Self::Br => "br",
            Self::Ca => "ca",
        }
    }
}

impl DeliveryReport {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PerRecipient => "per_recipient",
            Self::PerRecipientFinal => "per_recipient_final",
        }
    }
}

impl Default for SinchConfig {
    fn default() -> Self {
        Self {
            service_plan_id: None,
            api_token: None,
            project_id: None,
            key_id: None,
            key_secret: None,
            region: Region::default(),
            from: None,
            callback_url: None,
            delivery_report: None,
            webhook_secret: None,
            webhook_window: Duration::from_secs(5 * 60),
            webhook_path_secret: None,
            base_url: None,
            token_url: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

impl SinchConfig {
    /// Whose messages these are (the plan's or the project's id), and how a call proves it.
    pub(crate) fn credentials(&self, check: TableCheck<'_>) -> Result<(String, Auth), Error> {
        let of_project = [
            ("project_id", self.project_id.is_some()),
            ("key_id", self.key_id.is_some()),
            ("key_secret", self.key_secret.is_some()),
            ("token_url", self.token_url.is_some()),
        ];
        let of_project = of_project.iter().find(|(_, set)| *set);
        let of_plan = self.service_plan_id.is_some() || self.api_token.is_some();
        match of_project {
            Some((key, _)) if of_plan => Err(check.wrong(
                key,
                "it does not go with `service_plan_id` and `api_token`; set the one set of keys or the other",
            )),
            Some(_) => self.project(check),
            None => self.plan(check),
        }
    }

    fn plan(&self, check: TableCheck<'_>) -> Result<(String, Auth), Error> {
        let id = self.service_plan_id.as_deref().unwrap_or_default();
        let id = check.name("service_plan_id", id, "SINCH_SERVICE_PLAN_ID")?;
        let token = check.secret("api_token", &self.api_token, "SINCH_API_TOKEN")?;
        Ok((id.to_owned(), Auth::Token(token)))
    }

    fn project(&self, check: TableCheck<'_>) -> Result<(String, Auth), Error> {
        if !matches!(self.region, Region::Us | Region::Eu) {
            return Err(check.wrong(
                "region",
                "access keys are good in us and eu only; set SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN instead",
            ));
        }
        let id = self.project_id.as_deref().unwrap_or_default();
        let id = check.name("project_id", id, "SINCH_PROJECT_ID")?;
        let key_id = self.key_id.as_deref().unwrap_or_default();
        let key_id = check.name("key_id", key_id, "SINCH_KEY_ID")?;
        let secret = check.secret("key_secret", &self.key_secret, "SINCH_KEY_SECRET")?;
        let url = self.token_url.as_deref().unwrap_or(TOKEN_URL);
        let url = check.base_url("token_url", url)?;
        Ok((id.to_owned(), Auth::Keys(Keys::new(key_id, secret, url))))
    }

    /// The URL that batches are posted to.
    pub(crate) fn batches(
        &self,
        check: TableCheck<'_>,
        of: &str,
        auth: &Auth,
    ) -> Result<Url, Error> {
        // Projects are served by hosts of their own.
        let stack = match auth {
            Auth::Token(_) => "",
            Auth::Keys(_) => "zt.",
        };
        let host = format!("https://{stack}{}.sms.api.sinch.com", self.region.as_str());
        let base = self.base_url.as_deref().unwrap_or(&host);
        let base = check.base_url("base_url", base)?;
        Ok(join(&base, &["xms", "v1", of, "batches"]))
    }

    /// The URL that Sinch is to call, with the secret segment in its path.
    pub(crate) fn callback(
        &self,
        check: TableCheck<'_>,
        secret: Option<&SecretString>,
    ) -> Result<Option<Url>, Error> {
        let Some(url) = check.callback("callback_url", self.callback_url.as_deref())? else {
            return Ok(None);
        };
        let url = with_path_secret(url, secret);
        if callback_for(&url, MessageId::new()).chars().count() > LONGEST_CALLBACK {
            return Err(check.wrong(
                "callback_url",
                "with our id in its query it is longer than the 2048 characters that Sinch takes",
            ));
        }
        Ok(Some(url))
    }

    /// The secret that calls are signed with, and the one in their path.
    pub(crate) fn webhook_secrets(
        &self,
        check: TableCheck<'_>,
    ) -> Result<(Option<SecretString>, Option<SecretString>), Error> {
        if self.webhook_window.is_zero() {
            return Err(check.wrong("webhook_window", "it must be longer than zero"));
        }
        let signed = check.optional_secret("webhook_secret", &self.webhook_secret)?;
        let in_path = check.path_secret("webhook_path_secret", &self.webhook_path_secret)?;
        let receipts = self.delivery_report() != DeliveryReport::None;
        if receipts && signed.is_none() && in_path.is_none() {
            check.warn_unchecked("webhook_secret or webhook_path_secret");
        }
        Ok((signed, in_path))
    }

    /// The sender of messages that name none.
    pub(crate) fn sender(&self, check: TableCheck<'_>) -> Result<Option<Sender>, Error> {
        match &self.from {
            Some(Sender::MessagingService(_)) => Err(check.wrong(
                "from",
                "it is a messaging service, which Sinch does not have; name a number, a short code or a sender ID",
            )),
            from => Ok(from.clone()),
        }
    }

    /// Which receipts are asked for. Without a URL of ours Sinch refuses every message whose receipts
    /// are asked for, unless the plan has a URL of its own.
    pub(crate) fn delivery_report(&self) -> DeliveryReport {
        match (self.delivery_report, &self.callback_url) {
            (Some(report), _) => report,
            (None, Some(_)) => DeliveryReport::PerRecipient,
            (None, None) => DeliveryReport::None,
        }
    }
}
