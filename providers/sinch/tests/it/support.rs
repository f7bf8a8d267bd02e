//! A provider pointed at loopback, a message for it, and calls as Sinch makes them.

use figment::Figment;
use figment::providers::{Format, Toml};
use serde_json::{Value, json};
use sms_framework::provider::signature::{Hash, base64, hmac};
use sms_framework::provider::{BuildError, DynProvider, Event, WebhookCall};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, Message, MessageId, Outbound};
use sms_provider_sinch::ENTRY;

pub(crate) const PLAN: &str = "plan-1";
pub(crate) const TOKEN: &str = "s3cr3t-t0k3n";
pub(crate) const WEBHOOK_SECRET: &str = "wh-s3cr3t";
pub(crate) const PATH_SECRET: &str = "an-unguessable-segment";
pub(crate) const BATCH: &str = "01FC66621XXXXX119Z8PMV1QPQ";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const TEXT: &str = "Doors open at eight, ring twice.";

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("sinch", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

/// A provider with a service plan, and `more` lines of its table.
pub(crate) fn sinch(base_url: &str, more: &str) -> DynProvider {
    build(&format!(
        "service_plan_id = '{PLAN}'\napi_token = '{TOKEN}'\nbase_url = '{base_url}'\n{more}"
    ))
    .unwrap()
}

/// A provider that hears from Sinch, with these lines in its table, and sends nothing.
pub(crate) fn listener(more: &str) -> DynProvider {
    sinch("http://127.0.0.1:9", more)
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(ANNA, TEXT))
}

pub(crate) fn created() -> Answer {
    Answer::json(
        201,
        json!({
            "id": BATCH,
            "to": ["14155550123"],
            "from": "14155550100",
            "canceled": false,
            "body": TEXT,
            "type": "mt_text",
            "created_at": "2026-05-04T10:00:00.123Z",
            "modified_at": "2026-05-04T10:00:00.123Z",
            "delivery_report": "per_recipient",
        }),
    )
}

/// A vendor that gives these answers, one after the other.
pub(crate) async fn vendor(answers: impl IntoIterator<Item = Answer>) -> ScriptedServer {
    ScriptedServer::start(answers.into_iter().map(Then::Answer)).await
}

/// What a send makes of one answer.
pub(crate) async fn sent(answer: Answer) -> Result<Acceptance, Error> {
    let server = vendor([answer]).await;
    sinch(server.url(), "").send(&message()).await
}

/// A call that Sinch signs.
pub(crate) fn signed(body: &Value) -> WebhookCall {
    signed_text(&body.to_string())
}

pub(crate) fn signed_text(body: &str) -> WebhookCall {
    let call = WebhookCall::new("POST", "https://example.org/sms/sinch").body(body);
    let timestamp = call.received_at().as_second().to_string();
    let text = format!("{body}.n0nce.{timestamp}");
    let signature = hmac(Hash::Sha256, WEBHOOK_SECRET.as_bytes(), text.as_bytes());
    call.header("x-sinch-webhook-signature", base64(&signature))
        .header("x-sinch-webhook-signature-algorithm", "HmacSHA256")
        .header("x-sinch-webhook-signature-nonce", "n0nce")
        .header("x-sinch-webhook-signature-timestamp", timestamp)
}

pub(crate) async fn events(
    provider: &DynProvider,
    call: &WebhookCall,
) -> Result<Vec<Event>, Error> {
    provider.webhooks().unwrap().events(call).await
}

/// What is read from a call that Sinch signed.
pub(crate) async fn read(body: &Value) -> Result<Vec<Event>, Error> {
    let provider = listener(&format!("webhook_secret = '{WEBHOOK_SECRET}'"));
    events(&provider, &signed(body)).await
}

pub(crate) fn our_id() -> MessageId {
    "0193b0c0-0000-7000-8000-000000000001".parse().unwrap()
}
