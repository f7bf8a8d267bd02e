//! Parts that were handed to a connection, by their sequence number. Each connection counts from 1
//! and has a table of its own: an answer can only be about a part of the same connection.

use std::collections::BTreeMap;

use sms_framework::Error;
use tokio::sync::oneshot;

use crate::events::About;

/// How many answers that nobody waits for any more are still expected.
const LATE: usize = 1024;

/// A part without an answer.
pub(super) struct Pending {
    pub(super) reply: oneshot::Sender<Result<String, Error>>,
    pub(super) about: About,
    /// The position in the connection at which its PDU begins.
    pub(super) begins: u64,
}

pub(super) struct InFlight {
    parts: BTreeMap<u32, Pending>,
    most: usize,
}

impl InFlight {
    pub(super) fn new(window: usize) -> Self {
        Self {
            parts: BTreeMap::new(),
            most: window + LATE,
        }
    }

    /// Adds a part. The oldest goes where there are too many: nobody waits for it any more, for at
    /// most a window of them is waited for.
    pub(super) fn add(&mut self, sequence: u32, pending: Pending) {
        self.parts.insert(sequence, pending);
        if self.parts.len() > self.most {
            self.parts.pop_first();
        }
    }

    pub(super) fn take(&mut self, sequence: u32) -> Option<Pending> {
        self.parts.remove(&sequence)
    }

    /// True where somebody waits for an answer.
    pub(super) fn is_awaited(&self) -> bool {
        self.parts
            .values()
            .any(|pending| !pending.reply.is_closed())
    }

    /// Tells everybody who waits what is known of their part.
    pub(super) fn end(self, error: impl Fn(&Pending) -> Error) {
        for pending in self.parts.into_values() {
            let error = error(&pending);
            let _gone = pending.reply.send(Err(error));
        }
    }
}
