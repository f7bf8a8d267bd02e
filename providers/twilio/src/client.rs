//! The provider: one POST for a message.

use std::borrow::Cow;
use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use sms_framework::message::ServiceId;
use sms_framework::provider::http::reqwest::header::ACCEPT;
use sms_framework::provider::http::reqwest::{RequestBuilder, Url};
use sms_framework::provider::http::{Answer, HttpClient, callback_for, join};
use sms_framework::provider::{
    Capabilities, Code, ConfigKey, Lookup, Plugin, Provider, Reference, Validity, Webhooks,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::answer;
use crate::codes::CODES;
use crate::config::{self, Checked, TwilioConfig};

/// Twilio Programmable Messaging: see the [crate's page](crate).
pub struct Twilio {
    http: HttpClient,
    base: Url,
    /// The account's messages, `…/Messages.json`.
    messages: String,
    user: String,
    password: SecretString,
    from: Sender,
    service: Option<ServiceId>,
    status_callback: Option<Url>,
    /// The user and the password in it, as it has them.
    callback_login: Option<SecretString>,
    /// What Twilio's calls are signed with.
    pub(crate) tokens: Vec<SecretString>,
}

/// The seconds that Twilio may hold a message.
const VALIDITY: std::ops::RangeInclusive<u64> = 1..=36_000;

impl Twilio {
    /// The sender of a message: its own, else the configured one.
    pub(crate) fn sender_of<'a>(&'a self, message: &'a Outbound) -> &'a Sender {
        message.from().unwrap_or(&self.from)
    }

    /// The messaging service that a message from `sender` goes through, if any: the sender itself, or
    /// the configured one where the configured `from` is to be forced from its pool.
    pub(crate) fn service_of<'a>(&'a self, sender: &'a Sender) -> Option<&'a ServiceId> {
        match sender {
            Sender::MessagingService(service) => Some(service),
            sender if *sender == self.from => self.service.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn messages_url(&self) -> &str {
        &self.messages
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn get(&self, url: &str) -> RequestBuilder {
        self.http.get(url)
    }

    /// Adds what every request has and sends it.
    pub(crate) async fn execute(&self, request: RequestBuilder) -> Result<Answer, Error> {
        let request = request
            .basic_auth(&self.user, Some(self.password.expose_secret()))
            .header(ACCEPT, "application/json");
        self.http.execute(request).await
    }

    /// What must never be shown of a request, beside digits.
    pub(crate) fn hidden<'a>(&'a self, message: &'a Outbound) -> Vec<&'a str> {
        let login = self.callback_login.iter();
        let secrets = self.tokens.iter().chain([&self.password]).chain(login);
        let secrets = secrets.map(ExposeSecret::expose_secret);
        let password = self.status_callback.as_ref().and_then(Url::password);
        secrets.chain(password).chain([message.body()]).collect()
    }

    fn form<'a>(
        &'a self,
        message: &'a Outbound,
    ) -> Result<Vec<(&'static str, Cow<'a, str>)>, Error> {
        let mut form = vec![("To", message.to().as_str().into())];
        let sender = self.sender_of(message);
        if !matches!(sender, Sender::MessagingService(_)) {
            form.push(("From", sender.to_string().into()));
        }
        if let Some(service) = self.service_of(sender) {
            form.push(("MessagingServiceSid", service.as_str().into()));
        }
        if !message.body().is_empty() {
            form.push(("Body", message.body().into()));
        }
        form.extend(message.media().iter().map(|url| ("MediaUrl", url.into())));
        if let Some(url) = &self.status_callback {
            let url = callback_for(url, message.id());
            form.push(("StatusCallback", url.into()));
        }
        if let Some(seconds) = validity(message)? {
            form.push(("ValidityPeriod", seconds.to_string().into()));
        }
        Ok(form)
    }
}

/// `user:password`, or the user alone.
fn login(url: &Url) -> Option<SecretString> {
    let user = url.username();
    match url.password() {
        Some(password) => Some(format!("{user}:{password}").into()),
        None => (!user.is_empty()).then(|| user.to_owned().into()),
    }
}

/// The validity period in whole seconds, rounded down.
fn validity(message: &Outbound) -> Result<Option<u64>, Error> {
    let Some(time) = message.valid_for() else {
        return Ok(None);
    };
    let whole = time.as_secs();
    // A fraction beyond the last second is beyond it too.
    if !VALIDITY.contains(&whole) || (whole == *VALIDITY.end() && time.subsec_nanos() > 0) {
        let message =
            format!("Twilio can hold a message for 1 s to 36000 s (10 h), not for {time:?}");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(Some(whole))
}

#[async_trait]
impl Provider for Twilio {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let request = self.http.post(&self.messages).form(&self.form(message)?);
        let answer = self.execute(request).await?;
        answer::read(&answer, &self.hidden(message))
    }

    fn capabilities(&self) -> Capabilities {
        match self.status_callback {
            Some(_) => Self::CAPABILITIES,
            None => Self::CAPABILITIES.with_reference(Reference::None),
        }
    }

    fn default_sender(&self) -> Option<Sender> {
        Some(self.from.clone())
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
}

impl Plugin for Twilio {
    const KIND: &'static str = "twilio";
    const SUMMARY: &'static str = "Twilio Programmable Messaging";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_media()
        .with_validity(Validity::seconds(1, 36_000))
        .with_messaging_service()
        .with_reference(Reference::Callback)
        .with_lookup()
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = TwilioConfig;

    fn build(id: &str, config: TwilioConfig) -> Result<Self, Error> {
        let checked = Checked::new(id, &config);
        let account_sid = checked.account_sid()?;
        let (user, password) = checked.credentials()?;
        let base = checked.base_url()?;
        let (connect_timeout, timeout) = checked.timeouts()?;
        let service = checked.service()?;
        let status_callback = checked.status_callback()?;
        Ok(Self {
            http: HttpClient::new(connect_timeout, timeout)?,
            messages: join(
                &base,
                &["2010-04-01", "Accounts", account_sid, "Messages.json"],
            )
            .into(),
            callback_login: status_callback.as_ref().and_then(login),
            status_callback,
            tokens: checked.signing_tokens()?,
            from: checked.sender(service.as_ref()),
            base,
            user,
            password,
            service,
        })
    }
}

/// Shows no secret.
impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio")
            .field("messages", &self.messages)
            .field("from", &self.from)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
