//! The token in `MessageBird-Signature-JWT`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sms_framework::ErrorKind;
use sms_framework::provider::WebhookCall;

use super::{KEY, OURS, SIGNING_KEY, claims, report, signed, table, token};
use crate::support::{GARBAGE, events, is_believed};

const URL: &str = "https://example.org/other";

async fn is_taken(key: &str, call: &WebhookCall) -> bool {
    let table = format!("api = 'classic'\napi_key = '{KEY}'\nwebhook_secret = '{key}'");
    is_believed(&table, call).await
}

fn call(url: &str, body: &str, token: String, now: Timestamp) -> WebhookCall {
    let method = if body.is_empty() { "GET" } else { "POST" };
    WebhookCall::new(method, url)
        .header("messagebird-signature-jwt", token)
        .body(body)
        .at(now)
}

/// The vendor's own test values: <https://github.com/messagebird/messagebird-nodejs>,
/// `lib/testdata/webhook-signature-jwt-reference.json`.
#[tokio::test]
async fn published_tokens_are_believed_for_their_call_only() {
    let key = "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb";
    let now: Timestamp = "2021-07-05T12:00:00+02:00".parse().unwrap();
    let plain = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.6Fp0rVOsRr1fj9S2GidXAfkmPVofKr8_RTffC6G6r2E";
    let with_body = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I";
    let (root, sorted) = (
        "https://example.com/",
        "https://example.com/path?bar=1&foo=2",
    );
    for (token, url, body, taken) in [
        (plain, root, "", true),
        (plain, root, "Hello, World!", false),
        (plain, "https://example.com", "", false),
        (plain, "http://example.com/", "", false),
        (plain, "https://example.com:8080/", "", false),
        (with_body, sorted, "Hello, World!", true),
        (with_body, sorted, "", false),
        (with_body, sorted, "Hello, World", false),
        (
            with_body,
            "https://example.com/path?foo=2&bar=1",
            "Hello, World!",
            false,
        ),
    ] {
        let call = call(url, body, token.to_owned(), now);
        assert_eq!(is_taken(key, &call).await, taken, "{url} {body:?}");
    }
    let call = call(root, "", plain.to_owned(), now);
    assert!(!is_taken("another key", &call).await);
    assert!(!is_taken(key, &call.at(now + SignedDuration::from_hours(1))).await);
}

/// A call whose claims were changed before they were signed.
fn altered(body: &str, change: impl FnOnce(&mut Value)) -> WebhookCall {
    let now = Timestamp::now();
    let mut claims = claims(URL, body, now);
    change(&mut claims);
    call(URL, body, token("HS256", &claims), now)
}

#[tokio::test]
async fn every_claim_is_required_and_judged() {
    assert!(is_taken(SIGNING_KEY, &altered("", |_| {})).await);
    for claim in ["iss", "nbf", "exp", "jti", "url_hash"] {
        for value in [Value::Null, json!(""), json!("soon"), json!(1.5), json!({})] {
            if claim == "jti" && value == "soon" {
                continue;
            }
            let call = altered("", |claims| claims[claim] = value.clone());
            assert!(!is_taken(SIGNING_KEY, &call).await, "{claim} = {value}");
        }
        let call = altered("", |claims| {
            drop(claims.as_object_mut().unwrap().remove(claim))
        });
        assert!(!is_taken(SIGNING_KEY, &call).await, "no {claim}");
    }
    let lower = altered("", |claims| claims["iss"] = "messagebird".into());
    assert!(!is_taken(SIGNING_KEY, &lower).await);
}

#[tokio::test]
async fn a_hash_is_there_exactly_where_a_body_is() {
    let body = "mid=1&shortcode=1008&message=Hi&originator=14155550123";
    assert!(is_taken(SIGNING_KEY, &altered(body, |_| {})).await);
    let remove = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove("payload_hash"));
    assert!(!is_taken(SIGNING_KEY, &altered(body, remove)).await);
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let add = |claims: &mut Value| claims["payload_hash"] = of_nothing.into();
    assert!(!is_taken(SIGNING_KEY, &altered("", add)).await);
    let other = |claims: &mut Value| claims["payload_hash"] = of_nothing.into();
    assert!(!is_taken(SIGNING_KEY, &altered(body, other)).await);
}

