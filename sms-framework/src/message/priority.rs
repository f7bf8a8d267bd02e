//! Which of the messages that wait goes first.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// How urgent a message is: of those that wait for the same sender, the more urgent goes first, and
/// among equals the one that came first.
///
/// It decides only between messages of the queue: a send whose caller waits for it never stands
/// behind them.
///
/// # Examples
/// ```
/// use sms_framework::message::Priority;
///
/// assert!(Priority::Urgent < Priority::Bulk, "the first comes first");
/// assert_eq!("bulk".parse::<Priority>()?, Priority::Bulk);
/// assert_eq!(Priority::default().as_str(), "normal");
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Somebody waits for it: a login code, a door code.
    Urgent,
    /// What most messages are.
    #[default]
    Normal,
    /// It may take hours: a newsletter, a reminder to thousands.
    Bulk,
}

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: &'static [Self] = &[Self::Urgent, Self::Normal, Self::Bulk];

    /// The name used in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Normal => "normal",
            Self::Bulk => "bulk",
        }
    }

    /// The number used in the database: 0 goes first, 2 last.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Urgent => 0,
            Self::Normal => 1,
            Self::Bulk => 2,
        }
    }

    /// The priority of that [`rank`](Self::rank); `None` above 2.
    #[must_use]
    pub const fn from_rank(rank: u8) -> Option<Self> {
        match rank {
            0 => Some(Self::Urgent),
            1 => Some(Self::Normal),
            2 => Some(Self::Bulk),
            _ => None,
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Priority {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|priority| priority.as_str() == text)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|one| one.as_str()).collect();
                Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "`{text}` is not a priority; the priorities are {}",
                        known.join(", ")
                    ),
                )
            })
    }
}
