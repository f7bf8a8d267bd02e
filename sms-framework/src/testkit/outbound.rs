//! A message for a provider or a store under test.

use jiff::Timestamp;

use crate::error::Error;
use crate::message::{Message, Outbound, PhoneNumber, Segments};

/// The message as a provider would get to see it, handed over at `created_at`; the recipient must
/// be E.164 and nothing else is checked.
///
/// # Errors
/// `INVALID_PHONE`: the recipient is not E.164.
///
/// # Examples
/// ```
/// use jiff::Timestamp;
/// use sms_framework::{Message, testkit};
///
/// let message = testkit::outbound(Message::new("+14155550123", "Hello"), Timestamp::now())?;
/// assert_eq!(message.segments().count, 1);
/// # Ok::<_, sms_framework::Error>(())
/// ```
pub fn outbound(message: Message, created_at: Timestamp) -> Result<Outbound, Error> {
    Ok(Outbound {
        id: message.id,
        to: PhoneNumber::parse(&message.to)?,
        from: message.from,
        segments: Segments::of(&message.body),
        body: message.body,
        owner: message.owner,
        message_type: message.message_type,
        tags: message.tags,
        media: message.media,
        valid_for: message.valid_for,
        created_at,
    })
}
