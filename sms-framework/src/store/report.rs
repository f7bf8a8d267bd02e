//! What a provider reports of a message, as the store takes it.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::record::ErrorNote;
use crate::message::phone::masked_input;
use crate::message::{MessageId, MessageState};

/// A provider's word about a message.
#[derive(Clone)]
pub struct Report {
    /// The id of the provider in the configuration.
    pub provider: String,
    /// The provider's id of the message, or of one part.
    pub provider_message_id: Option<String>,
    /// Our id, where it came back.
    pub message_id: Option<MessageId>,
    /// The recipient, where the provider names one: in E.164. Of several messages under one id of
    /// the provider's it tells which.
    pub to: Option<String>,
    /// Where the message stands; `None` where the word is not known or says nothing new.
    pub state: Option<MessageState>,
    /// The provider's own word.
    pub provider_status: String,
    /// What went wrong.
    pub error: Option<ErrorNote>,
    /// Which part it is about, from 1; 0 where the message is one.
    pub part: u32,
    /// How many parts there are; 0 where nobody says.
    pub parts: u32,
    /// How many segments the provider counted.
    pub segments: Option<u32>,
    /// When it happened, by the provider's clock.
    pub at: Option<Timestamp>,
    /// When it came.
    pub received_at: Timestamp,
    /// Delete the text from the message's row, should it be waiting no longer.
    pub drop_body: bool,
}

/// Masks the recipient.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("provider", &self.provider)
            .field("provider_message_id", &self.provider_message_id)
            .field("message_id", &self.message_id)
            .field("to", &self.to.as_deref().map(masked_input))
            .field("state", &self.state)
            .field("provider_status", &self.provider_status)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Received {
    /// The message stands elsewhere now.
    Applied,
    /// It is kept with its message, and changed nothing: it came late, or says nothing of where the
    /// message stands.
    Noted,
    /// The same was reported before.
    Repeated,
    /// The message had ended otherwise; both are kept, the stronger evidence stands.
    Contradictory,
    /// Nobody knows yet whose it is: it is kept, and applied once the message is known under that id.
    Kept,
}

impl Received {
    /// The name in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Noted => "noted",
            Self::Repeated => "repeated",
            Self::Contradictory => "contradictory",
            Self::Kept => "kept",
        }
    }
}

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRecord {
    /// The id of the provider.
    pub provider: String,
    /// The provider's id of the message, or of the part.
    pub provider_message_id: Option<String>,
    /// Which part, from 1; 0 where the message is one.
    pub part: u32,
    /// Where the message, or the part, stands by it.
    pub state: Option<MessageState>,
    /// The provider's own word.
    pub provider_status: String,
    /// The provider's code of what went wrong.
    pub provider_code: Option<String>,
    /// What it did.
    pub verdict: Received,
    /// When it came.
    pub received_at: Timestamp,
}
