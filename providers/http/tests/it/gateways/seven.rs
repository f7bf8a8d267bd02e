use serde_json::json;
use sms_framework::provider::WebhookCall;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};
use sms_framework::{Certainty, MessageState};

use super::{PATH_SECRET, REFERENCE, call, suite_of};
use crate::support::guarded;

fn suite() -> Suite {
    suite_of("seven", &[("key", "s3cr3t-k3y")], guarded())
        .longest_text(1520)
        .reads(seen)
        .accepts(answer("100"), ["77123456789"])
        .answers(Case::InvalidNumber, answer("202"))
        .not_known(Case::OptedOut, "there is no code for it")
        .answers(Case::BadCredentials, answer("900"))
        .answers(Case::BadCredentials, Answer::text(401, "text/plain", "900"))
        .answers(Case::BadAnswer, answer("600"))
        .answers(Case::BadAnswer, answer("700"))
        .answers(Case::BadAnswer, answer("11"))
        .answers(Case::HiddenFailure, answer("500"))
        .signed_by(SignedBy::PathSegment(PATH_SECRET))
        .receipt(
            "delivered",
            receipt("DELIVERED"),
            [Expected::new("77123456789", MessageState::Delivered)
                .with_message_id(REFERENCE.parse().unwrap())],
        )
        .unknown_status(receipt("TELEPORTED"))
}

/// The code of the whole is text.
fn answer(code: &str) -> Answer {
    let messages = match code {
        "100" | "101" => {
            json!([{"id": "77123456789", "recipient": "14155550123", "success": true}])
        }
        _ => json!([{"id": null, "recipient": "14155550123", "success": false}]),
    };
    Answer::json(
        200,
        json!({"success": code, "total_price": 0.075, "messages": messages}),
    )
}

fn receipt(status: &str) -> WebhookCall {
    let data = json!({"msg_id": "77123456789", "status": status, "foreign_id": REFERENCE});
    call("seven", "").body(json!({"webhook_event": "dlr", "data": data}).to_string())
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/api/sms");
    assert_eq!(request.header("x-api-key"), Some("s3cr3t-k3y"));
    assert_eq!(request.field("json").as_deref(), Some("1"));
    Some(Seen {
        text: request.field("text"),
        to: request.field("to"),
        reference: request.field("foreign_id"),
        ..Seen::default()
    })
}

#[tokio::test]
async fn a_part_sent_is_sent_and_the_reload_lock_proves_nothing() {
    let secrets = [("key", "k")];
    let sent = super::sent("seven", &secrets, answer("101")).await;
    assert_eq!(sent.unwrap().provider_message_ids, ["77123456789"]);
    // The try before this one may have gone through.
    let error = super::answered("seven", &secrets, answer("402")).await;
    assert_eq!(error.certainty(), Certainty::MaybeSent);
    assert_eq!(error.provider_code(), Some("402"));
}

#[tokio::test]
async fn another_kind_of_webhook_says_nothing_about_messages() {
    let provider = super::provider("seven", &[("key", "k")], &guarded());
    let webhooks = provider.webhooks().unwrap();
    let other = call("seven", "").body(r#"{"webhook_event": "voice_status", "data": {}}"#);
    assert!(webhooks.events(&other).await.unwrap().is_empty());
}

sms_framework::conformance!(suite);
