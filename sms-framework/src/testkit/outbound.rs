//! A validated message made of a draft, as a provider or a store gets it.

use jiff::Timestamp;

use crate::message::{Message, Outbound, PhoneNumber};

/// The message as a provider would get to see it, handed over now.
///
/// It reads the recipient as E.164 and checks nothing else.
///
/// # Panics
/// The recipient is not E.164.
///
/// # Examples
/// ```
/// use sms_framework::{Message, testkit};
///
/// let message = testkit::outbound(Message::new("+14155550123", "Hello"));
/// assert_eq!(message.segments().count, 1);
/// ```
#[must_use]
pub fn outbound(message: Message) -> Outbound {
    outbound_at(message, Timestamp::now())
}

/// The same, handed over at `created_at`.
///
/// # Panics
/// The recipient is not E.164.
#[must_use]
pub fn outbound_at(message: Message, created_at: Timestamp) -> Outbound {
    let to = PhoneNumber::parse(&message.to).expect("a test writes its recipient as E.164");
    Outbound::of_draft(message, to, created_at)
}
