//! One error for the whole stack: what went wrong, whether the message may be out, who must act.

mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use kind::{Certainty, Class, ErrorKind};

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The one error of this crate and of every provider.
///
/// It is one word wide, cloneable, and carries data rather than types to downcast to:
/// the [kind](ErrorKind) with its stable code, the [certainty](Certainty) about the message,
/// the [class](Class) that says who must act, and what the provider said.
///
/// `Display` is one sentence without secrets, bodies or whole phone numbers; `Debug` is a report.
///
/// # Examples
/// ```
/// use sms_framework::{Certainty, Class, Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::ServerError, "the provider answered 503")
///     .with_provider("twilio")
///     .with_http_status(503);
/// assert_eq!(error.code(), "SERVER_ERROR");
/// assert_eq!(error.certainty(), Certainty::MaybeSent);
/// assert_eq!(error.class(), Class::Transient);
/// assert_eq!(error.to_string(), "twilio: the provider answered 503");
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    certainty: Certainty,
    class: Class,
    message: String,
    help: Option<String>,
    provider: Option<Box<str>>,
    provider_code: Option<Box<str>>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
    attempts: u32,
    queued: bool,
    source: Option<std::sync::Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind`, with the certainty and class that kind has by default.
    ///
    /// `message` is one sentence for a person: what was wrong and where it came from.
    /// It must hold no secret, no body and no whole phone number of a recipient.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            certainty: kind.certainty(),
            class: kind.class(),
            message: message.into(),
            help: None,
            provider: None,
            provider_code: None,
            http_status: None,
            retry_after: None,
            attempts: 0,
            queued: false,
            source: None,
        }))
    }

    /// The same error with another certainty.
    #[must_use]
    pub fn with_certainty(mut self, certainty: Certainty) -> Self {
        self.0.certainty = certainty;
        self
    }

    /// The same error with another class.
    #[must_use]
    pub fn with_class(mut self, class: Class) -> Self {
        self.0.class = class;
        self
    }

    /// The same error in other words: one sentence, like that of [`new`](Self::new).
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Adds what to do about it, shown on a line of its own.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Names the provider (its id in the configuration) that the error came from.
    #[must_use]
    pub fn with_provider(mut self, provider: &str) -> Self {
        self.0.provider = Some(provider.into());
        self
    }

    /// Adds the provider's own error code, such as Twilio's `21610`.
    #[must_use]
    pub fn with_provider_code(mut self, code: impl fmt::Display) -> Self {
        self.0.provider_code = Some(code.to_string().into());
        self
    }

    /// Adds the HTTP status of the provider's answer.
    #[must_use]
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    /// Adds how long to wait before the same call can succeed.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Records how many times the provider was called before this error was given up to the caller.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Marks the message as kept in the queue for a later try.
    #[must_use]
    pub fn with_queued(mut self) -> Self {
        self.0.queued = true;
        self
    }

    /// Adds the error underneath, shown by `Debug` and [`source`](StdError::source) only.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(std::sync::Arc::new(source));
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code of the kind, such as `INVALID_PHONE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// Could the phone already have the message?
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.0.certainty
    }

    /// Who has to act before the same message can go through.
    #[must_use]
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// The sentence alone, without the provider in front.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, where there is something to do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The id of the provider it came from.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The provider's own error code.
    #[must_use]
    pub fn provider_code(&self) -> Option<&str> {
        self.0.provider_code.as_deref()
    }

    /// The HTTP status of the provider's answer.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long to wait before the same call can succeed, where somebody said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the provider was called for this message before the error was handed up.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// True when the message waits in the queue for a later try: do not send it again yourself.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.0.queued
    }

    /// True when time alone can cure it ([`Class::Transient`] or [`Class::Throttled`]).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.0.class, Class::Transient | Class::Throttled)
    }

    /// True when the provider *answered* and still nobody can say whether it took the message
    /// (a 5xx). No answer at all is a different thing and weighs heavier.
    #[must_use]
    pub fn is_server_answer(&self) -> bool {
        self.0.kind == ErrorKind::ServerError && self.0.certainty == Certainty::MaybeSent
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.0.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(code) = &self.0.provider_code {
            write!(f, " (provider code {code})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(
            f,
            "{} ({}, {:?}): {self}",
            inner.kind, inner.certainty, inner.class
        )?;
        if let Some(status) = inner.http_status {
            write!(f, "\n  http status: {status}")?;
        }
        if let Some(wait) = inner.retry_after {
            write!(f, "\n  retry after: {wait:?}")?;
        }
        if inner.attempts > 0 {
            write!(f, "\n  attempts: {}", inner.attempts)?;
        }
        if inner.queued {
            f.write_str("\n  queued for a later try")?;
        }
        if let Some(help) = &inner.help {
            write!(f, "\n  help: {help}")?;
        }
        let mut source = self.source();
        while let Some(error) = source {
            write!(f, "\n  caused by: {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The stable JSON shape: `code`, `message`, `certainty`, `class`, and what else is known.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Error", 9)?;
        out.serialize_field("code", self.code())?;
        out.serialize_field("message", &self.to_string())?;
        out.serialize_field("certainty", &self.certainty())?;
        out.serialize_field("class", &self.class())?;
        out.serialize_field("provider_code", &self.provider_code())?;
        out.serialize_field("http_status", &self.http_status())?;
        let retry_after = self.retry_after().map(|wait| wait.as_millis() as u64);
        out.serialize_field("retry_after_ms", &retry_after)?;
        out.serialize_field("queued", &self.is_queued())?;
        out.serialize_field("help", &self.help())?;
        out.end()
    }
}
