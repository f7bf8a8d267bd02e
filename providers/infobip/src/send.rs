//! One POST for a message, under an id of our own.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sms_framework::provider::http::reqwest::header::AUTHORIZATION;
use sms_framework::provider::http::reqwest::{RequestBuilder, Url};
use sms_framework::provider::http::{Answer, HttpClient, TableCheck, join, words};
use sms_framework::provider::{
    Beyond, Capabilities, Code, ConfigKey, Lookup, Phase, Plugin, Provider, Reference, Validity,
    Webhooks,
};
use sms_framework::{Acceptance, Error, MessageId, MessageState, Outbound, Sender};

use crate::codes::CODES;
use crate::config::{self, InfobipConfig};
use crate::status::{Status, known, segments};

/// The longest validity period, in seconds: two days.
const LONGEST_VALIDITY: u64 = 48 * 3600;
/// The most parts of one message.
const MOST_PARTS: u32 = 25;

/// The provider: see the [crate's page](crate).
pub struct Infobip {
    http: HttpClient,
    base: Url,
    api_key: SecretString,
    from: Option<Sender>,
    callback_url: Option<Url>,
    pub(crate) path_secret: Option<SecretString>,
    pub(crate) basic: Option<SecretString>,
}

impl Plugin for Infobip {
    const KIND: &'static str = "infobip";
    const SUMMARY: &'static str = "Infobip, by its SMS API (version 3)";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(Validity::seconds(1, LONGEST_VALIDITY).beyond(Beyond::Cut))
        .with_max_segments(MOST_PARTS)
        .with_reference(Reference::Idempotent)
        .with_lookup()
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = InfobipConfig;

    fn build(id: &str, config: InfobipConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        let path_secret = check.path_secret("webhook_path_secret", &config.webhook_path_secret)?;
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            api_key: check.secret("api_key", &config.api_key, "INFOBIP_API_KEY")?,
            base: config.base_url(check)?,
            from: config.sender(check)?,
            basic: config.basic(check)?,
            callback_url: config.callback(check, path_secret.as_ref())?,
            path_secret,
        })
    }
}

#[async_trait]
impl Provider for Infobip {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let url = self.url("messages");
        let request = self.http.post(url.as_str()).json(&self.body(message));
        let answer = self.execute(request).await?;
        if !answer.is_success() {
            return Err(self.refusal(&answer, message));
        }
        let body = answer.json()?;
        let entry = entry(&body, message.id());
        let entry = entry.ok_or_else(|| answer.bad("the answer says success, yet has no entry"))?;
        let status = Status::of(&entry["status"]);
        let status = status.ok_or_else(|| answer.bad("the answer's entry has no status"))?;
        if status.is_duplicate() {
            return self.used_before(message, status).await;
        }
        if status.refuses() {
            return Err(answer.hidden_refusal(CODES, status.code().as_deref(), status.said()));
        }
        let (Some(id), Some(state)) = (entry["messageId"].as_str(), status.state()) else {
            return Err(answer.bad("the answer's entry has no id, or a status of no known group"));
        };
        Ok(acceptance(id, state, &status, entry))
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    fn default_sender(&self) -> Option<Sender> {
        self.from.clone()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
}

/// The entry of our message. There was one recipient, so a single entry is its own whatever id it
/// bears.
fn entry(body: &Value, id: MessageId) -> Option<&Value> {
    let entries = body["messages"].as_array()?;
    let id = id.to_string();
    let ours = entries.iter().find(|entry| entry["messageId"] == *id);
    ours.or(match entries.as_slice() {
        [single] => Some(single),
        _ => None,
    })
}

pub(crate) fn acceptance(
    id: &str,
    state: MessageState,
    status: &Status<'_>,
    entry: &Value,
) -> Acceptance {
    let acceptance = Acceptance::new(id)
        .with_state(state)
        .with_provider_status(status.word());
    match segments(entry) {
        Some(segments) => acceptance.with_segments(segments),
        None => acceptance,
    }
}

impl Infobip {
    pub(crate) fn url(&self, resource: &str) -> Url {
        join(&self.base, &["sms", "3", resource])
    }

