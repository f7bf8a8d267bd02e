//! Who is in a broadcast, and who cannot be.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::message::Outbound;
use crate::message::phone::masked_input;

/// A recipient who gets nothing, and why.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Refused {
    /// The recipient as written.
    pub to: String,
    /// Why.
    pub error: Error,
}

impl Refused {
    pub(super) fn new(to: String, error: Error) -> Self {
        Self { to, error }
    }
}

/// Masks the recipient.
impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("to", &masked_input(&self.to))
            .field("error", &self.error)
            .finish()
    }
}

/// Whether a message is the first to its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    Free,
    /// The recipient has the same message already.
    Taken,
}

/// The recipients so far, with what they get: 16 bytes each, however long the texts.
#[derive(Debug, Default)]
pub(super) struct Recipients(HashMap<u64, u64>);

impl Recipients {
    /// Seats a message: a broadcast has one for each recipient.
    ///
    /// # Errors
    /// `INVALID_MESSAGE`: the recipient gets another one already.
    pub(super) fn seat(&mut self, message: &Outbound) -> Result<Seat, Error> {
        let mut content = DefaultHasher::new();
        (message.body(), message.media()).hash(&mut content);
        let content = content.finish();
        match self.0.entry(message.to().digits()) {
            Entry::Vacant(seat) => {
                seat.insert(content);
                Ok(Seat::Free)
            }
            Entry::Occupied(seat) if *seat.get() == content => Ok(Seat::Taken),
            Entry::Occupied(_) => Err(Error::new(
                ErrorKind::InvalidMessage,
                "its recipient is in the broadcast already, with another text",
            )
            .with_help("a stored broadcast has one message for each recipient: enqueue the other one by itself")),
        }
    }
}
