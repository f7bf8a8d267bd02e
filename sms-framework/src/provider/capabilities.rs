//! What a provider can do, as data: checked before a send, shown in the matrix.

use std::time::Duration;

use serde::Serialize;

/// What a provider can do. What it cannot is refused before the send.
///
/// The record of a plugin ([`Plugin::CAPABILITIES`](super::Plugin::CAPABILITIES)) says what its kind
/// can do at most; a [`Provider`](super::Provider) says what it can as it is configured.
///
/// # Examples
/// ```
/// use sms_framework::provider::{Capabilities, Reference, Validity};
///
/// const CAPABILITIES: Capabilities = Capabilities::new()
///     .with_media()
///     .with_validity(Validity::seconds(1, 36_000))
///     .with_reference(Reference::Callback)
///     .with_receipts();
/// assert!(CAPABILITIES.media && !CAPABILITIES.simulated);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// Nothing leaves the building: receipts are marked simulated and never count as sent.
    pub simulated: bool,
    /// Takes media URLs.
    pub media: bool,
    /// Takes a validity period, and which.
    pub validity: Option<Validity>,
    /// Takes a messaging service as sender.
    pub messaging_service: bool,
    /// The most segments of one message; `None` where the vendor names no limit.
    pub max_segments: Option<u32>,
    /// How our id of a message travels.
    pub reference: Reference,
    /// Can be asked whether it has a message ([`Lookup`](super::Lookup)).
    pub lookup: bool,
    /// Delivery receipts can be read ([`Webhooks`](super::Webhooks) or [`Feed`](super::Feed)).
    pub receipts: bool,
    /// Messages from phones can be read.
    pub inbound: bool,
}

/// A validity period that a vendor takes: a message outside of it is refused before the send, even
/// where the vendor would cut it silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Validity {
    /// How it is written to the vendor.
    pub form: ValidityForm,
    /// The shortest period.
    pub shortest: Duration,
    /// The longest period.
    pub longest: Duration,
    /// What the vendor does with a longer one.
    pub beyond: Beyond,
}

/// How a validity period is written to a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValidityForm {
    /// A number of seconds.
    Seconds,
    /// A number of milliseconds.
    Milliseconds,
    /// The instant at which it ends.
    Instant,
}

/// What a vendor does with a validity period that is longer than it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Beyond {
    /// It refuses the message.
    Refused,
    /// It shortens the period without a word.
    Cut,
    /// Its public material does not say.
    NotSaid,
}

impl Validity {
    /// Written in seconds, from `shortest` to `longest` of them.
    #[must_use]
    pub const fn seconds(shortest: u64, longest: u64) -> Self {
        Self {
            form: ValidityForm::Seconds,
            shortest: Duration::from_secs(shortest),
            longest: Duration::from_secs(longest),
            beyond: Beyond::Refused,
        }
    }

    /// Written in milliseconds, from `shortest` to `longest` of them.
    #[must_use]
    pub const fn milliseconds(shortest: u64, longest: u64) -> Self {
        Self {
            form: ValidityForm::Milliseconds,
            shortest: Duration::from_millis(shortest),
            longest: Duration::from_millis(longest),
            beyond: Beyond::Refused,
        }
    }

    /// Written as the instant at which it ends, from `shortest` to `longest` seconds away.
    #[must_use]
    pub const fn instant(shortest: u64, longest: u64) -> Self {
        Self {
            form: ValidityForm::Instant,
            ..Self::seconds(shortest, longest)
        }
    }

    /// Says what the vendor does with a longer one; [`Beyond::Refused`] where nothing is said.
    #[must_use]
    pub const fn beyond(mut self, beyond: Beyond) -> Self {
        self.beyond = beyond;
        self
    }

    /// True where the vendor holds a message for exactly that long, to its unit.
    ///
    /// ```
    /// use std::time::Duration;
    /// use sms_framework::provider::Validity;
    ///
    /// let validity = Validity::seconds(1, 60);
    /// assert!(validity.allows(Duration::from_millis(1_500)));
    /// assert!(!validity.allows(Duration::from_millis(900)));
    /// assert!(!validity.allows(Duration::from_millis(60_001)));
    /// ```
    #[must_use]
    pub fn allows(&self, time: Duration) -> bool {
        (self.shortest..=self.longest).contains(&time)
    }
}

/// How our id of a message travels to the vendor and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reference {
    /// Not at all: receipts carry the vendor's id alone.
    None,
    /// In the URL that the vendor calls with receipts.
    Callback,
    /// As a field of the request that comes back in receipts.
    Echoed,
    /// As the vendor's idempotency key: the same id again is not another message.
    Idempotent,
}

impl Capabilities {
    /// Text messages and nothing more.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "the name says it better at the call"
    )]
    pub const fn new() -> Self {
        Self {
            simulated: false,
            media: false,
            validity: None,
            messaging_service: false,
            max_segments: None,
            reference: Reference::None,
            lookup: false,
            receipts: false,
            inbound: false,
        }
    }

    /// Marks it as one that sends nothing.
    #[must_use]
    pub const fn with_simulated(mut self) -> Self {
        self.simulated = true;
        self
    }

    /// It takes media URLs.
    #[must_use]
    pub const fn with_media(mut self) -> Self {
        self.media = true;
        self
    }

    /// It takes a validity period.
    #[must_use]
    pub const fn with_validity(mut self, validity: Validity) -> Self {
        self.validity = Some(validity);
        self
    }

    /// It takes a messaging service as sender.
    #[must_use]
    pub const fn with_messaging_service(mut self) -> Self {
        self.messaging_service = true;
        self
    }

    /// It takes at most that many segments.
    #[must_use]
    pub const fn with_max_segments(mut self, segments: u32) -> Self {
        self.max_segments = Some(segments);
        self
    }

    /// Our id travels so.
    #[must_use]
    pub const fn with_reference(mut self, reference: Reference) -> Self {
        self.reference = reference;
        self
    }

    /// It can find a message again.
    #[must_use]
    pub const fn with_lookup(mut self) -> Self {
        self.lookup = true;
        self
    }

    /// Its delivery receipts can be read.
    #[must_use]
    pub const fn with_receipts(mut self) -> Self {
        self.receipts = true;
        self
    }

    /// Messages from phones can be read.
    #[must_use]
    pub const fn with_inbound(mut self) -> Self {
        self.inbound = true;
        self
    }
}
