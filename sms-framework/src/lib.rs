//! Send SMS from production software: configuration picks a provider, providers are plugins, and a
//! tower stack (validate → rate-limit → retry → log) guards whichever was picked.
//!
//! # Send
//!
//! ```no_run
//! use sms_framework::{Message, SmsClient};
//!
//! # async fn run() -> Result<(), sms_framework::Error> {
//! let sms = SmsClient::from_file("sms.toml")?;
//! let receipt = sms.send(Message::new("+14155550123", "Doors open at eight.")).await?;
//! # let _ = receipt; Ok(()) }
//! ```
//!
//! The providers are crates of their own. A crate that is only depended on is dropped by the
//! linker without a word, so the program names each: `use sms_provider_twilio as _;`. Without any
//! configuration the mock (`sms-provider-mock`) takes every message and nothing leaves the building.
//!
//! # Was it sent?
//!
//! Every [`Error`] tells: [`Certainty`] is `NotSent`, `Rejected` or `MaybeSent`, and everything here
//! that resends, queues or gives up decides by it. A timeout is never taken for a failure: what
//! nobody can be sure of is looked up at the provider ([`provider::Lookup`]), and held as
//! [`MessageState::Unknown`] where that does not help.
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | sending, queue, statistics, status | [`SmsClient`], and [`SmsService`] to mock it |
//! | several providers behind one name | [`config::RouteSettings`] |
//! | receipts and messages from phones | [`SmsClient::webhook`], [`provider::Event`] |
//! | configuration | [`config`]: [`Sources`], [`Settings`] |
//! | writing a provider | [`provider`]: [`provider::Provider`], [`provider::Plugin`], [`register_provider!`] |
//! | the layers for a stack of your own | [`stack`] |
//! | the limiter alone | [`limiter`] |
//! | numbers, senders, lengths, templates | [`message`] |
//! | what is remembered | [`store`] |
//!
//! # Cargo features
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `sqlite` | yes | the SQLite store, with SQLite compiled in |
//! | `postgres` | no | the PostgreSQL database under a store: no client library, TLS by rustls |
//! | `http` | yes | [`provider::http`], the HTTP client that providers share |
//! | `numbers` | no | `validate.numbers = "possible"` or `"valid"`, `validate.default_region`: libphonenumber's rules |
//! | `testkit` | no | for tests: the conformance suite for providers, a scripted provider and vendor, a store in memory, clocks, `MockSmsService` |

#![allow(
    clippy::duplicate_mod,
    reason = "what both databases say in the same words is compiled for each"
)]

mod client;
pub mod config;
pub mod delivery;
pub mod error;
pub mod limiter;
pub mod message;
mod nearest;
pub mod provider;
pub(crate) mod route;
pub mod stack;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;

#[doc(hidden)]
pub use inventory as __inventory;

#[cfg(feature = "testkit")]
pub use client::MockSmsService;
pub use client::{
    Added, Broadcast, ClientBuilder, CountryPreview, DatabaseStatus, Enqueued, EnqueuedBroadcast,
    Mode, OpenBroadcast, Outbox, Preview, Previewing, ProviderStatus, Refused, SmsClient,
    SmsService, Status,
};
pub use config::{Settings, Sources};
pub use delivery::{Counts, Delivery, QueueReport};
pub use error::{Certainty, Class, Error, ErrorKind, Result};
pub use message::{
    Acceptance, BroadcastId, Encoding, Message, MessageId, MessageState, Outbound, PhoneNumber,
    Priority, Receipt, Segments, Sender,
};
pub use route::{HealthReport, HealthState};
