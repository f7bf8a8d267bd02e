//! Receipts and messages from phones: `POST` of JSON, told apart by its `type`.

use async_trait::async_trait;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::http::text_of;
use sms_framework::provider::{
    Code, DeliveryReceipt, Event, Inbound, WebhookCall, Webhooks, lacks,
};
use sms_framework::{Error, MessageId, MessageState};

use crate::Sinch;
use crate::codes::CODES;

#[async_trait]
impl Webhooks for Sinch {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.check_sender(call)?;
        let body = call.json()?;
        Ok(match text(&body, "type")? {
            "recipient_delivery_report_sms" | "recipient_delivery_report_mms" => {
                vec![Event::Receipt(of_recipient(&body, call)?)]
            }
            "delivery_report_sms" => of_batch(&body, call)?,
            "mo_text" => vec![Event::Inbound(inbound(&body, text(&body, "body")?)?)],
            "mo_media" => vec![Event::Inbound(with_media(&body)?)],
            // Binary messages hold no text, and the others are not about messages of ours.
            _ => Vec::new(),
        })
    }
}

/// A field that Sinch promises.
fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str, Error> {
    body[field].as_str().ok_or_else(|| lacks(field))
}

fn of_recipient(body: &Value, call: &WebhookCall) -> Result<DeliveryReceipt, Error> {
    let to = body["recipient"].as_str();
    let receipt = receipt(body, body, call)?;
    let parts = body["number_of_message_parts"].as_u64();
    Ok(receipt
        .to(to.and_then(PhoneNumber::from_vendor))
        .at(body["at"].as_str().and_then(|at| at.parse().ok()))
        .segments(parts.and_then(|parts| parts.try_into().ok())))
}

/// The summary of a batch: one receipt for each recipient that it names, none where it only counts.
fn of_batch(body: &Value, call: &WebhookCall) -> Result<Vec<Event>, Error> {
    let statuses = body["statuses"].as_array();
    let statuses = statuses.ok_or_else(|| lacks("statuses"))?;
    let mut events = Vec::new();
    for status in statuses {
        for recipient in status["recipients"].as_array().into_iter().flatten() {
            let to = recipient.as_str().and_then(PhoneNumber::from_vendor);
            events.push(Event::Receipt(receipt(body, status, call)?.to(to)));
        }
    }
    Ok(events)
}

/// What `status` says about the batch of `body`.
fn receipt(body: &Value, status: &Value, call: &WebhookCall) -> Result<DeliveryReceipt, Error> {
    let word = text(status, "status")?;
    let code = text_of(&status["code"]);
    let state = state_of(word, code.as_deref());
    let failed = |state: MessageState| state.is_final() && state != MessageState::Delivered;
    // Every step has a code, and only that of a failure says why.
    let table: &[Code] = match state {
        Some(state) if failed(state) => CODES,
        _ => &[],
    };
    let code = code.filter(|code| code != "0");
    let reference = body["client_reference"].as_str();
    let ours: Option<MessageId> = reference.and_then(|id| id.parse().ok());
    let receipt = DeliveryReceipt::new(word)
        .id(text(body, "batch_id")?)
        .message_id(ours.or_else(|| call.message_id()))
        .state(state)
        .reason(table, code.as_deref(), call.received_at());
    // The last word, and yet nobody can say what became of it.
    let is_final = receipt.is_final || word == "Unknown";
    Ok(receipt.finally(is_final))
}

/// Sinch's words; one that it adds later is no state. A code says nothing of its own: `0` comes with
/// other words than `Delivered`, too.
fn state_of(word: &str, code: Option<&str>) -> Option<MessageState> {
    Some(match (word, code) {
        ("Queued", _) => MessageState::Accepted,
        ("Dispatched" | "Unknown", _) => MessageState::Sent,
        ("Delivered", _) => MessageState::Delivered,
        // An invalid number, or one that opted out: which of them is not said.
        ("Failed" | "Deleted", _) => MessageState::Undelivered,
        ("Rejected", _) => MessageState::Rejected,
        ("Expired", _) | ("Aborted", Some("406")) => MessageState::Expired,
        ("Cancelled", _) | ("Aborted", Some("407")) => MessageState::Canceled,
        ("Aborted", _) => MessageState::Failed,
        _ => return None,
    })
}

fn inbound(body: &Value, said: &str) -> Result<Inbound, Error> {
    let (from, to) = (text(body, "from")?, text(body, "to")?);
    Ok(Inbound::new(from, to, said)
        .id(text(body, "id")?)
        .at(body["received_at"].as_str().and_then(|at| at.parse().ok())))
}

/// Its text and the media that were kept for us.
fn with_media(body: &Value) -> Result<Inbound, Error> {
    let content = &body["body"];
    let said = content["message"].as_str().unwrap_or_default();
    let media = content["media"].as_array().into_iter().flatten();
    let urls = media.filter_map(|medium| medium["url"].as_str());
    Ok(urls.fold(inbound(body, said)?, |inbound, url| inbound.media(url)))
}
