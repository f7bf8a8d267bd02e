//! The table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::Sender;
use sms_framework::config::duration;
use sms_framework::provider::{ConfigKey, KeyType};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new(
        "url",
        KeyType::Text,
        "Where the server is: `smpp://host:port`, or `smpps://host:port` for TLS.",
    )
    .sample("\"smpps://smsc.example.org:3550\"")
    .env(&["SMPP_URL"]),
    ConfigKey::new(
        "system_id",
        KeyType::Text,
        "The account's name, 15 characters at most.",
    )
    .sample("\"acme\"")
    .env(&["SMPP_SYSTEM_ID"]),
    ConfigKey::new(
        "password",
        KeyType::Text,
        "The account's password, 8 characters at most.",
    )
    .env(&["SMPP_PASSWORD"])
    .secret(),
    ConfigKey::new(
        "system_type",
        KeyType::Text,
        "The type of system that the bind names, 12 characters at most.",
    )
    .default("\"\""),
    ConfigKey::new(
        "from",
        KeyType::Text,
        "The sender of messages that name none.",
    )
    .sample("\"+14155550100\"")
    .env(&["SMPP_FROM"]),
    ConfigKey::new(
        "bind",
        KeyType::OneOf(&["transceiver", "pair"]),
        "One connection for both directions, or a transmitter and a receiver.",
    )
    .default("\"transceiver\""),
    ConfigKey::new(
        "window",
        KeyType::Integer,
        "How many parts may wait for their answer at once.",
    )
    .default("10"),
    ConfigKey::new(
        "default_alphabet",
        KeyType::OneOf(&["gsm", "latin1", "ascii"]),
        "What the server takes data_coding 0 for.",
    )
    .default("\"gsm\""),
    ConfigKey::new(
        "receipt_id",
        KeyType::OneOf(&["same", "hex_to_dec", "dec_to_hex"]),
        "How the id in a receipt's text becomes the id that the server gave at the send.",
    )
    .default("\"same\""),
    ConfigKey::new(
        "acceptd",
        KeyType::OneOf(&["sent", "delivered"]),
        "What ACCEPTD in a receipt means: on its way, or taken on the user's behalf.",
    )
    .default("\"sent\""),
    ConfigKey::new(
        "codes",
        KeyType::List,
        "What the server's own statuses mean, each as `status: meaning`; they go before ours.",
    )
    .sample("[\"0x0401: account\", \"0x0402: opted_out\"]"),
    ConfigKey::new(
        "service_type",
        KeyType::Text,
        "The service that every message names, 5 characters at most.",
    )
    .default("\"\""),
    ConfigKey::new(
        "short_code_ton",
        KeyType::Integer,
        "The type of number (0 to 6) of a short code as sender.",
    )
    .default("3"),
    ConfigKey::new(
        "short_code_npi",
        KeyType::Integer,
        "The numbering plan (0 to 18) of a short code as sender.",
    )
    .default("0"),
    ConfigKey::new(
        "ca_file",
        KeyType::Text,
        "A PEM file with the authorities to trust instead of the system's.",
    )
    .sample("\"/etc/sms/smsc-ca.pem\""),
    ConfigKey::new(
        "throttle_pause",
        KeyType::Duration,
        "How long nothing is sent after the server said that it is too much; five times that where its queue is full.",
    )
    .default("\"1s\""),
    ConfigKey::new(
        "enquire_link",
        KeyType::Duration,
        "How long the line may be silent before the server is asked for a sign of life.",
    )
    .default("\"30s\""),
    ConfigKey::new(
        "enquire_link_timeout",
        KeyType::Duration,
        "How long that sign of life may take before the connection counts as dead.",
    )
    .default("\"10s\""),
    ConfigKey::new(
        "reconnect_min",
        KeyType::Duration,
        "The first pause before a new connection; it doubles with each failure.",
    )
    .default("\"1s\""),
    ConfigKey::new(
        "reconnect_max",
        KeyType::Duration,
        "The longest pause before a new connection.",
    )
    .default("\"60s\""),
    ConfigKey::new(
        "connect_timeout",
        KeyType::Duration,
        "How long DNS, connect, TLS and bind may take together.",
    )
    .default("\"10s\""),
    ConfigKey::new(
        "timeout",
        KeyType::Duration,
        "How long a part may wait for a place in the window, and then for its answer.",
    )
    .default("\"20s\""),
];

