//! The conformance suite for the Messages API.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{OURS, SECRET, SIGNATURE_SECRET, problem, signed};

const ID: &str = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab";
const PATH_SECRET: &str = "p4th-s3cr3t-0123";

fn suite() -> Suite {
    Suite::http(sms_provider_vonage::ENTRY, |url| {
        format!(
            "api_key = 'abcd1234'
             api_secret = '{SECRET}'
             from = '+14155550100'
             base_url = '{url}'
             callback_url = 'https://example.org/{PATH_SECRET}/vonage'
             webhook_secret = '{SIGNATURE_SECRET}'
             webhook_path_secret = '{PATH_SECRET}'"
        )
    })
    .secrets([SECRET, SIGNATURE_SECRET, PATH_SECRET])
    .reads(seen)
    .accepts(Answer::json(202, json!({"message_uuid": ID})), [ID])
    .answers(Case::InvalidNumber, problem(422, "1040"))
    .answers(Case::InvalidNumber, problem(422, "1430"))
    .answers(Case::InvalidNumber, blamed())
    .answers(Case::OptedOut, problem(422, "1050"))
    .answers(Case::OptedOut, problem(422, "1240"))
    .answers(Case::BadCredentials, problem(401, "unauthorized"))
    .answers(Case::BadCredentials, Answer::empty(401))
    .answers(Case::Throttled, problem(429, "rate-limit"))
    .answers(Case::Throttled, problem(429, "1000"))
    .answers(Case::Throttled, Answer::empty(429))
    // Vonage documents no such header; should one come, it is obeyed.
    .throttles(
        problem(429, "1000").header("retry-after", "7"),
        Duration::from_secs(7),
    )
    .answers(Case::ServerError, problem(500, "1030"))
    .answers(Case::ServerError, problem(500, "1040"))
    .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
    .answers(
        Case::BadAnswer,
        Answer::json(202, json!({"workflow_id": "w"})),
    )
    .answers(
        Case::BadAnswer,
        Answer::json(202, json!({"message_uuid": ""})),
    )
    .answers(
        Case::BadAnswer,
        Answer::json(202, json!({"message_uuid": 7})),
    )
    .answers(Case::BadAnswer, Answer::json(202, json!([])))
    .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
    .not_known(
        Case::HiddenFailure,
        "a 2xx of the Messages API is always a success",
    )
    .signed_by(SignedBy::Header("authorization"))
    .window(Duration::from_secs(3600))
    .receipt(
        "submitted",
        here(status("submitted")),
        [expected(MessageState::Sent)],
    )
    .receipt(
        "delivered",
        here(status("delivered")),
        [expected(MessageState::Delivered)],
    )
    .receipt(
        "rejected",
        here(status("rejected")),
        [expected(MessageState::Rejected)],
    )
    .unknown_status(here(status("teleported")))
    .unknown_status(here(status("read")))
    .inbound(
        here(json!({
            "message_uuid": ID, "to": "14155550100", "from": "14155550123", "channel": "sms",
            "timestamp": "2020-01-01T14:00:00.000Z", "message_type": "text", "text": "Yes + 1",
            "sms": {"num_messages": "1", "keyword": "YES"}, "origin": {"network_code": "12345"},
            "usage": {"currency": "EUR", "price": "0.0333"},
        })),
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
        validity: body["ttl"].as_u64().map(|seconds| seconds.to_string()),
        reference: text("client_ref"),
        ..Seen::default()
    })
}

/// An answer that names the recipient as what is wrong.
fn blamed() -> Answer {
    let mut answer = problem(422, "1020");
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["invalid_parameters"] = json!([
        {"name": "to", "reason": "+14155550123 is no number"},
        {"name": "text", "reason": "Doors open at eight, ring twice."},
        {"name": "webhook_url", "reason": PATH_SECRET},
    ]);
    answer.body = body.to_string().into_bytes();
    answer
}

fn status(status: &str) -> Value {
    json!({
        "message_uuid": ID, "to": "14155550123", "from": "14155550100", "channel": "sms",
        "timestamp": "2020-01-01T14:00:00.000Z", "status": status, "client_ref": OURS,
        "usage": {"currency": "EUR", "price": "0.0333"}, "sms": {"count_total": "2"},
    })
}

fn expected(state: MessageState) -> Expected {
    Expected::new(ID, state).with_message_id(OURS.parse().unwrap())
}

/// A call to the URL with our own secret in its path.
fn here(body: Value) -> WebhookCall {
    signed(&body).with_url(format!("https://example.org/{PATH_SECRET}/vonage"))
}

sms_framework::conformance!(suite);
