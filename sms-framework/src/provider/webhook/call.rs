//! One call of a vendor, as it came over the wire.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::message_id_in;
use crate::error::{Error, ErrorKind};
use crate::message::MessageId;

/// One call of a vendor: method, the full URL as the vendor called it, headers, raw body, and when
/// it came.
///
/// Behind a proxy the URL is the public one (scheme, host, port, path, query), for signatures cover
/// it as the vendor knows it.
///
/// # Examples
/// ```
/// use sms_framework::provider::WebhookCall;
///
/// let call = WebhookCall::new("POST", "https://example.org/hooks/s3cr3t?sms_message_id=x")
///     .header("Content-Type", "application/x-www-form-urlencoded")
///     .body("MessageStatus=delivered&To=%2B14155550123");
/// assert_eq!(call.path(), "/hooks/s3cr3t");
/// assert_eq!(call.form()[1], ("To".to_owned(), "+14155550123".to_owned()));
/// assert!(call.has_path_segment("s3cr3t"));
/// ```
#[derive(Clone)]
pub struct WebhookCall {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    at: Timestamp,
}

impl WebhookCall {
    /// A call that came just now, without headers and body.
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            at: Timestamp::now(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the raw body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets when it came.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }

    /// The same call to another URL.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// The same call without that header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// The method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The full URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// When it came.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.at
    }

    /// The first header of that name, in any case.
    #[must_use]
    pub fn header_value(&self, name: &str) -> Option<&str> {
        let named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        let (_, value) = self.headers.iter().find(named)?;
        Some(value)
    }

    /// The raw body.
    #[must_use]
    pub fn raw_body(&self) -> &[u8] {
        &self.body
    }

    /// The path of the URL, as it was written.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or("", |slash| &rest[slash..]);
        path.split(['?', '#']).next().unwrap_or_default()
    }

    /// The query of the URL, as it was written, without the question mark.
    #[must_use]
    pub fn query_text(&self) -> &str {
        query_of(&self.url)
    }

    /// The query, decoded, in its order.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        pairs(self.query_text().as_bytes())
    }

    /// The body as a form, decoded, in its order.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// What the vendor says, wherever it says it: the query of a GET, else the form.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        if self.method.eq_ignore_ascii_case("GET") {
            self.query()
        } else {
            self.form()
        }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `BAD_WEBHOOK`: it is none.
    pub fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Error::new(ErrorKind::BadWebhook, "the webhook's body is not JSON"))
    }

    /// Our message id, where the URL was made to carry it.
    #[must_use]
    pub fn message_id(&self) -> Option<MessageId> {
        message_id_in(&self.url)
    }

    /// True where one segment of the path is `secret`, compared in constant time: the stand-in for a
    /// signature where a vendor has none, or a weak one. An empty secret is in no path.
    #[must_use]
    pub fn has_path_segment(&self, secret: &str) -> bool {
        let is_secret = |segment: &str| bool::from(segment.as_bytes().ct_eq(secret.as_bytes()));
        !secret.is_empty() && self.path().split('/').any(is_secret)
    }
}

/// The query of a URL, as it was written, without question mark and fragment.
pub(super) fn query_of(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?').map_or("", |(_, query)| query)
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Shows neither query nor headers nor body: they hold numbers, texts and signatures.
impl fmt::Debug for WebhookCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookCall")
            .field("method", &self.method)
            .field("headers", &self.headers.len())
            .field("bytes", &self.body.len())
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
