//! What a person decides about messages that wait, or that ended without being sent.

use jiff::Timestamp;
use serde::Serialize;

use crate::message::{MessageId, MessageState, Occurrence, Priority};

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A message of unknown fate was sent: somebody looked it up.
    FoundSent,
    /// A message of unknown fate is sent again: a double is better than a gap.
    SendAgain,
    /// A message that ended without being sent is tried anew.
    Replay,
    /// A message that waits is not sent any more.
    Cancel,
}

impl Decision {
    /// What that is for the state machine.
    #[must_use]
    pub const fn occurrence(self) -> Occurrence {
        match self {
            Self::FoundSent => Occurrence::FoundSent,
            Self::SendAgain => Occurrence::SentAgain,
            Self::Replay => Occurrence::Replayed,
            Self::Cancel => Occurrence::Canceled,
        }
    }

    /// The states to which it can be done.
    #[must_use]
    pub fn applies_to(self) -> Vec<MessageState> {
        let moves = |state: &MessageState| {
            let step = state.after(self.occurrence());
            step.verdict == crate::message::Verdict::Moved
        };
        MessageState::ALL.iter().copied().filter(moves).collect()
    }
}

/// Which messages are meant: all that fit everything said here.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these; all where empty.
    pub ids: Vec<MessageId>,
    /// Only those in one of these states; all to which the decision applies where empty.
    pub states: Vec<MessageState>,
    /// Only this owner's.
    pub owner: Option<String>,
    /// Only of this type.
    pub message_type: Option<String>,
    /// Only with this error code.
    pub error_code: Option<String>,
    /// Only of this provider's, or this route's, id.
    pub provider: Option<String>,
    /// Only with this priority.
    pub priority: Option<Priority>,
    /// Only those handed over since.
    pub since: Option<Timestamp>,
    /// Only those handed over before.
    pub until: Option<Timestamp>,
}

/// What a decision did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Messages that moved.
    pub changed: u64,
    /// Messages that were named or fit, and could not: they stand elsewhere, or their text is gone,
    /// or the provider reported on them.
    pub unchanged: u64,
}
