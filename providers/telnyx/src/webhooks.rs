//! Receipts and messages from phones: `POST` of an event in JSON.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use sms_framework::Error;
use sms_framework::message::{MessageId, PhoneNumber};
use sms_framework::provider::{
    DeliveryReceipt, Event, Inbound, OptOut, Phase, WebhookCall, Webhooks, lacks, message_id_in,
};

use crate::Telnyx;
use crate::fault::{Fault, faults, weightiest};
use crate::status::{UNCONFIRMED, state_of};

#[async_trait]
impl Webhooks for Telnyx {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.check_call(call)?;
        let body = call.json()?;
        match text(&body, "/data/event_type")? {
            "message.sent" | "message.finalized" => receipts(call, &body),
            "message.received" => Ok(vec![Event::Inbound(inbound(&body)?)]),
            _ => Ok(Vec::new()),
        }
    }
}

fn missing(field: &str) -> Error {
    lacks(&field.trim_start_matches('/').replace('/', "."))
}

/// A field that Telnyx promises.
fn text<'a>(body: &'a Value, pointer: &str) -> Result<&'a str, Error> {
    let text = body.pointer(pointer).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| missing(pointer))
}

fn list<'a>(body: &'a Value, pointer: &str) -> &'a [Value] {
    let list = body.pointer(pointer).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

fn time(body: &Value, pointer: &str) -> Option<Timestamp> {
    body.pointer(pointer)?.as_str()?.parse().ok()
}

/// One for each recipient: a message of ours has one.
fn receipts(call: &WebhookCall, body: &Value) -> Result<Vec<Event>, Error> {
    let payload = &body["data"]["payload"];
    let recipients = list(payload, "/to");
    if recipients.is_empty() {
        return Err(missing("/data/payload/to"));
    }
    let ids = (text(body, "/data/payload/id")?, our_id(call, body));
    let faults = faults(&payload["errors"]);
    let of_each = |recipient| {
        let receipt = receipt(recipient, &faults, call.received_at())?
            .id(ids.0)
            .message_id(ids.1)
            .at(time(body, "/data/occurred_at"))
            .segments(payload["parts"].as_u64().and_then(|n| n.try_into().ok()));
        let currency = payload["cost"]["currency"].as_str();
        Ok(Event::Receipt(match payload["cost"]["amount"].as_str() {
            Some(amount) => receipt.price(amount, currency.map(str::to_owned)),
            None => receipt,
        }))
    };
    recipients.iter().map(of_each).collect()
}

fn receipt(
    recipient: &Value,
    faults: &[Fault<'_>],
    now: Timestamp,
) -> Result<DeliveryReceipt, Error> {
    let Ok(status) = text(recipient, "/status") else {
        return Err(missing("/data/payload/to/status"));
    };
    let codes = faults.iter().map(|fault| fault.code.as_str());
    let number = recipient["phone_number"].as_str();
    let reason = weightiest(faults, Phase::Delivery);
    // The same number may mean something else: only the entry that is meant, from whichever list.
    let known = reason.and_then(|(_, known)| Some(known?.in_phase(Phase::Delivery)));
    let code = reason.map(|(fault, _)| fault.code.as_str());
    let receipt = DeliveryReceipt::new(status)
        .to(number.and_then(PhoneNumber::from_vendor))
        .state(state_of(status, codes))
        .reason(known.as_slice(), code, now);
    Ok(match status {
        UNCONFIRMED => receipt.finally(true),
        _ => receipt,
    })
}

/// Our id in the URL that Telnyx was given, which it repeats in what it signs; the URL of the call
/// itself is not signed, and counts only where nothing is repeated.
fn our_id(call: &WebhookCall, body: &Value) -> Option<MessageId> {
    let repeated = ["/data/payload/webhook_url", "/meta/delivered_to"];
    let mut repeated = repeated
        .iter()
        .filter_map(|pointer| body.pointer(pointer)?.as_str())
        .peekable();
    if repeated.peek().is_none() {
        return call.message_id();
    }
    repeated.find_map(message_id_in)
}

fn inbound(body: &Value) -> Result<Inbound, Error> {
    let payload = &body["data"]["payload"];
    let from = text(body, "/data/payload/from/phone_number")?;
    let to = text(body, "/data/payload/to/0/phone_number")?;
    let media = list(payload, "/media");
    // A message of media alone has no text.
    let said = match payload["text"].as_str() {
        Some(said) => said,
        None if !media.is_empty() => "",
        None => return Err(missing("/data/payload/text")),
    };
    let opt_out = match payload["autoresponse_type"].as_str() {
        Some("STOP") => Some(OptOut::Stop),
        Some("START") => Some(OptOut::Start),
        Some("HELP") => Some(OptOut::Help),
        _ => None,
    };
    let at = time(payload, "/received_at").or_else(|| time(body, "/data/occurred_at"));
    let message = Inbound::new(from, to, said)
        .id(text(body, "/data/payload/id")?)
        .opt_out(opt_out)
        .at(at);
    let urls = media.iter().filter_map(|medium| medium["url"].as_str());
    Ok(urls.fold(message, Inbound::media))
}
