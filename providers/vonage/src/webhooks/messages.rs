//! The format of the Messages API: one call about one message, never about a part.

use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::http::text_of;
use sms_framework::provider::{Code, DeliveryReceipt, Event, Inbound, Phase, WebhookCall};
use sms_framework::{Error, MessageState};

use super::bad;
use crate::codes::CODES;
use crate::problem::Problem;

/// The events in a call that was checked.
pub(super) fn events(body: &Value, call: &WebhookCall) -> Result<Vec<Event>, Error> {
    // An application's other channels report to the same URL.
    let channel = body["channel"].as_str();
    if channel.is_some_and(|channel| channel != "sms") {
        return Ok(Vec::new());
    }
    let event = match (body.get("status"), body.get("message_type")) {
        (Some(_), _) => Event::Receipt(receipt(body, call)?),
        (None, None) if body.get("text").is_none() => return Ok(Vec::new()),
        (None, Some(kind)) if kind != "text" => return Ok(Vec::new()),
        (None, _) => Event::Inbound(inbound(body)?),
    };
    Ok(vec![event])
}

/// A field that Vonage promises.
fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str, Error> {
    body[field].as_str().ok_or_else(|| bad(field))
}

fn receipt(body: &Value, call: &WebhookCall) -> Result<DeliveryReceipt, Error> {
    let status = text(body, "status")?;
    let problem = Problem::in_report(body);
    let code = problem.code();
    let known = code
        .as_deref()
        .and_then(|code| Code::find(CODES, Phase::Delivery, code));
    // What the body says is signed, the URL is not.
    let ours = body["client_ref"].as_str().and_then(|id| id.parse().ok());
    let receipt = DeliveryReceipt::new(status)
        .id(text(body, "message_uuid")?)
        .message_id(ours.or_else(|| call.message_id()))
        .to(body["to"].as_str().and_then(PhoneNumber::from_vendor))
        .state(match known {
            // `rejected` covers the end of the time to live, too: words alone tell.
            None if status == "rejected" && problem.says_expired() => Some(MessageState::Expired),
            _ => state_of(status),
        })
        .reason(CODES, code.as_deref(), call.received_at())
        .at(body["timestamp"].as_str().and_then(|at| at.parse().ok()))
        .segments(text_of(&body["sms"]["count_total"]).and_then(|count| count.parse().ok()));
    let usage = &body["usage"];
    Ok(match text_of(&usage["price"]) {
        Some(price) => receipt.price(price, usage["currency"].as_str().map(str::to_owned)),
        None => receipt,
    })
}

/// Vonage's words; `read` says nothing of an SMS, and one that it adds later is no state.
fn state_of(status: &str) -> Option<MessageState> {
    Some(match status {
        "submitted" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "rejected" => MessageState::Rejected,
        "undeliverable" => MessageState::Failed,
        _ => return None,
    })
}

fn inbound(body: &Value) -> Result<Inbound, Error> {
    let (from, to) = (text(body, "from")?, text(body, "to")?);
    Ok(Inbound::new(from, to, text(body, "text")?)
        .id(text(body, "message_uuid")?)
        .at(body["timestamp"].as_str().and_then(|at| at.parse().ok())))
}
