//! The plug: what a provider is, how it registers, how it is found.
//!
//! A provider crate implements [`Provider`] (and [`Lookup`] where its vendor can find a message
//! again), describes itself through [`Plugin`], and calls
//! [`register_provider!`](crate::register_provider) once. It meets neither tower nor diesel.

mod entry;
#[cfg(feature = "http")]
pub mod http;
mod key;
mod registry;
mod status;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

pub use entry::{BuildError, Plugin, ProviderEntry};
pub use key::{ConfigKey, KeyType};
pub use registry::Registry;
pub use status::error_for_status;

use crate::error::Error;
use crate::message::{Acceptance, Outbound, Sender};

/// A shared handle to any provider.
pub type DynProvider = Arc<dyn Provider>;

/// Something that takes a message and says whether it took it.
///
/// One call is one attempt: no retries, no waiting for a slot, no logging inside. The stack around
/// it does those, and decides by the [certainty](crate::Certainty) of the returned error alone, so
/// that is the one thing an implementation must get right:
///
/// * `NotSent` only where no byte reached the vendor, or the vendor said it did not take it;
/// * `Rejected` where the vendor looked and refused;
/// * `MaybeSent` for everything else: a 5xx, a timeout, a 2xx that cannot be read.
///
/// Once polled, the stack runs the future to its end, even when the caller went away; only
/// `send.attempt_timeout` cuts it off, and then the message counts as `MaybeSent`.
#[async_trait]
pub trait Provider: Send + Sync + fmt::Debug + 'static {
    /// Sends one message, once.
    ///
    /// # Errors
    /// Any [`Error`] whose certainty tells the truth about the message.
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error>;

    /// What it can do; asked once at start-up.
    fn capabilities(&self) -> Capabilities;

    /// The sender used for messages that name none.
    fn default_sender(&self) -> Option<Sender>;

    /// The power to find a message again, where the vendor has it.
    fn lookup(&self) -> Option<&dyn Lookup>;
}

/// The power to ask a vendor whether it has a message.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// Messages the vendor has that could be this one, tried at `since` or later.
    ///
    /// It returns every candidate (same recipient, sender and text); which of them belong to other
    /// messages of ours is for the framework to know. An empty list is weak evidence: lists lag.
    ///
    /// # Errors
    /// The vendor could not be asked.
    async fn find(&self, message: &Outbound, since: Timestamp) -> Result<Vec<Acceptance>, Error>;
}

/// What a provider can do. What it cannot is refused before the send.
///
/// # Examples
/// ```
/// use sms_framework::provider::Capabilities;
///
/// let capabilities = Capabilities::new().with_media().with_validity();
/// assert!(capabilities.media && !capabilities.simulated);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// Nothing leaves the building: receipts are marked simulated and never count as sent.
    pub simulated: bool,
    /// Takes media URLs.
    pub media: bool,
    /// Takes a validity period.
    pub validity: bool,
    /// Takes a messaging service as sender.
    pub messaging_service: bool,
    /// Can be asked whether it has a message.
    pub lookup: bool,
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
            validity: false,
            messaging_service: false,
            lookup: false,
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
    pub const fn with_validity(mut self) -> Self {
        self.validity = true;
        self
    }

    /// It takes a messaging service as sender.
    #[must_use]
    pub const fn with_messaging_service(mut self) -> Self {
        self.messaging_service = true;
        self
    }

    /// It can find a message again.
    #[must_use]
    pub const fn with_lookup(mut self) -> Self {
        self.lookup = true;
        self
    }
}