/// Sets of keys; it cannot start unless one of them is complete.
pub(crate) const CREDENTIALS: &[&[&str]] = &[&["url", "system_id", "password"]];

/// How the server is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bind {
    /// One connection for both directions.
    #[default]
    Transceiver,
    /// A transmitter, and a receiver once somebody takes its events.
    Pair,
}

/// What octets under data_coding 0 are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DefaultAlphabet {
    /// GSM 03.38, one septet an octet.
    #[default]
    Gsm,
    /// ISO 8859-1.
    Latin1,
    /// ASCII.
    Ascii,
}

/// How the id in a receipt's text becomes the one that the server gave at the send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptId {
    /// They are the same.
    #[default]
    Same,
    /// Receipts have it in hexadecimal, answers in decimal.
    HexToDec,
    /// Receipts have it in decimal, answers in hexadecimal.
    DecToHex,
}

/// What `ACCEPTD` says in a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptd {
    /// The message is on its way.
    #[default]
    Sent,
    /// Somebody took it on the user's behalf.
    Delivered,
}

/// The table `[providers.smpp]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SmppConfig {
    /// Where the server is.
    pub url: String,
    /// The account's name.
    pub system_id: String,
    /// The account's password.
    pub password: Option<SecretString>,
    /// The type of system that the bind names.
    pub system_type: String,
    /// The sender of messages that name none.
    pub from: Option<Sender>,
    /// How the server is bound to.
    pub bind: Bind,
    /// How many parts may wait for their answer at once. Default 10.
    pub window: u32,
    /// What the server takes data_coding 0 for.
    pub default_alphabet: DefaultAlphabet,
    /// How the id in a receipt's text becomes the one of the answer.
    pub receipt_id: ReceiptId,
    /// What ACCEPTD in a receipt means.
    pub acceptd: Acceptd,
    /// What the server's own statuses mean.
    pub codes: Vec<String>,
    /// The service that every message names.
    pub service_type: String,
    /// The type of number of a short code as sender. Default 3.
    pub short_code_ton: u8,
    /// The numbering plan of a short code as sender. Default 0.
    pub short_code_npi: u8,
    /// The authorities to trust instead of the system's.
    pub ca_file: Option<String>,
    /// How long nothing is sent after a throttling answer. Default 1 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub throttle_pause: Duration,
    /// How long the line may be silent. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub enquire_link: Duration,
    /// How long a sign of life may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub enquire_link_timeout: Duration,
    /// The first pause before a new connection. Default 1 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub reconnect_min: Duration,
    /// The longest pause before a new connection. Default 60 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub reconnect_max: Duration,
    /// How long DNS, connect, TLS and bind may take together. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long a part may wait for its answer. Default 20 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for SmppConfig {
    fn default() -> Self {
        Self {
            url: String::new(),
            system_id: String::new(),
            password: None,
            system_type: String::new(),
            from: None,
            bind: Bind::default(),
            window: 10,
            default_alphabet: DefaultAlphabet::default(),
            receipt_id: ReceiptId::default(),
            acceptd: Acceptd::default(),
            codes: Vec::new(),
            service_type: String::new(),
            short_code_ton: 3,
            short_code_npi: 0,
            ca_file: None,
            throttle_pause: Duration::from_secs(1),
            enquire_link: Duration::from_secs(30),
            enquire_link_timeout: Duration::from_secs(10),
            reconnect_min: Duration::from_secs(1),
            reconnect_max: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(20),
        }
    }
}
