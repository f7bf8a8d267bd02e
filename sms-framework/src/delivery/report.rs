//! What a worker did.

use serde::Serialize;

use super::Delivery;
use crate::message::MessageState;

/// What one run over the queue did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueReport {
    /// Messages that were taken up and decided about: each is in exactly one of the counts below.
    pub processed: u64,
    /// Now with the provider, sent or found there.
    pub accepted: u64,
    /// Waiting for a later round.
    pub requeued: u64,
    /// Refused or given up.
    pub failed: u64,
    /// Too old to be sent: their validity ran out first.
    pub expired: u64,
    /// Nobody can say; held.
    pub unknown: u64,
}

impl QueueReport {
    pub(super) fn count(&mut self, delivery: &Delivery) {
        self.processed += 1;
        match delivery.status {
            _ if delivery.is_accepted() => self.accepted += 1,
            MessageState::Queued => self.requeued += 1,
            MessageState::Unknown => self.unknown += 1,
            MessageState::Expired => self.expired += 1,
            _ => self.failed += 1,
        }
    }
}
