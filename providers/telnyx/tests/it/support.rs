//! A provider pointed at loopback, and Telnyx's answers and calls.

use figment::Figment;
use figment::providers::{Format, Toml};
use jiff::Timestamp;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use sms_framework::provider::signature::base64;
use sms_framework::provider::{BuildError, DynProvider, Event, WebhookCall};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::{Acceptance, Error, Message, testkit};

pub(crate) const ID: &str = "40385f64-5717-4562-b3fc-2c963f66afa6";
pub(crate) const OURS: &str = "0193b0c0-0000-7000-8000-000000000001";
pub(crate) const KEY: &str = "KEY0123456789s3cr3t";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const TEXT: &str = "Doors open at eight, ring twice.";
/// Of the private key whose bytes are 1 to 32.
pub(crate) const PUBLIC_KEY: &str = "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";
pub(crate) const OUR_URL: &str = "https://example.org/sms/telnyx";

/// A complete table for an API at `url`, but for what `more` says.
pub(crate) fn table(url: &str, more: &str) -> String {
    let from = if more.contains("from =") || more.contains("messaging_profile_id =") {
        ""
    } else {
        "from = '+14155550100'"
    };
    format!(
        "api_key = '{KEY}'\nbase_url = '{url}/v2'
         callback_url = '{OUR_URL}'
         public_key = '{PUBLIC_KEY}'\n{from}\n{more}"
    )
}

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    sms_provider_telnyx::ENTRY.build("main", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

pub(crate) fn message() -> Message {
    Message::new(ANNA, TEXT)
}

/// What comes of a message to a vendor that answers so, and the requests that reached the vendor.
pub(crate) async fn send(
    more: &str,
    message: Message,
    answer: Answer,
) -> (Result<Acceptance, Error>, Vec<Request>) {
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let provider = build(&table(server.url(), more)).unwrap();
    let sent = provider.send(&testkit::outbound(message)).await;
    (sent, server.requests())
}

pub(crate) async fn error(answer: Answer) -> Error {
    send("", message(), answer).await.0.unwrap_err()
}

/// A message as Telnyx describes it, with what `change` makes of it.
pub(crate) fn described(change: impl FnOnce(&mut Value)) -> Value {
    let mut data = json!({
        "record_type": "message",
        "direction": "outbound",
        "id": ID,
        "type": "SMS",
        "messaging_profile_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
        "organization_id": "b448f9cc-a842-4784-98e9-03c1a5872950",
        "from": {"phone_number": "+14155550100", "carrier": "", "line_type": ""},
        "to": [{"phone_number": ANNA, "status": "queued", "carrier": "", "line_type": ""}],
        "text": TEXT,
        "media": [],
        "webhook_url": format!("{OUR_URL}?sms_message_id={OURS}"),
        "encoding": "GSM-7",
        "parts": 1,
        "tags": [],
        "cost": null,
        "received_at": "2026-02-03T04:05:06.000+00:00",
        "sent_at": null,
        "completed_at": null,
        "valid_until": "2026-02-03T05:05:06.000+00:00",
        "errors": [],
    });
    change(&mut data);
    data
}

pub(crate) fn queued() -> Answer {
    taken(|_| {})
}

/// An answer of 200.
pub(crate) fn taken(change: impl FnOnce(&mut Value)) -> Answer {
    Answer::json(200, json!({"data": described(change)}))
}

pub(crate) fn refused(status: u16, code: &str, title: &str, detail: &str) -> Answer {
    let fault = json!({
        "code": code,
        "title": title,
        "detail": detail,
        "meta": {"url": format!("https://developers.telnyx.com/docs/overview/errors/{code}")},
    });
    Answer::json(status, json!({"errors": [fault]}))
}

/// An event as Telnyx reports it, now.
pub(crate) fn event(kind: &str, payload: Value) -> Value {
    json!({
        "data": {
            "event_type": kind,
            "id": "b301ed3f-1490-491f-995f-6e64e69674d4",
            "occurred_at": "2026-02-03T04:05:07.250+00:00",
            "payload": payload,
            "record_type": "event",
        },
        "meta": {"attempt": 1, "delivered_to": format!("{OUR_URL}?sms_message_id={OURS}")},
    })
}

/// A finalized message with that word.
pub(crate) fn finalized(status: &str, errors: Value) -> Value {
    let payload = described(|data| {
        data["to"][0]["status"] = json!(status);
        data["errors"] = errors;
    });
    event("message.finalized", payload)
}

/// A message from a phone, with what `change` makes of its payload.
pub(crate) fn received(change: impl FnOnce(&mut Value)) -> Value {
    let mut payload = json!({
        "record_type": "message",
        "direction": "inbound",
        "id": "84cca175-9755-4859-b67f-4730d7f58aa3",
        "type": "SMS",
        "from": {"phone_number": ANNA, "carrier": "T-Mobile USA", "line_type": "Wireless"},
        "to": [{"phone_number": "+14155550100", "status": "webhook_delivered"}],
        "text": "Yes + 1 & é",
        "media": [],
        "encoding": "GSM-7",
        "parts": 1,
        "received_at": "2026-02-03T04:05:06.000+00:00",
        "webhook_url": null,
    });
    change(&mut payload);
    event("message.received", payload)
}

/// A call with that body, signed at the time that it came.
pub(crate) fn signed(body: impl Into<Vec<u8>>) -> WebhookCall {
    let call = WebhookCall::new("POST", OUR_URL).body(body);
    let timestamp = call.received_at().as_second().to_string();
    signed_at(call, &timestamp)
}

pub(crate) fn signed_at(call: WebhookCall, timestamp: &str) -> WebhookCall {
    let seed: Vec<u8> = (1..=32).collect();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let text = [timestamp.as_bytes(), b"|", call.raw_body()].concat();
    let signature = base64(pair.sign(&text).as_ref());
    call.header("Telnyx-Signature-Ed25519", signature)
        .header("Telnyx-Timestamp", timestamp)
        .header("Content-Type", "application/json")
}

/// What the provider of the usual table reads from a call.
pub(crate) async fn events(call: &WebhookCall) -> Result<Vec<Event>, Error> {
    let provider = build(&table("http://127.0.0.1:1", "")).unwrap();
    provider.webhooks().unwrap().events(call).await
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}
