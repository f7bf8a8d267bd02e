use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REFERENCE, REPEATS, call, suite_of};
use crate::support::guarded;

fn suite() -> Suite {
    suite_of(
        "elks",
        &[("user", "u-us3r"), ("password", "s3cr3t-k3y")],
        guarded(),
    )
    .reads(seen)
    .accepts(
        Answer::json(
            200,
            json!({"id": "s17a6d", "status": "created", "to": "+14155550123"}),
        ),
        ["s17a6d"],
    )
    .answers(
        Case::InvalidNumber,
        Answer::text(400, "text/plain", REPEATS),
    )
    .not_known(Case::OptedOut, "the gateway has sentences and no codes")
    .answers(
        Case::BadCredentials,
        Answer::text(401, "text/plain", REPEATS),
    )
    .not_known(
        Case::HiddenFailure,
        "errors come with a status of their own",
    )
    .signed_by(SignedBy::PathSegment(PATH_SECRET))
    .receipt(
        "delivered",
        receipt("delivered"),
        [Expected::new("s17a6d", MessageState::Delivered)
            .with_message_id(REFERENCE.parse().unwrap())],
    )
    .receipt(
        "failed",
        receipt("failed"),
        [Expected::new("s17a6d", MessageState::Failed)],
    )
    .receipt(
        "sent",
        receipt("sent"),
        [Expected::new("s17a6d", MessageState::Sent)],
    )
    .unknown_status(receipt("teleported"))
}

fn receipt(status: &str) -> sms_framework::provider::WebhookCall {
    call("elks", &format!("?sms_message_id={REFERENCE}")).body(format!(
        "id=s17a6d&status={status}&delivered=2018-07-13T13%3A57%3A23.741000"
    ))
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/a1/sms");
    // u-us3r:s3cr3t-k3y
    assert_eq!(
        request.header("authorization"),
        Some("Basic dS11czNyOnMzY3IzdC1rM3k=")
    );
    assert_eq!(request.field("from").as_deref(), Some("ACME"));
    assert_eq!(request.field("to").as_deref(), Some("+14155550123"));
    Some(Seen {
        text: request.field("message"),
        to: request.field("to"),
        reference: request.field("whendelivered"),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
