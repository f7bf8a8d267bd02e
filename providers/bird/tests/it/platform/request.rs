//! What reaches the platform.

use serde_json::json;
use sms_framework::provider::Reference;
use sms_framework::testkit::http::Answer;
use sms_framework::testkit::outbound;
use sms_framework::{ErrorKind, Message};

use super::{KEY, resource, table};
use crate::support::{ANNA, TEXT, build, message, send};

fn accepted() -> Answer {
    Answer::json(202, resource("accepted"))
}

#[tokio::test]
async fn one_post_with_everything_the_api_demands_and_nothing_more() {
    let message = message();
    let (sent, request) = send(table, &message, accepted()).await;
    sent.unwrap();
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/v1/sms/messages");
    assert_eq!(
        request.header("authorization"),
        Some(format!("Bearer {KEY}").as_str())
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    let id = message.id().to_string();
    assert_eq!(
        request.header("idempotency-key"),
        Some(format!("sms/{id}").as_str())
    );
    assert_eq!(
        request.json(),
        json!({
            "to": ANNA, "from": "+14155550100", "text": TEXT, "category": "transactional",
            "tags": [{"name": "sms_message_id", "value": id}],
            "metadata": {"sms_message_id": id}
        })
    );
}

#[tokio::test]
async fn every_attempt_at_a_message_has_the_same_key_and_body() {
    let message = message();
    let (_, first) = send(table, &message, accepted()).await;
    let (_, second) = send(table, &message, Answer::empty(500)).await;
    assert_eq!(
        first.header("idempotency-key"),
        second.header("idempotency-key")
    );
    assert_eq!(first.body, second.body);
    let (_, other) = send(table, &super::super::support::message(), accepted()).await;
    assert_ne!(
        first.header("idempotency-key"),
        other.header("idempotency-key")
    );
}

#[tokio::test]
async fn a_tag_stays_within_what_the_api_takes() {
    let (_, request) = send(table, &message(), accepted()).await;
    let tag = &request.json()["tags"][0];
    for (field, longest) in [("name", 32), ("value", 64)] {
        let text = tag[field].as_str().unwrap();
        assert!(text.len() <= longest, "{text}");
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert!(text.chars().all(allowed), "{text}");
    }
}

#[tokio::test]
async fn the_category_is_the_configured_one() {
    for category in ["transactional", "marketing", "authentication", "service"] {
        let table = |url: &str| format!("category = '{category}'\n{}", table(url));
        let (_, request) = send(table, &message(), accepted()).await;
        assert_eq!(request.json()["category"], category);
    }
}

#[tokio::test]
async fn senders_go_as_they_are_written() {
    for sender in ["+14155550199", "72345", "ACME Shop"] {
        let message = outbound(Message::new(ANNA, TEXT).sender(sender.parse().unwrap()));
        let (_, request) = send(table, &message, accepted()).await;
        assert_eq!(request.json()["from"], sender);
    }
}

#[tokio::test]
async fn a_message_without_a_sender_is_not_sent() {
    // Nobody listens there, and nobody is asked.
    let table = format!("api_key = '{KEY}'\nbase_url = 'http://127.0.0.1:9'");
    let error = build(&table).unwrap().send(&message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
    assert_eq!(
        error.to_string(),
        "the message names no sender, and `providers.bird.from` is not set"
    );
}

#[tokio::test]
async fn a_path_of_the_base_url_stays() {
    let table = |url: &str| table(&format!("{url}/bird/"));
    let (_, request) = send(table, &message(), accepted()).await;
    assert_eq!(request.target, "/bird/v1/sms/messages");
}

#[test]
fn it_says_what_it_can_do() {
    let can = build(&table("http://127.0.0.1:9")).unwrap().capabilities();
    assert_eq!(can.max_segments, Some(12));
    assert_eq!(can.validity, None);
    assert_eq!(can.reference, Reference::Idempotent);
    assert!(can.lookup && can.receipts && can.inbound);
    assert!(!can.media && !can.messaging_service && !can.simulated);
}
