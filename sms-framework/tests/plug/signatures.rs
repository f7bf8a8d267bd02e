//! Signatures and tokens, by the vectors that others published.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    Hash, Jwt, base64, ed25519_matches, from_base64, hex, hmac, hmac_matches, is_within, sha256,
    standard_webhook,
};

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// RFC 2202 and RFC 4231, test case 2.
#[test]
fn hmac_agrees_with_the_published_vectors() {
    let tags = [
        (Hash::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            Hash::Sha256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            Hash::Sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            Hash::Sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ];
    for (hash, tag) in tags {
        let message = b"what do ya want for nothing?";
        assert_eq!(hex(&hmac(hash, b"Jefe", message)), tag);
        assert!(hmac_matches(hash, b"Jefe", message, &unhex(tag)));
        assert!(!hmac_matches(hash, b"jefe", message, &unhex(tag)));
        assert!(!hmac_matches(hash, b"Jefe", message, &unhex(tag)[1..]));
        assert!(!hmac_matches(hash, b"Jefe", message, b""));
    }
}

/// RFC 8032, section 7.1, test 2.
#[test]
fn ed25519_agrees_with_the_published_vector() {
    let key = unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let signature = unhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    assert!(ed25519_matches(&key, &[0x72], &signature));
    assert!(!ed25519_matches(&key, &[0x73], &signature));
    assert!(!ed25519_matches(&key[1..], &[0x72], &signature));
    assert!(!ed25519_matches(&key, &[0x72], b""));
}

const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The example of the Standard Webhooks libraries.
fn standard_call() -> WebhookCall {
    WebhookCall::new("POST", "https://example.org/hook")
        .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .header("webhook-timestamp", "1614265330")
        .header(
            "webhook-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        )
        .body(r#"{"test": 2432232314}"#)
        .at(Timestamp::from_second(1_614_265_330).unwrap())
}

#[test]
fn standard_webhooks_are_checked_part_by_part() {
    standard_webhook(&standard_call(), STANDARD_SECRET).unwrap();
    let bare = STANDARD_SECRET.strip_prefix("whsec_").unwrap();
    standard_webhook(&standard_call(), bare).unwrap();
    let rotated = standard_call().without_header("webhook-signature").header(
        "Webhook-Signature",
        "v1,AAAA v2,whatever v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
    standard_webhook(&rotated, STANDARD_SECRET).unwrap();

    let late = |seconds: i64| {
        standard_call().at(Timestamp::from_second(1_614_265_330_i64 + seconds).unwrap())
    };
    standard_webhook(&late(300), STANDARD_SECRET).unwrap();
    standard_webhook(&late(-300), STANDARD_SECRET).unwrap();
    let refused = [
        (
            standard_call(),
            "whsec_",
            "the configured secret is not Base64, or empty",
        ),
        (
            standard_call(),
            "whsec_!",
            "the configured secret is not Base64, or empty",
        ),
        (
            standard_call(),
            "whsec_AAAA",
            "its signature does not match",
        ),
        (
            standard_call().body("{}"),
            STANDARD_SECRET,
            "its signature does not match",
        ),
        (
            late(301),
            STANDARD_SECRET,
            "it was signed too long ago, or too far ahead",
        ),
        (
            late(-301),
            STANDARD_SECRET,
            "it was signed too long ago, or too far ahead",
        ),
        (
            standard_call().without_header("webhook-id"),
            STANDARD_SECRET,
            "it has no header webhook-id",
        ),
        (
            standard_call().without_header("webhook-signature"),
            STANDARD_SECRET,
            "it has no header webhook-signature",
        ),
        (
            standard_call()
                .without_header("webhook-timestamp")
                .header("webhook-timestamp", "soon"),
            STANDARD_SECRET,
            "its timestamp is no number of seconds",
        ),
    ];
    for (call, secret, why) in refused {
        let error = standard_webhook(&call, secret).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the webhook call is refused: {why}")
        );
        assert_eq!(error.code(), "WEBHOOK_REFUSED");
    }
}

fn token(header: &str, claims: &str, hash: Hash, key: &[u8]) -> String {
    let part = |text: &[u8]| {
        base64(text)
            .replace('+', "-")
            .replace('/', "_")
            .replace('=', "")
    };
    let signed = format!("{}.{}", part(header.as_bytes()), part(claims.as_bytes()));
    format!("{signed}.{}", part(&hmac(hash, key, signed.as_bytes())))
}

#[test]
fn a_token_is_believed_only_under_a_key_and_an_algorithm_that_signs() {
    for (name, hash) in [
        ("HS256", Hash::Sha256),
        ("HS384", Hash::Sha384),
        ("HS512", Hash::Sha512),
    ] {
        let header = format!(r#"{{"alg":"{name}"}}"#);
        let good = token(
            &header,
            r#"{"iss":"Vendor","iat":1600000000}"#,
            hash,
            b"key",
        );
        let jwt = Jwt::verified(&good, b"key").unwrap();
        assert_eq!(jwt.text("iss"), Some("Vendor"));
        assert_eq!(jwt.time("iat"), Timestamp::from_second(1_600_000_000).ok());
        assert_eq!(
            (jwt.text("iat"), jwt.time("iss")),
            (None, None),
            "a claim of another type is none"
        );
        assert!(Jwt::verified(&good, b"other").is_err());
        assert!(Jwt::verified(&good[..good.len() - 2], b"key").is_err());
    }
    let unsigned = token(r#"{"alg":"none"}"#, "{}", Hash::Sha256, b"key");
    let mixed = token(r#"{"alg":"HS512"}"#, "{}", Hash::Sha256, b"key");
    let no_object = token(r#"{"alg":"HS256"}"#, "[]", Hash::Sha256, b"key");
    let keyless = token(r#"{"alg":"HS256"}"#, "{}", Hash::Sha256, b"");
    for bad in [
        unsigned.as_str(),
        &mixed,
        &no_object,
        "",
        "a",
        "a.b",
        "a.b.c",
        "..",
        "é.é.é",
    ] {
        assert_eq!(
            Jwt::verified(bad, b"key").unwrap_err().code(),
            "WEBHOOK_REFUSED",
            "{bad}"
        );
    }
    assert!(
        Jwt::verified(&keyless, b"").is_err(),
        "an empty key signs nothing"
    );
}

#[test]
fn a_window_has_two_sides() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let five = Duration::from_secs(5);
    assert!(is_within(five, at(100), at(105)) && is_within(five, at(105), at(100)));
    assert!(!is_within(five, at(100), at(106)) && !is_within(five, at(106), at(100)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_encoded_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert_eq!(from_base64(&base64(&bytes)), Some(bytes.clone()));
        prop_assert_eq!(unhex(&hex(&bytes)), bytes.clone());
        prop_assert_eq!(sha256(&bytes).len(), 32);
    }
}
