//! The tower stack around a provider: validate → rate-limit → retry → log → provider.
//!
//! ```text
//!            Message                                     Result<Receipt, Error>
//!               │                                                  ▲
//!   Validate    │ SendRequest, or INVALID_PHONE, MESSAGE_TOO_LONG … │
//!   RateLimit   │ waits for the first slot, or RATE_LIMITED         │
//!   Retry       │ back-off, question to the provider, a new slot ⟲  │
//!   Log         │ one record an attempt                             │
//!   Provider    ▼ one call, within a time limit                     │
//! ```
//!
//! Each layer works alone, in stacks of other people's: they share [`SendRequest`] as request,
//! [`Receipt`](crate::Receipt) as response and [`Error`](crate::Error) as error, unboxed.
//!
//! # Examples
//! ```
//! use std::{sync::Arc, time::Duration};
//! use sms_framework::config::{RateLimitSettings, RetrySettings};
//! use sms_framework::provider::DynProvider;
//! use sms_framework::stack::{ProviderService, RateLimitLayer, RetryLayer, RetryPolicy, SlotKeeper};
//! use tower::ServiceBuilder;
//!
//! # fn stack(provider: DynProvider) -> Result<(), sms_framework::Error> {
//! let slots = Arc::new(SlotKeeper::new("twilio", &RateLimitSettings::default())?);
//! let policy = RetryPolicy::new(RetrySettings::default(), Duration::from_secs(90));
//! let service = ServiceBuilder::new()
//!     .layer(RateLimitLayer::new(Arc::clone(&slots)))
//!     .layer(RetryLayer::new(policy.with_slots(slots)))
//!     .service(ProviderService::new("twilio", provider, Duration::from_secs(35)));
//! # let _ = service; Ok(()) }
//! ```

mod fleet;
mod hand_over;
mod log;
mod lookup;
mod provider;
mod rate_limit;
mod request;
mod retry;
mod senders;
mod slots;
mod validate;
mod waiting_room;
mod wall_clock;

pub(crate) use hand_over::{HandOver, HandOverLayer, Handing, lost, ran_out};
pub use log::{AttemptLog, Log, LogLayer, LoggedAttempt};
pub use lookup::Inquiry;
pub use provider::ProviderService;
#[cfg(feature = "testkit")]
pub(crate) use provider::receipt;
pub use rate_limit::{RateLimit, RateLimitLayer};
pub(crate) use request::{Held, Resend, Round};
pub use request::{SendRequest, Trail};
pub use retry::{Retry, RetryLayer, RetryPolicy, Settled};
pub use senders::SenderChoice;
pub use slots::SlotKeeper;
pub(crate) use validate::Limits;
pub use validate::{Validate, ValidateLayer, Validator};
pub use waiting_room::{Turn, WaitingRoom};
pub(crate) use wall_clock::{WallClock, after};
