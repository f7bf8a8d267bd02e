//! Who may call us: the rules of `X-Twilio-Signature` that no published vector is about.

use sms_framework::provider::signature::{hex, sha256};
use sms_framework::provider::{DynProvider, WebhookCall};

use crate::support::{TOKEN, build, call, events, refused, signature, signed, twilio};

const NOBODY: &str = "http://127.0.0.1:1";
const DELIVERED: &[(&str, &str)] = &[("MessageSid", "SM1"), ("MessageStatus", "delivered")];

fn provider() -> DynProvider {
    twilio(NOBODY, "")
}

/// A GET that arrives at `called` and was signed as one of `signed`.
async fn is_taken(called: &str, signed: &str) -> bool {
    let query = if called.contains('?') { "&" } else { "?" };
    let fields = format!("{query}MessageSid=SM1&MessageStatus=delivered");
    let called = WebhookCall::new("GET", called.to_owned() + &fields).header(
        "X-Twilio-Signature",
        signature(TOKEN, &(signed.to_owned() + &fields)),
    );
    match provider().webhooks().unwrap().events(&called).await {
        Ok(events) => {
            assert_eq!(events.len(), 1);
            true
        }
        Err(error) => {
            assert_eq!(error.code(), "WEBHOOK_REFUSED");
            false
        }
    }
}

#[tokio::test]
async fn a_port_may_be_signed_or_not() {
    for (called, signed, taken) in [
        ("https://e.org/s", "https://e.org/s", true),
        ("https://e.org/s", "https://e.org:443/s", true),
        ("https://e.org:443/s", "https://e.org/s", true),
        ("https://e.org:8443/s", "https://e.org:8443/s", true),
        ("https://e.org:8443/s", "https://e.org/s", true),
        ("http://e.org/s", "http://e.org:80/s", true),
        ("https://e.org", "https://e.org:443", true),
        ("https://e.org?a=1", "https://e.org:443?a=1", true),
        // No other port, scheme, host or path.
        ("https://e.org/s", "https://e.org:8443/s", false),
        ("https://e.org:8443/s", "https://e.org:443/s", false),
        ("https://e.org/s", "https://e.org:80/s", false),
        ("https://e.org/s", "http://e.org/s", false),
        ("https://e.org/s", "https://evil.org/s", false),
        ("https://e.org/s", "https://e.org/s/", false),
        ("https://e.org/s", "https://E.org/s", false),
        // A colon is a port's only where it stands in the address.
        ("https://e.org/a:80/b@c", "https://e.org:443/a:80/b@c", true),
        ("https://e.org/a:80/b", "https://e.org/a/b", false),
    ] {
        assert_eq!(
            is_taken(called, signed).await,
            taken,
            "{called} signed as {signed}"
        );
    }
}

#[tokio::test]
async fn userinfo_may_be_signed_or_not() {
    for (called, signed, taken) in [
        ("https://u:p@e.org/s", "https://u:p@e.org/s", true),
        ("https://u:p@e.org/s", "https://e.org/s", true),
        ("https://u:p@e.org/s", "https://e.org:443/s", true),
        ("https://u:p@e.org:8443/s", "https://u:p@e.org/s", true),
        ("https://u:p@e.org:8443/s", "https://e.org:8443/s", true),
        ("https://u@e.org/s", "https://e.org/s", true),
        ("https://u:p@e.org/s", "https://u@e.org/s", false),
        ("https://e.org/s", "https://u:p@e.org/s", false),
    ] {
        assert_eq!(
            is_taken(called, signed).await,
            taken,
            "{called} signed as {signed}"
        );
    }
}

