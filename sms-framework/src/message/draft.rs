//! What a caller asks to have sent.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{MessageId, Priority, Sender};

/// A message as the caller writes it: a recipient, a text, and what to remember it by.
///
/// Nothing is checked here; the validate layer turns it into an
/// [`Outbound`](super::Outbound) or says what is wrong with it.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use sms_framework::Message;
///
/// let message = Message::new("+14155550123", "Doors open at eight.")
///     .sender("+14155550100".parse()?)
///     .owner("artist-17")
///     .message_type("gig_reminder")
///     .tag("gig", "4711")
///     .valid_for(Duration::from_secs(3600));
/// assert_eq!(message.to, "+14155550123");
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Clone)]
pub struct Message {
    /// Its id, made with it; a broadcast or a store may be asked about it before the send ends.
    pub id: MessageId,
    /// The recipient as written; read under `validate.numbers` and `validate.default_region`.
    pub to: String,
    /// The text, 1 to 1600 characters by default; may be empty only where media is attached.
    pub body: String,
    /// The sender; the provider's configured one if `None`.
    pub from: Option<Sender>,
    /// Whose message it is, for statistics: a tenant, an artist, a team.
    pub owner: Option<String>,
    /// What sort of message it is, such as `booking_confirmation`.
    pub message_type: Option<String>,
    /// Free labels kept with the message.
    pub tags: BTreeMap<String, String>,
    /// Absolute URLs of media to attach (MMS), where the provider can.
    pub media: Vec<String>,
    /// How long the message is worth sending: it is never sent later than this after it was handed
    /// over (or after [`send_at`](Self::send_at)), and the provider is told what is left of it, where it
    /// can hold a message.
    pub valid_for: Option<Duration>,
    /// When it goes out, where it is [enqueued](crate::SmsClient::enqueue); at once if `None`.
    pub send_at: Option<Timestamp>,
    /// How urgent it is beside others that wait. Default normal.
    pub priority: Priority,
    /// Under this key of its owner the message is taken once: the same again gives the first one's
    /// answer, for as long as that is kept.
    pub idempotency_key: Option<String>,
}

impl Message {
    /// A message to `to` saying `body`.
    #[must_use]
    pub fn new(to: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            id: MessageId::new(),
            to: to.into(),
            body: body.into(),
            from: None,
            owner: None,
            message_type: None,
            tags: BTreeMap::new(),
            media: Vec::new(),
            valid_for: None,
            send_at: None,
            priority: Priority::default(),
            idempotency_key: None,
        }
    }

    /// Sets who it comes from, instead of the provider's configured sender.
    #[must_use]
    pub fn sender(mut self, sender: Sender) -> Self {
        self.from = Some(sender);
        self
    }

    /// Sets whose message it is.
    #[must_use]
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Sets what sort of message it is.
    #[must_use]
    pub fn message_type(mut self, message_type: impl Into<String>) -> Self {
        self.message_type = Some(message_type.into());
        self
    }

    /// Adds a label; the same name again replaces it.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// Attaches the media at an absolute `http` or `https` URL.
    #[must_use]
    pub fn media(mut self, url: impl Into<String>) -> Self {
        self.media.push(url.into());
        self
    }

    /// Sets how long it is worth sending.
    #[must_use]
    pub fn valid_for(mut self, time: Duration) -> Self {
        self.valid_for = Some(time);
        self
    }

    /// Sets when it goes out, where it is enqueued.
    #[must_use]
    pub fn send_at(mut self, time: Timestamp) -> Self {
        self.send_at = Some(time);
        self
    }

    /// Sets how urgent it is beside others that wait.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Has it taken once under this key of its owner: 1 to 200 characters of the caller's own, such
    /// as an order's number.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
}

/// Shows lengths instead of the text and a masked recipient, so that a log line cannot leak either.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("to", &super::phone::masked_input(&self.to))
            .field("characters", &self.body.chars().count())
            .field("from", &self.from)
            .field("owner", &self.owner)
            .field("message_type", &self.message_type)
            .field("tags", &self.tags.len())
            .field("media", &self.media.len())
            .field("valid_for", &self.valid_for)
            .field("send_at", &self.send_at)
            .field("priority", &self.priority)
            .field("idempotency_key", &self.idempotency_key)
            .finish()
    }
}
