//! What reaches the classic API.

use std::time::Duration;

use serde_json::json;
use sms_framework::provider::{Beyond, Reference, ValidityForm};
use sms_framework::testkit::http::Answer;
use sms_framework::testkit::outbound;
use sms_framework::{ErrorKind, Message};

use super::{CALLBACK, KEY, resource, table};
use crate::support::{ANNA, TEXT, build, message, send};

fn accepted() -> Answer {
    Answer::json(201, resource("sent"))
}

#[tokio::test]
async fn one_post_with_our_id_as_reference_and_in_the_report_url() {
    let message = message();
    let (sent, request) = send(table, &message, accepted()).await;
    sent.unwrap();
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/messages")
    );
    assert_eq!(
        request.header("authorization"),
        Some(format!("AccessKey {KEY}").as_str())
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("idempotency-key"), None);
    let id = message.id().to_string();
    assert_eq!(
        request.json(),
        json!({
            "originator": "14155550100", "recipients": ["14155550123"], "body": TEXT,
            "reference": id, "datacoding": "auto",
            "reportUrl": format!("{CALLBACK}&sms_message_id={id}")
        })
    );
}

#[tokio::test]
async fn without_a_callback_there_is_no_report_url() {
    let table = |url: &str| {
        format!("api = 'classic'\napi_key = '{KEY}'\nfrom = 'ACME'\nbase_url = '{url}'")
    };
    let (_, request) = send(table, &message(), accepted()).await;
    assert_eq!(request.json().get("reportUrl"), None);
    assert_eq!(request.json()["originator"], "ACME");
}

#[tokio::test]
async fn the_coding_is_always_left_to_the_vendor() {
    for text in ["plain", "ñ and ê", "你好", "😀"] {
        let (_, request) = send(table, &outbound(Message::new(ANNA, text)), accepted()).await;
        assert_eq!(request.json()["datacoding"], "auto", "{text}");
        assert_eq!(request.json()["body"], text);
    }
}

#[tokio::test]
async fn a_validity_period_goes_in_whole_seconds() {
    for (time, seconds) in [
        (Duration::from_secs(1), 1),
        (Duration::from_millis(90_900), 90),
    ] {
        let message = outbound(Message::new(ANNA, TEXT).valid_for(time));
        let (_, request) = send(table, &message, accepted()).await;
        assert_eq!(request.json()["validity"], seconds);
    }
    let (_, request) = send(table, &message(), accepted()).await;
    assert_eq!(request.json().get("validity"), None);
}

#[tokio::test]
async fn a_message_without_a_sender_is_not_sent() {
    let table = format!("api = 'classic'\napi_key = '{KEY}'\nbase_url = 'http://127.0.0.1:9'");
    let error = build(&table).unwrap().send(&message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
}

#[test]
fn it_says_what_it_can_do() {
    let can = build(&table("http://127.0.0.1:9")).unwrap().capabilities();
    let validity = can.validity.unwrap();
    assert_eq!(validity.form, ValidityForm::Seconds);
    assert_eq!(validity.shortest, Duration::from_secs(1));
    assert_eq!(validity.longest, Duration::from_secs(604_800));
    assert_eq!(validity.beyond, Beyond::NotSaid);
    assert_eq!(can.max_segments, None);
    assert_eq!(can.reference, Reference::Echoed);
    assert!(can.lookup && can.receipts && can.inbound);
    assert!(!can.media && !can.messaging_service && !can.simulated);
}
