//! What the two APIs share: the client, the address of the messages, the key.

use secrecy::{ExposeSecret, SecretString};
use sms_framework::provider::http::reqwest::header::{AUTHORIZATION, HeaderValue};
use sms_framework::provider::http::reqwest::{RequestBuilder, Url};
use sms_framework::provider::http::{Answer, HttpClient, TableCheck};
use sms_framework::{Error, ErrorKind, Outbound, Sender};

use crate::config::BirdConfig;

/// The way to one API's messages.
pub(crate) struct Wire {
    http: HttpClient,
    messages: Url,
    key: SecretString,
    authorization: HeaderValue,
    from: Option<Sender>,
    /// The path of `from` in the configuration, for the error about a message without sender.
    from_key: String,
}

impl Wire {
    /// `scheme` is the word before the key in the header.
    pub(crate) fn new(
        id: &str,
        config: &BirdConfig,
        key: SecretString,
        scheme: &str,
        messages: Url,
    ) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        let header = format!("{scheme} {}", key.expose_secret());
        let mut authorization = HeaderValue::from_str(&header)
            .map_err(|_| check.wrong("api_key", "it holds a character that no key has"))?;
        authorization.set_sensitive(true);
        Ok(Self {
            http: HttpClient::new(config.connect_timeout, config.timeout)?,
            messages,
            key,
            authorization,
            from: config.from.clone(),
            from_key: format!("providers.{id}.from"),
        })
    }

    pub(crate) fn messages(&self) -> &Url {
        &self.messages
    }

    pub(crate) fn from(&self) -> Option<&Sender> {
        self.from.as_ref()
    }

    /// The sender of a message. Both APIs demand one.
    pub(crate) fn sender_of<'a>(&'a self, message: &'a Outbound) -> Result<&'a Sender, Error> {
        message.from().or(self.from.as_ref()).ok_or_else(|| {
            let what = format!(
                "the message names no sender, and `{}` is not set",
                self.from_key
            );
            Error::new(ErrorKind::InvalidSender, what)
        })
    }

    pub(crate) fn post(&self) -> RequestBuilder {
        self.http.post(self.messages.as_str())
    }

    pub(crate) fn get(&self, url: &Url) -> RequestBuilder {
        self.http.get(url.as_str())
    }

    pub(crate) async fn execute(&self, request: RequestBuilder) -> Result<Answer, Error> {
        let request = request.header(AUTHORIZATION, self.authorization.clone());
        self.http.execute(request).await
    }

    /// What must never be shown of a request, beside digits.
    pub(crate) fn hidden<'a>(&'a self, message: &'a Outbound) -> [&'a str; 2] {
        [message.body(), self.key.expose_secret()]
    }
}
