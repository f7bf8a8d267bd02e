//! The vendor's table in the configuration.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{CallbackUrl, TableCheck};
use sms_framework::provider::signature::from_base64;
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, Sender};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new(
        "api",
        KeyType::OneOf(&["platform", "classic"]),
        "Which API: Bird's platform, or the classic one of MessageBird for accounts that have it.",
    )
    .default("\"platform\""),
    ConfigKey::new(
        "api_key",
        KeyType::Text,
        "The API key of the platform (`bk_…`), or the access key of the classic API.",
    )
    .env(&["BIRD_API_KEY", "MESSAGEBIRD_ACCESS_KEY"])
    .secret(),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .sample("\"+14155550100\"")
    .env(&["BIRD_FROM", "MESSAGEBIRD_ORIGINATOR"]),
    ConfigKey::new(
        "category",
        KeyType::OneOf(&["transactional", "marketing", "authentication", "service"]),
        "What the messages are for, which the platform demands; the classic API has no such field.",
    )
    .default("\"transactional\""),
    ConfigKey::new(
        "region",
        KeyType::OneOf(&["us1", "eu1"]),
        "Where the platform's workspace lives; the one that the API key names where it is not set.",
    )
    .sample("\"eu1\""),
    ConfigKey::new(
        "base_url",
        KeyType::Url,
        "Where the API is, in place of the region's host or of rest.messagebird.com.",
    )
    .sample("\"https://eu1.platform.bird.com\""),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where the classic API calls with reports; the platform takes its URL in the dashboard.",
    )
    .sample("\"https://example.org/sms/bird\""),
    ConfigKey::new(
        "webhook_secret",
        KeyType::Text,
        "What calls to us are signed with: the platform's `whsec_…`, or the classic signing key.",
    )
    .env(&["BIRD_WEBHOOK_SECRET", "MESSAGEBIRD_SIGNING_KEY"])
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

/// The host of the classic API.
const CLASSIC: &str = "https://rest.messagebird.com";

/// The table `[providers.bird]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BirdConfig {
    /// Which API.
    pub api: Api,
    /// The API key of the platform, or the access key of the classic API.
    pub api_key: Option<SecretString>,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// What the messages are for; transactional where it is not set. Platform only.
    pub category: Option<Category>,
    /// Where the workspace lives; the API key names it, too. Platform only.
    pub region: Option<Region>,
    /// Where the API is.
    pub base_url: Option<String>,
    /// Where the vendor calls with reports. Classic only.
    pub callback_url: Option<CallbackUrl>,
    /// What calls to us are signed with.
    pub webhook_secret: Option<SecretString>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

/// Which of the vendor's APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// Bird's platform, version 1.
    #[default]
    Platform,
    /// The REST API of MessageBird.
    Classic,
}

/// What a message is for, in the platform's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// About something that the recipient did: an order, an appointment.
    #[default]
    Transactional,
    /// Advertising.
    Marketing,
    /// One-time codes; the platform hides their texts when it is asked for them.
    Authentication,
    /// Help for a customer.
    Service,
}

impl Category {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "transactional",
            Self::Marketing => "marketing",
            Self::Authentication => "authentication",
            Self::Service => "service",
        }
    }
}

/// Where a workspace of the platform lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// The United States.
    Us1,
    /// Europe.
    Eu1,
}

impl Region {
    /// The region that a key of the form `bk_{region}_{token}` names.
    fn of_key(key: &str) -> Option<Self> {
        let (region, _token) = key.strip_prefix("bk_")?.split_once('_')?;
        match region {
            "us1" => Some(Self::Us1),
            "eu1" => Some(Self::Eu1),
            _ => None,
        }
    }

    const fn base_url(self) -> &'static str {
        match self {
            Self::Us1 => "https://us1.platform.bird.com",
            Self::Eu1 => "https://eu1.platform.bird.com",
        }
    }
}

impl Default for BirdConfig {
    fn default() -> Self {
        Self {
            api: Api::Platform,
            api_key: None,
            from: None,
            category: None,
            region: None,
            base_url: None,
            callback_url: None,
            webhook_secret: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

impl BirdConfig {
    /// The key of the API, where it can be one.
    pub(crate) fn key(&self, check: &TableCheck<'_>) -> Result<SecretString, Error> {
        let variable = match self.api {
            Api::Platform => "BIRD_API_KEY",
            Api::Classic => "MESSAGEBIRD_ACCESS_KEY",
        };
        let key = check.secret("api_key", &self.api_key, variable)?;
        if self.api == Api::Classic && key.expose_secret().starts_with("bk_") {
            let why = "it is a key of the platform; set `api = \"platform\"`, or the access key of the classic API";
            return Err(check.wrong("api_key", why));
        }
        Ok(key)
    }

    /// Where the API is.
    pub(crate) fn base(&self, check: &TableCheck<'_>, key: &SecretString) -> Result<Url, Error> {
        if let Some(url) = &self.base_url {
            if self.region.is_some() {
                let why = "`base_url` says where the API is; remove one of the two";
                return Err(check.wrong("region", why));
            }
            return check.base_url("base_url", url);
        }
        let default = match self.api {
            Api::Platform => self.region_of(check, key)?.base_url(),
            Api::Classic => CLASSIC,
        };
        check.base_url("base_url", default)
    }

    fn region_of(&self, check: &TableCheck<'_>, key: &SecretString) -> Result<Region, Error> {
        match (self.region, Region::of_key(key.expose_secret())) {
            (Some(set), Some(named)) if set != named => {
                let why =
                    "the API key names another region; remove this key, or take another API key";
                Err(check.wrong("region", why))
            }
            (Some(region), _) | (None, Some(region)) => Ok(region),
            (None, None) => {
                let why = "it names no region (bk_us1_… or bk_eu1_…); set `region`, or `api = \"classic\"` if it is an access key of MessageBird";
                Err(check.wrong("api_key", why))
            }
        }
    }

    /// What calls to us are signed with, where it is set.
    pub(crate) fn webhook_secret(
        &self,
        check: &TableCheck<'_>,
    ) -> Result<Option<SecretString>, Error> {
        let secret = check.optional_secret("webhook_secret", &self.webhook_secret)?;
        let encodes = |text: &str| {
            let key = from_base64(text.strip_prefix("whsec_").unwrap_or(text));
            key.is_some_and(|key| !key.is_empty())
        };
        match &secret {
            Some(set) if self.api == Api::Platform && !encodes(set.expose_secret()) => {
                let why =
                    "it is not the Base64 text that Bird shows when the webhook is made (whsec_…)";
                Err(check.wrong("webhook_secret", why))
            }
            None if self.callback_url.is_some() => {
                check.warn_unchecked("webhook_secret");
                Ok(None)
            }
            _ => Ok(secret),
        }
    }

    /// Refuses keys that the chosen API has no use for.
    pub(crate) fn fits(&self, check: &TableCheck<'_>) -> Result<(), Error> {
        let classic = self.api == Api::Classic;
        let refused = [
            (
                "category",
                classic && self.category.is_some(),
                "the classic API has no categories; remove it",
            ),
            (
                "region",
                classic && self.region.is_some(),
                "the classic API has no regions; remove it",
            ),
            (
                "callback_url",
                !classic && self.callback_url.is_some(),
                "the platform takes no URL with a message; make a webhook in its dashboard and remove this key",
            ),
        ];
        match refused.iter().find(|(_, is_refused, _)| *is_refused) {
            Some((key, _, why)) => Err(check.wrong(key, why)),
            None => Ok(()),
        }
    }
}
