//! The identity of messages and of broadcasts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, ErrorKind};

/// A UUIDv7 of our own, whose text in an error is `$what`.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id; ids made later by this process sort later.
            #[must_use]
            #[expect(
                clippy::new_without_default,
                reason = "a default that differs each time misleads"
            )]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            #[cfg(any(feature = "sqlite", feature = "postgres"))]
            pub(crate) fn uuid(self) -> Uuid {
                self.0
            }

            #[cfg(any(feature = "sqlite", feature = "postgres"))]
            pub(crate) fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                text.parse().map(Self).map_err(|_| {
                    let message = format!(
                        concat!("`{}` is not ", $what, " (a UUID such as {})"),
                        text,
                        Uuid::nil()
                    );
                    Error::new(ErrorKind::InvalidMessage, message)
                })
            }
        }
    };
}

id! {
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
    MessageId, "a message id"
}

id! {
    /// Our own name for a stored broadcast: a UUIDv7, so ids sort by the time they were made.
    BroadcastId, "the id of a broadcast"
}

impl MessageId {
    /// The id of the message to `recipient` in a broadcast: always the same, so that a recipient who
    /// is added twice is one.
    pub(crate) fn in_broadcast(broadcast: BroadcastId, recipient: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(broadcast.0.as_bytes())
            .chain_update(recipient)
            .finalize();
        // The broadcast's time, so that its messages sort with others of their day.
        let mut bytes = *broadcast.0.as_bytes();
        bytes[6..].copy_from_slice(&digest[..10]);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Self(Uuid::from_bytes(bytes))
    }
}
