//! What can go wrong, and what each kind implies until an [`Error`](super::Error) says otherwise.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Could the phone already have the message?
///
/// Every decision to resend, fail over, queue or give up reads this; nothing else answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// The provider never took the message: sending again cannot double it.
    NotSent,
    /// The provider looked at the message and refused it: it was not sent, and the same
    /// message would be refused again.
    Rejected,
    /// Nobody can say: the provider may have accepted it. Never resend without asking.
    MaybeSent,
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "NotSent",
            Self::Rejected => "Rejected",
            Self::MaybeSent => "MaybeSent",
        })
    }
}

/// Who has to act before the same message can go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Nobody can help this message: its number, sender or text is refused.
    Permanent,
    /// A person must act on the account or the configuration; every send fails until then.
    Account,
    /// Time: trying again later can help.
    Transient,
    /// Time, and less traffic: the limiter's or the provider's rate was exceeded.
    Throttled,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $certainty:ident, $class:ident;)*) => {
        /// The kind of an [`Error`](super::Error), with a stable code.
        ///
        /// Each kind has a default [`Certainty`] and [`Class`], which a provider's error table
        /// overrides where the vendor's code says more.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[$doc])* $name,)* }

        impl ErrorKind {
            /// Every kind, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code, such as `INVALID_PHONE`: log it, match on it, show it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What this kind says about the message where nothing more is known.
            #[must_use]
            pub const fn certainty(self) -> Certainty {
                match self { $(Self::$name => Certainty::$certainty,)* }
            }

            /// Who has to act where nothing more is known.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class,)* }
            }
        }
    };
}

kinds! {
    /// The recipient is not a phone number under the rule in force.
    InvalidPhone = "INVALID_PHONE", NotSent, Permanent;
    /// The sender is not a phone number, sender ID, short code or messaging service.
    InvalidSender = "INVALID_SENDER", NotSent, Permanent;
    /// The message is empty or otherwise not sendable as written.
    InvalidMessage = "INVALID_MESSAGE", NotSent, Permanent;
    /// The body has more characters than allowed.
    MessageTooLong = "MESSAGE_TOO_LONG", NotSent, Permanent;
    /// A template is unknown, broken, or its variables do not fit.
    Template = "TEMPLATE", NotSent, Permanent;
    /// The configuration is wrong.
    Config = "CONFIG", NotSent, Account;
    /// The provider cannot do what the message asks for.
    Unsupported = "UNSUPPORTED", NotSent, Permanent;
    /// Our own limiter: the next slot lies beyond `rate_limit.max_wait`.
    RateLimited = "RATE_LIMITED", NotSent, Throttled;
    /// The deadline of the whole send passed before anything was sent.
    DeadlineExceeded = "DEADLINE_EXCEEDED", NotSent, Transient;
    /// Its validity period ran out before anything was sent.
    Expired = "EXPIRED", NotSent, Permanent;
    /// The caller gave up (dropped the send) before anything was sent.
    Canceled = "CANCELED", NotSent, Transient;
    /// The provider could not be reached: DNS, connect or TLS failed before a byte was written.
    Connect = "CONNECT", NotSent, Transient;
    /// The provider's own rate limit refused the call.
    ProviderThrottled = "PROVIDER_THROTTLED", NotSent, Throttled;
    /// The provider refused the credentials.
    Unauthorized = "UNAUTHORIZED", Rejected, Account;
    /// The account or its configuration at the provider forbids the send.
    Account = "ACCOUNT", Rejected, Account;
    /// The provider refuses the recipient: unreachable, a landline, not a number there.
    Recipient = "RECIPIENT", Rejected, Permanent;
    /// The recipient opted out, or is blocked.
    OptedOut = "OPTED_OUT", Rejected, Permanent;
    /// The provider refused the request for another reason that is the message's own.
    Refused = "REFUSED", Rejected, Permanent;
    /// The provider *answered* with a server error (5xx).
    ServerError = "SERVER_ERROR", MaybeSent, Transient;
    /// No answer after the request was written: timeout or a broken connection.
    NoAnswer = "NO_ANSWER", MaybeSent, Transient;
    /// An answer that cannot be read or does not keep the provider's own promise.
    BadAnswer = "BAD_ANSWER", MaybeSent, Transient;
    /// The plugin itself failed (it panicked or returned nonsense).
    ProviderFault = "PROVIDER_FAULT", MaybeSent, Transient;
    /// No provider of the route takes messages at the moment.
    NoRoute = "NO_ROUTE", NotSent, Transient;
    /// The idempotency key was used before, with other content.
    IdempotencyConflict = "IDEMPOTENCY_CONFLICT", NotSent, Permanent;
    /// What was asked cannot be done to a message, or a broadcast, that stands where it stands.
    WrongState = "WRONG_STATE", NotSent, Permanent;
    /// A webhook call whose signature is missing, wrong or too old.
    WebhookRefused = "WEBHOOK_REFUSED", NotSent, Permanent;
    /// A webhook call that is not what the vendor promises.
    BadWebhook = "BAD_WEBHOOK", NotSent, Permanent;
    /// The message store failed.
    Storage = "STORAGE", NotSent, Transient;
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
