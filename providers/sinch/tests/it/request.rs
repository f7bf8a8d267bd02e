//! What goes over the wire.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::testkit::http::Request;
use sms_framework::testkit::outbound;
use sms_framework::{Message, Outbound};

use crate::support::{ANNA, PATH_SECRET, TEXT, TOKEN, created, message, sinch, vendor};

async fn requested(more: &str, message: &Outbound) -> Request {
    let server = vendor([created()]).await;
    sinch(server.url(), more).send(message).await.unwrap();
    let [request] = server.requests().try_into().unwrap();
    request
}

#[tokio::test]
async fn one_batch_with_one_recipient_and_nothing_that_was_not_asked_for() {
    let message = message();
    let request = requested("", &message).await;
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/xms/v1/plan-1/batches");
    let authorization = format!("Bearer {TOKEN}");
    assert_eq!(request.header("authorization"), Some(&*authorization));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        request.json(),
        json!({
            "type": "mt_text",
            "to": ["14155550123"],
            "body": TEXT,
            "client_reference": message.id(),
            "delivery_report": "none",
        })
    );
}

#[tokio::test]
async fn placeholders_in_a_text_are_text_and_no_parameters_are_sent() {
    let message = outbound(Message::new(ANNA, "Dear ${name}, ${}"));
    let body = requested("", &message).await.json();
    assert_eq!(body["body"], "Dear ${name}, ${}");
    assert_eq!(body.get("parameters"), None);
}

#[tokio::test]
async fn a_sender_is_written_without_its_plus() {
    for (from, written) in [
        ("+14155550100", "14155550100"),
        ("72345", "72345"),
        ("ACME +1", "ACME +1"),
    ] {
        let body = requested(&format!("from = '{from}'"), &message()).await;
        assert_eq!(body.json()["from"], written);
    }
    let own = Message::new(ANNA, TEXT).sender("+14155550199".parse().unwrap());
    let request = requested("from = '+14155550100'", &outbound(own)).await;
    assert_eq!(request.json()["from"], "14155550199");
}

#[tokio::test]
async fn receipts_come_to_the_callback_url_with_our_id_in_its_query() {
    let message = message();
    let line = "callback_url = 'https://example.org/sms/sinch?x=1'";
    let body = requested(line, &message).await.json();
    assert_eq!(body["delivery_report"], "per_recipient");
    let url = format!(
        "https://example.org/sms/sinch?x=1&sms_message_id={}",
        message.id()
    );
    assert_eq!(body["callback_url"], url);
}

#[tokio::test]
async fn the_secret_segment_is_the_last_of_the_callbacks_path() {
    for callback in ["https://example.org/sms", "https://example.org/sms/"] {
        let table = format!("callback_url = '{callback}'\nwebhook_path_secret = '{PATH_SECRET}'");
        let message = message();
        let body = requested(&table, &message).await.json();
        let id = message.id();
        let url = format!("https://example.org/sms/{PATH_SECRET}?sms_message_id={id}");
        assert_eq!(body["callback_url"], url);
    }
}

#[tokio::test]
async fn which_receipts_come_can_be_chosen() {
    let report = async |more: &str| {
        let body = requested(more, &message()).await.json();
        let callback = body.get("callback_url").is_some();
        (body["delivery_report"].clone(), callback)
    };
    let callback = "callback_url = 'https://example.org/'";
    let last = "delivery_report = 'per_recipient_final'";
    let every = "delivery_report = 'per_recipient'";
    let none = "delivery_report = 'none'";
    let finals = Value::from("per_recipient_final");
    assert_eq!(report(last).await, (finals.clone(), false));
    assert_eq!(report(&format!("{last}\n{callback}")).await, (finals, true));
    assert_eq!(report(every).await, ("per_recipient".into(), false));
    // With none asked for, Sinch is not given a URL either.
    assert_eq!(
        report(&format!("{none}\n{callback}")).await,
        ("none".into(), false)
    );
}

#[tokio::test]
async fn without_receipts_it_does_not_say_that_it_reads_them() {
    let can = |more: &str| sinch("http://127.0.0.1:9", more).capabilities();
    assert!(can("callback_url = 'https://example.org/'").receipts);
    assert!(can("delivery_report = 'per_recipient_final'").receipts);
    assert!(!can("").receipts && can("").inbound);
}

#[tokio::test]
async fn a_validity_period_is_an_instant_with_milliseconds() {
    for time in [Duration::from_secs(1), Duration::from_secs(3 * 24 * 3600)] {
        let message = outbound(Message::new(ANNA, TEXT).valid_for(time));
        let before = Timestamp::now();
        let body = requested("", &message).await.json();
        let text = body["expire_at"].as_str().unwrap();
        // 2026-05-04T10:00:00.123Z
        assert_eq!(
            (text.len(), &text[19..20], &text[23..]),
            (24, ".", "Z"),
            "{text}"
        );
        let end: Timestamp = text.parse().unwrap();
        let late = end.duration_since(before + time).as_millis();
        assert!((-1..5_000).contains(&late), "{late} ms");
    }
}
