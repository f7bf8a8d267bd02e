//! What became of sends since start.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::message::MessageState;

/// What became of sends, and of rounds from the queue, since this client was built: a message that
/// was queued and sent later counts once in each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Taken by a provider.
    pub sent: u64,
    /// Taken by a mock.
    pub simulated: u64,
    /// Left in the queue.
    pub queued: u64,
    /// Nobody can say.
    pub unknown: u64,
    /// Refused or given up.
    pub failed: u64,
    /// Dropped by their callers before they were sent.
    pub canceled: u64,
}

/// How one send ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    pub(super) state: MessageState,
    pub(super) accepted: bool,
    pub(super) simulated: bool,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    sent: AtomicU64,
    simulated: AtomicU64,
    queued: AtomicU64,
    unknown: AtomicU64,
    failed: AtomicU64,
    canceled: AtomicU64,
}

impl Counters {
    /// Counts here and in the metrics.
    pub(super) fn count(&self, provider: &str, ending: Ending) {
        let simulated = ending.accepted && ending.simulated;
        let counter = match ending.state {
            _ if simulated => &self.simulated,
            _ if ending.accepted => &self.sent,
            MessageState::Queued => &self.queued,
            MessageState::Unknown => &self.unknown,
            MessageState::Canceled => &self.canceled,
            _ => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        metrics::counter!(
            "sms_sends_total",
            "provider" => provider.to_owned(),
            "outcome" => if simulated { "simulated" } else { ending.state.as_str() }
        )
        .increment(1);
    }

    pub(super) fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            sent: read(&self.sent),
            simulated: read(&self.simulated),
            queued: read(&self.queued),
            unknown: read(&self.unknown),
            failed: read(&self.failed),
            canceled: read(&self.canceled),
        }
    }
}
