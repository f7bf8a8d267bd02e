//! Checks of the keys that most providers' tables have.

use std::fmt;
use std::net::Ipv4Addr;
use std::ops::Deref;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::message::MessageId;
use crate::provider::webhook::MESSAGE_ID_PARAMETER;

/// Checks values of the table `providers.{id}`, and words what is wrong with them.
///
/// # Examples
/// ```
/// use sms_framework::provider::http::TableCheck;
///
/// let check = TableCheck::new("acme");
/// let error = check.base_url("base_url", "ftp://acme.example").unwrap_err();
/// assert_eq!(error.to_string(), "`providers.acme.base_url`: it is neither http nor https");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TableCheck<'a> {
    id: &'a str,
}

impl<'a> TableCheck<'a> {
    /// Checks for the table called `id`.
    #[must_use]
    pub fn new(id: &'a str) -> Self {
        Self { id }
    }

    /// The error about a key. `why` never holds the value of a secret.
    #[must_use]
    pub fn wrong(&self, key: &str, why: &str) -> Error {
        let message = format!("`providers.{}.{key}`: {why}", self.id);
        Error::new(ErrorKind::Config, message)
    }

    /// A secret that must be there, in one line.
    ///
    /// # Errors
    /// It is missing or empty (`variable` is what would set it), begins or ends with a blank, or holds
    /// a control character: what a copy leaves behind, and no header carries.
    ///
    /// # Examples
    /// ```
    /// use sms_framework::provider::http::TableCheck;
    ///
    /// let check = TableCheck::new("acme");
    /// let error = check.secret("key", &Some("k3y\n".into()), "ACME_KEY").unwrap_err();
    /// assert!(error.message().ends_with("a blank at an end, or a control character; copy it again"));
    /// ```
    pub fn secret(
        &self,
        key: &str,
        secret: &Option<SecretString>,
        variable: &str,
    ) -> Result<SecretString, Error> {
        let secret = self.optional_secret(key, secret)?;
        secret.ok_or_else(|| self.wrong(key, &format!("it is missing; set {variable}")))
    }

    /// A secret that may be missing; an empty one is.
    ///
    /// # Errors
    /// It begins or ends with a blank, or holds a control character.
    pub fn optional_secret(
        &self,
        key: &str,
        secret: &Option<SecretString>,
    ) -> Result<Option<SecretString>, Error> {
        let Some(secret) = secret else {
            return Ok(None);
        };
        let text = secret.expose_secret();
        if text.trim() != text || text.contains(char::is_control) {
            let why = "it has a blank at an end, or a control character; copy it again";
            return Err(self.wrong(key, why));
        }
        Ok((!text.is_empty()).then(|| secret.clone()))
    }

    /// The secret that stands in the path of our own URL, where it is set: see
    /// [`with_path_secret`] and [`check_path`](crate::provider::signature::check_path).
    ///
    /// # Errors
    /// It can be guessed, or is written differently in a URL.
    ///
    /// # Examples
    /// ```
    /// use sms_framework::provider::http::TableCheck;
    ///
    /// let check = TableCheck::new("acme");
    /// let read = |secret: &str| check.path_secret("webhook_path_secret", &Some(secret.into()));
    /// assert!(read("0123456789-._~AZ").is_ok());
    /// assert!(read("0123456789").is_err());
    /// assert!(read("0123456789 abcdef").is_err());
    /// ```
    pub fn path_secret(
        &self,
        key: &str,
        secret: &Option<SecretString>,
    ) -> Result<Option<SecretString>, Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let fits = |text: &str| text.len() >= SHORTEST_PATH_SECRET && text.bytes().all(plain);
        match secret {
            Some(secret) if !fits(secret.expose_secret()) => Err(self.wrong(
                key,
                "it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
            )),
            secret => Ok(secret.clone()),
        }
    }

    /// Warns that the vendor is told to call us, and that no call of it can be checked: each is refused
    /// until `keys` is set.
    pub fn warn_unchecked(&self, keys: &str) {
        tracing::warn!(
            provider = self.id,
            "receipts are asked for, and calls with them cannot be checked: each is refused until {keys} is set"
        );
    }

    /// Text that is to be a path segment or the user of Basic authentication.
    ///
    /// # Errors
    /// It is empty, or holds a blank, a colon, a slash or a control character.
    pub fn name<'t>(&self, key: &str, text: &'t str, variable: &str) -> Result<&'t str, Error> {
        if text.is_empty() {
            return Err(self.wrong(key, &format!("it is missing; set {variable}")));
        }
        let forbidden = |c: char| matches!(c, ':' | '/') || c.is_whitespace() || c.is_control();
        if text.contains(forbidden) || matches!(text, "." | "..") {
            return Err(self.wrong(
                key,
                "it may hold no blank, colon, slash or control character",
            ));
        }
        Ok(text)
    }

    /// The URL of an API, without slashes at its end. A plain connection to another machine is
    /// warned of.
    ///
    /// # Errors
    /// It is not absolute, not http or https, or holds a user, a query or a fragment.
    pub fn base_url(&self, key: &str, text: &str) -> Result<Url, Error> {
        let wrong = |why| Err(self.wrong(key, why));
        let Ok(url) = Url::parse(text.trim_end_matches('/')) else {
            return wrong("it is not an absolute URL");
        };
        if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
            return wrong("it is neither http nor https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("it holds a user or a password; credentials have keys of their own");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return wrong("it has a query or a fragment");
        }
        if !is_private(&url) {
            tracing::warn!(
                provider = self.id,
                "{key} is not https: credentials and texts travel in the clear"
            );
        }
        Ok(url)
    }

    /// A URL that the vendor is to call.
    ///
    /// # Errors
    /// It is not an absolute http or https URL.
    pub fn callback(&self, key: &str, text: Option<&str>) -> Result<Option<Url>, Error> {
        let Some(text) = text else { return Ok(None) };
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        match url {
            Some(url) => Ok(Some(url)),
            None => Err(self.wrong(key, "it is not an absolute http or https URL")),
        }
    }

    /// The times that an exchange may take.
    ///
    /// # Errors
    /// One of them is zero.
    pub fn timeouts(&self, connect: Duration, whole: Duration) -> Result<(), Error> {
        for (key, time) in [("connect_timeout", connect), ("timeout", whole)] {
            if time.is_zero() {
                return Err(self.wrong(key, "it must be longer than zero"));
            }
        }
        Ok(())
    }
}

