//! What becomes of a message around the stack: its row before and after, and later rounds.

mod begin;
mod chain;
mod clocks;
mod counts;
mod dispatch;
mod judgement;
mod lease;
mod ledger;
mod report;
mod reports;
mod round;
mod router;
mod worker;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

pub(crate) use chain::{Chain, ProviderStack};
pub(crate) use clocks::disagreement;
pub use counts::Counts;
use counts::Ending;
pub(crate) use dispatch::Dispatcher;
pub(crate) use ledger::{Asking, Ledger, Policy, UnknownPolicy};
pub use report::QueueReport;
pub(crate) use reports::Reports;
pub(crate) use router::{Router, row_id};
pub(crate) use worker::{Until, Worker, count};

use crate::error::{Certainty, Error, ErrorKind};
use crate::message::phone::masked_input;
use crate::message::{
    Encoding, Hop, Message, MessageId, MessageState, Outbound, PhoneNumber, Receipt, Segments,
    Sender,
};
use crate::stack::SendRequest;
use crate::store::MessageRecord;

/// How long a database that failed is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of one send, whether it went well or not: it always says where the message stands.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Our id of the message.
    pub id: MessageId,
    /// Where it stands now.
    pub status: MessageState,
    /// The id of the provider: of the one that took it, that may have it, or that ended it; where
    /// none did, the route, as `route:NAME`.
    pub provider: String,
    /// The provider's id of it, where it took it.
    pub provider_message_id: Option<String>,
    /// The provider's own word for its status.
    pub provider_status: Option<String>,
    /// Whether nothing can have left the building.
    pub simulated: bool,
    /// The recipient: in E.164, or as written where it is not a number.
    pub to: String,
    /// The sender.
    pub from: Option<Sender>,
    /// How many segments.
    pub segments: u32,
    /// How it is encoded.
    pub encoding: Encoding,
    /// How many times the provider was called.
    pub attempts: u32,
    /// The providers of a route that it went through, in their order; empty where there was one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Hop>,
    /// When the queue tries (or asks) again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// The receipt, where the provider took it.
    #[serde(skip)]
    pub receipt: Option<Receipt>,
}

impl Delivery {
    /// True when the provider (or a mock) has the message.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.receipt.is_some() && self.error.is_none()
    }

    /// The receipt, or what went wrong.
    ///
    /// # Errors
    /// The error that the send ended with.
    pub fn into_result(self) -> Result<Receipt, Error> {
        match (self.receipt, self.error) {
            (Some(receipt), None) => Ok(receipt),
            (_, Some(error)) => Err(error),
            (None, None) => Err(Error::new(
                ErrorKind::ProviderFault,
                "nobody tells what became of it",
            )),
        }
    }

    /// What became of the message that its owner's key names, which is not sent again.
    fn before(record: MessageRecord) -> Self {
        let to = PhoneNumber::parse(&record.to).ok();
        let from: Option<Sender> = record.from.as_deref().and_then(|from| from.parse().ok());
        let receipt = to.filter(|_| record.status.is_sent()).map(|to| Receipt {
            id: record.id,
            status: record.status,
            provider: record.provider.clone(),
            provider_message_id: record.provider_message_id.clone(),
            more_provider_message_ids: Vec::new(),
            provider_status: record.provider_status.clone(),
            provider_code: None,
            simulated: record.simulated,
            to,
            from: from.clone(),
            segments: record.segments,
            encoding: record.encoding,
            attempts: record.attempts,
            accepted_at: record.updated_at,
            path: Vec::new(),
        });
        let error = receipt.is_none().then(|| record.as_error());
        Self {
            id: record.id,
            status: record.status,
            provider: record.provider,
            provider_message_id: record.provider_message_id,
            provider_status: record.provider_status,
            simulated: record.simulated,
            to: record.to,
            from,
            segments: record.segments,
            encoding: record.encoding,
            attempts: record.attempts,
            path: Vec::new(),
            next_attempt_at: record.next_attempt_at,
            error,
            receipt,
        }
    }

    /// A message that never got past validation.
    fn invalid(message: Invalid, provider: &str, simulated: bool, error: Error) -> Self {
        Self {
            id: message.id,
            status: MessageState::Rejected,
            provider: provider.to_owned(),
            provider_message_id: None,
            provider_status: None,
            simulated,
            to: message.to,
            from: message.from,
            segments: message.segments.count,
            encoding: message.segments.encoding,
            attempts: 0,
            path: Vec::new(),
            next_attempt_at: None,
            error: Some(error),
            receipt: None,
        }
    }

    fn ended(request: &SendRequest, simulated: bool, end: End) -> Self {
        let message = request.message();
        let receipt = end.result.as_ref().ok();
        let path = request.trail().hops();
        Self {
            id: message.id(),
            status: end.state,
            provider: end.provider.clone(),
            provider_message_id: receipt.and_then(|receipt| receipt.provider_message_id.clone()),
            provider_status: receipt.and_then(|receipt| receipt.provider_status.clone()),
            simulated,
            to: message.to().to_string(),
            from: match receipt {
                Some(receipt) => receipt.from.clone(),
                None => {
                    let doubter = request.trail().doubter();
                    let there = doubter.and_then(|doubter| doubter.sender);
                    there.or_else(|| message.from().cloned())
                }
            },
            segments: receipt.map_or(message.segments().count, |receipt| receipt.segments),
            encoding: message.segments().encoding,
            attempts: request.trail().calls(),
            path: if path.len() > 1 { path } else { Vec::new() },
            next_attempt_at: end.next_attempt_at,
            error: end.error(),
            receipt: end.result.ok(),
        }
    }
}

