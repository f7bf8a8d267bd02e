//! What providers that speak HTTP share: a client, and the certainty of everything that can go
//! wrong between a request and its answer.

mod table;
mod words;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

pub use reqwest;
pub use table::{CallbackUrl, TableCheck, callback_for, is_private, join, with_path_secret};
pub use words::{text_of, words};

use super::{Code, Phase, error_for_status};
use crate::error::{Error, ErrorKind};

/// An HTTP client that follows no redirect, retries nothing by itself, reuses connections, and
/// turns every transport failure into an [`Error`] of the right certainty.
///
/// TLS is rustls with `ring`, certificates those of the system; where the system has none, the
/// Mozilla set compiled in.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: reqwest::Client,
    timeout: Duration,
}

/// An HTTP answer, read to its end. `Debug` shows neither headers nor body: both may repeat what was sent.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// True for 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `BAD_ANSWER` (`MaybeSent`): it says success, yet is not JSON.
    pub fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|_| self.bad("the answer says success, yet is not JSON"))
    }

    /// The error of an answer that does not keep the vendor's promise: `what`, with the status.
    #[must_use]
    pub fn bad(&self, what: &str) -> Error {
        let message = format!("{what} (HTTP {})", self.status);
        Error::new(ErrorKind::BadAnswer, message).with_http_status(self.status)
    }

    /// The error of an answer that is no success.
    ///
    /// It goes by the vendor's `code` where `table` has it and the status says that the call was
    /// refused (4xx, but not 408); else by the status, for a 5xx says nothing about the message,
    /// whatever code it bears. `said` is the vendor's own sentence, made safe by [`words`].
    #[must_use]
    pub fn refusal(&self, table: &[Code], code: Option<&str>, said: Option<String>) -> Error {
        let known = code.and_then(|code| Code::find(table, Phase::Request, code));
        let refuses = (400..500).contains(&self.status) && self.status != 408;
        let error = match known {
            Some(known) if refuses => known.error(),
            _ => {
                let error = error_for_status(self.status);
                match known.map(|known| known.meaning.to_owned()).or(said) {
                    Some(said) => {
                        let message = format!("{}: {said}", error.message());
                        error.with_message(message)
                    }
                    None => error,
                }
            }
        };
        self.described(error, known, code)
    }

    /// The error of an answer whose status says success, and whose body says that the message was
    /// refused.
    ///
    /// It goes by the vendor's `code` where `table` has it; another is that of a `REFUSED`. `said` is
    /// the vendor's own sentence, made safe by [`words`].
    ///
    /// # Examples
    /// ```
    /// use sms_framework::provider::{Code, http::Answer};
    /// use sms_framework::{Certainty, ErrorKind};
    ///
    /// const CODES: &[Code] = &[Code::request("7", ErrorKind::OptedOut, "a page", "it said STOP")];
    /// let answer = Answer { status: 200, headers: Default::default(), body: Vec::new() };
    /// let error = answer.hidden_refusal(CODES, Some("7"), None);
    /// assert_eq!((error.kind(), error.http_status()), (ErrorKind::OptedOut, Some(200)));
    /// let error = answer.hidden_refusal(CODES, Some("8"), Some("no such sender".to_owned()));
    /// assert_eq!(error.message(), "the message was refused: no such sender (HTTP 200)");
    /// assert_eq!((error.certainty(), error.provider_code()), (Certainty::Rejected, Some("8")));
    /// ```
    #[must_use]
    pub fn hidden_refusal(
        &self,
        table: &[Code],
        code: Option<&str>,
        said: Option<String>,
    ) -> Error {
        let known = code.and_then(|code| Code::find(table, Phase::Request, code));
        let error = known.map(Code::error).unwrap_or_else(|| {
            let said = said.map_or_else(String::new, |said| format!(": {said}"));
            let message = format!("the message was refused{said} (HTTP {})", self.status);
            Error::new(ErrorKind::Refused, message)
        });
        self.described(error, known, code)
    }

    /// The error with what the answer says besides.
    fn described(&self, error: Error, known: Option<&Code>, code: Option<&str>) -> Error {
        let error = error.with_http_status(self.status);
        let error = match code {
            Some(code) => error.with_provider_code(code),
            None => error,
        };
        let known_wait = || known?.wait(jiff::Timestamp::now());
        match self.retry_after().or_else(known_wait) {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }

    /// The wait that a `Retry-After` header asks for, in seconds or as an HTTP date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()?;
        let now = jiff::Timestamp::try_from(SystemTime::now()).ok()?;
        Some(date.duration_since(now).try_into().unwrap_or_default())
    }
}

