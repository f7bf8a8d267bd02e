//! One signed POST for a message.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{HttpClient, TableCheck, join};
use sms_framework::provider::{
    Capabilities, Code, ConfigKey, Lookup, MESSAGE_ID_PARAMETER, Plugin, Provider, Reference,
    Validity, Webhooks,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::answer;
use crate::codes::CODES;
use crate::config::{self, AwsConfig};
use crate::sign::Signer;
use crate::table::{self, From};
use crate::topic::Topic;

/// What every request has, and is signed with.
const HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/x-amz-json-1.0"),
    ("x-amz-target", "PinpointSMSVoiceV2.SendTextMessage"),
];

const VALIDITY: Validity = Validity::seconds(5, 259_200);

/// AWS End User Messaging SMS: see the [crate's page](crate).
pub struct Aws {
    http: HttpClient,
    url: Url,
    signer: Signer,
    from: Option<From>,
    /// Fields that are the same in every request.
    fixed: Map<String, Value>,
    /// Fields of India's DLT registration.
    india: Map<String, Value>,
    topic: Option<Topic>,
}

impl Plugin for Aws {
    const KIND: &'static str = "aws";
    const SUMMARY: &'static str = "AWS End User Messaging SMS";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(VALIDITY)
        .with_messaging_service()
        .with_reference(Reference::Echoed)
        .with_receipts();
    const CODES: &'static [Code] = CODES;
    type Config = AwsConfig;

    fn build(id: &str, config: AwsConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        let region = table::region(&check, &config.region)?;
        let credentials = credentials(&check, &config)?;
        let base = match &config.base_url {
            Some(url) => check.base_url("base_url", url)?,
            None => check.base_url(
                "region",
                &format!("https://sms-voice.{region}.amazonaws.com"),
            )?,
        };
        let http = HttpClient::new(config.connect_timeout, config.timeout)?;
        Ok(Self {
            url: join(&base, &[""]),
            signer: Signer::new(credentials, region.to_owned(), "sms-voice"),
            from: config
                .from
                .as_deref()
                .map(|from| From::read(&check, from))
                .transpose()?,
            fixed: table::fixed(&check, &config)?,
            india: table::india(&check, &config)?,
            topic: Topic::of(&check, &config, &http)?,
            http,
        })
    }
}

fn credentials(check: &TableCheck<'_>, config: &AwsConfig) -> Result<Credentials, Error> {
    let key = check.name("access_key_id", &config.access_key_id, "AWS_ACCESS_KEY_ID")?;
    let secret = check.secret(
        "secret_access_key",
        &config.secret_access_key,
        "AWS_SECRET_ACCESS_KEY",
    )?;
    let token = check.optional_secret("session_token", &config.session_token)?;
    let token = token.map(|token| token.expose_secret().to_owned());
    Ok(Credentials::new(
        key,
        secret.expose_secret(),
        token,
        None,
        "configuration",
    ))
}

#[async_trait]
impl Provider for Aws {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let body = Value::Object(self.fields(message)?).to_string();
        let signed_at = Timestamp::now();
        let signature = self
            .signer
            .headers(&self.url, &HEADERS, body.as_bytes(), signed_at)?;
        let mut request = self.http.post(self.url.as_str()).headers(signature);
        for (name, value) in HEADERS {
            request = request.header(name, value);
        }
        let answer = self.http.execute(request.body(body)).await?;
        let [secret, token] = self.signer.secrets();
        answer::read(&answer, signed_at, &[message.body(), secret, token])
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = Self::CAPABILITIES;
        can.receipts = self.topic.is_some();
        can
    }

    fn default_sender(&self) -> Option<Sender> {
        match &self.from {
            Some(From::Sender(sender)) => Some(sender.clone()),
            _ => None,
        }
    }

    /// AWS lists no messages.
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        self.topic.as_ref().map(|topic| topic as &dyn Webhooks)
    }
}

impl Aws {
    fn fields(&self, message: &Outbound) -> Result<Map<String, Value>, Error> {
        let mut fields = self.fixed.clone();
        let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        set("DestinationPhoneNumber", json!(message.to()));
        set("MessageBody", json!(message.body()));
        // It comes back in every event: the only thing by which an answer that was lost is made good.
        set("Context", json!({ MESSAGE_ID_PARAMETER: message.id() }));
        if let Some(identity) = self.identity(message) {
            set("OriginationIdentity", json!(identity));
        }
        if let Some(time) = message.valid_for() {
            set("TimeToLive", json!(seconds(time)?));
        }
        if !self.india.is_empty() && message.to().as_str().starts_with("+91") {
            set("DestinationCountryParameters", json!(self.india));
        }
        Ok(fields)
    }

    /// Who it is sent as; where nobody says, AWS picks.
    fn identity(&self, message: &Outbound) -> Option<String> {
        match (message.from(), &self.from) {
            (Some(sender), _) | (None, Some(From::Sender(sender))) => Some(table::identity(sender)),
            (None, Some(From::Arn(arn))) => Some(arn.clone()),
            (None, None) => None,
        }
    }
}

/// A validity period in whole seconds, rounded down.
fn seconds(time: Duration) -> Result<u64, Error> {
    if VALIDITY.allows(time) {
        return Ok(time.as_secs());
    }
    let message = format!("AWS can hold a message for 5 s to 259200 s (72 h), not for {time:?}");
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// Shows no secret.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("url", &self.url.as_str())
            .field("from", &self.from)
            .field("fixed", &self.fixed)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
