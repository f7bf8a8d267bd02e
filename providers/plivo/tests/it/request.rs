//! What reaches Plivo, and what does not.

use std::time::Duration;

use serde_json::json;
use sms_framework::{Certainty, ErrorKind, Message};

use crate::support::{ANNA, OURS, PATH_SECRET, TEXT, build, message, queued, send, table};

#[tokio::test]
async fn one_request_with_everything_in_its_place() {
    let (sent, requests) = send("log = 'content_only'", message(), queued()).await;
    sent.unwrap();
    let [request] = requests.as_slice() else {
        panic!("one request: {requests:?}")
    };
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/v1/Account/MA000000000000000001/Message/");
    assert_eq!(
        request.header("authorization"),
        Some("Basic TUEwMDAwMDAwMDAwMDAwMDAwMDE6czNjcjN0LXQwazNu")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    let mut body = request.json();
    let url = body.as_object_mut().unwrap().remove("url").unwrap();
    let start = format!("https://example.org/sms/plivo/{PATH_SECRET}?sms_message_id=");
    let id = url.as_str().unwrap().strip_prefix(&start).unwrap();
    assert_eq!(id.len(), OURS.len());
    assert_eq!(
        body,
        json!({
            "src": "14155550100",
            "dst": "14155550123",
            "text": TEXT,
            "method": "POST",
            "log": "content_only",
        })
    );
}

#[tokio::test]
async fn without_a_callback_nothing_is_said_of_one() {
    let server = sms_framework::testkit::http::ScriptedServer::start([
        sms_framework::testkit::http::Then::Answer(queued()),
    ])
    .await;
    let url = server.url();
    let table = format!("auth_id = 'MA1'\nauth_token = 'x'\nbase_url = '{url}'\nfrom = '72345'");
    let provider = build(&table).unwrap();
    let message = sms_framework::testkit::outbound(message());
    provider.send(&message).await.unwrap();
    assert_eq!(
        server.requests()[0].json(),
        json!({"src": "72345", "dst": "14155550123", "text": TEXT})
    );
    assert_eq!(
        provider.capabilities().reference,
        sms_framework::provider::Reference::None
    );
}

#[tokio::test]
async fn the_callback_method_can_be_get() {
    let (_, requests) = send("callback_method = 'GET'", message(), queued()).await;
    assert_eq!(requests[0].json()["method"], "GET");
}

#[tokio::test]
async fn every_kind_of_sender_has_its_field() {
    for (sender, field, value) in [
        ("+442071838750", "src", "442071838750"),
        ("ACMEShop", "src", "ACMEShop"),
        ("72345", "src", "72345"),
        ("service:5ec4c8c9-cd74", "powerpack_uuid", "5ec4c8c9-cd74"),
    ] {
        let message = message().sender(sender.parse().unwrap());
        let (_, requests) = send("", message, queued()).await;
        let body = requests[0].json();
        assert_eq!(body[field], value, "{sender}");
        let both = body["src"].is_string() && body["powerpack_uuid"].is_string();
        assert!(!both, "src and powerpack_uuid exclude each other");
    }
    let (_, requests) = send("powerpack_uuid = '5ec4'", message(), queued()).await;
    let body = requests[0].json();
    assert_eq!(
        (&body["powerpack_uuid"], &body["src"]),
        (&json!("5ec4"), &json!(null))
    );
}

#[tokio::test]
async fn a_sender_that_plivo_would_change_is_refused() {
    let message = message().sender("ACME Shop".parse().unwrap());
    let (sent, requests) = send("", message, queued()).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
    assert!(
        error
            .to_string()
            .contains("strips everything but letters and digits")
    );
    assert!(requests.is_empty());
}

#[tokio::test]
async fn without_any_sender_nothing_is_sent() {
    let provider = build("auth_id = 'MA1'\nauth_token = 'x'\nbase_url = 'http://127.0.0.1:1'");
    let message = sms_framework::testkit::outbound(message());
    let error = provider.unwrap().send(&message).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
    assert!(error.to_string().contains("PLIVO_FROM"), "{error}");
}

#[tokio::test]
async fn a_validity_period_is_whole_seconds() {
    for (time, seconds) in [(5_000, 5), (5_900, 5), (10_799_000, 10_799)] {
        let message = message().valid_for(Duration::from_millis(time));
        let (_, requests) = send("", message, queued()).await;
        assert_eq!(requests[0].json()["message_expiry"], seconds);
    }
}

#[tokio::test]
async fn texts_are_measured_before_the_request() {
    let euro = "€".repeat(1600);
    let accents = "ê".repeat(737);
    for text in [&"a".repeat(1600), &euro, &accents] {
        let (sent, requests) = send("", Message::new(ANNA, text), queued()).await;
        sent.unwrap();
        assert_eq!(requests[0].json()["text"], **text);
    }
    for (text, says) in [
        (
            "a".repeat(1601),
            "the text has 1601 GSM characters; Plivo takes 1600 at most",
        ),
        (
            "ê".repeat(738),
            "the text has 738 Unicode characters; Plivo takes 737 at most",
        ),
        (
            format!("{}ê", "a".repeat(900)),
            "the text has 901 Unicode characters; Plivo takes 737 at most",
        ),
    ] {
        let (sent, requests) = send("", Message::new(ANNA, text), queued()).await;
        let error = sent.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MessageTooLong);
        assert_eq!(error.certainty(), Certainty::NotSent);
        assert_eq!(error.to_string(), says);
        assert!(requests.is_empty(), "nothing reaches Plivo");
    }
}

#[test]
fn the_debug_output_shows_no_secret() {
    let provider = build(&table("http://127.0.0.1:1", "")).unwrap();
    let shown = format!("{provider:?}");
    assert!(shown.contains("/v1/Account/MA000000000000000001/Message/"));
    assert!(
        !shown.contains(PATH_SECRET) && !shown.contains("s3cr3t"),
        "{shown}"
    );
}
