use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REFERENCE, REPEATS, call, suite_of};
use crate::support::guarded;

fn suite() -> Suite {
    suite_of("smsapi", &[("token", "s3cr3t-k3y")], guarded())
        .reads(seen)
        .accepts(
            Answer::json(
                200,
                json!({"count": 1, "list": [{"id": "SA-1", "points": 0.16}]}),
            ),
            ["SA-1"],
        )
        .answers(Case::InvalidNumber, error(400, 13))
        .answers(Case::BadAnswer, error(200, 13))
        .not_known(Case::OptedOut, "the number for it is not confirmed")
        .answers(Case::BadCredentials, error(401, 101))
        .answers(
            Case::BadAnswer,
            Answer::json(200, json!({"count": 1, "list": []})),
        )
        .not_known(
            Case::HiddenFailure,
            "the numbers of errors are not confirmed",
        )
        .signed_by(SignedBy::PathSegment(PATH_SECRET))
        .receipt(
            "delivered",
            receipt("DELIVERED"),
            [Expected::new("SA-1", MessageState::Delivered)
                .with_message_id(REFERENCE.parse().unwrap())],
        )
        .unknown_status(receipt("TELEPORTED"))
}

fn error(status: u16, code: u16) -> Answer {
    Answer::json(
        status,
        json!({"error": code, "message": REPEATS, "invalid_numbers": []}),
    )
}

/// By GET; our id is in the URL that was given with the message.
fn receipt(status: &str) -> sms_framework::provider::WebhookCall {
    call(
        "smsapi",
        &format!("?sms_message_id={REFERENCE}&MsgId=SA-1&status={status}"),
    )
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/sms.do");
    assert_eq!(request.header("authorization"), Some("Bearer s3cr3t-k3y"));
    let field = |name: &str| request.field(name);
    assert_eq!(field("to").as_deref(), Some("14155550123"));
    assert_eq!(field("check_idx").as_deref(), Some("1"));
    assert_eq!(field("format").as_deref(), Some("json"));
    assert_eq!(field("encoding").as_deref(), Some("utf-8"));
    let id = field("idx").unwrap();
    assert_eq!(
        field("notify_url").unwrap(),
        format!("https://example.org/sms/smsapi/{PATH_SECRET}?sms_message_id={id}")
    );
    Some(Seen {
        text: field("message"),
        to: field("to"),
        reference: Some(id),
        ..Seen::default()
    })
}

#[tokio::test]
async fn an_id_that_was_sent_before_is_no_refusal_of_the_message() {
    let error = super::answered("smsapi", &[("token", "t")], error(200, 53)).await;
    assert_eq!(error.certainty(), sms_framework::Certainty::MaybeSent);
}

sms_framework::conformance!(suite);