#[tokio::test]
async fn an_ipv6_address_has_colons_of_its_own() {
    for (called, signed, taken) in [
        (
            "https://[2001:db8::1]/s",
            "https://[2001:db8::1]:443/s",
            true,
        ),
        (
            "https://[2001:db8::1]:8443/s",
            "https://[2001:db8::1]/s",
            true,
        ),
        (
            "https://u:p@[2001:db8::1]:8443/s",
            "https://[2001:db8::1]/s",
            true,
        ),
        ("https://[2001:db8::1]/s", "https://[2001:db8:/s", false),
    ] {
        assert_eq!(
            is_taken(called, signed).await,
            taken,
            "{called} signed as {signed}"
        );
    }
}

#[tokio::test]
async fn an_apostrophe_of_the_query_may_be_encoded_and_nothing_else() {
    for (called, signed, taken) in [
        ("https://e.org/s?n=o'b", "https://e.org/s?n=o%27b", true),
        ("https://e.org/s?n=o%27b", "https://e.org/s?n=o'b", true),
        ("https://e.org:443/s?n=o%27b", "https://e.org/s?n=o'b", true),
        ("https://e.org/o'b", "https://e.org/o%27b", false),
        ("https://e.org/s?n=a%20b", "https://e.org/s?n=a+b", false),
        ("https://e.org/s?n=%2B", "https://e.org/s?n=+", false),
        ("https://e.org/s?n=%2b", "https://e.org/s?n=%2B", false),
    ] {
        assert_eq!(
            is_taken(called, signed).await,
            taken,
            "{called} signed as {signed}"
        );
    }
}

#[tokio::test]
async fn a_fragment_is_never_signed() {
    let url = "https://e.org/s?MessageSid=SM1&MessageStatus=sent";
    let signature = signature(TOKEN, url);
    let call = WebhookCall::new("GET", format!("{url}#rc=3&rp=ct"))
        .header("X-Twilio-Signature", signature);
    assert_eq!(events(&provider(), &call).await.len(), 1);
}

#[tokio::test]
async fn fields_are_signed_with_their_blanks_and_their_emptiness() {
    let fields = [
        ("MessageSid", "SM1"),
        ("MessageStatus", "sent"),
        ("A", " b  "),
        ("E", ""),
    ];
    assert_eq!(events(&provider(), &call(&fields)).await.len(), 1);
    let trimmed = WebhookCall::new("POST", call(&fields).url())
        .body("MessageSid=SM1&MessageStatus=sent&A=b&E=");
    let original = call(&fields);
    let trimmed = trimmed.header(
        "X-Twilio-Signature",
        original.header_value("x-twilio-signature").unwrap(),
    );
    refused(&provider(), &trimmed).await;
}

#[tokio::test]
async fn a_field_more_or_less_or_changed_is_refused() {
    for body in [
        "MessageSid=SM1&MessageStatus=delivered&ErrorCode=30003",
        "MessageSid=SM1",
        "MessageSid=SM2&MessageStatus=delivered",
        "",
    ] {
        let error = refused(&provider(), &call(DELIVERED).body(body)).await;
        assert_eq!(error.code(), "WEBHOOK_REFUSED");
    }
    // The order does not count, and what comes twice counts once.
    let body = "MessageStatus=delivered&MessageSid=SM1&MessageSid=SM1";
    events(&provider(), &call(DELIVERED).body(body)).await;
}

#[tokio::test]
async fn the_body_of_a_get_is_neither_signed_nor_read() {
    let url = "https://e.org/s?MessageSid=SM1&MessageStatus=sent";
    let call = signed(WebhookCall::new("GET", url), TOKEN);
    let read = events(
        &provider(),
        &call.body("MessageSid=SM2&MessageStatus=failed"),
    )
    .await;
    let shown = serde_json::to_value(&read).unwrap();
    assert_eq!(
        (&shown[0]["provider_message_id"], &shown[0]["state"]),
        (&"SM1".into(), &"sent".into())
    );
}

/// A call with a body that is no form, as Twilio would sign it.
fn json(body: &str, hashed: &str) -> WebhookCall {
    let url = format!(
        "https://e.org/s?bodySHA256={}",
        hex(&sha256(hashed.as_bytes()))
    );
    let signature = signature(TOKEN, &url);
    WebhookCall::new("POST", url)
        .header("X-Twilio-Signature", signature)
        .header("Content-Type", "application/json")
        .body(body)
}

