//! One text to many.

use std::collections::HashSet;
use std::fmt;

use crate::message::{Message, MessageId, Priority};
use crate::stack::Validator;

/// One text to many recipients.
///
/// # Examples
/// ```
/// use sms_framework::Broadcast;
///
/// let broadcast = Broadcast::new(["+14155550101", "+14155550102"], "The gig moved to nine.")
///     .with(|message| message.owner("artist-17"));
/// assert_eq!(broadcast.recipients().len(), 2);
/// ```
#[derive(Clone)]
pub struct Broadcast {
    recipients: Vec<String>,
    message: Message,
}

impl Broadcast {
    /// `body` to each of `recipients`. What of it has to wait is [bulk](Priority::Bulk), unless
    /// [`with`](Self::with) says otherwise.
    #[must_use]
    pub fn new<R: Into<String>>(
        recipients: impl IntoIterator<Item = R>,
        body: impl Into<String>,
    ) -> Self {
        Self {
            recipients: recipients.into_iter().map(Into::into).collect(),
            message: Message::new("", body).priority(Priority::Bulk),
        }
    }

    /// Gives every message more detail: a sender, an owner, tags.
    #[must_use]
    pub fn with(mut self, detail: impl FnOnce(Message) -> Message) -> Self {
        self.message = detail(self.message);
        self
    }

    /// The recipients as given, repetitions and all.
    #[must_use]
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }

    /// One message for each distinct recipient, in the order of their first mention. Two ways to
    /// write one number are one recipient.
    pub(super) fn into_messages(self, rules: &Validator) -> impl Iterator<Item = Message> {
        let mut seen = HashSet::new();
        self.drafts().filter(move |message| {
            let to = &message.to;
            let number = rules
                .number(to)
                .map_or_else(|_| to.trim().to_owned(), |number| number.to_string());
            seen.insert(number)
        })
    }

    /// One message for each mention of a recipient.
    pub(super) fn drafts(self) -> impl Iterator<Item = Message> {
        let message = self.message;
        self.recipients.into_iter().map(move |to| Message {
            id: MessageId::new(),
            to,
            ..message.clone()
        })
    }

    /// What every message says besides its recipient.
    pub(super) fn message(&self) -> &Message {
        &self.message
    }
}

/// Counts the recipients instead of showing them.
impl fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broadcast")
            .field("recipients", &self.recipients.len())
            .field("message", &self.message)
            .finish()
    }
}
