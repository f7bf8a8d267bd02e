//! The conformance suite, against Telnyx's answers as its pages show them.

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{
    ANNA, ID, KEY, OURS, TEXT, finalized, queued, received, refused, signed, table, taken,
};

fn suite() -> Suite {
    let delivered = Expected::new(ID, MessageState::Delivered);
    Suite::http(sms_provider_telnyx::ENTRY, |url| table(url, ""))
        .secrets([KEY])
        .longest_text(1530)
        .reads(seen)
        .accepts(queued(), [ID])
        .answers(Case::InvalidNumber, no(400, "40310"))
        .answers(Case::InvalidNumber, no(422, "10016"))
        .answers(
            Case::OptedOut,
            refused(400, "40300", "Blocked due to STOP message", &said()),
        )
        .answers(
            Case::OptedOut,
            refused(403, "40300", "Forbidden", "due to an existing block rule"),
        )
        .answers(Case::BadCredentials, no(401, "10009"))
        .answers(Case::Throttled, no(429, "10011"))
        .answers(Case::Throttled, Answer::empty(429))
        .throttles(
            no(429, "10011").header("x-ratelimit-reset", "7"),
            Duration::from_secs(7),
        )
        .answers(
            Case::ThrottledWithWait,
            no(429, "10011").header("retry-after", "7"),
        )
        .answers(Case::ServerError, no(500, "10007"))
        .answers(Case::ServerError, no(503, "40310"))
        .answers(Case::ServerError, Answer::text(502, "text/html", "<html>"))
        .answers(
            Case::BadAnswer,
            Answer::json(200, json!({"data": {"record_type": "message"}})),
        )
        .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
        .answers(
            Case::HiddenFailure,
            taken(|data| data["errors"] = json!([{"code": "40310", "title": said()}])),
        )
        .answers(
            Case::HiddenFailure,
            taken(|data| data["to"][0]["status"] = json!("sending_failed")),
        )
        .messaging_service("service:16fd2706-8baf-433b-82eb-8c7fada847da")
        .signed_by(SignedBy::Header("Telnyx-Signature-Ed25519"))
        .window(Duration::from_secs(300))
        .receipt(
            "delivered",
            signed(finalized("delivered", json!([])).to_string()),
            [delivered.with_message_id(OURS.parse().unwrap())],
        )
        .unknown_status(signed(finalized("teleported", json!([])).to_string()))
        .inbound(signed(received(|_| {}).to_string()), ANNA, "Yes + 1 & é")
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    let media = body["media_urls"].as_array().cloned().unwrap_or_default();
    Some(Seen {
        text: text("text"),
        to: text("to"),
        media: media
            .iter()
            .filter_map(|url| Some(url.as_str()?.to_owned()))
            .collect(),
        messaging_service: text("messaging_profile_id"),
        reference: text("webhook_url"),
        ..Seen::default()
    })
}

/// It repeats what it was sent: nothing of it may be shown.
fn said() -> String {
    format!("{ANNA}: {TEXT} ({KEY})")
}

fn no(status: u16, code: &str) -> Answer {
    refused(status, code, "No", &said())
}

sms_framework::conformance!(suite);
