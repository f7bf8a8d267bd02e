//! The conformance suite, against Sinch's answers as its own SDK and guide show them.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{BATCH, TEXT, TOKEN, WEBHOOK_SECRET, created, our_id, signed};

fn suite() -> Suite {
    Suite::http(sms_provider_sinch::ENTRY, |url| {
        format!(
            "service_plan_id = 'plan-1'
             api_token = '{TOKEN}'
             webhook_secret = '{WEBHOOK_SECRET}'
             from = '+14155550100'
             base_url = '{url}'
             callback_url = 'https://example.org/sms/sinch'"
        )
    })
    .secrets([TOKEN, WEBHOOK_SECRET])
    .reads(seen)
    .longest_text(2000)
    .accepts(created(), [BATCH])
    .answers(
        Case::InvalidNumber,
        error(400, "syntax_invalid_parameter_format"),
    )
    .answers(Case::BadCredentials, Answer::empty(401))
    .answers(Case::BadCredentials, gateway(401, "UNAUTHENTICATED"))
    .answers(Case::Throttled, Answer::empty(429))
    .answers(Case::Throttled, gateway(429, "RESOURCE_EXHAUSTED"))
    .throttles(
        Answer::empty(429).header("retry-after", "7"),
        Duration::from_secs(7),
    )
    .answers(Case::ServerError, error(500, "syntax_invalid_json"))
    .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
    .answers(Case::BadAnswer, Answer::json(201, json!({"body": TEXT})))
    .answers(Case::BadAnswer, Answer::json(201, json!({"id": ""})))
    .answers(Case::BadAnswer, Answer::text(201, "text/html", "<html>"))
    .not_known(
        Case::HiddenFailure,
        "a 201 says that the batch waits, and what becomes of it comes as a receipt; whether it can carry a refusal is not known",
    )
    .finds(
        // The suite cannot repeat our id in it: `lookup.rs` does.
        list(json!([{"id": BATCH, "to": ["14155550123"], "body": TEXT, "canceled": false}])),
        [BATCH],
        list(json!([])),
    )
    .signed_by(SignedBy::Header("x-sinch-webhook-signature"))
    .window(Duration::from_secs(5 * 60))
    .receipt(
        "delivered",
        receipt("Delivered", 0),
        [Expected::new(BATCH, MessageState::Delivered).with_message_id(our_id())],
    )
    .opted_out_later(
        receipt("Failed", 257),
        Expected::new(BATCH, MessageState::Undelivered),
    )
    .unknown_status(receipt("Teleported", 0))
    .inbound(
        signed(&json!({
            "type": "mo_text", "id": "01FJ", "from": "14155550123", "to": "14155550100",
            "body": "Yes + 1", "received_at": "2026-05-04T10:00:00.123Z", "operator_id": "310260",
        })),
        "+14155550123",
        "Yes + 1",
    )
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (request.method == "POST").then(|| Seen {
        text: text(&body["body"]),
        to: text(&body["to"][0]),
        validity: text(&body["expire_at"]),
        reference: text(&body["client_reference"]),
        ..Seen::default()
    })
}

/// It repeats what it was sent: nothing of it may be shown.
fn error(status: u16, code: &str) -> Answer {
    let text = format!("to 14155550123: {TEXT} ({TOKEN})");
    Answer::json(status, json!({"code": code, "text": text}))
}

/// What stands before the API answers in a form of its own.
fn gateway(status: u16, word: &str) -> Answer {
    let message = format!("{TOKEN} of 14155550123");
    let error = json!({"code": status, "message": message, "status": word, "details": []});
    Answer::json(status, json!({"error": error}))
}

fn list(batches: Value) -> Answer {
    let count = batches.as_array().unwrap().len();
    Answer::json(
        200,
        json!({"count": count, "page": 0, "page_size": count, "batches": batches}),
    )
}

fn receipt(status: &str, code: u32) -> WebhookCall {
    signed(&json!({
        "type": "recipient_delivery_report_sms", "batch_id": BATCH, "recipient": "14155550123",
        "code": code, "status": status, "at": "2026-05-04T10:00:05.123Z",
        "client_reference": our_id(),
    }))
}

sms_framework::conformance!(suite);
