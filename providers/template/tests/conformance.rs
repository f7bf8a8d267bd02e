//! The conformance suite, against the vendor's answers as its documentation shows them.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, base64, hmac};
use sms_framework::testkit::conformance::{Case, Expected, MESSAGE_ID, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

const ID: &str = "M-1";

fn suite() -> Suite {
    Suite::http(sms_provider_template::ENTRY, |url| {
        format!(
            "api_key = 's3cr3t-k3y'
             webhook_secret = 'wh-s3cr3t'
             from = '+14155550100'
             base_url = '{url}'
             callback_url = 'https://example.org/sms/template'"
        )
    })
    .secrets(["s3cr3t-k3y", "wh-s3cr3t"])
    .reads(seen)
    .accepts(Answer::json(202, json!({"id": ID})), [ID])
    .answers(Case::InvalidNumber, error(400, "bad_number"))
    .answers(Case::OptedOut, error(400, "opted_out"))
    // A code that is not in the table: the vendor's own words are shown.
    .answers(Case::BadCredentials, error(401, "bad_key"))
    .answers(Case::Throttled, Answer::empty(429))
    .throttles(error(429, "too_fast").header("retry-after", "7"), Duration::from_secs(7))
    // A server that breaks says anything, a code that would be a refusal, too.
    .answers(Case::ServerError, error(500, "bad_number"))
    .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
    .answers(Case::BadAnswer, Answer::json(202, json!({"status": "ok"})))
    .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
    .not_known(Case::HiddenFailure, "a 2xx of this vendor is always a success")
    .signed_by(SignedBy::Header("x-signature"))
    .receipt(
        "delivered",
        receipt("delivered"),
        [Expected::new(ID, MessageState::Delivered).with_message_id(MESSAGE_ID.parse().unwrap())],
    )
    .unknown_status(receipt("teleported"))
    .inbound(
        signed(json!({"type": "message", "id": "I-1", "from": "14155550123", "to": "14155550100", "text": "Yes + 1"})),
        "+14155550123",
        "Yes + 1",
    )
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    Some(Seen {
        text: text("text"),
        to: text("to"),
        reference: text("reference"),
        ..Seen::default()
    })
}

/// It repeats what it was sent: nothing of it may be shown.
fn error(status: u16, code: &str) -> Answer {
    let message = "+14155550123: Doors open at eight, ring twice. (key s3cr3t-k3y)";
    Answer::json(status, json!({"code": code, "message": message}))
}

fn receipt(status: &str) -> WebhookCall {
    signed(
        json!({"type": "receipt", "id": ID, "reference": MESSAGE_ID, "status": status, "to": "14155550123"}),
    )
}

fn signed(body: serde_json::Value) -> WebhookCall {
    let body = body.to_string();
    let signature = base64(&hmac(Hash::Sha256, b"wh-s3cr3t", body.as_bytes()));
    WebhookCall::new("POST", "https://example.org/sms/template")
        .header("X-Signature", signature)
        .body(body)
}

#[test]
fn what_stands_in_our_url_is_not_shown() {
    let mut config = sms_provider_template::TemplateConfig::default();
    config.callback_url = Some("https://me:very-secret@example.org/sms".into());
    assert!(!format!("{config:?}").contains("very-secret"));
}

sms_framework::conformance!(suite);
