//! The messages a mock accepted, the last ones only.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use sms_framework::{MessageId, Outbound, PhoneNumber, Segments, Sender};

/// A message that a mock accepted.
///
/// `Debug` hides the text and the middle of the recipient, for a mock may stand in for a real provider.
#[derive(Clone)]
#[non_exhaustive]
pub struct Sent {
    /// The id, in the configuration, of the mock that accepted it.
    pub provider: Arc<str>,
    /// The mock's id of it: `mock-` and a UUID.
    pub provider_message_id: String,
    /// Our id of it.
    pub message_id: MessageId,
    /// The recipient.
    pub to: PhoneNumber,
    /// The sender.
    pub from: Sender,
    /// The text.
    pub body: String,
    /// How the text would have been cut.
    pub segments: Segments,
    /// The URLs of attached media.
    pub media: Vec<String>,
    /// How long the vendor was to hold it, where the message says.
    pub valid_for: Option<Duration>,
    /// When it was accepted.
    pub at: Timestamp,
}

impl Sent {
    /// True where `message` reads the same: recipient, sender and text.
    pub(crate) fn is_like(&self, message: &Outbound, sender: &Sender) -> bool {
        self.to == *message.to() && self.from == *sender && self.body == message.body()
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("provider", &self.provider)
            .field("provider_message_id", &self.provider_message_id)
            .field("message_id", &self.message_id)
            .field("to", &self.to)
            .field("from", &self.from)
            .field("segments", &self.segments.count)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The last 100 messages that the mocks of this process accepted, oldest first.
///
/// This is how a program that built its client from a configuration looks at what its mock did.
#[must_use]
pub fn recent() -> Vec<Sent> {
    RECENT.all()
}

pub(crate) static RECENT: Ring = Ring::new(crate::config::DEFAULT_KEEP);

/// The last `keep` messages.
pub(crate) struct Ring {
    keep: usize,
    sent: Mutex<VecDeque<Arc<Sent>>>,
}

impl Ring {
    pub(crate) const fn new(keep: usize) -> Self {
        Self {
            keep,
            sent: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) fn push(&self, message: Arc<Sent>) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() == self.keep {
            sent.pop_front();
        }
        if self.keep > 0 {
            sent.push_back(message);
        }
    }

    pub(crate) fn all(&self) -> Vec<Sent> {
        self.filter(|_| true)
    }

    pub(crate) fn filter(&self, wanted: impl Fn(&Sent) -> bool) -> Vec<Sent> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter()
            .filter(|sent| wanted(sent))
            .map(|sent| Sent::clone(sent))
            .collect()
    }
}
