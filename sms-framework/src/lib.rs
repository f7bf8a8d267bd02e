//! Plugin-style SMS framework: configuration picks a provider, a tower stack guards it.

mod client;
pub mod config;
pub mod delivery;
pub mod error;
pub mod limiter;
pub mod message;
mod nearest;
pub mod provider;
pub mod stack;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;

#[doc(hidden)]
pub use inventory as __inventory;

#[cfg(feature = "testkit")]
pub use client::MockSmsService;
pub use client::{
    Broadcast, ClientBuilder, DatabaseStatus, Mode, SmsClient, SmsService, Status,
};
pub use config::{Settings, Sources};
pub use delivery::{Counts, Delivery, QueueReport};
pub use error::{Certainty, Class, Error, ErrorKind, Result};
pub use message::{
    Acceptance, Encoding, Message, MessageId, MessageState, Outbound, PhoneNumber, Receipt,
    Segments, Sender,
};
