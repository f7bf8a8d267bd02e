//! A message that passed validation.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{Message, MessageId, PhoneNumber, Segments, Sender};

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
            created_at,
            sender_is_chosen: false,
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

    /// How long the provider may hold it before it gives up.
    #[must_use]
    pub fn valid_for(&self) -> Option<Duration> {
        self.valid_for
    }

    /// When it was handed to the framework.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }
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