/// The largest answer that is read, in bytes. A vendor's answer is a few hundred.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

impl HttpClient {
    /// A client that allows `connect_timeout` for DNS, connect and TLS, and `timeout` for a whole
    /// exchange.
    ///
    /// # Errors
    /// The TLS set-up failed.
    pub fn new(connect_timeout: Duration, timeout: Duration) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::new(
                ErrorKind::Config,
                format!("the HTTP client cannot be built: {error}"),
            )
        };
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("sms-framework/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(connect_timeout)
                .timeout(timeout)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .pool_idle_timeout(Duration::from_secs(50))
        };
        let tls = tls_config().map_err(|error| failed(&error))?;
        let inner = builder()
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { inner, timeout })
    }

    /// Starts a POST; finish it with [`execute`](Self::execute).
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.inner.request(Method::POST, url)
    }

    /// Starts a GET; finish it with [`execute`](Self::execute).
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.inner.request(Method::GET, url)
    }

    /// Sends the request and reads the answer to its end.
    ///
    /// # Errors
    /// * `CONNECT` (`NotSent`): DNS, connect or TLS failed, so no byte of the request was written;
    /// * `CONFIG` (`NotSent`): the request itself cannot be built, such as from a bad URL;
    /// * `NO_ANSWER` (`MaybeSent`): time ran out or the connection broke afterwards;
    /// * `BAD_ANSWER` (`MaybeSent`): the answer broke off or is too large.
    pub async fn execute(&self, request: RequestBuilder) -> Result<Answer, Error> {
        let mut response = request
            .send()
            .await
            .map_err(|error| self.transport(error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.broken_body(error))?
        {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(
                    Error::new(ErrorKind::BadAnswer, "the answer is larger than 4 MiB")
                        .with_http_status(response.status().as_u16()),
                );
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        })
    }

    fn transport(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let (kind, message) = if error.is_builder() {
            (
                ErrorKind::Config,
                "the request cannot be built; is the base URL right?".to_owned(),
            )
        } else if error.is_connect() {
            (
                ErrorKind::Connect,
                format!("no connection ({})", deepest(&error)),
            )
        } else if error.is_timeout() {
            (
                ErrorKind::NoAnswer,
                format!("no answer within {:?}", self.timeout),
            )
        } else {
            (
                ErrorKind::NoAnswer,
                format!(
                    "the connection broke before an answer came ({})",
                    deepest(&error)
                ),
            )
        };
        Error::new(kind, message).with_source(error)
    }

    fn broken_body(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let message = if error.is_timeout() {
            format!("the answer was not complete within {:?}", self.timeout)
        } else {
            "the answer broke off".to_owned()
        };
        Error::new(ErrorKind::BadAnswer, message).with_source(error)
    }
}

/// The innermost cause is the one a person can act on ("Connection refused").
fn deepest(error: &reqwest::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// `ring` named explicitly: a library must not depend on a process-wide default provider.
fn tls_config() -> Result<rustls::ClientConfig, rustls::Error> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&ring))
        .with_safe_default_protocol_versions()?;
    let config = match rustls_platform_verifier::Verifier::new(ring) {
        Ok(system) => config
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(system)),
        Err(error) => {
            tracing::debug!(%error, "no system certificates: using the Mozilla set compiled in");
            let roots = webpki_roots::TLS_SERVER_ROOTS
                .iter()
                .cloned()
                .collect::<rustls::RootCertStore>();
            config.with_root_certificates(roots)
        }
    };
    Ok(config.with_no_client_auth())
}
