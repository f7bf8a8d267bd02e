//! What goes over the wire.

use std::time::Duration;

use serde_json::json;
use sms_framework::testkit::http::{Request, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Message, Outbound};

use crate::support::{ANNA, KEY, PATH_SECRET, TEXT, answered, infobip, message, pending};

async fn requested(more: &str, message: &Outbound) -> Request {
    let answer = answered(&message.id().to_string(), pending());
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    infobip(server.url(), more).send(message).await.unwrap();
    let [request] = server.requests().try_into().unwrap();
    request
}

#[tokio::test]
async fn one_message_with_one_destination_under_our_id() {
    let message = message();
    let request = requested("", &message).await;
    assert_eq!(
        (&*request.method, &*request.target),
        ("POST", "/sms/3/messages")
    );
    assert_eq!(
        request.header("authorization"),
        Some(&*format!("App {KEY}"))
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        request.json(),
        json!({
            "messages": [{
                "destinations": [{"to": "14155550123", "messageId": message.id()}],
                "content": {"text": TEXT},
            }],
            "options": {"includeSmsCountInResponse": true},
        })
    );
}

#[tokio::test]
async fn a_sender_is_written_without_its_plus() {
    for (from, written) in [
        ("+14155550100", "14155550100"),
        ("72345", "72345"),
        ("ACME +1", "ACME +1"),
    ] {
        let request = requested(&format!("from = '{from}'"), &message()).await;
        assert_eq!(request.json()["messages"][0]["sender"], written);
    }
    let own = Message::new(ANNA, TEXT).sender("+14155550199".parse().unwrap());
    let request = requested("from = '+14155550100'", &outbound(own)).await;
    assert_eq!(request.json()["messages"][0]["sender"], "14155550199");
}

#[tokio::test]
async fn receipts_come_to_one_url_for_all_messages() {
    let line = "callback_url = 'https://example.org/sms?x=1'";
    let request = requested(line, &message()).await;
    assert_eq!(
        request.json()["messages"][0]["webhooks"],
        json!({"delivery": {"url": "https://example.org/sms?x=1"}, "contentType": "application/json"})
    );
}

#[tokio::test]
async fn the_secret_segment_is_the_last_of_the_callbacks_path() {
    for callback in ["https://example.org/sms", "https://example.org/sms/"] {
        let lines = format!("callback_url = '{callback}'\nwebhook_path_secret = '{PATH_SECRET}'");
        let body = requested(&lines, &message()).await.json();
        let url = &body["messages"][0]["webhooks"]["delivery"]["url"];
        assert_eq!(*url, format!("https://example.org/sms/{PATH_SECRET}"));
    }
}

#[tokio::test]
async fn a_validity_period_is_written_in_seconds() {
    for (time, seconds) in [
        (Duration::from_secs(1), 1),
        (Duration::from_millis(90_900), 90),
        (Duration::from_secs(48 * 3600), 172_800),
    ] {
        let message = outbound(Message::new(ANNA, TEXT).valid_for(time));
        let body = requested("", &message).await.json();
        assert_eq!(
            body["messages"][0]["options"],
            json!({"validityPeriod": {"amount": seconds, "timeUnit": "SECONDS"}})
        );
    }
}

#[tokio::test]
async fn the_api_may_stand_below_a_path() {
    let answer = answered("1", pending());
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let provider = infobip(&format!("{}/proxy/", server.url()), "");
    provider.send(&message()).await.unwrap();
    assert_eq!(server.requests()[0].target, "/proxy/sms/3/messages");
}
