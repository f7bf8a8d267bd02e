//! One POST for a message.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{
    Answer, HttpClient, TableCheck, callback_for, join, text_of, words,
};
use sms_framework::provider::{
    Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Webhooks,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::codes::CODES;
use crate::config::{self, TemplateConfig};

/// The provider: see the [crate's page](crate).
pub struct Template {
    http: HttpClient,
    messages: Url,
    api_key: SecretString,
    from: Option<Sender>,
    callback_url: Option<Url>,
    pub(crate) webhook_secret: Option<SecretString>,
}

impl Plugin for Template {
    const KIND: &'static str = "template";
    const SUMMARY: &'static str = "Template's API for text messages";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    // What it can do at most: the suite tries all of it, and the framework refuses the rest before a send.
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_reference(Reference::Echoed)
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = TemplateConfig;

    fn build(id: &str, config: TemplateConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        let base = check.base_url("base_url", &config.base_url)?;
        let callback_url = check.callback("callback_url", config.callback_url.as_deref())?;
        let webhook_secret = check.optional_secret("webhook_secret", &config.webhook_secret)?;
        if callback_url.is_some() && webhook_secret.is_none() {
            check.warn_unchecked("webhook_secret");
        }
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            messages: join(&base, &["messages"]),
            api_key: check.secret("api_key", &config.api_key, "TEMPLATE_API_KEY")?,
            callback_url,
            webhook_secret,
            from: config.from,
        })
    }
}

#[async_trait]
impl Provider for Template {
    // One call is one attempt: no retries, no waiting, no logging here.
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let request = self
            .http
            .post(self.messages.as_str())
            .bearer_auth(self.api_key.expose_secret())
            .json(&self.body(message)?);
        let answer = self.http.execute(request).await?;
        let hidden = [message.body(), self.api_key.expose_secret()];
        read(&answer, &hidden)
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
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

impl Template {
    fn body(&self, message: &Outbound) -> Result<Value, Error> {
        let Some(from) = message.from().or(self.from.as_ref()) else {
            let why = "the message names no sender, and TEMPLATE_FROM is not set";
            return Err(Error::new(ErrorKind::InvalidSender, why));
        };
        let mut body = json!({
            "from": from,
            "to": message.to(),
            "text": message.body(),
            "reference": message.id(),
        });
        if let Some(callback) = &self.callback_url {
            body["callback_url"] = json!(callback_for(callback, message.id()));
        }
        Ok(body)
    }
}

/// What an answer says about the message: taken, refused, or nobody can say. The vendor's words are
/// dropped where they repeat one of `hidden`.
fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = body["message"]
            .as_str()
            .and_then(|said| words(said, hidden));
        return Err(answer.refusal(CODES, text_of(&body["code"]).as_deref(), said));
    }
    let body = answer.json()?;
    match text_of(&body["id"]) {
        Some(id) => Ok(Acceptance::new(id)),
        None => Err(answer.bad("the answer says success, yet names no message")),
    }
}

/// Shows no secret.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("messages", &self.messages.as_str())
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
