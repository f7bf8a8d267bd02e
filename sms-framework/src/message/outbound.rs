//! A message that passed validation.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use sha2::{Digest, Sha256};

use super::{BroadcastId, Message, MessageId, PhoneNumber, Priority, Segments, Sender};

/// A message that passed validation: what the layers and the provider get to see.
///
/// Only the validate layer and the store make one, so whoever holds
/// it may rely on its number, its sender and its length.
#[derive(Clone)]
pub struct Outbound {
    pub(crate) id: MessageId,
    pub(crate) to: PhoneNumber,
    pub(crate) from: Option<Sender>,
    pub(crate) body: String,
    pub(crate) segments: Segments,
    pub(crate) owner: Option<String>,
    pub(crate) message_type: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) media: Vec<String>,
    pub(crate) valid_for: Option<Duration>,
    pub(crate) send_at: Option<Timestamp>,
    pub(crate) priority: Priority,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) broadcast: Option<BroadcastId>,
    pub(crate) created_at: Timestamp,
    /// The sender was chosen for it, and may be chosen anew.
    pub(crate) sender_is_chosen: bool,
}

impl Outbound {
    /// A draft whose recipient was read and whose sender is settled; its text is measured here.
    pub(crate) fn of_draft(message: Message, to: PhoneNumber, created_at: Timestamp) -> Self {
        Self {
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
            send_at: message.send_at,
            priority: message.priority,
            idempotency_key: message.idempotency_key,
            broadcast: None,
            created_at,
            sender_is_chosen: false,
        }
    }

    /// The same with another validity, for the provider.
    pub(crate) fn with_validity(&self, time: Duration) -> Self {
        Self {
            valid_for: Some(time),
            ..self.clone()
        }
    }

    /// The same as one of a broadcast, under the id that it always has there.
    pub(crate) fn in_broadcast(self, broadcast: BroadcastId) -> Self {
        Self {
            id: MessageId::in_broadcast(broadcast, self.to.as_str()),
            broadcast: Some(broadcast),
            ..self
        }
    }

    /// The same from a sender that was chosen for it.
    pub(crate) fn with_chosen_sender(&self, sender: Option<Sender>) -> Self {
        Self {
            from: sender,
            sender_is_chosen: true,
            ..self.clone()
        }
    }

    /// Our id of it: give it to the provider as client reference where it takes one.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// The recipient.
    #[must_use]
    pub fn to(&self) -> &PhoneNumber {
        &self.to
    }

    /// The sender: the message's own, else the provider's
    /// [default](crate::provider::Provider::default_sender); `None` where neither has one.
    #[must_use]
    pub fn from(&self) -> Option<&Sender> {
        self.from.as_ref()
    }

    /// The text, byte for byte as the caller wrote it.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// How the text is encoded and into how many segments it falls.
    #[must_use]
    pub fn segments(&self) -> &Segments {
        &self.segments
    }

    /// Whose message it is.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// What sort of message it is.
    #[must_use]
    pub fn message_type(&self) -> Option<&str> {
        self.message_type.as_deref()
    }

    /// Free labels.
    #[must_use]
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// Absolute URLs of attached media.
    #[must_use]
    pub fn media(&self) -> &[String] {
        &self.media
    }

    /// How long the provider may hold it before it gives up: what is left of its validity when it is
    /// given to the provider.
    #[must_use]
    pub fn valid_for(&self) -> Option<Duration> {
        self.valid_for
    }

    /// When it is due to go out; at once if `None`.
    #[must_use]
    pub fn send_at(&self) -> Option<Timestamp> {
        self.send_at
    }

    /// How urgent it is beside others that wait.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Its owner's key, under which it is taken once.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// The broadcast that it is of.
    #[must_use]
    pub fn broadcast(&self) -> Option<BroadcastId> {
        self.broadcast
    }

    /// The SHA-256 of what is sent to whom: what has to be the same under one idempotency key.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn content_hash(&self) -> String {
        let wish = self.from.as_ref().filter(|_| !self.sender_is_chosen);
        let sender = wish.map(ToString::to_string).unwrap_or_default();
        let mut content = vec![self.to.as_str(), &sender, &self.body];
        content.extend(self.media.iter().map(String::as_str));
        // The lengths keep one field from running into the next.
        let framed = content
            .iter()
            .map(|field| format!("{}:{field}", field.len()));
        sha256(&framed.collect::<String>())
    }

    /// When it may go out first.
    pub(crate) fn due_at(&self) -> Timestamp {
        let later = |at: Timestamp| at.max(self.created_at);
        self.send_at.map_or(self.created_at, later)
    }

    /// After when it must not be sent any more; `None` where it stays worth sending.
    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        let end = self.due_at().checked_add(self.valid_for?);
        Some(end.unwrap_or(Timestamp::MAX))
    }

    /// When it was handed to the framework.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }
}

/// Its SHA-256, as hexadecimal digits.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn sha256(text: &str) -> String {
    use std::fmt::Write;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
    }
    hex
}

/// Shows no text and a masked recipient.
impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("id", &self.id)
            .field("to", &self.to)
            .field("from", &self.from)
            .field("segments", &self.segments)
            .field("owner", &self.owner)
            .field("message_type", &self.message_type)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
