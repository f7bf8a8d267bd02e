//! For tests, feature `testkit`: what a program cannot make by itself.

use jiff::Timestamp;

use crate::message::{Message, Outbound, PhoneNumber, Segments};

/// A validated message made of a draft, as a provider gets it, for tests of providers.
///
/// It reads the recipient as E.164 and checks nothing else.
///
/// # Panics
/// If the recipient is not E.164.
///
/// # Examples
/// ```
/// use sms_framework::{Message, testkit};
///
/// let outbound = testkit::outbound(Message::new("+14155550123", "Hello"));
/// assert_eq!(outbound.segments().count, 1);
/// ```
#[must_use]
pub fn outbound(message: Message) -> Outbound {
    let to = PhoneNumber::parse(&message.to).expect("a test writes its recipient as E.164");
    Outbound {
        id: message.id,
        to,
        from: message.from,
        segments: Segments::of(&message.body),
        body: message.body,
        owner: message.owner,
        message_type: message.message_type,
        tags: message.tags,
        media: message.media,
        valid_for: message.valid_for,
        created_at: Timestamp::now(),
    }
}
