//! Vonage's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::Sender;
use sms_framework::config::duration;
use sms_framework::provider::http::CallbackUrl;
use sms_framework::provider::{ConfigKey, KeyType};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("api_key", KeyType::Text, "The account's API key.")
        .sample("\"abcd1234\"")
        .env(&["VONAGE_API_KEY"]),
    ConfigKey::new("api_secret", KeyType::Text, "The secret of the API key.")
        .env(&["VONAGE_API_SECRET"])
        .secret(),
    ConfigKey::new(
        "application_id",
        KeyType::Text,
        "The application that tokens are made for, instead of the API key; the Messages API only.",
    )
    .sample("\"00000000-0000-0000-0000-000000000000\"")
    .env(&["VONAGE_APPLICATION_ID"]),
    ConfigKey::new(
        "private_key",
        KeyType::Text,
        "The application's private key in PEM: its text, not the name of its file.",
    )
    .env(&["VONAGE_PRIVATE_KEY"])
    .secret(),
    ConfigKey::new(
        "api",
        KeyType::OneOf(&["messages", "sms"]),
        "Which API sends: Messages, or the older SMS API with its receipts for each part.",
    )
    .default("\"messages\""),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .sample("\"+14155550100\"")
    .env(&["VONAGE_FROM"]),
    ConfigKey::new(
        "region",
        KeyType::OneOf(&["eu", "us", "ap"]),
        "The region whose host of the Messages API is called instead of the worldwide one.",
    )
    .sample("\"eu\""),
    ConfigKey::new(
        "base_url",
        KeyType::Url,
        "Where the API is instead of Vonage's host.",
    )
    .sample("\"http://127.0.0.1:8080\""),
    ConfigKey::new(
        "callback_url",
        KeyType::Url,
        "Where Vonage reports on each message instead of where the dashboard says; `webhook_path_secret` is put at the end of its path.",
    )
    .sample("\"https://example.org/sms/vonage\""),
    ConfigKey::new(
        "webhook_secret",
        KeyType::Text,
        "The account's signature secret, which Vonage signs its calls with.",
    )
    .env(&["VONAGE_SIGNATURE_SECRET"])
    .secret(),
    ConfigKey::new(
        "signature_method",
        KeyType::OneOf(&["md5", "hmac-md5", "hmac-sha1", "hmac-sha256", "hmac-sha512"]),
        "How calls of the SMS API are signed; unset where the account has no signatures there.",
    )
    .sample("\"hmac-sha256\"")
    .env(&["VONAGE_SIGNATURE_METHOD"]),
    ConfigKey::new(
        "webhook_path_secret",
        KeyType::Text,
        "An unguessable segment of our URL's path, without which no call is believed: 16 characters or more.",
    )
    .env(&["VONAGE_WEBHOOK_PATH_SECRET"])
    .secret(),
    ConfigKey::new(
        "webhook_window",
        KeyType::Duration,
        "How far the time in a signed call may lie from ours, in either direction.",
    )
    .default("\"1h\""),
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
    &["api_key", "api_secret"],
    &["application_id", "private_key"],
];

/// The API that sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Api {
    /// The Messages API, version 1.
    #[default]
    Messages,
    /// The SMS API.
    Sms,
}

/// A region with a host of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Region {
    /// Europe.
    Eu,
    /// The United States.
    Us,
    /// Asia and the Pacific.
    Ap,
}

/// How the SMS API signs its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// The MD5 of the parameters and the secret.
    #[serde(rename = "md5")]
    Md5,
    /// HMAC with MD5.
    #[serde(rename = "hmac-md5")]
    HmacMd5,
    /// HMAC with SHA-1.
    #[serde(rename = "hmac-sha1")]
    HmacSha1,
    /// HMAC with SHA-256.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// HMAC with SHA-512.
    #[serde(rename = "hmac-sha512")]
    HmacSha512,
}

/// The table `[providers.vonage]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VonageConfig {
    /// The account's API key.
    pub api_key: Option<String>,
    /// The secret of the API key.
    pub api_secret: Option<SecretString>,
    /// The application that tokens are made for; used instead of the API key where it is set.
    pub application_id: Option<String>,
    /// The application's private key in PEM.
    pub private_key: Option<SecretString>,
    /// Which API sends.
    pub api: Api,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// The region whose host of the Messages API is called.
    pub region: Option<Region>,
    /// Where the API is instead of Vonage's host.
    pub base_url: Option<String>,
    /// Where Vonage reports on each message instead of where the dashboard says.
    pub callback_url: Option<CallbackUrl>,
    /// The account's signature secret.
    pub webhook_secret: Option<SecretString>,
    /// How calls of the SMS API are signed.
    pub signature_method: Option<SignatureMethod>,
    /// An unguessable segment of our URL's path, without which no call is believed.
    pub webhook_path_secret: Option<SecretString>,
    /// How far the time in a signed call may lie from ours. Default 1 h.
    #[serde(deserialize_with = "duration::deserialize")]
    pub webhook_window: Duration,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for VonageConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            api_secret: None,
            application_id: None,
            private_key: None,
            api: Api::default(),
            from: None,
            region: None,
            base_url: None,
            callback_url: None,
            webhook_secret: None,
            signature_method: None,
            webhook_path_secret: None,
            webhook_window: Duration::from_secs(3600),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}
