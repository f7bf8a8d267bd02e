//! What a table may say, and the sentence where it may not.

use sms_framework::provider::Reference;
use sms_provider_telnyx::ENTRY;

use crate::support::{PUBLIC_KEY, build, message, queued, refusal, send, table};

fn with(line: &str) -> String {
    let sentence = refusal(&format!("api_key = 'very-secret'\n{line}"));
    assert!(!sentence.contains("very-secret"), "{sentence}");
    sentence
}

#[test]
fn a_missing_key_is_named_with_its_variable() {
    for table in ["", "api_key = ''"] {
        assert_eq!(
            refusal(table),
            "`providers.main.api_key`: it is missing; set TELNYX_API_KEY"
        );
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    let key = "`providers.main.public_key`: it is no Ed25519 key: copy the 44 characters of Base64 from the portal";
    let long = format!("callback_url = 'https://example.org/{}'", "a".repeat(1930));
    for (line, sentence) in [
        (
            "base_url = 'api.telnyx.com'",
            "`providers.main.base_url`: it is not an absolute URL",
        ),
        (
            "timeout = '0s'",
            "`providers.main.timeout`: it must be longer than zero",
        ),
        (
            "connect_timeout = '0s'",
            "`providers.main.connect_timeout`: it must be longer than zero",
        ),
        (
            "callback_url = '/sms'",
            "`providers.main.callback_url`: it is not an absolute http or https URL",
        ),
        (
            &long,
            "`providers.main.callback_url`: it is too long: with our id in it, Telnyx takes 2000 characters at most",
        ),
        ("public_key = ''", key),
        ("public_key = 'AAAA'", key),
        (
            "public_key = '79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664'",
            key,
        ),
        (
            "messaging_profile_id = 'a b'",
            "`providers.main.messaging_profile_id`: it is no id of a messaging profile: copy it from the portal",
        ),
        (
            "from = 'ACME Shop'",
            "`providers.main.from`: a sender ID goes through a messaging profile; set TELNYX_MESSAGING_PROFILE_ID",
        ),
    ] {
        assert_eq!(with(line), sentence);
    }
}

#[test]
fn the_table_is_typed() {
    assert!(with("tiemout = '3s'").contains("tiemout"));
    assert!(with("timeout = 'soon'").contains("write a number and a unit"));
    assert!(with("encoding = 'utf8'").contains("gsm7"));
    assert!(with("from = '12'").contains("a short code has 3 to 8 digits"));
}

#[tokio::test]
async fn every_encoding_is_sent() {
    for word in ["auto", "gsm7", "ucs2"] {
        let (_, requests) = send(&format!("encoding = '{word}'"), message(), queued()).await;
        assert_eq!(requests[0].json()["encoding"], word);
    }
}

#[test]
fn it_says_what_it_can_do() {
    let can = build(&table("http://127.0.0.1:1", ""))
        .unwrap()
        .capabilities();
    assert_eq!(can, ENTRY.capabilities);
    assert!(can.media && can.messaging_service && can.receipts && can.inbound);
    assert!(can.validity.is_none() && !can.lookup && !can.simulated);
    assert_eq!(
        (can.max_segments, can.reference),
        (Some(10), Reference::Callback)
    );
}

#[test]
fn the_keys_name_their_variables_and_secrets() {
    let keys = ENTRY.keys.iter();
    let secret: Vec<_> = keys.filter(|key| key.secret).map(|key| key.name).collect();
    assert_eq!(secret, ["api_key"], "a public key is none");
    for (name, env) in [
        ("api_key", "TELNYX_API_KEY"),
        ("from", "TELNYX_FROM"),
        ("messaging_profile_id", "TELNYX_MESSAGING_PROFILE_ID"),
        ("callback_url", "TELNYX_CALLBACK_URL"),
        ("public_key", "TELNYX_PUBLIC_KEY"),
    ] {
        assert_eq!(ENTRY.key(name).unwrap().env, [env]);
    }
}

#[test]
fn the_default_sender_is_the_configured_one() {
    let sender = |line: &str| {
        let provider = build(&format!(
            "api_key = 'x'\npublic_key = '{PUBLIC_KEY}'\n{line}"
        ));
        provider
            .unwrap()
            .default_sender()
            .map(|sender| sender.to_string())
    };
    assert_eq!(sender("from = '72345'").as_deref(), Some("72345"));
    assert_eq!(
        sender("messaging_profile_id = 'ab'").as_deref(),
        Some("service:ab")
    );
    assert_eq!(
        sender("from = '72345'\nmessaging_profile_id = 'ab'").as_deref(),
        Some("72345")
    );
    assert_eq!(sender(""), None);
}

#[test]
fn what_stands_in_our_url_is_not_shown() {
    let mut config = sms_provider_telnyx::TelnyxConfig::default();
    config.callback_url = Some("https://me:very-secret@example.org/sms".into());
    assert!(!format!("{config:?}").contains("very-secret"));
}
