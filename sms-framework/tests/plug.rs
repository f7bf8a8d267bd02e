//! What providers are given: signatures, the whole of a webhook call, tables of codes, abilities.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{TableCheck, is_private, with_path_secret, words};
use sms_framework::provider::signature::{
    Hash, Jwt, base64, ed25519_matches, from_base64, hex, hmac, hmac_matches, is_within, sha256,
    standard_webhook,
};
use sms_framework::provider::{Code, Phase, Reply, Validity, WebhookCall, error_for_status};
use sms_framework::{Certainty, Class, Error, ErrorKind, MessageId, MessageState, PhoneNumber};

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

#[test]
fn a_call_is_kept_as_it_came() {
    let id = MessageId::new();
    let url = format!("https://h.example:8443/a%20b/s3cr3t/?x=1+2&sms_message_id={id}#frag");
    let call = WebhookCall::new("post", url.as_str())
        .header("X-One", "1")
        .header("x-one", "2")
        .body(&b"a=%2B1&b=+&a=2"[..]);
    assert_eq!((call.method(), call.url()), ("post", url.as_str()));
    assert_eq!(call.path(), "/a%20b/s3cr3t/");
    assert_eq!(call.header_value("X-ONE"), Some("1"));
    assert_eq!(call.message_id(), Some(id));
    assert_eq!(call.query()[0], ("x".to_owned(), "1 2".to_owned()));
    let form = [("a", "+1"), ("b", " "), ("a", "2")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(call.form(), form);
    assert_eq!(
        call.parameters(),
        form,
        "of a POST the form is what the vendor says"
    );
    assert!(call.has_path_segment("s3cr3t"));
    for not_one in ["", "s3cr3", "s3cr3t/", "a b", "x", "frag"] {
        assert!(!call.has_path_segment(not_one), "{not_one:?}");
    }
    let shown = format!("{call:?}");
    assert!(
        !shown.contains("s3cr3t") && !shown.contains("%2B1"),
        "{shown}"
    );
    assert_eq!(call.json().unwrap_err().code(), "BAD_WEBHOOK");
}

#[test]
fn odd_urls_have_empty_parts_and_no_panic() {
    for url in [
        "",
        "https://h",
        "no url",
        "https://h?x=1",
        "/only/a/path",
        "https://h#f?x",
    ] {
        let call = WebhookCall::new("GET", url);
        let _parts = (
            call.path(),
            call.query(),
            call.message_id(),
            call.parameters(),
        );
    }
    assert_eq!(WebhookCall::new("GET", "https://h?x=1").path(), "");
}

#[test]
fn the_answer_to_a_refused_call_makes_the_vendor_do_the_right_thing() {
    let error = |kind| Error::new(kind, "why");
    let answered = [
        (error(ErrorKind::WebhookRefused), 403),
        (error(ErrorKind::WebhookRefused).with_http_status(503), 503),
        (error(ErrorKind::BadWebhook), 400),
        (error(ErrorKind::Storage), 503),
        // Somebody else's status is not ours.
        (error(ErrorKind::BadAnswer).with_http_status(200), 503),
    ];
    for (error, status) in answered {
        assert_eq!(Reply::for_error(&error).status, status, "{error:?}");
    }
}

#[test]
fn a_code_is_found_in_its_phase_and_may_say_when_to_come_back() {
    const TABLE: &[Code] = &[
        Code::request("1", ErrorKind::ProviderThrottled, "source", "too fast").seconds(7),
        Code::delivery("1", ErrorKind::Recipient, "source", "no such phone")
            .class(Class::Transient)
            .certainty(Certainty::NotSent),
        Code::request("2", ErrorKind::ProviderThrottled, "source", "for today").until_hour(8),
    ];
    let now = Timestamp::from_second(1_700_000_000).unwrap(); // 22:13:20 UTC
    let throttled = Code::find(TABLE, Phase::Request, "1").unwrap();
    assert_eq!(throttled.wait(now), Some(Duration::from_secs(7)));
    let later = Code::find(TABLE, Phase::Delivery, "1").unwrap();
    let error = later.error();
    assert_eq!(
        (error.class(), error.certainty()),
        (Class::Transient, Certainty::NotSent)
    );
    assert_eq!(error.provider_code(), Some("1"));
    assert_eq!(later.wait(now), None);
    let tomorrow = Code::find(TABLE, Phase::Request, "2")
        .unwrap()
        .wait(now)
        .unwrap();
    assert_eq!(tomorrow, Duration::from_secs(9 * 3600 + 46 * 60 + 40));
    assert_eq!(Code::find(TABLE, Phase::Delivery, "2"), None);
}

#[test]
fn the_keys_that_most_tables_have_are_checked_in_one_sentence() {
    let check = TableCheck::new("acme");
    let url = |text| check.base_url("base_url", text).unwrap_err().to_string();
    assert_eq!(
        url("nowhere"),
        "`providers.acme.base_url`: it is not an absolute URL"
    );
    assert_eq!(
        url("https://u:p@h"),
        "`providers.acme.base_url`: it holds a user or a password; credentials have keys of their own"
    );
    assert_eq!(
        url("https://h/?q"),
        "`providers.acme.base_url`: it has a query or a fragment"
    );
    let kept = check.base_url("base_url", "https://h/v1//").unwrap();
    assert_eq!(kept.as_str(), "https://h/v1");
    let callback = check
        .callback("callback_url", Some("h/x"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        callback,
        "`providers.acme.callback_url`: it is not an absolute http or https URL"
    );
    let secret = check
        .secret("key", &None, "ACME_KEY")
        .unwrap_err()
        .to_string();
    assert_eq!(secret, "`providers.acme.key`: it is missing; set ACME_KEY");
    let zero = check
        .timeouts(Duration::ZERO, Duration::from_secs(1))
        .unwrap_err();
    assert_eq!(
        zero.to_string(),
        "`providers.acme.connect_timeout`: it must be longer than zero"
    );
}

#[test]
fn private_is_tls_or_this_very_machine() {
    let is = |url: &str| is_private(&Url::parse(url).unwrap());
    for url in [
        "https://example.org/",
        "http://127.0.0.1:8080/",
        "http://127.1/",
        "http://127.9.9.9/",
        "http://[::1]/",
        "http://localhost/",
    ] {
        assert!(is(url), "{url}");
    }
    for url in [
        "http://example.org/",
        "http://127.0.0.1.evil.example/",
        "http://127.evil.example/",
        "http://localhost.evil.example/",
        "http://10.0.0.1/",
        "http://[::2]/",
    ] {
        assert!(!is(url), "{url}");
    }
}

/// What is warned of while it acts.
fn warned(act: impl FnOnce()) -> String {
    #[derive(Clone, Default)]
    struct Heard(std::sync::Arc<std::sync::Mutex<String>>);
    impl tracing::field::Visit for Heard {
        fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
            self.0.lock().unwrap().push_str(&format!("{value:?} "));
        }
    }
    impl tracing::Subscriber for Heard {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::WARN
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut self.clone());
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let heard = Heard::default();
    tracing::subscriber::with_default(heard.clone(), act);
    heard.0.lock().unwrap().clone()
}

#[test]
fn a_path_secret_in_the_clear_is_warned_of() {
    let secret = Some("0123456789abcdef".into());
    let said = |url: &str, secret| {
        let url = Url::parse(url).unwrap();
        warned(|| drop(with_path_secret(url, secret)))
    };
    for url in [
        "http://example.org/sms",
        "http://example.org/0123456789abcdef",
    ] {
        let said = said(url, secret.as_ref());
        assert!(said.contains("in the clear"), "{said}");
        assert!(!said.contains("0123456789abcdef"), "{said}");
    }
    assert_eq!(said("https://example.org/sms", secret.as_ref()), "");
    assert_eq!(said("http://127.0.0.1/sms", secret.as_ref()), "");
    assert_eq!(said("http://example.org/sms", None), "");
}

#[test]
fn a_message_of_parts_stands_where_its_parts_let_it() {
    use MessageState::{Accepted, Delivered, Expired, Rejected, Sent, Undelivered};
    let cases: [(&[MessageState], Option<MessageState>); 6] = [
        (&[], None),
        (&[Delivered, Delivered, Delivered], Some(Delivered)),
        (&[Delivered, Sent], Some(Sent)),
        (&[Delivered, Accepted, Sent], Some(Accepted)),
        (&[Accepted, Expired, Undelivered], Some(Expired)),
        (&[Rejected, Delivered], Some(Rejected)),
    ];
    for (parts, state) in cases {
        assert_eq!(MessageState::of_parts(parts), state, "{parts:?}");
    }
}

#[test]
fn a_vendors_words_show_no_part_of_what_is_hidden() {
    let text = "Doors open at eight, ring twice.";
    let said = |said: &str| words(said, &[text, "s3cr3t", ""]);
    for tells in [
        "your text `Doors open at eight,` is bad",
        "... at eight, ...",
        "ring twi",
        "s3cr3t",
        "key s3cr3t?",
    ] {
        assert_eq!(said(tells), None, "{tells}");
    }
    for tells_nothing in ["Doors is no word", "s3cr3 is short", "ring tw"] {
        assert_eq!(said(tells_nothing).as_deref(), Some(tells_nothing));
    }
    assert_eq!(
        words("é".repeat(5000).as_str(), &[text])
            .unwrap()
            .chars()
            .count(),
        200
    );
    let late = format!("{}{text}", "-".repeat(1990));
    assert_eq!(words(&late, &[text]), None);
}

#[test]
fn a_number_in_groups_is_a_number() {
    for (said, shown) in [
        ("6 12 34 56 78 is bad", "*** is bad"),
        ("to +1 (415) 555-0123.", "to +***."),
        ("to 12.34.56, 7", "to ***, 7"),
        ("to [12]\n34", "to [***"),
        ("to 6\u{a0}12\u{2011}34", "to ***"),
        ("1 of 20 parts", "1 of 20 parts"),
        ("12 to 34", "12 to 34"),
        ("12 -- 34", "12 -- 34"),
        ("v1. 12", "v***"),
    ] {
        assert_eq!(words(said, &[]).as_deref(), Some(shown));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_vendors_way_to_write_a_number_never_makes_another_one(digits in "[1-9][0-9]{6,14}") {
        let number = PhoneNumber::parse(&format!("+{digits}")).ok();
        for written in [digits.clone(), format!("+{digits}"), format!("00{digits}"), format!(" {digits}")] {
            prop_assert_eq!(PhoneNumber::from_vendor(&written), number, "{}", written);
        }
    }

    #[test]
    fn a_vendors_words_show_no_number_and_nothing_hidden(
        before in "[a-z ]{0,10}",
        number in "[0-9]{3,15}",
        hidden in "[a-z]{4,12}",
        after in "[^0-9]{0,20}",
    ) {
        let shown = words(&format!("{before}{number}{after}"), &[]);
        prop_assert!(shown.is_none_or(|shown| !shown.contains(&number) && !shown.contains('\n')));
        prop_assert_eq!(words(&format!("{before}{hidden}{after}"), &[&hidden]), None);
        if hidden.len() >= 8 {
            let more = format!("{hidden} and more");
            prop_assert_eq!(words(&format!("{before}{hidden}{after}"), &[&more]), None);
        }
    }

    #[test]
    fn every_status_has_a_certainty_that_does_not_promise_too_much(status in 0_u16..1000) {
        let error = error_for_status(status);
        match status {
            429 => prop_assert_eq!(error.certainty(), Certainty::NotSent),
            408 | 500..=599 => prop_assert_eq!(error.certainty(), Certainty::MaybeSent),
            300..=499 => prop_assert_eq!(error.certainty(), Certainty::Rejected),
            _ => prop_assert_eq!(error.certainty(), Certainty::MaybeSent),
        }
    }

    #[test]
    fn whatever_is_encoded_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert_eq!(from_base64(&base64(&bytes)), Some(bytes.clone()));
        prop_assert_eq!(unhex(&hex(&bytes)), bytes.clone());
        prop_assert_eq!(sha256(&bytes).len(), 32);
    }

    #[test]
    fn a_validity_period_allows_what_lies_within(short in 1_u64..100, more in 0_u64..100, time in 0_u64..300_000) {
        let validity = Validity::seconds(short, short + more);
        let allowed = validity.allows(Duration::from_millis(time));
        prop_assert_eq!(allowed, time >= short * 1000 && time <= (short + more) * 1000);
    }
}
