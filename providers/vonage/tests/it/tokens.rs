//! The token of the Messages API: which calls it makes believable.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, hmac};

use crate::support::{
    HOOK, PATH, SIGNATURE_SECRET, SIGNED, claims, events, get, short_report, signed, sms_receipt,
    token, url_safe, vonage, why,
};

/// The call with other claims.
fn claiming(change: impl FnOnce(&mut Value)) -> WebhookCall {
    let body = short_report().to_string();
    let mut claims = claims(&body);
    change(&mut claims);
    with_token(&body, &token(&claims, SIGNATURE_SECRET))
}

fn with_token(body: &str, token: &str) -> WebhookCall {
    WebhookCall::new("POST", HOOK)
        .header("Authorization", format!("Bearer {token}"))
        .body(body)
}

#[test]
fn a_token_over_this_body_is_believed() {
    let provider = vonage(SIGNED);
    assert_eq!(
        events(&provider, &signed(&short_report())).unwrap().len(),
        1
    );
    let call = signed(&short_report());
    let value = call.header_value("authorization").unwrap().to_owned();
    let call = call.without_header("authorization");
    let lower = call.header("AUTHORIZATION", value.replace("Bearer ", "bearer  "));
    assert_eq!(
        events(&provider, &lower).unwrap().len(),
        1,
        "a scheme has no case"
    );
}

/// Vonage's own libraries let a body pass that is not the one the token was made for.
#[test]
fn a_token_over_another_body_is_refused() {
    let provider = vonage(SIGNED);
    let call = signed(&short_report());
    let other = short_report().to_string().replace("delivered", "rejected");
    let expected = ("its token is about another body".to_owned(), 403);
    assert_eq!(why(&provider, &call.clone().body(other)), expected);
    // The bytes count, not what they mean.
    let spaced = format!("{} ", short_report());
    assert_eq!(why(&provider, &call.body(spaced)), expected);
    let hash_of_other = claiming(|claims| claims["payload_hash"] = json!("0".repeat(64)));
    assert_eq!(why(&provider, &hash_of_other), expected);
    let upper = claiming(|claims| {
        let hash = claims["payload_hash"].as_str().unwrap().to_uppercase();
        claims["payload_hash"] = json!(hash);
    });
    assert_eq!(why(&provider, &upper), expected, "lower case is promised");
    let none = claiming(|claims| drop(claims.as_object_mut().unwrap().remove("payload_hash")));
    let no_hash = "its token does not say which body it is about";
    assert_eq!(why(&provider, &none), (no_hash.to_owned(), 403));
}

/// The public vector of Vonage's Python library: token and secret fit, yet no body is named.
#[test]
fn the_public_token_is_signed_and_proves_nothing() {
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJPbmxpbmUgSldUIEJ1aWxkZXIiLCJpYXQiOjE2OTc2MzQ2ODAsImV4cCI6MzMyNTQ1NDA4MjgsImF1ZCI6IiIsInN1YiI6IiJ9.88vJc3I2HhuqEDixHXVhc9R30tA6U_HQHZTC29y6CGM";
    let made = Timestamp::from_second(1_697_634_680).unwrap();
    let call = with_token("{}", TOKEN).at(made);
    let provider = vonage("webhook_secret = 'qwertyuiopasdfghjklzxcvbnm123456'");
    let no_hash = "its token does not say which body it is about";
    assert_eq!(why(&provider, &call), (no_hash.to_owned(), 403));
    let later = call.clone().at(made + SignedDuration::from_hours(2));
    let too_old = "its token was made too long ago, or lies in the future";
    assert_eq!(why(&provider, &later).0, too_old);
    let provider = vonage("webhook_secret = 'asdf'");
    assert_eq!(
        why(&provider, &call).0,
        "its token's signature does not match"
    );
    assert_eq!(
        why(&provider, &with_token("{}", "asdf")).0,
        "its token is no JWT"
    );
}

