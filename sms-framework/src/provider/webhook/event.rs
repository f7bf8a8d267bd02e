//! The events that vendors report.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::message::{MessageId, MessageState, PhoneNumber};
use crate::provider::{Code, Phase};

/// What a vendor reports.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// Where a message of ours stands.
    Receipt(DeliveryReceipt),
    /// A message from a phone.
    Inbound(Inbound),
}

/// A vendor's word about a message of ours, or about one part of it.
///
/// It names the message by whatever the vendor gives: its own id, ours, a number, or several of
/// them. Receipts may come twice, in any order, and before the answer to the send.
///
/// # Examples
/// ```
/// use sms_framework::MessageState;
/// use sms_framework::provider::DeliveryReceipt;
///
/// let receipt = DeliveryReceipt::new("DELIVRD")
///     .id("4711")
///     .state(MessageState::Delivered);
/// assert!(receipt.is_final);
/// assert!(!DeliveryReceipt::new("TELEPORTED").is_final);
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DeliveryReceipt {
    /// The vendor's id of the message, or of the part.
    pub provider_message_id: Option<String>,
    /// Our id, where it came back as a reference or in the URL.
    pub message_id: Option<MessageId>,
    /// The recipient, where the vendor names one: with a batch's id it makes the message known.
    pub to: Option<PhoneNumber>,
    /// Where the message stands; `None` where the vendor's word is not known, or says nothing new.
    pub state: Option<MessageState>,
    /// Whether the vendor reports nothing further of it, as far as its word tells.
    pub is_final: bool,
    /// The vendor's own word.
    pub provider_status: String,
    /// What went wrong, from the provider's table of codes.
    pub error: Option<Error>,
    /// The vendor's own code, also where the table does not know it.
    pub provider_code: Option<String>,
    /// Which part of the message it is about, where the vendor reports each.
    pub part: Option<Part>,
    /// When it happened, by the vendor's clock.
    pub at: Option<Timestamp>,
    /// The vendor's own counter of its reports about this message: higher is later.
    pub sequence: Option<u64>,
    /// How many segments the vendor counted.
    pub segments: Option<u32>,
    /// What the vendor charged.
    pub price: Option<Price>,
}

/// The most characters of a code that no table has.
const LONGEST_CODE: usize = 40;

/// One part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub total: u32,
}

/// What a vendor charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    /// The amount, in the vendor's own digits.
    pub amount: String,
    /// The currency (ISO 4217), where the vendor says.
    pub currency: Option<String>,
}

impl DeliveryReceipt {
    /// A receipt with the vendor's own word and nothing more.
    #[must_use]
    pub fn new(provider_status: impl Into<String>) -> Self {
        Self {
            provider_message_id: None,
            message_id: None,
            to: None,
            state: None,
            is_final: false,
            provider_status: provider_status.into(),
            error: None,
            provider_code: None,
            part: None,
            at: None,
            sequence: None,
            segments: None,
            price: None,
        }
    }

    /// Adds the vendor's id.
    #[must_use]
    pub fn id(mut self, provider_message_id: impl Into<String>) -> Self {
        self.provider_message_id = Some(provider_message_id.into());
        self
    }

    /// Adds our id, where it came back.
    #[must_use]
    pub fn message_id(mut self, id: Option<MessageId>) -> Self {
        self.message_id = id;
        self
    }

    /// Adds the recipient, where it is a number.
    #[must_use]
    pub fn to(mut self, to: Option<PhoneNumber>) -> Self {
        self.to = to;
        self
    }

    /// Adds where the message stands; nothing further is expected after a state that ends it.
    #[must_use]
    pub fn state(mut self, state: impl Into<Option<MessageState>>) -> Self {
        self.state = state.into();
        self.is_final = self.state.is_some_and(MessageState::is_final);
        self
    }

    /// Says whether the vendor reports anything further, where it tells.
    #[must_use]
    pub fn finally(mut self, is_final: bool) -> Self {
        self.is_final = is_final;
        self
    }

    /// Adds what went wrong.
    #[must_use]
    pub fn error(mut self, error: impl Into<Option<Error>>) -> Self {
        self.error = error.into();
        let code = self.error.as_ref().and_then(Error::provider_code);
        self.provider_code = code.map(str::to_owned).or(self.provider_code);
        self
    }

    /// Adds the vendor's own code.
    #[must_use]
    pub fn provider_code(mut self, code: impl Into<String>) -> Self {
        self.provider_code = Some(code.into());
        self
    }