/// A path segment shorter than this can be guessed.
const SHORTEST_PATH_SECRET: usize = 16;

/// A URL of ours, as a table has it for [`TableCheck::callback`]: its path may hold a secret, so
/// `Debug` shows how long it is.
///
/// # Examples
/// ```
/// use sms_framework::provider::http::CallbackUrl;
///
/// let url = CallbackUrl::from("https://example.org/0123456789abcdef");
/// assert_eq!(format!("{url:?}"), "CallbackUrl(36 bytes)");
/// assert!(url.ends_with("0123456789abcdef"));
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct CallbackUrl(String);

impl<T: Into<String>> From<T> for CallbackUrl {
    fn from(url: T) -> Self {
        Self(url.into())
    }
}

impl Deref for CallbackUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackUrl({} bytes)", self.0.len())
    }
}

/// `url` with `secret` as the last segment of its path, unless a segment of it is the secret already.
/// A plain connection to another machine is warned of.
///
/// # Examples
/// ```
/// use sms_framework::provider::http::{reqwest::Url, with_path_secret};
///
/// let secret = Some("0123456789abcdef".into());
/// let url = Url::parse("https://example.org/sms?a=1").unwrap();
/// let once = with_path_secret(url, secret.as_ref());
/// assert_eq!(once.as_str(), "https://example.org/sms/0123456789abcdef?a=1");
/// assert_eq!(with_path_secret(once.clone(), secret.as_ref()), once);
/// ```
#[must_use]
pub fn with_path_secret(url: Url, secret: Option<&SecretString>) -> Url {
    let secret = secret.map(ExposeSecret::expose_secret);
    if secret.is_some() && !is_private(&url) {
        tracing::warn!(
            "a URL that the vendor is to call is not https: the secret in its path travels in the clear"
        );
    }
    let is_there = |secret: &&str| url.path().split('/').any(|segment| segment == *secret);
    match secret.filter(|secret| !is_there(secret)) {
        Some(secret) => join(&url, &[secret]),
        None => url,
    }
}

/// True where nobody on the way can read what is sent to `url`: https, or this very machine.
#[must_use]
pub fn is_private(url: &Url) -> bool {
    // Not by how it begins: 127.0.0.1.example.org is anybody's.
    let host = url.host_str().unwrap_or_default();
    let is_loopback = |ip: Ipv4Addr| ip.is_loopback();
    url.scheme() == "https"
        || matches!(host, "localhost" | "[::1]")
        || host.parse().is_ok_and(is_loopback)
}

/// `callback` with our message id in its query, where
/// [`WebhookCall::message_id`](crate::provider::WebhookCall::message_id) finds it again.
#[must_use]
pub fn callback_for(callback: &Url, id: MessageId) -> String {
    let mut url = callback.clone();
    url.query_pairs_mut()
        .append_pair(MESSAGE_ID_PARAMETER, &id.to_string());
    url.into()
}

/// `base` with these segments after its path, each percent-encoded.
///
/// ```
/// use sms_framework::provider::http::{join, reqwest::Url};
///
/// let base = Url::parse("https://api.example/v1").unwrap();
/// assert_eq!(join(&base, &["Account", "a/b", ""]).as_str(), "https://api.example/v1/Account/a%2Fb/");
/// ```
#[must_use]
pub fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
