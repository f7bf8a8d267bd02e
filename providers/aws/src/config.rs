//! AWS's table in the configuration.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::provider::{ConfigKey, KeyType};

pub(crate) const KEYS: &[ConfigKey] = &[
    ConfigKey::new("region", KeyType::Text, "The region whose service sends; senders and keys are of one region.")
        .sample("\"eu-central-1\"")
        .env(&["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ConfigKey::new("access_key_id", KeyType::Text, "The id of the access key that requests are signed with.")
        .sample("\"AKIDEXAMPLE\"")
        .env(&["AWS_ACCESS_KEY_ID"]),
    ConfigKey::new("secret_access_key", KeyType::Text, "The secret of the access key.")
        .env(&["AWS_SECRET_ACCESS_KEY"])
        .secret(),
    ConfigKey::new("session_token", KeyType::Text, "The token of temporary credentials; they are not renewed when it expires.")
        .env(&["AWS_SESSION_TOKEN"])
        .secret(),
    ConfigKey::new("from", KeyType::Text, "The sender of messages that name none: a number, a sender ID, `service:POOL_ID` or an ARN; unset, AWS picks one.")
        .sample("\"+14155550100\""),
    ConfigKey::new("configuration_set", KeyType::Text, "Name or ARN of the configuration set, whose event destination reports what became of messages.")
        .sample("\"sms\""),
    ConfigKey::new("message_type", KeyType::OneOf(&["TRANSACTIONAL", "PROMOTIONAL"]), "The sort of all messages; unset, AWS goes by the sender.")
        .sample("\"TRANSACTIONAL\""),
    ConfigKey::new("max_price", KeyType::Text, "The most that one message may cost, in US dollars; a dearer one is refused.")
        .sample("\"0.25\""),
    ConfigKey::new("protect_configuration", KeyType::Text, "Id or ARN of the protect configuration that says which countries may be sent to.")
        .sample("\"protect-0123456789abcdef0123456789abcdef\""),
    ConfigKey::new("india_entity_id", KeyType::Text, "The entity id of India's DLT registration, given with messages to +91 only.")
        .sample("\"1101234567890123456\""),
    ConfigKey::new("india_template_id", KeyType::Text, "The template id of India's DLT registration, given with messages to +91 only.")
        .sample("\"1107123456789012345\""),
    ConfigKey::new("topic_arn", KeyType::Text, "The SNS topic whose HTTPS subscription brings the events; unset, no receipts are read.")
        .sample("\"arn:aws:sns:eu-central-1:123456789012:sms-events\""),
    ConfigKey::new("base_url", KeyType::Url, "Where the API is instead of https://sms-voice.REGION.amazonaws.com; for FIPS and dual-stack hosts, too.")
        .sample("\"http://127.0.0.1:8080\""),
    ConfigKey::new("sns_url", KeyType::Url, "Where the certificates and subscriptions of SNS are fetched instead of from its own hosts: on this very machine, for tests.")
        .sample("\"http://127.0.0.1:8081\""),
    ConfigKey::new("connect_timeout", KeyType::Duration, "How long DNS, connect and TLS may take.")
        .default("\"10s\""),
    ConfigKey::new("timeout", KeyType::Duration, "How long one request may take.")
        .default("\"30s\""),
];

/// Sets of keys; it cannot start unless one of them is complete.
pub(crate) const CREDENTIALS: &[&[&str]] = &[&["region", "access_key_id", "secret_access_key"]];

/// What a message is for, to AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MessageType {
    /// Expected by its recipient: codes, reminders.
    Transactional,
    /// Advertising.
    Promotional,
}

impl MessageType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "TRANSACTIONAL",
            Self::Promotional => "PROMOTIONAL",
        }
    }
}

/// The table `[providers.aws]`; see the [crate's page](crate) for its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AwsConfig {
    /// The region whose service sends.
    pub region: String,
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    pub secret_access_key: Option<SecretString>,
    /// The token of temporary credentials.
    pub session_token: Option<SecretString>,
    /// The sender of messages that name none.
    pub from: Option<String>,
    /// Name or ARN of the configuration set.
    pub configuration_set: Option<String>,
    /// The sort of all messages.
    pub message_type: Option<MessageType>,
    /// The most that one message may cost, in US dollars.
    pub max_price: Option<String>,
    /// Id or ARN of the protect configuration.
    pub protect_configuration: Option<String>,
    /// The entity id of India's DLT registration.
    pub india_entity_id: Option<String>,
    /// The template id of India's DLT registration.
    pub india_template_id: Option<String>,
    /// The SNS topic that the events come from.
    pub topic_arn: Option<String>,
    /// Where the API is instead of the region's host.
    pub base_url: Option<String>,
    /// Where SNS is instead of at its own hosts, on this very machine.
    pub sns_url: Option<String>,
    /// How long DNS, connect and TLS may take. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long one request may take. Default 30 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
}

impl Default for AwsConfig {
    fn default() -> Self {
        Self {
            region: String::new(),
            access_key_id: String::new(),
            secret_access_key: None,
            session_token: None,
            from: None,
            configuration_set: None,
            message_type: None,
            max_price: None,
            protect_configuration: None,
            india_entity_id: None,
            india_template_id: None,
            topic_arn: None,
            base_url: None,
            sns_url: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}
