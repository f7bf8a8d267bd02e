//! What is sent, to whom, from whom, and how long it is.

pub mod phone;
pub mod segment;
pub mod sender;

pub use phone::PhoneNumber;
pub use segment::{Encoding, ForcedBy, Segments};
pub use sender::{AlphanumericId, Sender, ServiceId, ShortCode};
