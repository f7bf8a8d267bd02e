//! Receipts and messages from phones: `POST` of JSON, signed by Standard Webhooks.

use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde_json::Value;
use sms_framework::Error;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::signature::{standard_webhook, unchecked};
use sms_framework::provider::{DeliveryReceipt, Event, Inbound, WebhookCall, Webhooks, lacks};

use super::Platform;
use super::answer::{our_id, segments, state_of};
use crate::codes::CODES;

#[async_trait]
impl Webhooks for Platform {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        let Some(secret) = &self.webhook_secret else {
            return Err(unchecked("webhook_secret"));
        };
        standard_webhook(call, secret.expose_secret())?;
        let body = call.json()?;
        // Other kinds are about other channels, or about the list of suppressions.
        let Some(word) = text(&body, "type")?.strip_prefix("sms.") else {
            return Ok(Vec::new());
        };
        let event = match word {
            "received" => Event::Inbound(inbound(&body)?),
            // A kind of event that was added later, and is about no message.
            word if state_of(word).is_none() && body["data"]["sms_id"].is_null() => {
                return Ok(Vec::new());
            }
            word => Event::Receipt(receipt(call, word, &body)?),
        };
        Ok(vec![event])
    }
}

/// A field that the vendor promises, under its path.
fn text<'a>(body: &'a Value, path: &str) -> Result<&'a str, Error> {
    let value = path.split('.').fold(body, |value, field| &value[field]);
    let text = value.as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| lacks(path))
}

/// The calls come in any order: their time says which is the latest.
fn receipt(call: &WebhookCall, word: &str, body: &Value) -> Result<DeliveryReceipt, Error> {
    let data = &body["data"];
    Ok(DeliveryReceipt::new(word)
        .id(text(body, "data.sms_id")?)
        .message_id(our_id(data))
        .to(data["to"].as_str().and_then(PhoneNumber::from_vendor))
        .state(state_of(word))
        .reason(CODES, data["error"]["code"].as_str(), call.received_at())
        .segments(segments(data))
        .at(body["timestamp"].as_str().and_then(|at| at.parse().ok())))
}

fn inbound(body: &Value) -> Result<Inbound, Error> {
    let (from, to) = (text(body, "data.from")?, text(body, "data.to")?);
    // It may have a subject or nothing in place of a text.
    let words = body["data"]["text"].as_str().unwrap_or_default();
    Ok(Inbound::new(from, to, words)
        .id(text(body, "data.sms_id")?)
        .at(body["timestamp"].as_str().and_then(|at| at.parse().ok())))
}
