//! The outermost layer: what a caller wrote becomes what a provider may rely on, or an error.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::{Either, Ready, ready};
use tower::{Layer, Service};

use super::{SendRequest, SenderChoice, WallClock};
use crate::config::{SenderSettings, ValidateSettings, duration};
use crate::error::{Error, ErrorKind};
use crate::message::{Message, NumberPolicy, Outbound, PhoneNumber, Sender};
use crate::provider::{Capabilities, Provider};

/// The rules that a message must satisfy before anything else happens.
#[derive(Debug, Clone)]
pub struct Validator {
    numbers: NumberPolicy,
    max_characters: usize,
    senders: SenderChoice,
    limits: Option<Limits>,
    clock: WallClock,
}

/// What one provider takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    capabilities: Capabilities,
    max_characters: usize,
}

impl Validator {
    /// The rules of `settings`, for messages to `provider`.
    ///
    /// # Errors
    /// `CONFIG`: the default region does not exist, or this build cannot judge numbers that way.
    pub fn new(settings: &ValidateSettings, provider: &dyn Provider) -> Result<Self, Error> {
        let senders = SenderChoice::new(&SenderSettings::default(), provider.default_sender());
        let limits = Limits::new(settings, provider.capabilities());
        Self::of(settings, senders, Some(limits))
    }

    /// The rules of `settings` for a message that any of several providers may take: what each of
    /// them can do, and whose number it comes from, is asked once one is chosen.
    pub(crate) fn for_route(settings: &ValidateSettings) -> Result<Self, Error> {
        Self::of(settings, SenderChoice::default(), None)
    }

    fn of(
        settings: &ValidateSettings,
        senders: SenderChoice,
        limits: Option<Limits>,
    ) -> Result<Self, Error> {
        Ok(Self {
            numbers: settings.number_policy()?,
            max_characters: settings.max_characters,
            senders,
            limits,
            clock: WallClock::default(),
        })
    }

    /// Chooses the senders of messages that name none by these.
    #[must_use]
    pub fn with_senders(self, senders: SenderChoice) -> Self {
        Self { senders, ..self }
    }

    /// Dates messages by another clock.
    pub(crate) fn with_clock(self, clock: WallClock) -> Self {
        Self { clock, ..self }
    }

    /// Turns what a caller wrote into what a provider may rely on.
    ///
    /// # Errors
    /// * `INVALID_PHONE`: the recipient is no phone number under the rule in force;
    /// * `INVALID_MESSAGE`: nothing to send, or a media address that is none;
    /// * `MESSAGE_TOO_LONG`: with both numbers;
    /// * `UNSUPPORTED`: it asks for what the provider cannot do.
    pub fn check(&self, mut message: Message) -> Result<Outbound, Error> {
        let to = self.number(&message.to)?;
        check_media(&message)?;
        check_length(&message.body, self.max_characters)?;
        let is_chosen = message.from.is_none();
        if is_chosen {
            message.from = self.senders.sender_for(&to).cloned();
        }
        let mut outbound = Outbound::of_draft(message, to, self.clock.now());
        outbound.sender_is_chosen = is_chosen;
        if let Some(limits) = &self.limits {
            limits.check(&outbound, outbound.from())?;
        }
        Ok(outbound)
    }

    /// Reads a recipient under the rule in force.
    ///
    /// # Errors
    /// `INVALID_PHONE`.
    pub fn number(&self, input: &str) -> Result<PhoneNumber, Error> {
        self.numbers.parse(input)
    }
}