#[tokio::test]
async fn hashes_are_compared_byte_for_byte() {
    for claim in ["url_hash", "payload_hash"] {
        let upper = altered("body=x&originator=14155550123&recipient=1&id=1", |claims| {
            claims[claim] = claims[claim].as_str().unwrap().to_uppercase().into();
        });
        assert!(!is_taken(SIGNING_KEY, &upper).await, "{claim}");
        let longer = altered("body=x&originator=14155550123&recipient=1&id=1", |claims| {
            claims[claim] = format!("{} ", claims[claim].as_str().unwrap()).into();
        });
        assert!(!is_taken(SIGNING_KEY, &longer).await, "{claim}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_seconds() {
    let made = Timestamp::from_second(1_800_000_000).unwrap();
    let token = token("HS256", &claims(URL, "", made));
    for (seconds, taken) in [(-6, false), (-5, true), (0, true), (64, true), (65, false)] {
        let now = made + SignedDuration::from_secs(seconds);
        let call = call(URL, "", token.clone(), now);
        assert_eq!(is_taken(SIGNING_KEY, &call).await, taken, "{seconds}");
    }
}

#[tokio::test]
async fn three_algorithms_are_allowed() {
    let now = Timestamp::now();
    let claims = claims(URL, "", now);
    for (algorithm, taken) in [
        ("HS256", true),
        ("HS384", true),
        ("HS512", true),
        ("none", false),
        ("None", false),
        ("RS256", false),
        ("hs256", false),
    ] {
        let call = call(URL, "", token(algorithm, &claims), now);
        assert_eq!(is_taken(SIGNING_KEY, &call).await, taken, "{algorithm}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let now = Timestamp::now();
    let good = token("HS256", &claims(URL, "", now));
    let unsigned = good.rsplit_once('.').unwrap().0;
    for bad in [
        "",
        ".",
        "..",
        "a.b.c",
        unsigned,
        &format!("{unsigned}."),
        &format!("{good}="),
        &format!("{good}.x"),
    ] {
        let call = call(URL, "", bad.to_owned(), now);
        assert!(!is_taken(SIGNING_KEY, &call).await, "{bad}");
    }
}

#[tokio::test]
async fn the_url_counts_exactly_as_it_was_called() {
    let now = Timestamp::now();
    let made_for = report("delivered", "");
    let token = token("HS256", &claims(&made_for, "", now));
    assert!(is_taken(SIGNING_KEY, &call(&made_for, "", token.clone(), now)).await);
    for other in [
        made_for.replace("+00:00", "%2B00:00"),
        made_for.replace("https:", "http:"),
        made_for.replace("example.org", "example.org:443"),
        made_for.replace("example.org", "EXAMPLE.org"),
        made_for.replace("delivered", "expired"),
        format!("{made_for}#x"),
        format!("{made_for}&"),
    ] {
        assert!(
            !is_taken(SIGNING_KEY, &call(&other, "", token.clone(), now)).await,
            "{other}"
        );
    }
}

#[tokio::test]
async fn without_a_signature_or_a_key_nothing_is_believed() {
    let bare = WebhookCall::new("GET", report("delivered", ""));
    let error = events(&table("http://127.0.0.1:9"), &bare)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the webhook call is refused: it has no header MessageBird-Signature-JWT"
    );
    let keyless = format!("api = 'classic'\napi_key = '{KEY}'");
    let error = events(&keyless, &signed("GET", URL, "")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the webhook call is refused: no webhook_secret is configured to check it with"
    );
    // Our own id in the URL proves nothing.
    assert!(bare.url().contains(OURS));
}

#[tokio::test]
async fn garbage_is_an_error_or_nothing() {
    let table = table("http://127.0.0.1:9");
    for body in GARBAGE {
        for (method, url, body) in [
            ("POST", URL.to_owned(), *body),
            ("GET", format!("{URL}?{body}"), ""),
            ("POST", format!("{URL}?sms_message_id={body}&"), *body),
        ] {
            match events(&table, &signed(method, &url, body)).await {
                Ok(events) => assert!(events.len() <= 1, "{body:?}: {events:?}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::BadWebhook, "{body:?}"),
            }
            let unsigned = WebhookCall::new(method, url).body(body);
            let error = events(&table, &unsigned).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WebhookRefused);
        }
    }
}
