//! Receipts and messages from phones: `POST` of JSON, with the HMAC of the body in `X-Signature`.

use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::signature::{
    Hash, from_base64, header, hmac_matches, refused, unchecked,
};
use sms_framework::provider::{DeliveryReceipt, Event, Inbound, WebhookCall, Webhooks, lacks};
use sms_framework::{Error, MessageState};

use crate::Template;
use crate::codes::CODES;

#[async_trait]
impl Webhooks for Template {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.check_signature(call)?;
        let body = call.json()?;
        let event = match body["type"].as_str() {
            Some("receipt") => Event::Receipt(receipt(call, &body)?),
            Some("message") => Event::Inbound(inbound(&body)?),
            _ => return Ok(Vec::new()),
        };
        Ok(vec![event])
    }
}

impl Template {
    fn check_signature(&self, call: &WebhookCall) -> Result<(), Error> {
        let Some(secret) = &self.webhook_secret else {
            return Err(unchecked("webhook_secret"));
        };
        let signature = header(call, "x-signature")?;
        let key = secret.expose_secret().as_bytes();
        let tag = from_base64(signature).unwrap_or_default();
        if hmac_matches(Hash::Sha256, key, call.raw_body(), &tag) {
            Ok(())
        } else {
            Err(refused("its signature does not match"))
        }
    }
}

/// A field that the vendor promises.
fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str, Error> {
    body[field].as_str().ok_or_else(|| lacks(field))
}

fn receipt(call: &WebhookCall, body: &Value) -> Result<DeliveryReceipt, Error> {
    let status = text(body, "status")?;
    Ok(DeliveryReceipt::new(status)
        .id(text(body, "id")?)
        .message_id(body["reference"].as_str().and_then(|id| id.parse().ok()))
        .to(body["to"].as_str().and_then(PhoneNumber::from_vendor))
        .state(state_of(status))
        .reason(CODES, body["code"].as_str(), call.received_at())
        .at(body["at"].as_str().and_then(|at| at.parse().ok())))
}

/// The vendor's words; one that it adds later is no state.
fn state_of(status: &str) -> Option<MessageState> {
    Some(match status {
        "accepted" => MessageState::Accepted,
        "sent" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "undelivered" => MessageState::Undelivered,
        "expired" => MessageState::Expired,
        _ => return None,
    })
}

fn inbound(body: &Value) -> Result<Inbound, Error> {
    let (from, to) = (text(body, "from")?, text(body, "to")?);
    Ok(Inbound::new(from, to, text(body, "text")?)
        .id(text(body, "id")?)
        .at(body["at"].as_str().and_then(|at| at.parse().ok())))
}