impl Limits {
    pub(crate) fn new(settings: &ValidateSettings, capabilities: Capabilities) -> Self {
        Self {
            capabilities,
            max_characters: settings.max_characters,
        }
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Why the provider does not take the message from `sender`, if it does not.
    pub(crate) fn check(&self, message: &Outbound, sender: Option<&Sender>) -> Result<(), Error> {
        check_length(message.body(), self.max_characters)?;
        let can = &self.capabilities;
        let cannot =
            |what: &str| Error::new(ErrorKind::Unsupported, format!("the provider {what}"));
        if !message.media().is_empty() && !can.media {
            return Err(cannot(
                "takes no media: send the text alone, or link to the media in it",
            ));
        }
        if let Some(time) = message.valid_for() {
            self.check_validity(time).map_err(|what| cannot(&what))?;
        }
        if matches!(sender, Some(Sender::MessagingService(_))) && !can.messaging_service {
            return Err(cannot(
                "has no messaging services: send from a number or a sender ID",
            ));
        }
        self.check_segments(message.segments().count)
    }

    /// What the provider cannot do about it, where it cannot hold a message that long.
    fn check_validity(&self, time: Duration) -> Result<(), String> {
        let Some(validity) = self.capabilities.validity else {
            return Err("takes no validity period: leave it out".to_owned());
        };
        if validity.allows(time) {
            return Ok(());
        }
        Err(format!(
            "holds a message for {} to {}, not for {}",
            duration::format(validity.shortest),
            duration::format(validity.longest),
            duration::format(time),
        ))
    }

    fn check_segments(&self, segments: u32) -> Result<(), Error> {
        match self.capabilities.max_segments {
            Some(most) if segments > most => Err(Error::new(
                ErrorKind::MessageTooLong,
                format!("the text needs {segments} segments; the provider takes {most} at most"),
            )
            .with_help(SHORTEN)),
            _ => Ok(()),
        }
    }
}

fn check_media(message: &Message) -> Result<(), Error> {
    if let Some(url) = message.media.iter().find(|url| !is_web_address(url)) {
        let shown: String = url.chars().take(60).collect();
        return Err(Error::new(
            ErrorKind::InvalidMessage,
            format!("the media address `{shown}` is not an absolute http or https URL"),
        ));
    }
    if message.body.trim().is_empty() && message.media.is_empty() {
        return Err(Error::new(
            ErrorKind::InvalidMessage,
            "the message is empty: it needs a text",
        ));
    }
    Ok(())
}

fn check_length(body: &str, most: usize) -> Result<(), Error> {
    // There are never more characters than bytes: most texts need no counting.
    if body.len() <= most {
        return Ok(());
    }
    let characters = body.chars().count();
    if characters <= most {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::MessageTooLong,
        format!("the text has {characters} characters; at most {most} are allowed"),
    )
    .with_help(SHORTEN))
}

const SHORTEN: &str = "shorten it or send it in parts; it is never cut silently";

fn is_web_address(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !url.contains(char::is_whitespace))
}

/// Puts a [`Validator`] in front of a service that takes [`SendRequest`]s.
///
/// It changes neither order nor errors of what is below, and holds nothing while it waits.
#[derive(Debug, Clone)]
pub struct ValidateLayer(Arc<Validator>);

impl ValidateLayer {
    /// A layer with these rules.
    #[must_use]
    pub fn new(validator: Validator) -> Self {
        Self(Arc::new(validator))
    }
}

impl<S> Layer<S> for ValidateLayer {
    type Service = Validate<S>;

    fn layer(&self, inner: S) -> Validate<S> {
        Validate {
            rules: Arc::clone(&self.0),
            inner,
        }
    }
}

/// The service of [`ValidateLayer`]: takes a [`Message`], gives the inner one a [`SendRequest`].
#[derive(Debug, Clone)]
pub struct Validate<S> {
    rules: Arc<Validator>,
    inner: S,
}

impl<S> Validate<S> {
    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &Validator {
        &self.rules
    }

    /// The service below.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S> Service<Message> for Validate<S>
where
    S: Service<SendRequest, Error = Error>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Either<Ready<Result<S::Response, Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, message: Message) -> Self::Future {
        match self.rules.check(message) {
            Ok(message) => Either::Right(self.inner.call(SendRequest::new(Arc::new(message)))),
            Err(error) => Either::Left(ready(Err(error))),
        }
    }
}
