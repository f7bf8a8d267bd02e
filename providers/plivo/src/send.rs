//! One POST for a message.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sms_framework::message::PhoneNumber;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{Answer, HttpClient, TableCheck, callback_for, join, words};
use sms_framework::provider::{
    Beyond, Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Validity, Webhooks,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::codes::CODES;
use crate::config::{self, CallbackMethod, LogPolicy, PlivoConfig};
use crate::length;

/// Plivo's Message API: see the [crate's page](crate).
pub struct Plivo {
    http: HttpClient,
    messages: Url,
    auth_id: String,
    pub(crate) auth_token: SecretString,
    from: Option<Sender>,
    log: Option<LogPolicy>,
    callback_url: Option<Url>,
    callback_method: CallbackMethod,
    pub(crate) path_secret: Option<SecretString>,
}

impl Plugin for Plivo {
    const KIND: &'static str = "plivo";
    const SUMMARY: &'static str = "Plivo Message API";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(Validity::seconds(5, 10_799).beyond(Beyond::NotSaid))
        .with_messaging_service()
        .with_reference(Reference::Callback)
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = PlivoConfig;

    fn build(id: &str, config: PlivoConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        let base = check.base_url("base_url", &config.base_url)?;
        let auth_id = check.name("auth_id", &config.auth_id, "PLIVO_AUTH_ID")?;
        let path_secret = check.path_secret("webhook_path_secret", &config.webhook_path_secret)?;
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            // Plivo's own clients keep the slash at the end.
            messages: join(&base, &["Account", auth_id, "Message", ""]),
            auth_id: auth_id.to_owned(),
            auth_token: check.secret("auth_token", &config.auth_token, "PLIVO_AUTH_TOKEN")?,
            from: config.sender(check)?,
            log: config.log,
            callback_url: config.callback(check, path_secret.as_ref())?,
            callback_method: config.callback_method,
            path_secret,
        })
    }
}

#[async_trait]
impl Provider for Plivo {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        length::check(message)?;
        let request = self
            .http
            .post(self.messages.as_str())
            .basic_auth(&self.auth_id, Some(self.auth_token.expose_secret()))
            .json(&self.body(message)?);
        let answer = self.http.execute(request).await?;
        // Plivo may quote the callback URL, whose path holds a secret.
        let path_secret = self.path_secret.as_ref().map(ExposeSecret::expose_secret);
        let token = self.auth_token.expose_secret();
        let hidden = [message.body(), token, path_secret.unwrap_or_default()];
        read(&answer, message.to(), &hidden)
    }

    fn capabilities(&self) -> Capabilities {
        match self.callback_url {
            Some(_) => Self::CAPABILITIES,
            None => Self::CAPABILITIES.with_reference(Reference::None),
        }
    }

    fn default_sender(&self) -> Option<Sender> {
        self.from.clone()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
}

impl Plivo {
    /// One recipient: an answer about several does not say which id is whose.
    fn body(&self, message: &Outbound) -> Result<Value, Error> {
        let mut body = json!({
            "dst": message.to().digits().to_string(),
            "text": message.body(),
        });
        let (field, sender) = self.sender(message)?;
        body[field] = json!(sender);
        if let Some(time) = message.valid_for() {
            body["message_expiry"] = json!(time.as_secs());
        }
        if let Some(log) = self.log {
            body["log"] = json!(log.word());
        }
        if let Some(callback) = &self.callback_url {
            body["url"] = json!(callback_for(callback, message.id()));
            body["method"] = json!(self.callback_method);
        }
        Ok(body)
    }

    /// The field that names the sender, and the sender: `src` and `powerpack_uuid` exclude each other.
    fn sender(&self, message: &Outbound) -> Result<(&'static str, String), Error> {
        let refused = |why: &str| Err(Error::new(ErrorKind::InvalidSender, why));
        Ok(match message.from().or(self.from.as_ref()) {
            // Plivo strips the plus.
            Some(Sender::Phone(number)) => ("src", number.digits().to_string()),
            Some(Sender::Alphanumeric(id)) if !config::survives(id.as_str()) => {
                return refused(config::STRIPPED);
            }
            Some(Sender::MessagingService(uuid)) => ("powerpack_uuid", uuid.as_str().to_owned()),
            Some(sender) => ("src", sender.to_string()),
            None => {
                return refused(
                    "the message names no sender, and neither PLIVO_FROM nor PLIVO_POWERPACK_UUID is set",
                );
            }
        })
    }
}

/// What an answer says about the message. Plivo's words are dropped where they repeat one of
/// `hidden`.
fn read(answer: &Answer, to: &PhoneNumber, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body = answer.json()?;
    let mut invalid = texts(&body["invalid_number"]);
    if invalid.any(|number| PhoneNumber::from_vendor(number).as_ref() == Some(to)) {
        let message = "Plivo lists the recipient as no valid number";
        return Err(Error::new(ErrorKind::Recipient, message).with_http_status(answer.status));
    }
    if let Some(id) = texts(&body["message_uuid"]).find(|id| !id.is_empty()) {
        return Ok(Acceptance::new(id));
    }
    match body["message_uuid"].as_array() {
        Some(ids) if ids.is_empty() => {
            let said = "Plivo took it for nobody".to_owned();
            Err(answer.hidden_refusal(CODES, None, Some(said)))
        }
        _ => Err(answer.bad("the answer says success, yet names no message")),
    }
}

/// The texts of a list, or the one text that stands in its place.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map(Vec::as_slice);
    let list = list.unwrap_or_else(|| std::slice::from_ref(value));
    list.iter().filter_map(Value::as_str)
}

/// The status decides: Plivo's errors have no codes.
fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = body["error"].as_str().and_then(|said| words(said, hidden));
    let error = answer.refusal(CODES, None, said);
    match answer.status {
        403 => error.with_help("is the recipient's country on in the account's Geo Permissions?"),
        405 => error.with_help("is `base_url` the API's address?"),
        _ => error,
    }
}

/// Shows no secret: the callback URL holds one.
impl fmt::Debug for Plivo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plivo")
            .field("messages", &self.messages.as_str())
            .field("from", &self.from)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}
