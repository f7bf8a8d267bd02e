//! The conformance suite, against Plivo's answers as its pages show them.

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{ANNA, ID, OURS, PATH_SECRET, TOKEN, posted, queued, refused, table};

fn suite() -> Suite {
    Suite::http(sms_provider_plivo::ENTRY, |url| table(url, ""))
        .secrets([TOKEN, PATH_SECRET])
        .reads(seen)
        .accepts(queued(), [ID])
        .answers(Case::InvalidNumber, refused(400, &said()))
        .answers(Case::InvalidNumber, taken_for(&[], &["14155550123"]))
        .answers(Case::BadCredentials, refused(401, &said()))
        .answers(Case::Throttled, refused(429, "too many requests"))
        // Not documented; the header is obeyed where it comes.
        .throttles(
            refused(429, &said()).header("retry-after", "7"),
            Duration::from_secs(7),
        )
        .answers(Case::ServerError, refused(500, &said()))
        .answers(
            Case::ServerError,
            Answer::text(503, "text/html", "<html>busy</html>"),
        )
        .answers(
            Case::BadAnswer,
            Answer::json(202, json!({"api_id": "1", "message": "ok"})),
        )
        .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
        .answers(Case::HiddenFailure, taken_for(&[], &[]))
        .answers(Case::HiddenFailure, taken_for(&[], &["+14155550123"]))
        .messaging_service("service:5ec4c8c9-cd74-42b5-9e41-0d7670d6bb46")
        .signed_by(SignedBy::Header("X-Plivo-Signature-V2"))
        .signed_by(SignedBy::PathSegment(PATH_SECRET))
        .body_is_not_signed()
        .receipt(
            "delivered",
            posted(&[
                ("MessageUUID", ID),
                ("To", "14155550123"),
                ("Status", "delivered"),
            ]),
            [Expected::new(ID, MessageState::Delivered).with_message_id(OURS.parse().unwrap())],
        )
        .opted_out_later(
            posted(&[
                ("MessageUUID", ID),
                ("Status", "failed"),
                ("ErrorCode", "200"),
            ]),
            Expected::new(ID, MessageState::Rejected),
        )
        .unknown_status(posted(&[("MessageUUID", ID), ("Status", "teleported")]))
        .inbound(
            posted(&[
                ("MessageUUID", ID),
                ("From", "14155550123"),
                ("To", "14155550100"),
                ("Text", "Yes + 1 & é"),
                ("Type", "sms"),
            ]),
            ANNA,
            "Yes + 1 & é",
        )
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    Some(Seen {
        text: text("text"),
        to: text("dst"),
        validity: body["message_expiry"].as_u64().map(|time| time.to_string()),
        messaging_service: text("powerpack_uuid"),
        reference: text("url"),
        ..Seen::default()
    })
}

/// It repeats what it was sent: nothing of it may be shown.
fn said() -> String {
    format!("{ANNA}: Doors open at eight, ring twice. ({TOKEN}, https://example.org/{PATH_SECRET})")
}

fn taken_for(ids: &[&str], invalid: &[&str]) -> Answer {
    Answer::json(
        202,
        json!({"api_id": "1", "message_uuid": ids, "invalid_number": invalid}),
    )
}

sms_framework::conformance!(suite);