/// Masks the recipient, so that a log line cannot leak it.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("provider", &self.provider)
            .field("provider_message_id", &self.provider_message_id)
            .field("simulated", &self.simulated)
            .field("to", &masked_input(&self.to))
            .field("attempts", &self.attempts)
            .field("next_attempt_at", &self.next_attempt_at)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// What is remembered of a message in case it does not pass validation.
pub(crate) struct Invalid {
    id: MessageId,
    to: String,
    from: Option<Sender>,
    segments: Segments,
}

impl From<&Message> for Invalid {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id,
            to: message.to.clone(),
            from: message.from.clone(),
            segments: Segments::of(&message.body),
        }
    }
}

impl From<&Outbound> for Invalid {
    fn from(message: &Outbound) -> Self {
        Self {
            id: message.id(),
            to: message.to().to_string(),
            from: message.from().cloned(),
            segments: *message.segments(),
        }
    }
}

/// How a send ended, and what that means for the message.
struct End {
    result: Result<Receipt, Error>,
    state: MessageState,
    /// Who has it, or may have it; the client's own id where nobody has.
    provider: String,
    next_attempt_at: Option<Timestamp>,
}

impl End {
    /// What went wrong, if something did: also where the provider took the message and a lookup
    /// found that nothing came of it.
    fn error(&self) -> Option<Error> {
        let receipt = match &self.result {
            Ok(receipt) => receipt,
            Err(error) => return Some(error.clone()),
        };
        if receipt.status.is_sent() {
            return None;
        }
        let what = format!(
            "it took the message, which ended there as {}",
            receipt.status
        );
        let error = Error::new(ErrorKind::Refused, what)
            .with_provider(&receipt.provider)
            .with_attempts(receipt.attempts);
        Some(match &receipt.provider_code {
            Some(code) => error.with_provider_code(code),
            None => error,
        })
    }

    /// Nobody here can say any more.
    fn unknown(self) -> Self {
        Self {
            result: self
                .result
                .map_err(|error| error.with_certainty(Certainty::MaybeSent)),
            state: MessageState::Unknown,
            provider: self.provider,
            next_attempt_at: None,
        }
    }
}
