//! The signature that the token replaces: `MessageBird-Signature` over time, query and body.

use jiff::{SignedDuration, Timestamp};
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, base64, hmac, sha256};

use super::{KEY, SIGNING_KEY, claims, report, token};
use crate::support::{events, is_believed};

const URL: &str = "https://example.org/other";

async fn is_taken(key: &str, call: &WebhookCall) -> bool {
    let table = format!("api = 'classic'\napi_key = '{KEY}'\nwebhook_secret = '{key}'");
    is_believed(&table, call).await
}

fn call(url: &str, body: &str, timestamp: &str, signature: &str) -> WebhookCall {
    WebhookCall::new("POST", url)
        .header("Messagebird-Signature", signature)
        .header("Messagebird-Request-Timestamp", timestamp)
        .body(body)
        .at(Timestamp::from_second(timestamp.parse().unwrap_or(0)).unwrap())
}

/// A call that is signed over `query`, whatever its URL says.
fn signed(url: &str, query: &str, body: &str) -> WebhookCall {
    let timestamp = "1544544948";
    let hash = sha256(body.as_bytes());
    let signed = [timestamp.as_bytes(), b"\n", query.as_bytes(), b"\n", &hash].concat();
    let tag = hmac(Hash::Sha256, SIGNING_KEY.as_bytes(), &signed);
    call(url, body, timestamp, &base64(&tag))
}

#[tokio::test]
async fn published_signatures_are_believed_for_their_call_only() {
    let with_all = "orb0adPhRCYND1WCAvPBr+qjm4STGtyvNDIDNBZ4Ir4=";
    let bare = "LISw4Je7n0/MkYDgVSzTJm8dW6BkytKTXMZZk1IElMs=";
    let body = r#"{"a key":"some value"}"#;
    let at = "1544544948";
    for (key, query, body, timestamp, signature, taken) in [
        ("other-secret", "?abc=foo&def=bar", body, at, with_all, true),
        // The order of the query does not matter.
        ("other-secret", "?def=bar&abc=foo", body, at, with_all, true),
        ("secret", "", "", at, bare, true),
        ("secret", "?", "", at, bare, true),
        ("secret", "?abc=foo&def=bar", body, at, with_all, false),
        (
            "other-secret",
            "?abc=foo&def=baz",
            body,
            at,
            with_all,
            false,
        ),
        ("other-secret", "?abc=foo", body, at, with_all, false),
        (
            "other-secret",
            "?abc=foo&def=bar",
            "{}",
            at,
            with_all,
            false,
        ),
        (
            "other-secret",
            "?abc=foo&def=bar",
            body,
            "1544544949",
            with_all,
            false,
        ),
        ("secret", "", "", at, with_all, false),
    ] {
        let call = call(&format!("{URL}{query}"), body, timestamp, signature);
        assert_eq!(
            is_taken(key, &call).await,
            taken,
            "{query} {body} {timestamp}"
        );
    }
}

#[tokio::test]
async fn the_query_is_sorted_by_name_and_encoded_anew() {
    for (written, signed_over) in [
        ("b=2&a=1", "a=1&b=2"),
        // Fields of one name keep their order.
        ("b=2&a=9&b=1", "a=9&b=2&b=1"),
        ("a=x%20y", "a=x+y"),
        ("a=x+y", "a=x+y"),
        ("a=%2b1%3a&c", "a=%2B1%3A&c="),
        ("a=~*-_.", "a=~%2A-_."),
        ("a=%C3%A9", "a=%C3%A9"),
    ] {
        let call = signed(&format!("{URL}?{written}"), signed_over, "");
        assert!(is_taken(SIGNING_KEY, &call).await, "{written}");
    }
}

#[tokio::test]
async fn the_raw_plus_of_a_date_may_be_signed_as_plus_or_as_blank() {
    for name in ["statusDatetime", "createdDatetime"] {
        let url = format!("{URL}?{name}=2018-12-11T16:15:48+00:00");
        for offset in ["%2B00%3A00", "+00%3A00"] {
            let query = format!("{name}=2018-12-11T16%3A15%3A48{offset}");
            assert!(
                is_taken(SIGNING_KEY, &signed(&url, &query, "")).await,
                "{query}"
            );
        }
    }
    // In other fields a plus is a blank.
    let text = signed(&format!("{URL}?x=1+1"), "x=1%2B1", "");
    assert!(!is_taken(SIGNING_KEY, &text).await);
}

#[tokio::test]
async fn five_minutes_either_way_are_allowed() {
    let call = signed(URL, "", "");
    let made = call.received_at();
    for (seconds, taken) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let call = call.clone().at(made + SignedDuration::from_secs(seconds));
        assert_eq!(is_taken(SIGNING_KEY, &call).await, taken, "{seconds}");
    }
}

#[tokio::test]
async fn half_a_signature_is_none() {
    let good = signed(URL, "", "");
    assert!(is_taken(SIGNING_KEY, &good).await);
    for header in ["messagebird-signature", "messagebird-request-timestamp"] {
        assert!(
            !is_taken(SIGNING_KEY, &good.clone().without_header(header)).await,
            "{header}"
        );
    }
    for timestamp in ["", "soon", "1544544948.5", "99999999999999999999"] {
        let call = call(
            URL,
            "",
            timestamp,
            good.header_value("messagebird-signature").unwrap(),
        );
        assert!(!is_taken(SIGNING_KEY, &call).await, "{timestamp}");
    }
    for signature in ["", "?", "AAAA"] {
        let call = call(URL, "", "1544544948", signature);
        assert!(!is_taken(SIGNING_KEY, &call).await, "{signature}");
    }
}

#[tokio::test]
async fn a_call_with_a_bad_token_does_not_fall_back() {
    let good = signed(URL, "", "");
    let forged = good.clone().header("MessageBird-Signature-JWT", "a.b.c");
    assert!(!is_taken(SIGNING_KEY, &forged).await);
    // And a good token needs no second signature.
    let now = good.received_at();
    let both = good.header(
        "MessageBird-Signature-JWT",
        token("HS256", &claims(URL, "", now)),
    );
    let without = both.clone().without_header("messagebird-signature");
    assert!(is_taken(SIGNING_KEY, &both).await && is_taken(SIGNING_KEY, &without).await);
}

#[tokio::test]
async fn a_report_is_read_under_it() {
    let url = report("delivered", "");
    let sorted = format!(
        "id={}&recipient=14155550123&reference={2}&sms_message_id={2}&status=delivered&statusDatetime={1}&team=7",
        super::ID,
        "2026-08-01T10%3A00%3A05%2B00%3A00",
        super::OURS
    );
    let call = signed(&url, &sorted, "");
    let table = super::table("http://127.0.0.1:9");
    assert_eq!(events(&table, &call).await.unwrap().len(), 1);
}
