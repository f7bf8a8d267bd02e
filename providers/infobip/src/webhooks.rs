//! Receipts and messages from phones: `POST` of JSON, up to a hundred in one call.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::http::text_of;
use sms_framework::provider::signature::{from_base64, refused, same, unchecked};
use sms_framework::provider::{
    Code, DeliveryReceipt, Event, Inbound, Phase, WebhookCall, Webhooks,
};
use sms_framework::{Class, Error, ErrorKind, MessageState};

use crate::Infobip;
use crate::codes::CODES;
use crate::status::{Status, segments};

#[async_trait]
impl Webhooks for Infobip {
    /// An entry that cannot be read does not keep back the others of its call.
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.check_sender(call)?;
        let body = call.json()?;
        if !body.is_object() {
            return Err(bad("the webhook's body is no object"));
        }
        // Of another kind.
        let Some(results) = body.get("results") else {
            return Ok(Vec::new());
        };
        let results = results
            .as_array()
            .ok_or_else(|| bad("the webhook call's `results` is no list"))?;
        let (mut events, mut first) = (Vec::new(), None);
        for result in results {
            match event(call, result) {
                Ok(event) => events.push(event),
                Err(error) => {
                    tracing::warn!(%error, "an entry of a webhook call is passed over");
                    first = first.or(Some(error));
                }
            }
        }
        match first {
            Some(error) if events.is_empty() => Err(error),
            _ => Ok(events),
        }
    }
}

impl Infobip {
    /// One proof is enough: a URL that goes with the message has the secret segment, a subscription of
    /// the account may have user and password.
    fn check_sender(&self, call: &WebhookCall) -> Result<(), Error> {
        let of_path = self.path_secret.as_ref();
        let of_path = of_path.is_some_and(|secret| call.has_path_segment(secret.expose_secret()));
        let ours = self.basic.as_ref();
        let of_user = ours.is_some_and(|ours| {
            let theirs = basic(call).unwrap_or_default();
            same(ours.expose_secret().as_bytes(), &theirs)
        });
        match (of_path || of_user, &self.path_secret, &self.basic) {
            (true, _, _) => Ok(()),
            (false, None, None) => Err(unchecked("webhook_path_secret or webhook_user")),
            (false, Some(_), None) => Err(refused("its path lacks the webhook_path_secret")),
            (false, None, Some(_)) => Err(refused("it does not come from webhook_user")),
            (false, Some(_), Some(_)) => Err(refused(
                "its path lacks the webhook_path_secret, and it does not come from webhook_user",
            )),
        }
    }
}

/// User and password that the call bears.
fn basic(call: &WebhookCall) -> Option<Vec<u8>> {
    let (scheme, proof) = call.header_value("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    from_base64(proof.trim())
}

fn bad(message: &str) -> Error {
    Error::new(ErrorKind::BadWebhook, message)
}

/// A field that Infobip promises.
fn text<'a>(result: &'a Value, field: &str) -> Result<&'a str, Error> {
    result[field]
        .as_str()
        .ok_or_else(|| bad(&format!("a result of the webhook call has no `{field}`")))
}

fn event(call: &WebhookCall, result: &Value) -> Result<Event, Error> {
    if result.get("status").is_none() && result.get("receivedAt").is_some() {
        inbound(result).map(Event::Inbound)
    } else {
        receipt(call, result).map(Event::Receipt)
    }
}

/// Fields that differ between versions 3 and 2 are looked for under both names.
fn receipt(call: &WebhookCall, result: &Value) -> Result<DeliveryReceipt, Error> {
    let status = Status::of(&result["status"]);
    let status =
        status.ok_or_else(|| bad("a result of the webhook call has no `status` with a name"))?;
    let id = text(result, "messageId")?;
    let receipt = DeliveryReceipt::new(status.word())
        .id(id)
        .message_id(id.parse().ok())
        .to(result["to"].as_str().and_then(PhoneNumber::from_vendor))
        .state(status.state())
        .at(result["doneAt"].as_str().and_then(instant))
        .segments(segments(result));
    let receipt = with_reason(receipt, call, &result["error"], &status);
    let price = &result["price"];
    Ok(match text_of(&price["pricePerMessage"]) {
        Some(amount) => receipt.price(amount, price["currency"].as_str().map(str::to_owned)),
        None => receipt,
    })
}

/// Why it failed: by the id of the error, else by that of the status.
fn with_reason(
    receipt: DeliveryReceipt,
    call: &WebhookCall,
    error: &Value,
    status: &Status<'_>,
) -> DeliveryReceipt {
    let failed = |state: MessageState| state.is_final() && state != MessageState::Delivered;
    // A code that comes with good news says nothing of it.
    let table: &[Code] = match receipt.state {
        Some(state) if failed(state) => CODES,
        _ => &[],
    };
    let code = error["id"].as_u64().filter(|id| *id != 0);
    let code = code.map(|id| id.to_string()).unwrap_or_default();
    let is_listed = Code::find(table, Phase::Delivery, &code).is_some();
    let now = call.received_at();
    if let Some(known) = status.known().filter(|_| !table.is_empty() && !is_listed) {
        return receipt.error(known.error_at(now));
    }
    let mut receipt = receipt.reason(table, Some(&code), now);
    // Of an error that no list has, the flag is better than nothing.
    if !is_listed && error["permanent"].as_bool() == Some(false) {
        let unlisted = receipt.error.take();
        receipt.error = unlisted.map(|error| error.with_class(Class::Transient));
    }
    receipt
}

fn inbound(result: &Value) -> Result<Inbound, Error> {
    let (from, to) = (text(result, "from")?, text(result, "to")?);
    Ok(Inbound::new(from, to, text(result, "text")?)
        .id(text(result, "messageId")?)
        .at(result["receivedAt"].as_str().and_then(instant)))
}

/// `2026-05-04T10:00:05.123+0000`, an offset without colon that RFC 3339 does not have, or with one.
fn instant(text: &str) -> Option<Timestamp> {
    let with_colon = text.parse().ok();
    with_colon.or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok())
}
