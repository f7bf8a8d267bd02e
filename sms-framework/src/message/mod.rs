//! What is sent, to whom, from whom, and how long it is.

pub mod numbers;
pub mod phone;
pub mod segment;
pub mod sender;
pub mod template;

pub use numbers::{NumberPolicy, NumberRule, Region};
#[cfg(feature = "numbers")]
pub use numbers::{NumberReport, inspect};
pub use phone::PhoneNumber;
pub use segment::{Encoding, ForcedBy, Segments};
pub use sender::{AlphanumericId, Sender, ServiceId, ShortCode};
pub use template::{BookingConfirmation, Templates};
