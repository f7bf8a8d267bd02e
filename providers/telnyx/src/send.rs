//! One POST for a message.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sms_framework::message::ServiceId;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{HttpClient, TableCheck, callback_for, join};
use sms_framework::provider::{
    Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Webhooks,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::answer;
use crate::codes::CODES;
use crate::config::{self, TelnyxConfig, TextEncoding};

/// Telnyx's Messaging API: see the [crate's page](crate).
pub struct Telnyx {
    http: HttpClient,
    messages: Url,
    api_key: SecretString,
    from: Option<Sender>,
    profile: Option<ServiceId>,
    encoding: Option<TextEncoding>,
    callback_url: Option<Url>,
    pub(crate) public_key: Option<Vec<u8>>,
}

impl Plugin for Telnyx {
    const KIND: &'static str = "telnyx";
    const SUMMARY: &'static str = "Telnyx Messaging API";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_media()
        .with_messaging_service()
        .with_max_segments(10)
        .with_reference(Reference::Callback)
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = TelnyxConfig;

    fn build(id: &str, config: TelnyxConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        check.timeouts(config.connect_timeout, config.timeout)?;
        let base = check.base_url("base_url", &config.base_url)?;
        let profile = config.profile(check)?;
        let (callback_url, public_key) = (config.callback(check)?, config.key(check)?);
        if callback_url.is_some() && public_key.is_none() {
            check.warn_unchecked("public_key");
        }
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            messages: join(&base, &["messages"]),
            api_key: check.secret("api_key", &config.api_key, "TELNYX_API_KEY")?,
            from: config.sender(check, profile.as_ref())?,
            encoding: config.encoding,
            callback_url,
            public_key,
            profile,
        })
    }
}

#[async_trait]
impl Provider for Telnyx {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let request = self
            .http
            .post(self.messages.as_str())
            .bearer_auth(self.api_key.expose_secret())
            .json(&self.body(message)?);
        let answer = self.http.execute(request).await?;
        let hidden = [message.body(), self.api_key.expose_secret()];
        answer::read(&answer, message.to(), &hidden)
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

impl Telnyx {
    fn body(&self, message: &Outbound) -> Result<Value, Error> {
        let mut body = json!({ "to": message.to() });
        let refused = |why: &str| Err(Error::new(ErrorKind::InvalidSender, why));
        let profile = match message.from().or(self.from.as_ref()) {
            // A profile alone: its pool picks the sender.
            Some(Sender::MessagingService(id)) => Some(id),
            Some(Sender::Alphanumeric(_)) if self.profile.is_none() => {
                return refused(config::NEEDS_PROFILE);
            }
            Some(sender) => {
                body["from"] = json!(sender);
                self.profile.as_ref()
            }
            None => {
                return refused(
                    "the message names no sender, and neither TELNYX_FROM nor TELNYX_MESSAGING_PROFILE_ID is set",
                );
            }
        };
        if let Some(profile) = profile {
            body["messaging_profile_id"] = json!(profile.as_str());
        }
        // Of media alone there is no text: an empty one is refused.
        if !message.body().is_empty() {
            body["text"] = json!(message.body());
        }
        if !message.media().is_empty() {
            body["type"] = json!("MMS");
            body["media_urls"] = json!(message.media());
        }
        if let Some(encoding) = self.encoding {
            body["encoding"] = json!(encoding);
        }
        if let Some(callback) = &self.callback_url {
            body["webhook_url"] = json!(callback_for(callback, message.id()));
        }
        Ok(body)
    }
}

/// Shows no secret.
impl fmt::Debug for Telnyx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telnyx")
            .field("messages", &self.messages.as_str())
            .field("from", &self.from)
            .field("profile", &self.profile)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}
