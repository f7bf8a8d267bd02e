//! The events of a configuration set: JSON in the `Message` of the envelope.

use jiff::Timestamp;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::{Code, DeliveryReceipt, Event, MESSAGE_ID_PARAMETER, Phase};
use sms_framework::{Error, ErrorKind, MessageState};

use crate::codes::CODES;

/// The events in the message of a notification; none where it is about something else, such as a
/// message from a phone or a person's own try of the topic.
pub(crate) fn read(message: &str) -> Result<Vec<Event>, Error> {
    let body: Value = serde_json::from_str(message).unwrap_or_default();
    if body.get("eventType").is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Receipt(receipt(&body)?)])
}

fn receipt(body: &Value) -> Result<DeliveryReceipt, Error> {
    let status = text(body, "eventType")?;
    let is_final = body["isFinal"].as_bool();
    // A failure that is not the last word may yet turn out well.
    let settled = |state: &MessageState| !state.is_final() || is_final != Some(false);
    let delivered = |state: &MessageState| *state == MessageState::Delivered;
    let state = state_of(status).filter(|state| delivered(state) || settled(state));
    // Nor is why it failed said of a failure that is no state yet.
    let error = state
        .as_ref()
        .and_then(|_| Code::find(CODES, Phase::Delivery, status))
        .map(Code::error);
    let ours = body["context"][MESSAGE_ID_PARAMETER].as_str();
    let receipt = DeliveryReceipt::new(status)
        .id(text(body, "messageId")?)
        .message_id(ours.and_then(|id| id.parse().ok()))
        .to(body["destinationPhoneNumber"]
            .as_str()
            .and_then(PhoneNumber::from_vendor))
        .state(state)
        .error(error)
        .at(at(body))
        .segments(segments(body));
    // Where carriers tell nothing of phones, the last word is `TEXT_SUCCESSFUL`.
    let receipt = match is_final {
        Some(is_final) => receipt.finally(is_final),
        None => receipt,
    };
    Ok(match &body["totalMessagePrice"] {
        Value::Number(price) => receipt.price(price.to_string(), None),
        _ => receipt,
    })
}

/// A field that AWS promises.
fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str, Error> {
    body[field].as_str().ok_or_else(|| {
        let message = format!("the event has no `{field}` that is text");
        Error::new(ErrorKind::BadWebhook, message)
    })
}

fn at(body: &Value) -> Option<Timestamp> {
    Timestamp::from_millisecond(body["eventTimestamp"].as_i64()?).ok()
}

fn segments(body: &Value) -> Option<u32> {
    let parts = body["totalMessageParts"].as_u64()?;
    u32::try_from(parts).ok().filter(|parts| *parts > 0)
}

/// AWS took every message that it has events of, so one that failed is undelivered.
///
/// `TEXT_UNKNOWN` says nothing new, and a word that AWS adds later is no state.
fn state_of(event_type: &str) -> Option<MessageState> {
    Some(match event_type {
        "TEXT_PENDING" | "TEXT_QUEUED" => MessageState::Accepted,
        // With the carrier, whatever its name promises.
        "TEXT_SUCCESSFUL" => MessageState::Sent,
        "TEXT_DELIVERED" => MessageState::Delivered,
        "TEXT_INVALID"
        | "TEXT_INVALID_MESSAGE"
        | "TEXT_SPAM"
        | "TEXT_CARRIER_BLOCKED"
        | "TEXT_BLOCKED"
        | "TEXT_PROTECT_BLOCKED"
        | "TEXT_UNREACHABLE"
        | "TEXT_CARRIER_UNREACHABLE" => MessageState::Undelivered,
        "TEXT_TTL_EXPIRED" => MessageState::Expired,
        _ => return None,
    })
}
