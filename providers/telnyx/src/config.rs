//! Telnyx's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sms_framework::config::duration;
use sms_framework::message::{MessageId, ServiceId};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{CallbackUrl, TableCheck, callback_for};
use sms_framework::provider::signature::from_base64;
use sms_framework::provider::{ConfigKey, KeyType};
use sms_framework::{Error, Sender};

const BASE_URL: &str = "https://api.telnyx.com/v2";
/// The longest URL that Telnyx calls.
const LONGEST_URL: usize = 2000;

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("api_key", KeyType::Text, "An API key (v2) of the account.")
        .env(&["TELNYX_API_KEY"])
        .secret(),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none: a number or short code of the profile, or a sender ID.",
    )
    .sample("\"+14155550100\"")
    .env(&["TELNYX_FROM"]),
    ConfigKey::new(
        "messaging_profile_id",
        KeyType::Text,
        "The messaging profile that messages go through; without `from`, its pool picks the sender.",
    )
    .sample("\"00000000-0000-0000-0000-000000000000\"")
    .env(&["TELNYX_MESSAGING_PROFILE_ID"]),
    ConfigKey::new(
        "encoding",
        KeyType::OneOf(&["auto", "gsm7", "ucs2"]),
        "How texts are encoded; `auto` may swap characters, `gsm7` refuses texts that do not fit.",
    )
    .sample("\"ucs2\""),
    ConfigKey::new("base_url", KeyType::Url, "Where the API is.")
        .default("\"https://api.telnyx.com/v2\""),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where Telnyx reports how messages fare.",
    )
    .sample("\"https://example.org/sms/telnyx\"")
    .env(&["TELNYX_CALLBACK_URL"]),
    ConfigKey::new(
        "public_key",
        KeyType::Text,
        "The account's public key in Base64, which Telnyx's calls are checked with.",
    )
    .sample("\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"")
    .env(&["TELNYX_PUBLIC_KEY"]),
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

/// How Telnyx encodes texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextEncoding {
    /// As few segments as it can, by swapping quotes and dashes for plain ones too.
    Auto,
    /// GSM-7; a text that does not fit is refused.
    Gsm7,
    /// UCS-2, character for character.
    Ucs2,
}

/// The table `[providers.telnyx]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TelnyxConfig {
    /// An API key of the account.
    pub api_key: Option<SecretString>,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// The messaging profile that messages go through.
    pub messaging_profile_id: Option<String>,
    /// How texts are encoded; as the profile says where `None`.
    pub encoding: Option<TextEncoding>,
    /// Where the API is.
    pub base_url: String,
    /// Where Telnyx reports how messages fare.
    pub callback_url: Option<CallbackUrl>,
    /// The account's public key in Base64.
    pub public_key: Option<String>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for TelnyxConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            from: None,
            messaging_profile_id: None,
            encoding: None,
            base_url: BASE_URL.to_owned(),
            callback_url: None,
            public_key: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

impl TelnyxConfig {
    /// The messaging profile.
    pub(crate) fn profile(&self, check: TableCheck<'_>) -> Result<Option<ServiceId>, Error> {
        let id = self.messaging_profile_id.as_deref();
        id.map(ServiceId::parse).transpose().map_err(|_| {
            let why = "it is no id of a messaging profile: copy it from the portal";
            check.wrong("messaging_profile_id", why)
        })
    }

    /// The sender of messages that name none: the profile's pool where it is all there is.
    pub(crate) fn sender(
        &self,
        check: TableCheck<'_>,
        profile: Option<&ServiceId>,
    ) -> Result<Option<Sender>, Error> {
        match (&self.from, profile) {
            (Some(Sender::Alphanumeric(_)), None) => Err(check.wrong("from", NEEDS_PROFILE)),
            (Some(from), _) => Ok(Some(from.clone())),
            (None, Some(profile)) => Ok(Some(Sender::MessagingService(profile.clone()))),
            (None, None) => Ok(None),
        }
    }

    /// The URL that Telnyx is given, but for our id.
    pub(crate) fn callback(&self, check: TableCheck<'_>) -> Result<Option<Url>, Error> {
        let url = check.callback("callback_url", self.callback_url.as_deref())?;
        let too_long = |url: &Url| callback_for(url, MessageId::new()).len() > LONGEST_URL;
        if url.as_ref().is_some_and(too_long) {
            let why = "it is too long: with our id in it, Telnyx takes 2000 characters at most";
            return Err(check.wrong("callback_url", why));
        }
        Ok(url)
    }

    /// The bytes of the public key.
    pub(crate) fn key(&self, check: TableCheck<'_>) -> Result<Option<Vec<u8>>, Error> {
        let Some(text) = &self.public_key else {
            return Ok(None);
        };
        match from_base64(text.trim()).filter(|key| key.len() == 32) {
            Some(key) => Ok(Some(key)),
            None => Err(check.wrong(
                "public_key",
                "it is no Ed25519 key: copy the 44 characters of Base64 from the portal",
            )),
        }
    }
}

/// Why a sender ID alone is not enough.
pub(crate) const NEEDS_PROFILE: &str =
    "a sender ID goes through a messaging profile; set TELNYX_MESSAGING_PROFILE_ID";
