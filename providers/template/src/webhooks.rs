//! Receipts and messages from phones: `POST` of JSON, with the HMAC of the body in `X-Signature`.

use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::signature::{Hash, from_base64, hmac_matches, refused};
use sms_framework::provider::{
    Code, DeliveryReceipt, Event, Inbound, Phase, WebhookCall, Webhooks,
};
use sms_framework::{Error, ErrorKind, MessageState};

use crate::Template;
use crate::codes::CODES;

#[async_trait]
impl Webhooks for Template {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.check_signature(call)?;
        let body = call.json()?;
        let event = match body["type"].as_str() {
            Some("receipt") => Event::Receipt(receipt(&body)?),
            Some("message") => Event::Inbound(inbound(&body)?),
            _ => return Ok(Vec::new()),
        };
        Ok(vec![event])
    }
}

impl Template {
    fn check_signature(&self, call: &WebhookCall) -> Result<(), Error> {
        let Some(secret) = &self.webhook_secret else {
            return Err(refused("no webhook_secret is configured to check it with"));
        };
        let Some(signature) = call.header_value("x-signature") else {
            return Err(refused("it has no header X-Signature"));
        };
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
    body[field].as_str().ok_or_else(|| {
        let message = format!("the webhook call has no `{field}`");
        Error::new(ErrorKind::BadWebhook, message)
    })
}

fn receipt(body: &Value) -> Result<DeliveryReceipt, Error> {
    let status = text(body, "status")?;
    let code = body["code"].as_str();
    let known = code.and_then(|code| Code::find(CODES, Phase::Delivery, code));
    let receipt = DeliveryReceipt::new(status)
        .id(text(body, "id")?)
        .message_id(body["reference"].as_str().and_then(|id| id.parse().ok()))
        .to(body["to"].as_str().and_then(PhoneNumber::from_vendor))
        .state(state_of(status))
        .error(known.map(Code::error))
        .at(body["at"].as_str().and_then(|at| at.parse().ok()));
    // Also one that the table does not know.
    Ok(match code {
        Some(code) => receipt.provider_code(code),
        None => receipt,
    })
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
