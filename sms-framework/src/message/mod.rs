//! What is sent, to whom, from whom, how long it is, and what became of it.

mod draft;
mod id;
mod outbound;
pub mod phone;
mod receipt;
pub mod segment;
pub mod sender;
mod state;

pub use draft::Message;
pub use id::MessageId;
pub use outbound::Outbound;
pub use phone::PhoneNumber;
pub use receipt::{Acceptance, Receipt};
pub use segment::{Encoding, ForcedBy, Segments};
pub use sender::{AlphanumericId, Sender, ServiceId, ShortCode};
pub use state::MessageState;
