//! Calls of a vendor, how they are told from anybody's, and what is to be read from them.

use crate::message::{MessageId, MessageState};
use crate::provider::WebhookCall;

/// How a vendor's calls are told from anybody's, so that the suite can spoil it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedBy {
    /// By this header.
    Header(&'static str),
    /// By this parameter of the query or of the form.
    Parameter(&'static str),
    /// By this field of the body, which is JSON.
    JsonField(&'static str),
    /// By this unguessable segment of our own URL's path.
    PathSegment(&'static str),
}

/// What is expected of one receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    pub(super) id: Option<String>,
    pub(super) message_id: Option<MessageId>,
    pub(super) state: Option<MessageState>,
    pub(super) opted_out: bool,
}

impl Expected {
    /// A receipt about the vendor's `id`, saying that the message stands at `state`.
    #[must_use]
    pub fn new(id: impl Into<String>, state: impl Into<Option<MessageState>>) -> Self {
        Self {
            id: Some(id.into()),
            message_id: None,
            state: state.into(),
            opted_out: false,
        }
    }

    /// A receipt that names our own id alone.
    #[must_use]
    pub fn ours(message_id: MessageId, state: impl Into<Option<MessageState>>) -> Self {
        Self {
            id: None,
            message_id: Some(message_id),
            state: state.into(),
            opted_out: false,
        }
    }

    /// It names our id, too.
    #[must_use]
    pub fn with_message_id(mut self, message_id: MessageId) -> Self {
        self.message_id = Some(message_id);
        self
    }
}

/// A call of the vendor and what is to be read from it.
pub(super) struct Reported {
    pub(super) name: &'static str,
    pub(super) call: WebhookCall,
    pub(super) receipts: Vec<Expected>,
}

/// A call of the vendor with a message from a phone.
pub(super) struct Texted {
    pub(super) call: WebhookCall,
    pub(super) from: String,
    pub(super) text: String,
}
