//! The platform.

mod answers;
mod conformance;
mod lookup;
mod request;
mod webhooks;

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, base64, from_base64, hmac};
use sms_framework::testkit::http::Answer;

pub(crate) const KEY: &str = "bk_eu1_s3cr3tk3y";
pub(crate) const SECRET: &str = "whsec_d2gtczNjcjN0LXdoLXMzY3IzdA==";
pub(crate) const ID: &str = "sms_01k0abcdefghjkmnpqrstvwxyz";
pub(crate) const OURS: &str = "0193b0c0-0000-7000-8000-000000000001";

pub(crate) fn table(url: &str) -> String {
    format!(
        "api_key = '{KEY}'
         webhook_secret = '{SECRET}'
         from = '+14155550100'
         base_url = '{url}'"
    )
}

/// A message as the platform shows it.
pub(crate) fn resource(status: &str) -> Value {
    json!({
        "id": ID, "direction": "outbound", "status": status, "to": "+14155550123",
        "from": "+14155550100", "text": "Doors open at eight, ring twice.",
        "category": "transactional",
        "segments": {"count": 1, "encoding": "GSM_7BIT", "characters": 32},
        "cost": null, "tags": [{"name": "sms_message_id", "value": OURS}],
        "metadata": {"sms_message_id": OURS}, "options": {"smart_encoding": false},
        "created_at": "2026-08-01T10:00:00Z", "sent_at": null, "delivered_at": null
    })
}

/// The same with another field.
pub(crate) fn with(mut value: Value, field: &str, other: Value) -> Value {
    value[field] = other;
    value
}

/// A message that was refused after it had been taken.
pub(crate) fn rejected(code: &str) -> Answer {
    let error = json!({"code": code, "carrier_error_code": null});
    Answer::json(202, with(resource("rejected"), "last_error", error))
}

/// An error whose words repeat what was sent: nothing of it may be shown.
pub(crate) fn error(status: u16, kind: &str, code: &str, name: &str) -> Answer {
    Answer::json(
        status,
        json!({"error": {
            "type": kind, "code": code, "name": name,
            "message": format!("+14155550123: Doors open at eight, ring twice. ({KEY})"),
            "doc_url": "https://bird.com/docs/api/errors", "request_id": "req_1",
            "details": [{"param": "to", "message": "+14155550123 is bad"}]
        }}),
    )
    .header("x-request-id", "req_1")
}

/// A call with that body, signed as Bird signs it.
pub(crate) fn signed(body: impl ToString) -> WebhookCall {
    signed_at(body, Timestamp::now())
}

pub(crate) fn signed_at(body: impl ToString, at: Timestamp) -> WebhookCall {
    let (body, time) = (body.to_string(), at.as_second().to_string());
    let signature = signature("msg_1", &time, &body);
    WebhookCall::new("POST", "https://example.org/sms/bird")
        .header("Webhook-Id", "msg_1")
        .header("Webhook-Timestamp", time)
        .header("Webhook-Signature", signature)
        .body(body)
        .at(at)
}

pub(crate) fn signature(id: &str, time: &str, body: &str) -> String {
    let key = from_base64(&SECRET["whsec_".len()..]).unwrap();
    let tag = hmac(Hash::Sha256, &key, format!("{id}.{time}.{body}").as_bytes());
    format!("v1,{}", base64(&tag))
}

/// An event about our message.
pub(crate) fn event(kind: &str, more: Value) -> Value {
    let mut data = json!({
        "sms_id": ID, "workspace_id": "ws_1", "to": "+14155550123", "from": "+14155550100",
        "tags": [{"name": "sms_message_id", "value": OURS}],
        "metadata": {"sms_message_id": OURS}
    });
    for (field, value) in more.as_object().unwrap() {
        data[field] = value.clone();
    }
    json!({"type": kind, "timestamp": "2026-08-01T10:00:05Z", "data": data})
}

/// An event with the reason of a failure.
pub(crate) fn failed(kind: &str, code: &str) -> Value {
    let error = json!({
        "code": code, "description": "no", "carrier_error_code": "30007",
        "occurred_at": "2026-08-01T10:00:04Z"
    });
    event(kind, json!({"error": error}))
}
