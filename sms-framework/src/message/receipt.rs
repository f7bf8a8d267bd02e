//! What the provider said, and what the caller is told.

use jiff::Timestamp;
use serde::Serialize;

use super::{Encoding, MessageId, MessageState, PhoneNumber, Sender};

/// A provider's word that it took a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acceptance {
    /// The provider's ids of the message: one, or one per part where a vendor splits it.
    pub provider_message_ids: Vec<String>,
    /// Where the message stands by the provider's word; [`MessageState::Accepted`] right after a send.
    pub state: MessageState,
    /// The provider's own word for it, such as Twilio's `queued`.
    pub provider_status: Option<String>,
    /// How many segments the provider counted, where it says.
    pub segments: Option<u32>,
    /// The provider's error code, where a message that it took failed later (seen by a lookup).
    pub provider_code: Option<String>,
}

impl Acceptance {
    /// Accepted under the provider's id.
    #[must_use]
    pub fn new(provider_message_id: impl Into<String>) -> Self {
        Self {
            provider_message_ids: vec![provider_message_id.into()],
            state: MessageState::Accepted,
            provider_status: None,
            segments: None,
            provider_code: None,
        }
    }

    /// Accepted under several ids: one for each part, in their order. None where the vendor names
    /// none, so that receipts will not match by id.
    #[must_use]
    pub fn of_parts<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self {
            provider_message_ids: ids.into_iter().map(Into::into).collect(),
            ..Self::new("")
        }
    }

    /// The same with where the message stands.
    #[must_use]
    pub fn with_state(mut self, state: MessageState) -> Self {
        self.state = state;
        self
    }

    /// The same with the provider's own word for its status.
    #[must_use]
    pub fn with_provider_status(mut self, status: impl Into<String>) -> Self {
        self.provider_status = Some(status.into());
        self
    }

    /// The same with the provider's count of segments.
    #[must_use]
    pub fn with_segments(mut self, segments: u32) -> Self {
        self.segments = Some(segments);
        self
    }

    /// The same with the provider's error code.
    #[must_use]
    pub fn with_provider_code(mut self, code: impl Into<String>) -> Self {
        self.provider_code = Some(code.into());
        self
    }
}

/// Proof for the caller that a provider took the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// Our id of the message.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageState,
    /// The id, in the configuration, of the provider that took it.
    pub provider: String,
    /// The provider's id of it; the first where there are several.
    pub provider_message_id: Option<String>,
    /// The provider's ids beyond the first: one per further part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_provider_message_ids: Vec<String>,
    /// The provider's own word for its status, such as Twilio's `queued`.
    pub provider_status: Option<String>,
    /// The provider's error code, where a lookup found that the message it took failed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// True when nothing left the building (a mock took it): never counts as sent.
    pub simulated: bool,
    /// The recipient.
    pub to: PhoneNumber,
    /// The sender.
    pub from: Option<Sender>,
    /// How many segments it falls into: the provider's count where it gave one, else ours.
    pub segments: u32,
    /// How it is encoded.
    pub encoding: Encoding,
    /// How many times the provider was called for it.
    pub attempts: u32,
    /// When the provider's word came.
    pub accepted_at: Timestamp,
    /// The providers that it went through, the one that took it last; empty where there was one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Hop>,
}

/// One provider on the way of a message through a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// The id of the provider.
    pub provider: String,
    /// How many times it was called; 0 where its own limit or its health kept the message from it.
    pub calls: u32,
    /// Why the message went on: the code of the error; `None` where the provider took it.
    pub code: Option<&'static str>,
    /// The same as a sentence.
    pub error: Option<String>,
}
