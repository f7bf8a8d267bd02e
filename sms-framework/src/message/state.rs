//! Where a message stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Where a message stands, in the store and in a [`Receipt`](super::Receipt).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum MessageState { $($(#[$doc])* $name,)* }

        impl MessageState {
            /// Every state, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used in the database, in JSON and on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

states! {
    /// Waits with us for the time at which it is to go out.
    Scheduled = "scheduled";
    /// Waits with us for its next attempt.
    Queued = "queued";
    /// A process holds its lease and is trying.
    Sending = "sending";
    /// Nobody can say whether the provider has it; a person or a lookup decides.
    Unknown = "unknown";
    /// The provider has it.
    Accepted = "accepted";
    /// The provider handed it to the carrier.
    Sent = "sent";
    /// The phone has it.
    Delivered = "delivered";
    /// The carrier could not deliver it.
    Undelivered = "undelivered";
    /// Given up: every allowed attempt failed, and none may have been accepted.
    Failed = "failed";
    /// The caller gave up before it was sent.
    Canceled = "canceled";
    /// Its time to live ran out before it was sent.
    Expired = "expired";
    /// The provider refused it, or validation did.
    Rejected = "rejected";
}

impl MessageState {
    /// True when the provider has, or had, the message: it counts as sent.
    ///
    /// [`Undelivered`](Self::Undelivered) is such a state: the provider took it and charges for it, the carrier
    /// did not. Statistics count it as a failure.
    #[must_use]
    pub const fn is_sent(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Sent | Self::Delivered | Self::Undelivered
        )
    }

    /// True where nothing further is expected of the message.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Delivered
                | Self::Undelivered
                | Self::Failed
                | Self::Canceled
                | Self::Expired
                | Self::Rejected
        )
    }

    /// Where a message stands whose parts stand here: failed as soon as one part did (of several
    /// failures the strongest evidence, in whatever order the parts are given), delivered when all
    /// are, else as far as the part that lags most. `None` without parts.
    ///
    /// # Examples
    /// ```
    /// use sms_framework::MessageState::{self, Accepted, Delivered, Sent, Undelivered};
    ///
    /// assert_eq!(MessageState::of_parts(&[Delivered, Delivered]), Some(Delivered));
    /// assert_eq!(MessageState::of_parts(&[Delivered, Sent, Accepted]), Some(Accepted));
    /// assert_eq!(MessageState::of_parts(&[Sent, Undelivered, Delivered]), Some(Undelivered));
    /// ```
    #[must_use]
    pub fn of_parts(parts: &[Self]) -> Option<Self> {
        let broken = |state: &&Self| state.is_final() && **state != Self::Delivered;
        let worst = parts
            .iter()
            .filter(broken)
            .max_by_key(|state| state.evidence());
        worst
            .or_else(|| parts.iter().min_by_key(|state| state.progress()))
            .copied()
    }

    /// How far on its way: for messages that have not failed.
    const fn progress(self) -> u8 {
        match self {
            Self::Scheduled => 0,
            Self::Queued => 1,
            Self::Sending | Self::Unknown => 2,
            Self::Accepted => 3,
            Self::Sent => 4,
            _ => 5,
        }
    }

    /// True when we will try again, or do not know yet: the row keeps its body.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(
            self,
            Self::Scheduled | Self::Queued | Self::Sending | Self::Unknown
        )
    }
}

impl fmt::Display for MessageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for MessageState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|state| state.as_str()).collect();
                Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "`{text}` is not a message state; the states are {}",
                        known.join(", ")
                    ),
                )
            })
    }
}