    /// Adds the vendor's code and what it says: by its entry in `table`, with the wait from `now` on.
    ///
    /// A code that the table lacks is kept and means nothing by itself. Only where the state, which
    /// comes first, says that the message failed, it is the code of a plain `REFUSED`.
    ///
    /// ```
    /// use sms_framework::provider::{Code, DeliveryReceipt};
    /// use sms_framework::{ErrorKind, MessageState};
    ///
    /// const CODES: &[Code] = &[Code::delivery("7", ErrorKind::OptedOut, "a page", "it said STOP")];
    /// let now = jiff::Timestamp::now();
    /// let receipt = |word: &str, state| DeliveryReceipt::new(word).state(state);
    ///
    /// let stopped = receipt("failed", MessageState::Failed).reason(CODES, Some("7"), now);
    /// assert_eq!(stopped.error.unwrap().kind(), ErrorKind::OptedOut);
    /// let failed = receipt("failed", MessageState::Failed).reason(CODES, Some("8"), now);
    /// assert_eq!(failed.error.unwrap().kind(), ErrorKind::Refused);
    /// let sent = receipt("sent", MessageState::Sent).reason(CODES, Some("8"), now);
    /// assert!(sent.error.is_none());
    /// assert_eq!(sent.provider_code.as_deref(), Some("8"));
    /// ```
    #[must_use]
    pub fn reason(self, table: &[Code], code: Option<&str>, now: Timestamp) -> Self {
        let Some(code) = code.filter(|code| !code.is_empty()) else {
            return self;
        };
        if let Some(known) = Code::find(table, Phase::Delivery, code) {
            return self.error(known.error_at(now));
        }
        // What stands in a code's place may be anything.
        let code: String = code.chars().take(LONGEST_CODE).collect();
        let failed = |state: MessageState| state.is_final() && state != MessageState::Delivered;
        if self.state.is_some_and(failed) {
            let message = "the message failed, for a reason that only the vendor's code tells";
            return self.error(Error::new(ErrorKind::Refused, message).with_provider_code(code));
        }
        self.provider_code(code)
    }

    /// Adds which part it is about.
    #[must_use]
    pub fn part(mut self, number: u32, total: u32) -> Self {
        self.part = Some(Part { number, total });
        self
    }

    /// Adds when it happened.
    #[must_use]
    pub fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self
    }

    /// Adds the vendor's own counter of its reports.
    #[must_use]
    pub fn sequence(mut self, sequence: Option<u64>) -> Self {
        self.sequence = sequence;
        self
    }

    /// Adds the vendor's count of segments.
    #[must_use]
    pub fn segments(mut self, segments: Option<u32>) -> Self {
        self.segments = segments;
        self
    }

    /// Adds what the vendor charged.
    #[must_use]
    pub fn price(mut self, amount: impl Into<String>, currency: Option<String>) -> Self {
        self.price = Some(Price {
            amount: amount.into(),
            currency,
        });
        self
    }
}

/// A message from a phone.
///
/// A vendor that delivers long texts in pieces gives one event for each, with its
/// [`part`](Self::part) and the same [`reference`](Self::reference).
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Inbound {
    /// The vendor's id of it.
    pub provider_message_id: Option<String>,
    /// Who sent it: E.164 where it is a phone number, else as the vendor wrote it.
    pub from: String,
    /// Which of our numbers it was sent to, likewise.
    pub to: String,
    /// The text.
    pub text: String,
    /// URLs of attached media.
    pub media: Vec<String>,
    /// What the vendor made of it as an opt-out keyword.
    pub opt_out: Option<OptOut>,
    /// Which piece of a longer text it is.
    pub part: Option<Part>,
    /// What the pieces of one text have in common.
    pub reference: Option<String>,
    /// When it came, by the vendor's clock.
    pub at: Option<Timestamp>,
}

/// What a vendor made of an opt-out keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptOut {
    /// The sender wants nothing more.
    Stop,
    /// The sender wants messages again.
    Start,
    /// The sender asks for help.
    Help,
}

impl Inbound {
    /// A message from `from` to `to`; what looks like a phone number becomes E.164.
    #[must_use]
    pub fn new(from: &str, to: &str, text: impl Into<String>) -> Self {
        let address = |text: &str| {
            PhoneNumber::from_vendor(text)
                .map_or_else(|| text.to_owned(), |number| number.to_string())
        };
        Self {
            provider_message_id: None,
            from: address(from),
            to: address(to),
            text: text.into(),
            media: Vec::new(),
            opt_out: None,
            part: None,
            reference: None,
            at: None,
        }
    }

    /// Adds the vendor's id.
    #[must_use]
    pub fn id(mut self, provider_message_id: impl Into<String>) -> Self {
        self.provider_message_id = Some(provider_message_id.into());
        self
    }

    /// Adds an attached medium.
    #[must_use]
    pub fn media(mut self, url: impl Into<String>) -> Self {
        self.media.push(url.into());
        self
    }

    /// Adds what the vendor made of it as an opt-out keyword.
    #[must_use]
    pub fn opt_out(mut self, opt_out: Option<OptOut>) -> Self {
        self.opt_out = opt_out;
        self
    }

    /// Says which piece of a longer text it is, and what the pieces have in common.
    #[must_use]
    pub fn piece(mut self, number: u32, total: u32, reference: impl Into<String>) -> Self {
        self.part = Some(Part { number, total });
        self.reference = Some(reference.into());
        self
    }

    /// Adds when it came.
    #[must_use]
    pub fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self
    }
}

/// Shows no text and masked numbers.
impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = crate::message::phone::masked_input;
        f.debug_struct("Inbound")
            .field("provider_message_id", &self.provider_message_id)
            .field("from", &masked(&self.from))
            .field("to", &masked(&self.to))
            .field("characters", &self.text.chars().count())
            .field("media", &self.media.len())
            .field("opt_out", &self.opt_out)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}