    pub(crate) fn get(&self, url: &Url) -> RequestBuilder {
        self.http.get(url.as_str())
    }

    pub(crate) async fn execute(&self, request: RequestBuilder) -> Result<Answer, Error> {
        let proof = format!("App {}", self.api_key.expose_secret());
        self.http
            .execute(request.header(AUTHORIZATION, proof))
            .await
    }

    fn body(&self, message: &Outbound) -> Value {
        let mut sms = json!({
            "destinations": [{"to": message.to().digits().to_string(), "messageId": message.id()}],
            "content": {"text": message.body()},
        });
        match message.from().or(self.from.as_ref()) {
            Some(Sender::Phone(number)) => sms["sender"] = json!(number.digits().to_string()),
            Some(sender) => sms["sender"] = json!(sender),
            None => {}
        }
        if let Some(time) = message.valid_for() {
            let period = json!({"amount": time.as_secs(), "timeUnit": "SECONDS"});
            sms["options"] = json!({"validityPeriod": period});
        }
        if let Some(callback) = &self.callback_url {
            // Receipts of many messages come in one call, so none of our ids goes into its URL.
            sms["webhooks"] = json!({
                "delivery": {"url": callback.as_str()},
                "contentType": "application/json",
            });
        }
        json!({"messages": [sms], "options": {"includeSmsCountInResponse": true}})
    }

    /// Infobip has a message of this id, or had an attempt at it that it refused: its log tells which.
    /// Where the log tells nothing, the id was taken.
    async fn used_before(
        &self,
        message: &Outbound,
        status: Status<'_>,
    ) -> Result<Acceptance, Error> {
        let logged = self.logged(message).await.unwrap_or_default();
        let logged = logged.into_iter().map(|logged| logged.entry);
        let logged: Vec<Acceptance> = logged.collect();
        let refused = |entry: &Acceptance| entry.state == MessageState::Rejected;
        if let Some(known) = known(Phase::Request, "23")
            && !logged.is_empty()
            && logged.iter().all(refused)
        {
            return Err(known.error());
        }
        let taken = logged.into_iter().find(|entry| !refused(entry));
        Ok(taken.unwrap_or_else(|| {
            let id = message.id().to_string();
            Acceptance::new(id).with_provider_status(status.word())
        }))
    }

    /// The error of an answer that is no success. Infobip's words are dropped where they repeat the
    /// text or the key.
    pub(crate) fn refusal(&self, answer: &Answer, message: &Outbound) -> Error {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        // Version 3 says `errorCode` and `description`, older endpoints nest theirs.
        let older = &body["requestError"]["serviceException"];
        let code = body["errorCode"].as_str().or(older["messageId"].as_str());
        let said = body["description"].as_str().or(older["text"].as_str());
        let said = [said.map(str::to_owned), violations(&body)];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let hidden = [message.body(), self.api_key.expose_secret()];
        let error = answer.refusal(CODES, code, words(&said.join(": "), &hidden));
        match answer.status {
            404 => error.with_help(
                "each account has a host of its own; is `base_url` the one that the portal shows?",
            ),
            _ => error,
        }
    }
}

/// Which fields are wrong, and how.
fn violations(body: &Value) -> Option<String> {
    let violation = |entry: &Value| {
        let (property, violation) = (entry["property"].as_str()?, entry["violation"].as_str()?);
        Some(format!("{property} {violation}"))
    };
    let violations = body["violations"].as_array()?.iter();
    let violations: Vec<String> = violations.filter_map(violation).collect();
    (!violations.is_empty()).then(|| violations.join(", "))
}

/// Shows no secret.
impl fmt::Debug for Infobip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Infobip")
            .field("base", &self.base.as_str())
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
