//! One POST for a message: a batch with one recipient.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sms_framework::provider::http::reqwest::{RequestBuilder, Url};
use sms_framework::provider::http::{Answer, HttpClient, TableCheck, callback_for, text_of, words};
use sms_framework::provider::{
    Beyond, Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Validity, Webhooks,
};
use sms_framework::{Acceptance, Class, Error, ErrorKind, Outbound, Sender};

use crate::auth::Auth;
use crate::codes::CODES;
use crate::config::{self, DeliveryReport, Region, SinchConfig};

/// The longest text that Sinch takes, in characters.
const LONGEST_TEXT: usize = 2000;
/// The longest validity period, in seconds: three days.
const LONGEST_VALIDITY: u64 = 3 * 24 * 3600;

/// The provider: see the [crate's page](crate).
pub struct Sinch {
    pub(crate) http: HttpClient,
    pub(crate) batches: Url,
    auth: Auth,
    region: Region,
    from: Option<Sender>,
    callback_url: Option<Url>,
    delivery_report: DeliveryReport,
    pub(crate) webhook_secret: Option<SecretString>,
    pub(crate) webhook_window: Duration,
    pub(crate) webhook_path_secret: Option<SecretString>,
}

impl Plugin for Sinch {
    const KIND: &'static str = "sinch";
    const SUMMARY: &'static str = "Sinch, by its SMS REST API (batches)";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(Validity::instant(1, LONGEST_VALIDITY).beyond(Beyond::NotSaid))
        .with_reference(Reference::Echoed)
        .with_lookup()
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = SinchConfig;

    fn build(id: &str, config: SinchConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        let (webhook_secret, webhook_path_secret) = config.webhook_secrets(check)?;
        let (of, auth) = config.credentials(check)?;
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            batches: config.batches(check, &of, &auth)?,
            auth,
            region: config.region,
            from: config.sender(check)?,
            callback_url: config.callback(check, webhook_path_secret.as_ref())?,
            delivery_report: config.delivery_report(),
            webhook_secret,
            webhook_window: config.webhook_window,
            webhook_path_secret,
        })
    }
}

#[async_trait]
impl Provider for Sinch {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        check_length(message)?;
        let body = self.body(message);
        let post = || self.http.post(self.batches.as_str()).json(&body);
        let (answer, token) = self.execute(post).await?;
        if !answer.is_success() {
            return Err(self.refusal(&answer, message, &token));
        }
        let body = answer.json()?;
        match body["id"].as_str() {
            Some(id) if !id.is_empty() => Ok(Acceptance::new(id)),
            _ => Err(answer.bad("the answer says success, yet names no batch")),
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = Self::CAPABILITIES;
        can.receipts = self.delivery_report != DeliveryReport::None;
        can
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

/// Sinch would refuse it anyway, in words of its own.
fn check_length(message: &Outbound) -> Result<(), Error> {
    let characters = message.body().chars().count();
    if characters <= LONGEST_TEXT {
        return Ok(());
    }
    let message =
        format!("the text has {characters} characters, and Sinch takes {LONGEST_TEXT} at most");
    Err(Error::new(ErrorKind::MessageTooLong, message))
}

impl Sinch {
    pub(crate) async fn execute(
        &self,
        request: impl Fn() -> RequestBuilder + Send,
    ) -> Result<(Answer, SecretString), Error> {
        self.auth.execute(&self.http, request).await
    }

    /// `parameters` is never sent: with it `${name}` in the text would be a placeholder.
    fn body(&self, message: &Outbound) -> Value {
        let mut body = json!({
            "type": "mt_text",
            "to": [message.to().digits().to_string()],
            "body": message.body(),
            "client_reference": message.id(),
            "delivery_report": self.delivery_report.as_str(),
        });
        match message.from().or(self.from.as_ref()) {
            Some(Sender::Phone(number)) => body["from"] = json!(number.digits().to_string()),
            Some(sender) => body["from"] = json!(sender),
            None => {}
        }
        if let Some(callback) = &self.callback_url
            && self.delivery_report != DeliveryReport::None
        {
            body["callback_url"] = json!(callback_for(callback, message.id()));
        }
        if let Some(time) = message.valid_for() {
            // Beyond the end of time there is no end: Sinch's own then.
            let end = Timestamp::now().checked_add(time).ok();
            body["expire_at"] = json!(end.map(milliseconds));
        }
        body
    }

    /// The error of an answer that is no success. Sinch's words are dropped where they repeat the
    /// text or a secret.
    pub(crate) fn refusal(
        &self,
        answer: &Answer,
        message: &Outbound,
        token: &SecretString,
    ) -> Error {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        // The API says `code` and `text`; what stands before it, `error` with a number of its own.
        let code = text_of(&body["code"]).or_else(|| text_of(&body["error"]["code"]));
        let said = body["text"].as_str().or(body["error"]["message"].as_str());
        let hidden = [message.body(), token.expose_secret()];
        let said = said.and_then(|said| words(said, &hidden));
        let error = answer.refusal(CODES, code.as_deref(), said);
        match answer.status {
            401 => error.with_help(format!(
                "credentials are good in one region only; `region` is \"{}\"",
                self.region.as_str()
            )),
            // The address is wrong, not the message.
            415 => error.with_class(Class::Account),
            _ => error,
        }
    }
}

/// ISO 8601 with milliseconds.
pub(crate) fn milliseconds(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Shows no secret.
impl fmt::Debug for Sinch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sinch")
            .field("batches", &self.batches.as_str())
            .field("from", &self.from)
            .field("delivery_report", &self.delivery_report)
            .finish_non_exhaustive()
    }
}
