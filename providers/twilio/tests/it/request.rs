//! The request, byte for byte.

use std::time::Duration;

use sms_framework::{Message, Outbound};
use wiremock::Request;

use crate::support::{ANNA, SID, TOKEN, build, created, message, outbound, server, twilio};

/// The one request that sending `message` makes.
async fn request(more: &str, message: &Outbound) -> Request {
    let server = server(created()).await;
    twilio(&server.uri(), more).send(message).await.unwrap();
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

async fn form(more: &str, message: &Outbound) -> String {
    String::from_utf8(request(more, message).await.body).unwrap()
}

#[tokio::test]
async fn a_send_is_one_post_of_a_form_with_basic_auth() {
    let request = request("", &message()).await;
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(
        request.url.path(),
        format!("/2010-04-01/Accounts/{SID}/Messages.json")
    );
    assert_eq!(request.url.query(), None);
    // printf '%s' "$SID:$TOKEN" | base64
    assert_eq!(
        request.headers["authorization"],
        "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpzM2NyM3QtdDBrM24="
    );
    assert_eq!(
        request.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(request.headers["accept"], "application/json");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "To=%2B14155550123&From=%2B14155550100&Body=Doors+open+at+eight."
    );
}

#[tokio::test]
async fn an_api_key_takes_the_place_of_the_token_but_not_of_the_account() {
    let more = "api_key = 'SK1'\napi_key_secret = 'hush'";
    let request = request(more, &message()).await;
    assert_eq!(request.headers["authorization"], "Basic U0sxOmh1c2g=");
    assert!(request.url.path().contains(SID));
}

#[tokio::test]
async fn the_text_arrives_byte_for_byte() {
    let all = "a+b & c=d\n100 % ünïcode 👋🏽 \t\"'<>;";
    let form = form("", &outbound(Message::new(ANNA, all))).await;
    assert!(
        form.ends_with(
            "&Body=a%2Bb+%26+c%3Dd%0A100+%25+%C3%BCn%C3%AFcode+%F0%9F%91%8B%F0%9F%8F%BD+%09%22%27%3C%3E%3B"
        ),
        "{form}"
    );
}

#[tokio::test]
async fn sixteen_hundred_characters_go_out_whole() {
    let text = "é".repeat(1600);
    let form = form("", &outbound(Message::new(ANNA, text))).await;
    assert_eq!(form.matches("%C3%A9").count(), 1600);
}

#[tokio::test]
async fn every_kind_of_sender_has_its_field() {
    let from = |sender: &str| outbound(Message::new(ANNA, "x").sender(sender.parse().unwrap()));
    for (sender, fields) in [
        ("+442079460000", "&From=%2B442079460000&Body"),
        ("ACME Shop", "&From=ACME+Shop&Body"),
        ("72345", "&From=72345&Body"),
        ("service:MG77", "&MessagingServiceSid=MG77&Body"),
    ] {
        let form = form("", &from(sender)).await;
        assert!(form.contains(fields), "{form}");
    }
}

#[tokio::test]
async fn a_configured_service_is_the_default_sender() {
    let table = "messaging_service_sid = 'MG77'\naccount_sid = 'AC1'\nauth_token = 't'";
    let sender = build(table).unwrap().default_sender().unwrap();
    assert_eq!(sender.to_string(), "service:MG77");
}

#[tokio::test]
async fn with_a_service_the_configured_sender_is_forced_from_its_pool() {
    let more = "messaging_service_sid = 'MG77'";
    let configured = form(more, &message()).await;
    assert!(
        configured.contains("&From=%2B14155550100&MessagingServiceSid=MG77&"),
        "{configured}"
    );
    let own = outbound(Message::new(ANNA, "x").sender("ACME".parse().unwrap()));
    let own = form(more, &own).await;
    assert!(own.contains("&From=ACME&Body=x"), "{own}");
}

#[tokio::test]
async fn media_repeat_their_field_and_may_stand_without_text() {
    let draft = Message::new(ANNA, "")
        .media("https://e.org/a.png?x=1&y=2")
        .media("https://e.org/b");
    let form = form("", &outbound(draft)).await;
    assert!(
        form.ends_with(
            "&MediaUrl=https%3A%2F%2Fe.org%2Fa.png%3Fx%3D1%26y%3D2&MediaUrl=https%3A%2F%2Fe.org%2Fb"
        ),
        "{form}"
    );
    assert!(!form.contains("Body"), "{form}");
}

#[tokio::test]
async fn the_callback_carries_our_id_in_its_query_before_any_fragment() {
    for (configured, expected) in [
        ("https://e.org/s", "https://e.org/s?sms_message_id=ID"),
        (
            "https://e.org/s?k=a%20b",
            "https://e.org/s?k=a%20b&sms_message_id=ID",
        ),
        (
            "https://e.org/s?k=1#rc=3&rp=ct",
            "https://e.org/s?k=1&sms_message_id=ID#rc=3&rp=ct",
        ),
    ] {
        let message = message();
        let form = form(&format!("status_callback = '{configured}'"), &message).await;
        let sent = form.split("&StatusCallback=").nth(1).unwrap();
        let url = percent_decoded(sent).replace(&message.id().to_string(), "ID");
        assert_eq!(url, expected);
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let hex = [*high, *low];
                (
                    u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap(),
                    tail,
                )
            }
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_validity_period_goes_out_in_seconds() {
    for (time, seconds) in [(1, 1), (36_000, 36_000)] {
        let draft = Message::new(ANNA, "x").valid_for(Duration::from_secs(time));
        let form = form("", &outbound(draft)).await;
        assert!(
            form.ends_with(&format!("&ValidityPeriod={seconds}")),
            "{form}"
        );
    }
}

#[tokio::test]
async fn a_validity_period_out_of_range_is_refused_before_the_send() {
    let server = server(created()).await;
    let provider = twilio(&server.uri(), "");
    for time in [
        Duration::ZERO,
        Duration::from_millis(999),
        Duration::from_millis(36_000_001),
    ] {
        let draft = Message::new(ANNA, "x").valid_for(time);
        let error = provider.send(&outbound(draft)).await.unwrap_err();
        assert_eq!(error.code(), "UNSUPPORTED");
        assert_eq!(
            error.to_string(),
            format!("Twilio can hold a message for 1 s to 36000 s (10 h), not for {time:?}")
        );
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_odd_account_sid_is_one_segment_of_the_path() {
    let server = server(created()).await;
    let table = format!(
        "account_sid = 'a?b#c%d'\nauth_token = '{TOKEN}'\nbase_url = '{}/twilio/'",
        server.uri()
    );
    build(&table).unwrap().send(&message()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/twilio/2010-04-01/Accounts/a%3Fb%23c%25d/Messages.json"
    );
}
