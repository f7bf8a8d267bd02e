//! A provider pointed at loopback, and Plivo's answers and calls.

use figment::Figment;
use figment::providers::{Format, Toml};
use serde_json::{Value, json};
use sms_framework::provider::signature::{Hash, base64, hmac};
use sms_framework::provider::{BuildError, DynProvider, Event, WebhookCall};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::{Acceptance, Error, Message, testkit};

pub(crate) const ID: &str = "db3ce55a-7f1d-11e1-8ea7-1231380bc196";
pub(crate) const OURS: &str = "0193b0c0-0000-7000-8000-000000000001";
pub(crate) const TOKEN: &str = "s3cr3t-t0k3n";
pub(crate) const PATH_SECRET: &str = "unguessable-segment-0001";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const TEXT: &str = "Doors open at eight, ring twice.";
pub(crate) const NONCE: &str = "12345";

/// A complete table for an API at `url`, but for what `more` says.
pub(crate) fn table(url: &str, more: &str) -> String {
    let from = if more.contains("from =") || more.contains("powerpack_uuid =") {
        ""
    } else {
        "from = '+14155550100'"
    };
    format!(
        "auth_id = 'MA000000000000000001'\nauth_token = '{TOKEN}'\nbase_url = '{url}/v1'
         callback_url = 'https://example.org/sms/plivo'
         webhook_path_secret = '{PATH_SECRET}'\n{from}\n{more}"
    )
}

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    sms_provider_plivo::ENTRY.build("main", &Figment::from(Toml::string(table)))
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

/// The answer to a message that Plivo takes.
pub(crate) fn queued() -> Answer {
    let body = json!({
        "api_id": "db342550-7f1d-11e1-8ea7-1231380bc196",
        "message": "message(s) queued",
        "message_uuid": [ID],
    });
    Answer::json(202, body)
}

/// A refusal: a sentence without a code.
pub(crate) fn refused(status: u16, said: &str) -> Answer {
    let body: Value = json!({"api_id": "97ceeb52-58b6-11e1-86da-77300b68f8bb", "error": said});
    Answer::json(status, body)
}

/// Our URL, as Plivo was given it.
pub(crate) fn our_url() -> String {
    format!("https://example.org/sms/plivo/{PATH_SECRET}?sms_message_id={OURS}")
}

/// A call with that form, signed by V2.
pub(crate) fn posted(fields: &[(&str, &str)]) -> WebhookCall {
    let call = WebhookCall::new("POST", our_url())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encoded(fields));
    signed_v2(call)
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let query = sms_framework::provider::http::reqwest::Url::parse_with_params("x:", fields);
    query.unwrap().query().unwrap_or_default().to_owned()
}

pub(crate) fn signed_v2(call: WebhookCall) -> WebhookCall {
    let base = call.url().split('?').next().unwrap().to_owned();
    let signature = tag(&format!("{base}{NONCE}"));
    call.header("X-Plivo-Signature-V2", signature)
        .header("X-Plivo-Signature-V2-Nonce", NONCE)
}

pub(crate) fn tag(text: &str) -> String {
    base64(&hmac(Hash::Sha256, TOKEN.as_bytes(), text.as_bytes()))
}

/// What the provider of the usual table reads from a call.
pub(crate) async fn events(call: &WebhookCall) -> Result<Vec<Event>, Error> {
    let provider = build(&table("http://127.0.0.1:1", "")).unwrap();
    provider.webhooks().unwrap().events(call).await
}
