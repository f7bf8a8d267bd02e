//! How long things are kept, and what is forgotten on request.

use jiff::Timestamp;
use serde::Serialize;

/// What is deleted: everything older than these times. Messages that still wait are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prune {
    /// Messages handed over before this, with their attempts and reports.
    pub messages_before: Option<Timestamp>,
    /// Texts of messages handed over before this.
    pub bodies_before: Option<Timestamp>,
    /// Attempts and reports of messages handed over before this.
    pub attempts_before: Option<Timestamp>,
}

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Messages.
    pub messages: u64,
    /// Texts.
    pub bodies: u64,
    /// Attempts and reports.
    pub attempts: u64,
    /// Whole partitions that were dropped (PostgreSQL): what was in them is not counted above. Zero
    /// where nothing was deleted yet: then it is.
    pub partitions: u64,
}

/// What was forgotten of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Messages to it, whose recipient, text and labels are gone; they still count.
    pub messages: u64,
    /// Of those, messages that were waiting and are canceled now.
    pub canceled: u64,
}
