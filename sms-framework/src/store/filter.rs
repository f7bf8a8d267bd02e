//! Which messages are meant by a question.

use std::fmt;

use jiff::Timestamp;

use crate::message::{BroadcastId, MessageId, MessageState};

/// Which messages to list.
#[derive(Clone, Default)]
pub struct MessageFilter {
    /// Only those in one of these states; all where empty.
    pub states: Vec<MessageState>,
    /// Only this owner's.
    pub owner: Option<String>,
    /// Only those to this number, in E.164.
    pub to: Option<String>,
    /// Only those of this broadcast.
    pub broadcast: Option<BroadcastId>,
    /// Only those older than this one: the next page after it.
    pub before: Option<MessageId>,
    /// Due soonest first instead of newest first.
    pub by_due: bool,
    /// At most this many; 0 means 50.
    pub limit: usize,
}

/// Shows that there is a number to look for, not which.
impl fmt::Debug for MessageFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageFilter")
            .field("states", &self.states)
            .field("owner", &self.owner)
            .field("by_number", &self.to.is_some())
            .field("broadcast", &self.broadcast)
            .field("before", &self.before)
            .field("by_due", &self.by_due)
            .field("limit", &self.limit)
            .finish()
    }
}

/// Which messages to count.
#[derive(Debug, Clone)]
pub struct StatsFilter {
    /// Only this owner's.
    pub owner: Option<String>,
    /// Only those handed over since.
    pub since: Timestamp,
}
