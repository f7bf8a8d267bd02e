use serde_json::{Value, json};
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REFERENCE, REPEATS, form, suite_of};
use crate::support::guarded;

fn suite() -> Suite {
    suite_of(
        "clicksend",
        &[("user", "cs-us3r"), ("key", "s3cr3t-k3y")],
        guarded(),
    )
    .longest_text(1224)
    .reads(seen)
    .accepts(answer("SUCCESS"), ["CS-1"])
    .answers(Case::InvalidNumber, answer("INVALID_RECIPIENT"))
    .not_known(Case::OptedOut, "the word for it is not confirmed")
    .answers(
        Case::BadCredentials,
        Answer::json(
            401,
            json!({"http_code": 401, "response_code": "UNAUTHORIZED", "response_msg": REPEATS}),
        ),
    )
    .answers(Case::BadAnswer, answer("PONDERING"))
    .answers(Case::HiddenFailure, answer("INSUFFICIENT_CREDIT"))
    .signed_by(SignedBy::PathSegment(PATH_SECRET))
    .receipt(
        "delivered",
        receipt("Delivered"),
        [Expected::new("CS-1", MessageState::Delivered)
            .with_message_id(REFERENCE.parse().unwrap())],
    )
    .unknown_status(receipt("Teleported"))
}

fn answer(status: &str) -> Answer {
    let message = match status {
        "SUCCESS" => json!({"status": status, "message_id": "CS-1", "to": "+14155550123"}),
        _ => json!({"status": status, "to": "+14155550123"}),
    };
    Answer::json(
        200,
        json!({
            "http_code": 200,
            "response_code": "SUCCESS",
            "response_msg": REPEATS,
            "data": {"messages": [message]},
        }),
    )
}

fn receipt(status: &str) -> sms_framework::provider::WebhookCall {
    form(
        "clicksend",
        &format!("message_id=CS-1&status={status}&custom_string={REFERENCE}"),
    )
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/v3/sms/send")
    );
    // cs-us3r:s3cr3t-k3y
    assert_eq!(
        request.header("authorization"),
        Some("Basic Y3MtdXMzcjpzM2NyM3QtazN5")
    );
    let body = request.json();
    let message = &body["messages"][0];
    assert_eq!(message["source"], "sms-framework");
    assert_eq!(message["to"], "+14155550123");
    assert_eq!(message.get("from"), None);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Seen {
        text: text(&message["body"]),
        to: text(&message["to"]),
        reference: text(&message["custom_string"]),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
