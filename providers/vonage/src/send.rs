//! One POST for a message.

use std::fmt;

use async_trait::async_trait;
use sms_framework::provider::http::reqwest::{Url, header::ACCEPT};
use sms_framework::provider::http::{HttpClient, TableCheck};
use sms_framework::provider::{
    Beyond, Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Validity, Webhooks,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::auth::Auth;
use crate::codes::CODES;
use crate::config::{self, Api, VonageConfig};
use crate::webhooks::Proof;
use crate::{host, messages, sms};

/// A week: the longest that the SMS API takes. It documents 20 s to 604 800 000 ms.
const SMS_VALIDITY: Validity = Validity::milliseconds(20_000, 604_800_000);
/// Three days: the longest that the Messages API is known to hold a message, for its material gives
/// a default and no limit.
const MESSAGES_VALIDITY: Validity = Validity::seconds(1, 259_200).beyond(Beyond::NotSaid);

/// The provider: see the [crate's page](crate).
pub struct Vonage {
    http: HttpClient,
    api: Api,
    endpoint: Url,
    auth: Auth,
    from: Option<Sender>,
    callback_url: Option<Url>,
    pub(crate) proof: Proof,
}

impl Plugin for Vonage {
    const KIND: &'static str = "vonage";
    const SUMMARY: &'static str = "Vonage: the Messages API, or the SMS API";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    /// The widest of both APIs.
    const CAPABILITIES: Capabilities = capabilities(Validity::seconds(1, 604_800));
    const CODES: &'static [Code] = CODES;
    type Config = VonageConfig;

    fn build(id: &str, config: VonageConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        if matches!(config.from, Some(Sender::MessagingService(_))) {
            let why = "Vonage has no messaging services; write a number or a sender ID";
            return Err(check.wrong("from", why));
        }
        let proof = Proof::of(&check, &config)?;
        let path_secret = proof.path_secret.as_ref();
        let callback_url = host::callback(&check, &config, path_secret)?;
        if callback_url.is_some() {
            proof.warn(&check, config.api);
        }
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            api: config.api,
            endpoint: host::endpoint(&check, &config)?,
            auth: Auth::of(&check, &config)?,
            callback_url,
            from: config.from,
            proof,
        })
    }
}

const fn capabilities(validity: Validity) -> Capabilities {
    Capabilities::new()
        .with_validity(validity)
        .with_reference(Reference::Echoed)
        .with_receipts()
        .with_inbound()
}

#[async_trait]
impl Provider for Vonage {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let from = self.sender(message)?;
        let request = self.http.post(self.endpoint.as_str());
        let callback = self.callback_url.as_ref();
        let request = match self.api {
            Api::Messages => request.json(&messages::body(message, &from, callback)),
            Api::Sms => request.form(&sms::form(message, &from, callback)),
        };
        let request = self.auth.authenticate(request)?;
        let request = request.header(ACCEPT, "application/json");
        let answer = self.http.execute(request).await?;
        let mut hidden = vec![message.body(), self.auth.secret()];
        hidden.extend(self.proof.secrets());
        match self.api {
            Api::Messages => messages::read(&answer, &hidden),
            Api::Sms => sms::read(&answer, &hidden),
        }
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(match self.api {
            Api::Messages => MESSAGES_VALIDITY,
            Api::Sms => SMS_VALIDITY,
        })
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

impl Vonage {
    /// The sender as Vonage writes it: a number without its plus.
    fn sender(&self, message: &Outbound) -> Result<String, Error> {
        match message.from().or(self.from.as_ref()) {
            Some(Sender::Phone(number)) => Ok(number.digits().to_string()),
            Some(Sender::MessagingService(_)) => Err(Error::new(
                ErrorKind::Unsupported,
                "Vonage has no messaging services: send from a number or a sender ID",
            )),
            Some(other) => Ok(other.to_string()),
            None => Err(Error::new(
                ErrorKind::InvalidSender,
                "Vonage takes no message without a sender: give it one, or set VONAGE_FROM",
            )),
        }
    }
}

/// Shows no secret.
impl fmt::Debug for Vonage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vonage")
            .field("api", &self.api)
            .field("endpoint", &self.endpoint.as_str())
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
