//! The conformance suite over the classic API.

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{ID, KEY, OURS, SIGNING_KEY, errors, report, resource, signed, table};

fn suite() -> Suite {
    Suite::http(sms_provider_bird::ENTRY, table)
        .secrets([KEY, SIGNING_KEY])
        .reads(seen)
        .accepts(Answer::json(201, resource("sent")), [ID])
        .answers(Case::InvalidNumber, errors(422, &[9]))
        .not_known(Case::OptedOut, "the vendor says nothing of opt-outs at the send or in reports")
        .answers(Case::BadCredentials, errors(401, &[2]))
        .answers(Case::Throttled, Answer::empty(429))
        .not_known(Case::ThrottledWithWait, "no header with a wait is documented")
        .answers(Case::ServerError, errors(500, &[9]))
        .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
        .answers(Case::BadAnswer, Answer::json(201, json!({"href": "x"})))
        .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
        .answers(Case::HiddenFailure, Answer::json(201, resource("delivery_failed")))
        .answers(Case::HiddenFailure, errors(201, &[25]))
        .finds(
            Answer::json(200, json!({"items": [resource("sent")]})),
            [ID],
            Answer::json(200, json!({"items": []})),
        )
        .signed_by(SignedBy::Header("messagebird-signature-jwt"))
        // The token's own minute, and the leeway.
        .window(Duration::from_secs(65))
        .receipt(
            "delivered",
            signed("GET", &report("delivered", ""), ""),
            [Expected::new(ID, MessageState::Delivered).with_message_id(OURS.parse().unwrap())],
        )
        .receipt(
            "failed",
            signed("GET", &report("delivery_failed", "&statusErrorCode=1&statusReason=unknown+subscriber"), ""),
            [Expected::new(ID, MessageState::Undelivered).with_message_id(OURS.parse().unwrap())],
        )
        .unknown_status(signed("GET", &report("teleported", ""), ""))
        .inbound(
            signed(
                "GET",
                "https://example.org/in?id=1&recipient=14155550100&originator=14155550123&body=Yes+%2B+1&createdDatetime=2026-08-01T10:00:00+00:00",
                "",
            ),
            "+14155550123",
            "Yes + 1",
        )
        .inbound(
            signed(
                "POST",
                "https://example.org/in",
                "mid=2&shortcode=1008&keyword=YES&originator=14155550123&operator=20408&message=Yes+%2B+1&receive_datetime=20260801100000",
            ),
            "+14155550123",
            "Yes + 1",
        )
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    Some(Seen {
        text: text("body"),
        to: body["recipients"][0].as_str().map(str::to_owned),
        validity: body["validity"].as_u64().map(|seconds| seconds.to_string()),
        reference: text("reference"),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
