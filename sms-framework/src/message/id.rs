//! The identity of a message.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, ErrorKind};

/// Our own name for a message: a UUIDv7, so ids sort by the time they were made.
///
/// It is made before anything is sent, names the row in the store, and is what a provider is given
/// as client reference where it takes one.
///
/// # Examples
/// ```
/// use sms_framework::MessageId;
///
/// let id = MessageId::new();
/// assert_eq!(id.to_string().parse::<MessageId>()?, id);
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Uuid);

impl MessageId {
    /// A new id; ids made later by this process sort later.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs each time misleads"
    )]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MessageId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| {
            Error::new(
                ErrorKind::InvalidMessage,
                format!(
                    "`{text}` is not a message id (a UUID such as {})",
                    Uuid::nil()
                ),
            )
        })
    }
}
