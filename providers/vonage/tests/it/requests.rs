//! What is written to Vonage.

use std::time::Duration;

use serde_json::json;
use sms_framework::testkit::http::Request;
use sms_framework::testkit::outbound;
use sms_framework::{ErrorKind, Message, Outbound};

use crate::support::{
    ANNA, BASIC, FROM, TEXT, block_on, build, message, parts, request, taken_by_messages,
};

fn messages(more: &str, message: &Outbound) -> Request {
    request(&format!("{BASIC}\n{more}"), taken_by_messages(), message)
}

fn sms(more: &str, message: &Outbound) -> Request {
    let table = format!("{BASIC}\napi = 'sms'\n{more}");
    request(&table, parts(&[("0", "M1")]), message)
}

fn draft(text: &str) -> Message {
    Message::new(ANNA, text).sender(FROM.parse().unwrap())
}

#[test]
fn the_messages_api_is_posted_one_json_object() {
    let message = message();
    let request = messages("", &message);
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/v1/messages")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(
        request.json(),
        json!({
            "message_type": "text",
            "channel": "sms",
            "to": "14155550123",
            "from": "14155550100",
            "text": TEXT,
            "client_ref": message.id().to_string(),
        })
    );
}

#[test]
fn the_sms_api_is_posted_a_form() {
    let message = message();
    let request = sms("", &message);
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/sms/json")
    );
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(request.header("accept"), Some("application/json"));
    let expected = [
        ("to", "14155550123"),
        ("from", "14155550100"),
        ("text", TEXT),
        ("type", "text"),
        ("client-ref", &message.id().to_string()),
    ];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    assert_eq!(request.form(), expected.map(own));
}

/// Without `type=unicode` Vonage mangles what GSM-7 lacks; with it, 160 characters become three parts.
#[test]
fn the_type_of_the_sms_api_follows_the_encoding() {
    for (text, kind) in [
        ("Costs 5 € [net] ~ {x}", "text"),
        ("Ends at 8 o\u{2019}clock", "unicode"),
        ("Привет", "unicode"),
        ("See you 👋", "unicode"),
    ] {
        let request = sms("", &outbound(draft(text)));
        assert_eq!(request.field("type").as_deref(), Some(kind), "{text}");
        assert_eq!(request.field("text").as_deref(), Some(text));
    }
    let body = messages("", &outbound(draft("See you 👋"))).json();
    assert_eq!(
        body.get("sms"),
        None,
        "the Messages API finds the encoding by itself"
    );
}

#[test]
fn a_validity_period_is_in_seconds_here_and_in_milliseconds_there() {
    let lasting = |millis| outbound(draft(TEXT).valid_for(Duration::from_millis(millis)));
    assert_eq!(messages("", &lasting(90_000)).json()["ttl"], json!(90));
    // Never longer than the caller wants.
    assert_eq!(messages("", &lasting(90_999)).json()["ttl"], json!(90));
    assert_eq!(
        sms("", &lasting(90_999)).field("ttl").as_deref(),
        Some("90999")
    );
    assert_eq!(
        sms("", &lasting(604_800_000)).field("ttl").as_deref(),
        Some("604800000")
    );
    assert_eq!(messages("", &message()).json().get("ttl"), None);
    assert_eq!(sms("", &message()).field("ttl"), None);
}

#[test]
fn a_callback_url_travels_with_our_id_where_the_format_leaves_room_for_it() {
    let line = "callback_url = 'https://example.org/sms/vonage?site=1'";
    let message = message();
    let body = messages(line, &message).json();
    let url = format!(
        "https://example.org/sms/vonage?site=1&sms_message_id={}",
        message.id()
    );
    assert_eq!(body["webhook_url"], json!(url));
    assert_eq!(body["webhook_version"], json!("v1"));

    let request = sms("callback_url = 'https://example.org/sms/vonage'", &message);
    let callback = request.field("callback");
    assert_eq!(callback.as_deref(), Some("https://example.org/sms/vonage"));

    // Our secret is put into its path, unless it stands there.
    let secret = "webhook_path_secret = 'p4th-s3cr3t-0123'";
    for path in ["sms", "sms/p4th-s3cr3t-0123"] {
        let lines = format!("{secret}\ncallback_url = 'https://example.org/{path}'");
        let callback = sms(&lines, &message).field("callback");
        let whole = "https://example.org/sms/p4th-s3cr3t-0123";
        assert_eq!(callback.as_deref(), Some(whole));
    }

    let body = messages("", &message).json();
    assert_eq!(
        (body.get("webhook_url"), body.get("webhook_version")),
        (None, None)
    );
    assert_eq!(sms("", &message).field("callback"), None);
}

#[test]
fn senders_are_written_as_vonage_wants_them() {
    for (sender, written) in [
        ("+14155550100", "14155550100"),
        ("ACME + Co", "ACME + Co"),
        ("72345", "72345"),
    ] {
        let message = outbound(Message::new(ANNA, TEXT).sender(sender.parse().unwrap()));
        assert_eq!(messages("", &message).json()["from"], json!(written));
        assert_eq!(sms("", &message).field("from").as_deref(), Some(written));
    }
}

#[test]
fn a_message_without_a_sender_takes_the_configured_one_or_is_not_sent() {
    let bare = outbound(Message::new(ANNA, TEXT));
    assert_eq!(messages("", &bare).json()["from"], json!("14155550100"));

    let table = "api_key = 'k'\napi_secret = 's'\nbase_url = 'http://127.0.0.1:9'";
    let provider = build(table).unwrap();
    assert_eq!(provider.default_sender(), None);
    let error = block_on(provider.send(&bare)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSender);
    assert_eq!(
        error.message(),
        "Vonage takes no message without a sender: give it one, or set VONAGE_FROM"
    );

    let service = outbound(Message::new(ANNA, TEXT).sender("service:s-1".parse().unwrap()));
    let error = block_on(provider.send(&service)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
