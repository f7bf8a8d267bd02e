//! What is sent, to whom, from whom, how long it is, and what became of it.

mod draft;
mod id;
mod lifecycle;
pub mod numbers;
mod outbound;
pub mod phone;
mod place;
mod priority;
mod receipt;
pub mod segment;
pub mod sender;
mod state;

pub use draft::Message;
pub use id::{BroadcastId, MessageId};
pub use lifecycle::{Occurrence, Step, Verdict};
pub use outbound::Outbound;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use outbound::sha256;
pub mod template;

pub use numbers::{NumberPolicy, NumberRule, Region};
#[cfg(feature = "numbers")]
pub use numbers::{NumberReport, inspect};
pub use phone::PhoneNumber;
pub use place::Place;
pub use priority::Priority;
pub use receipt::{Acceptance, Hop, Receipt};
pub use segment::{Encoding, ForcedBy, Segments};
pub use sender::{AlphanumericId, Sender, ServiceId, ShortCode};
pub use state::MessageState;
pub use template::{BookingConfirmation, Templates};
