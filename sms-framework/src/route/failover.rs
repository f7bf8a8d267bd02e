//! What a failed send says about the next provider, and about the health of this one.

use crate::config::AfterServerError;
use crate::error::{Certainty, Class, Error, ErrorKind};
use crate::store::Doubt;

/// What a provider's sends left behind in a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    /// The heaviest doubt.
    pub(crate) doubt: Option<Doubt>,
    /// The provider was asked after the last of it, and does not list the message.
    pub(crate) asked_in_vain: bool,
}

/// True where the message may go on to another provider without being sent twice.
///
/// | the provider ended with | the next one |
/// |---|---|
/// | `NotSent`: no connection, throttled (by it or by our own limit), no slot in time | is tried |
/// | a refusal of our account or credentials there | is tried: no message was sent |
/// | a refusal of the message: its number, an opt-out, its text | is not: it would be refused again, or should be |
/// | no answer, or one that cannot be read | is not, whatever anybody says |
/// | a 5xx answer | is tried only where the provider was asked and does not list the message, and policy would resend it there too |
pub(crate) fn goes_on(error: &Error, left: Left, policy: AfterServerError) -> bool {
    // By class: under a doubt every error is `MaybeSent`.
    if error.class() == Class::Permanent || error.kind() == ErrorKind::Canceled {
        return false;
    }
    match left.doubt {
        Some(Doubt::NoAnswer) => return false,
        Some(Doubt::ServerError) => {
            return left.asked_in_vain && policy.allows(true);
        }
        None => {}
    }
    match (error.certainty(), error.class()) {
        (Certainty::MaybeSent, _) => false,
        (_, Class::Account) => true,
        (Certainty::NotSent, _) => true,
        _ => false,
    }
}

/// What a send says about the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// It works.
    Good,
    /// It does not.
    Bad,
    /// It works, and is called too often.
    Throttled,
    /// Nothing: the message, our account or we ourselves were the reason.
    Nothing,
}

/// What the end of a send says about the provider's health.
pub(crate) fn blame(error: Option<&Error>) -> Blame {
    let Some(error) = error else {
        return Blame::Good;
    };
    match error.kind() {
        ErrorKind::Connect
        | ErrorKind::Unauthorized
        | ErrorKind::ServerError
        | ErrorKind::NoAnswer
        | ErrorKind::BadAnswer
        | ErrorKind::ProviderFault => Blame::Bad,
        ErrorKind::ProviderThrottled => Blame::Throttled,
        // It looked at the message and judged it: that is what it is there for.
        ErrorKind::Recipient | ErrorKind::OptedOut | ErrorKind::Refused => Blame::Good,
        _ => Blame::Nothing,
    }
}
