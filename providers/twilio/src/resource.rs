//! The message resource in Twilio's JSON.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;
use sms_framework::{Acceptance, MessageState};

/// One message as Twilio (or a server that speaks its API) describes it.
///
/// Fields are read one by one and leniently: a message SID is proof of acceptance, whatever else is
/// odd about the answer.
pub(crate) struct Resource<'a>(pub(crate) &'a Value);

impl<'a> Resource<'a> {
    pub(crate) fn text(&self, field: &str) -> Option<&'a str> {
        self.0.get(field)?.as_str().filter(|text| !text.is_empty())
    }

    pub(crate) fn created_at(&self) -> Option<Timestamp> {
        DateTimeParser::new()
            .parse_timestamp(self.text("date_created")?)
            .ok()
    }

    /// What it says about the message; `None` without a SID.
    pub(crate) fn acceptance(&self) -> Option<Acceptance> {
        let mut acceptance = Acceptance::new(self.text("sid")?);
        if let Some(status) = self.text("status") {
            acceptance = acceptance
                .with_state(at_least(status))
                .with_provider_status(status);
        }
        // "0" until a messaging service has picked the sender.
        if let Some(segments) = number(self.0.get("num_segments")).filter(|count| *count > 0) {
            acceptance = acceptance.with_segments(segments);
        }
        if let Some(code) = number(self.0.get("error_code")) {
            acceptance = acceptance.with_provider_code(code.to_string());
        }
        Some(acceptance)
    }
}

/// A number written as one or as text: `num_segments` is text, `error_code` is a number.
pub(crate) fn number(value: Option<&Value>) -> Option<u32> {
    match value? {
        Value::Number(number) => number.as_u64()?.try_into().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Twilio's words for where a message stands ("Outbound Message Status in Status Callbacks"); `None`
/// of a word that is not among them.
pub(crate) fn state_of(status: &str) -> Option<MessageState> {
    Some(match status {
        "accepted" | "queued" | "sending" => MessageState::Accepted,
        "scheduled" => MessageState::Scheduled,
        "sent" => MessageState::Sent,
        "delivered" | "read" => MessageState::Delivered,
        "undelivered" => MessageState::Undelivered,
        "failed" => MessageState::Failed,
        "canceled" => MessageState::Canceled,
        _ => return None,
    })
}

/// Where a message stands that Twilio has, whatever its word.
fn at_least(status: &str) -> MessageState {
    state_of(status).unwrap_or(MessageState::Accepted)
}
