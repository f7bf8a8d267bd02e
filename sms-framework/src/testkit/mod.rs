//! For tests, feature `testkit`: what a program cannot make by itself.
//!
//! | | |
//! |---|---|
//! | [`ScriptedProvider`] | a provider that accepts, fails, hangs or panics by script, and remembers every call |
//! | [`MemoryStore`] | a store without a database, which can be told to break |
//! | [`MemorySlots`] | the database of a shared rate limit, with latencies, failures and a clock of its own |
//! | [`HookedStore`] | any store, with a hook around each write |
//! | [`TokioClock`] | the limiter's clock and the time of day on tokio's time, paused or not |
//! | [`outbound`], [`outbound_at`] | a validated message made of a draft |
//! | [`conformance`] | what every provider has to get right, one named test each |
//! | [`store_suite`] | what every store has to get right, one named test each |
//! | [`postgres`] | a PostgreSQL server of the tests' own |
//! | [`http`] | a vendor on loopback that answers by script |
//! | [`receipt`], [`delivery`], [`status`] | answers for a mock of [`SmsService`](crate::SmsService) |
//!
//! # Examples
//! ```
//! use std::sync::Arc;
//! use sms_framework::config::Sources;
//! use sms_framework::provider::Registry;
//! use sms_framework::testkit::{Act, MemoryStore, ScriptedProvider, TokioClock};
//! use sms_framework::{Error, ErrorKind, Message, SmsClient};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
//! let provider = ScriptedProvider::new()
//!     .script([Act::Fail(Error::new(ErrorKind::Connect, "connection refused")), Act::Accept]);
//! let settings = Sources::new().load_with(&Registry::new())?;
//! let sms = SmsClient::builder(settings)
//!     .provider("fake", Arc::new(provider.clone()))
//!     .store(Arc::new(MemoryStore::new()))
//!     .clock(TokioClock::new())
//!     .build()?;
//!
//! let receipt = sms.send(Message::new("+14155550123", "Hello")).await?;
//! assert_eq!(receipt.attempts, 2);
//! assert_eq!(provider.calls().len(), 2);
//! # Ok::<_, Error>(()) })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod answers;
mod clock;
#[cfg(feature = "http")]
pub mod conformance;
mod hooked;
#[cfg(feature = "http")]
pub mod http;
mod memory;
mod outbound;
#[cfg(all(feature = "postgres", unix))]
pub mod postgres;
mod scripted;
mod slots;
pub mod store_suite;

pub use answers::{delivery, receipt, status};
pub use clock::TokioClock;
pub use hooked::{HookedStore, Moment};
pub use memory::MemoryStore;
pub use outbound::{outbound, outbound_at};
pub use scripted::{Act, Call, Finding, ScriptedProvider};
pub use slots::MemorySlots;
