//! What reaches Telnyx, and what does not.

use serde_json::json;
use sms_framework::provider::Reference;
use sms_framework::testkit::http::{ScriptedServer, Then};
use sms_framework::{ErrorKind, Message, testkit};

use crate::support::{ANNA, KEY, OUR_URL, OURS, TEXT, build, message, queued, send, table};

const PROFILE: &str = "16fd2706-8baf-433b-82eb-8c7fada847da";

#[tokio::test]
async fn one_request_with_everything_in_its_place() {
    let more = format!("from = '72345'\nmessaging_profile_id = '{PROFILE}'\nencoding = 'ucs2'");
    let (sent, requests) = send(&more, message(), queued()).await;
    sent.unwrap();
    let [request] = requests.as_slice() else {
        panic!("one request: {requests:?}")
    };
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/v2/messages")
    );
    assert_eq!(
        request.header("authorization").map(str::to_owned),
        Some(format!("Bearer {KEY}"))
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("idempotency-key"), None);
    let mut body = request.json();
    let url = body.as_object_mut().unwrap().remove("webhook_url").unwrap();
    let id = url
        .as_str()
        .unwrap()
        .strip_prefix(&format!("{OUR_URL}?sms_message_id="));
    assert_eq!(id.unwrap().len(), OURS.len());
    assert_eq!(
        body,
        json!({
            "from": "72345",
            "to": ANNA,
            "text": TEXT,
            "messaging_profile_id": PROFILE,
            "encoding": "ucs2",
        })
    );
}

#[tokio::test]
async fn without_a_callback_nothing_is_said_of_one() {
    let server = ScriptedServer::start([Then::Answer(queued())]).await;
    let table = format!(
        "api_key = 'x'\nfrom = '+14155550100'\nbase_url = '{}'",
        server.url()
    );
    let provider = build(&table).unwrap();
    provider.send(&testkit::outbound(message())).await.unwrap();
    assert_eq!(
        server.requests()[0].json(),
        json!({"from": "+14155550100", "to": ANNA, "text": TEXT})
    );
    assert_eq!(provider.capabilities().reference, Reference::None);
}

#[tokio::test]
async fn every_kind_of_sender_has_its_fields() {
    let with_both = format!("from = '+14155550100'\nmessaging_profile_id = '{PROFILE}'");
    let alone = format!("messaging_profile_id = '{PROFILE}'");
    for (more, sender, from, profile) in [
        (
            "",
            Some("+442071838750"),
            json!("+442071838750"),
            json!(null),
        ),
        ("", Some("72345"), json!("72345"), json!(null)),
        ("", Some("service:ab"), json!(null), json!("ab")),
        (&with_both, None, json!("+14155550100"), json!(PROFILE)),
        (
            &with_both,
            Some("ACME Shop"),
            json!("ACME Shop"),
            json!(PROFILE),
        ),
        (&with_both, Some("service:ab"), json!(null), json!("ab")),
        (&alone, None, json!(null), json!(PROFILE)),
        (&alone, Some("72345"), json!("72345"), json!(PROFILE)),
    ] {
        let message = match sender {
            Some(sender) => message().sender(sender.parse().unwrap()),
            None => message(),
        };
        let (_, requests) = send(more, message, queued()).await;
        let body = requests[0].json();
        assert_eq!(
            (&body["from"], &body["messaging_profile_id"]),
            (&from, &profile),
            "{sender:?} with {more}"
        );
    }
}

#[tokio::test]
async fn a_sender_id_without_a_profile_is_refused() {
    let message = message().sender("ACME Shop".parse().unwrap());
    let (sent, requests) = send("", message, queued()).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
    assert!(error.to_string().contains("TELNYX_MESSAGING_PROFILE_ID"));
    assert!(requests.is_empty());
}

#[tokio::test]
async fn without_any_sender_nothing_is_sent() {
    let provider = build("api_key = 'x'\nbase_url = 'http://127.0.0.1:1'").unwrap();
    let error = provider
        .send(&testkit::outbound(message()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
    assert!(error.to_string().contains("TELNYX_FROM"), "{error}");
}

#[tokio::test]
async fn media_make_it_an_mms() {
    let picture = "https://example.org/a.png?x=1&y=2";
    let (_, requests) = send("", message().media(picture), queued()).await;
    let body = requests[0].json();
    assert_eq!(
        (&body["type"], &body["media_urls"]),
        (&json!("MMS"), &json!([picture]))
    );
    assert_eq!(body["text"], TEXT);
    let (_, requests) = send("", Message::new(ANNA, "").media(picture), queued()).await;
    assert_eq!(requests[0].json().get("text"), None);
}

#[test]
fn the_debug_output_shows_no_secret() {
    let shown = format!("{:?}", build(&table("http://127.0.0.1:1", "")).unwrap());
    assert!(shown.contains("/v2/messages"));
    assert!(!shown.contains("s3cr3t"), "{shown}");
}
