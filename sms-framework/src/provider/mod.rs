//! The plug: what a provider is, how it registers, how it is found.
//!
//! A provider crate implements [`Provider`] (and the powers that its vendor has: [`Lookup`] to find a
//! message again, [`Webhooks`] or [`Feed`] for receipts and messages from phones), describes itself through [`Plugin`], and calls
//! [`register_provider!`](crate::register_provider) once. It meets neither tower nor diesel.

mod capabilities;
mod code;
mod entry;
mod feed;
#[cfg(feature = "http")]
pub mod http;
mod key;
mod registry;
#[cfg(feature = "http")]
pub mod signature;
mod status;
mod webhook;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

pub use capabilities::{Beyond, Capabilities, Reference, Validity, ValidityForm};
pub use code::{Code, Phase};
pub use entry::{BuildError, Plugin, ProviderEntry};
pub use feed::{EventSink, Feed};
pub use key::{ConfigKey, KeyType};
pub use registry::Registry;
pub use status::error_for_status;
pub use webhook::{
    DeliveryReceipt, Event, Inbound, MESSAGE_ID_PARAMETER, OptOut, Part, Price, Reply, WebhookCall,
    Webhooks, lacks, message_id_in,
};

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

    /// What it can do as it is configured; asked once at start-up.
    fn capabilities(&self) -> Capabilities;

    /// The sender used for messages that name none.
    fn default_sender(&self) -> Option<Sender>;

    /// The power to find a message again, where the vendor has it.
    fn lookup(&self) -> Option<&dyn Lookup>;

    /// The power to read what the vendor posts to us, where it does.
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }

    /// The power to hear from the vendor on a connection of its own, where there is one.
    fn feed(&self) -> Option<&dyn Feed> {
        None
    }
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