#[test]
fn a_token_by_anybody_else_is_refused() {
    let provider = vonage(SIGNED);
    let body = short_report().to_string();
    let by_api_secret = token(&claims(&body), "s3cr3t-of-api-k3y");
    let mismatch = ("its token's signature does not match".to_owned(), 403);
    assert_eq!(why(&provider, &with_token(&body, &by_api_secret)), mismatch);
    let header = url_safe(br#"{"alg":"none"}"#);
    let unsigned = format!(
        "{header}.{}.",
        url_safe(claims(&body).to_string().as_bytes())
    );
    let (said, status) = why(&provider, &with_token(&body, &unsigned));
    assert_eq!(
        (said.contains("no algorithm that is allowed"), status),
        (true, 403)
    );
    for token in ["", "a.b", "a.b.c", "....", "é.é.é"] {
        let (said, status) = why(&provider, &with_token(&body, token));
        assert_eq!(
            (said.as_str(), status),
            ("its token is no JWT", 403),
            "{token:?}"
        );
    }
    let unconfigured = vonage("");
    assert_eq!(
        why(&unconfigured, &signed(&short_report())),
        (
            "no webhook_secret is configured to check it with".to_owned(),
            403
        )
    );
}

/// There is no `exp`: the window on `iat` is ours.
#[test]
fn a_token_is_good_for_the_window_in_both_directions() {
    let provider = vonage(&format!("{SIGNED}\nwebhook_window = '5m'"));
    let call = signed(&short_report());
    let now = call.received_at();
    // `iat` is in whole seconds.
    for (apart, believed) in [(-302, false), (-299, true), (299, true), (302, false)] {
        let call = call.clone().at(now + SignedDuration::from_secs(apart));
        assert_eq!(events(&provider, &call).is_ok(), believed, "{apart}");
    }
    let too_old = (
        "its token was made too long ago, or lies in the future".to_owned(),
        403,
    );
    assert_eq!(
        why(&provider, &call.at(now + Duration::from_secs(3600))),
        too_old
    );
    for iat in [
        json!(null),
        json!("1697634680"),
        json!(1e300),
        json!(i64::MAX),
    ] {
        let call = claiming(|claims| claims["iat"] = iat);
        let unsaid = "its token does not say when it was made";
        assert_eq!(why(&provider, &call), (unsaid.to_owned(), 403));
    }
}

/// After a failure of its own Vonage may call unsigned; a 5xx makes it call again, signed.
#[test]
fn an_unsigned_call_of_the_messages_api_is_asked_for_again() {
    let expected = ("it has no token in Authorization".to_owned(), 503);
    for lines in [SIGNED, "", "webhook_secret = 's1gnature-s3cr3t'"] {
        let provider = vonage(lines);
        let bare = signed(&short_report()).without_header("authorization");
        assert_eq!(why(&provider, &bare), expected);
        let basic = bare.header("Authorization", "Basic YTpi");
        assert_eq!(why(&provider, &basic), expected);
    }
    // Not even our own path replaces the token: this API signs by default.
    let provider = vonage(&format!("webhook_path_secret = '{PATH}'"));
    let bare = signed(&short_report()).without_header("authorization");
    let bare = bare.with_url(format!("https://example.org/{PATH}"));
    assert_eq!(why(&provider, &bare), expected);
}

/// A token covers the body, and a GET has none: its query is anybody's.
#[test]
fn a_token_proves_no_query() {
    let provider = vonage(&format!("{SIGNED}\nwebhook_window = '5m'"));
    let token = token(&claims(""), SIGNATURE_SECRET);
    let receipt = sms_receipt("delivered", "0");
    let bare: Vec<_> = receipt
        .into_iter()
        .filter(|(name, _)| name != "sig")
        .collect();
    let call = get(&bare).header("Authorization", format!("Bearer {token}"));
    assert_eq!(
        why(&provider, &call),
        ("it has no parameter sig".to_owned(), 503)
    );
}

#[test]
fn a_token_of_another_strength_of_the_same_kind_is_believed() {
    let body = short_report().to_string();
    let header = url_safe(br#"{"alg":"HS512"}"#);
    let text = format!(
        "{header}.{}",
        url_safe(claims(&body).to_string().as_bytes())
    );
    let tag = hmac(Hash::Sha512, SIGNATURE_SECRET.as_bytes(), text.as_bytes());
    let call = with_token(&body, &format!("{text}.{}", url_safe(&tag)));
    assert_eq!(events(&vonage(SIGNED), &call).unwrap().len(), 1);
}
