//! Stored broadcasts.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::message::{BroadcastId, MessageState};

/// Where a broadcast stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BroadcastState {
    /// Its recipients are being added; nothing is sent yet.
    Filling,
    /// Its messages are sent as their turn comes.
    Running,
    /// Nothing is sent until it is resumed.
    Paused,
    /// What was not sent will not be.
    Canceled,
}

impl BroadcastState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Filling, Self::Running, Self::Paused, Self::Canceled];

    /// The name in the database, in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
        }
    }

    /// Whether a broadcast that stands here may come to stand there.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        !matches!(
            (self, next),
            (Self::Canceled, _) | (_, Self::Filling) | (Self::Filling, Self::Paused)
        )
    }
}

impl fmt::Display for BroadcastState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for BroadcastState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| {
            let message = format!(
                "`{text}` is not a state of a broadcast: filling, running, paused or canceled"
            );
            Error::new(ErrorKind::Unsupported, message)
        })
    }
}

/// A broadcast that is to be stored.
#[derive(Debug, Clone)]
pub struct NewBroadcast {
    /// Its id.
    pub id: BroadcastId,
    /// Whose it is.
    pub owner: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A stored broadcast and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BroadcastRecord {
    /// Its id.
    pub id: BroadcastId,
    /// Whose it is.
    pub owner: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// Where it stands.
    pub state: BroadcastState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
    /// Its messages by where they stand; states without any are left out.
    pub messages: Vec<StateCount>,
}

/// How many messages stand somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StateCount {
    /// Where.
    pub state: MessageState,
    /// How many.
    pub count: u64,
}

impl BroadcastRecord {
    /// How many messages it has.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.messages.iter().map(|one| one.count).sum()
    }

    /// How many of them something is still to be done about.
    #[must_use]
    pub fn left(&self) -> u64 {
        let waiting = self.messages.iter().filter(|one| one.state.is_waiting());
        waiting.map(|one| one.count).sum()
    }

    /// True where all of it was sent, or ended otherwise.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state != BroadcastState::Filling && self.left() == 0
    }
}