#[tokio::test]
async fn another_body_is_held_against_its_hash_and_says_nothing_of_messages() {
    for body in ["{}", "", r#"{"a":"&MessageSid=SM1&MessageStatus=failed&"}"#] {
        assert!(events(&provider(), &json(body, body)).await.is_empty());
        let error = refused(&provider(), &json(&format!("{body} "), body)).await;
        assert!(
            error
                .to_string()
                .ends_with("its body is not the one that bodySHA256 is of"),
            "{error}"
        );
    }
    // The hash alone proves nothing: anybody can compute it.
    let unsigned = json("{}", "{}").without_header("X-Twilio-Signature");
    refused(&provider(), &unsigned).await;
    let other = signature("another", unsigned.url());
    refused(&provider(), &unsigned.header("X-Twilio-Signature", other)).await;
}

#[tokio::test]
async fn while_the_token_changes_both_are_taken() {
    let with_previous = twilio(NOBODY, "previous_auth_token = 'the-old-one'");
    let by = |token: &str| signed(call(DELIVERED).without_header("x-twilio-signature"), token);
    events(&with_previous, &by(TOKEN)).await;
    events(&with_previous, &by("the-old-one")).await;
    refused(&with_previous, &by("an-older-one")).await;
    refused(&provider(), &by("the-old-one")).await;
}

#[tokio::test]
async fn an_api_key_signs_nothing_and_the_token_beside_it_does() {
    let table = "account_sid = 'AC1'\napi_key = 'SK1'\napi_key_secret = 'hush'";
    let by = |token: &str| signed(call(DELIVERED).without_header("x-twilio-signature"), token);
    let key_alone = build(table).unwrap();
    assert_eq!(
        refused(&key_alone, &by("hush")).await.to_string(),
        "the webhook call is refused: no auth_token is configured to check it with, and Twilio never signs with an API key; set TWILIO_AUTH_TOKEN beside the key"
    );
    let both = build(&format!("{table}\nauth_token = '{TOKEN}'")).unwrap();
    events(&both, &by(TOKEN)).await;
    refused(&both, &by("hush")).await;
}

#[tokio::test]
async fn an_empty_token_is_nobodys_key() {
    let unsigned = call(DELIVERED).without_header("x-twilio-signature");
    let table = "account_sid = 'AC1'\napi_key = 'SK1'\napi_key_secret = 'hush'\nauth_token = ''\nprevious_auth_token = ''";
    refused(&build(table).unwrap(), &signed(unsigned.clone(), "")).await;
    let previous = twilio(NOBODY, "previous_auth_token = ''");
    refused(&previous, &signed(unsigned, "")).await;
}

#[tokio::test]
async fn a_refusal_says_why_and_shows_nothing() {
    let good = call(DELIVERED);
    let bare = good.clone().without_header("x-twilio-signature");
    for (call, sentence) in [
        (bare.clone(), "it has no header X-Twilio-Signature"),
        (
            bare.clone().header("X-Twilio-Signature", "!"),
            "its signature does not match; is the auth token right, and the URL the one that Twilio calls?",
        ),
        (
            signed(bare, "shared").header(
                "X-Twilio-Webhooks-Signature-Settings",
                "key=1,algorithm=HMAC_SHA1",
            ),
            "it is signed with a shared key, which cannot be checked here; let Twilio sign with the auth token",
        ),
    ] {
        let error = refused(&provider(), &call).await;
        assert_eq!(
            error.to_string(),
            format!("the webhook call is refused: {sentence}")
        );
        let signature = good.header_value("x-twilio-signature").unwrap();
        let shown = format!("{error:?}");
        assert!(
            !shown.contains(TOKEN) && !shown.contains(signature),
            "{shown}"
        );
    }
}
