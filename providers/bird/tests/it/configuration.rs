//! What a table may say, and the sentence where it may not.

use sms_framework::provider::ConfigKey;
use sms_provider_bird::ENTRY;

use crate::support::{build, refusal};

const PLATFORM: &str = "api_key = 'bk_us1_very-secret'";
const CLASSIC: &str = "api = 'classic'\napi_key = 'very-secret'";

#[test]
fn a_missing_key_is_named_with_its_variable() {
    for (table, sentence) in [
        (
            "",
            "`providers.bird.api_key`: it is missing; set BIRD_API_KEY",
        ),
        (
            "api_key = ''",
            "`providers.bird.api_key`: it is missing; set BIRD_API_KEY",
        ),
        (
            "api = 'classic'",
            "`providers.bird.api_key`: it is missing; set MESSAGEBIRD_ACCESS_KEY",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    for (table, line, sentence) in [
        (
            PLATFORM,
            "connect_timeout = '0s'",
            "`providers.bird.connect_timeout`: it must be longer than zero",
        ),
        (
            PLATFORM,
            "timeout = '0s'",
            "`providers.bird.timeout`: it must be longer than zero",
        ),
        (
            PLATFORM,
            "base_url = 'platform.bird.com'",
            "`providers.bird.base_url`: it is not an absolute URL",
        ),
        (
            PLATFORM,
            "base_url = 'https://a/?b'",
            "`providers.bird.base_url`: it has a query or a fragment",
        ),
        (
            CLASSIC,
            "base_url = 'ftp://a'",
            "`providers.bird.base_url`: it is neither http nor https",
        ),
        (
            CLASSIC,
            "callback_url = '/sms'",
            "`providers.bird.callback_url`: it is not an absolute http or https URL",
        ),
        (
            PLATFORM,
            "webhook_secret = 'whsec_'",
            "`providers.bird.webhook_secret`: it is not the Base64 text that Bird shows when the webhook is made (whsec_…)",
        ),
        (
            PLATFORM,
            "webhook_secret = 'whsec_very-secret'",
            "`providers.bird.webhook_secret`: it is not the Base64 text that Bird shows when the webhook is made (whsec_…)",
        ),
    ] {
        assert_eq!(refusal(&format!("{table}\n{line}")), sentence);
    }
    assert_eq!(
        refusal("api_key = \"bk_us1_very\\nsecret\""),
        "`providers.bird.api_key`: it has a blank at an end, or a control character; copy it again"
    );
}

#[test]
fn keys_that_the_api_has_no_use_for_are_refused() {
    for (table, line, sentence) in [
        (
            CLASSIC,
            "category = 'service'",
            "`providers.bird.category`: the classic API has no categories; remove it",
        ),
        (
            CLASSIC,
            "region = 'eu1'",
            "`providers.bird.region`: the classic API has no regions; remove it",
        ),
        (
            PLATFORM,
            "callback_url = 'https://example.org/sms'",
            "`providers.bird.callback_url`: the platform takes no URL with a message; make a webhook in its dashboard and remove this key",
        ),
        (
            PLATFORM,
            "region = 'us1'\nbase_url = 'https://a'",
            "`providers.bird.region`: `base_url` says where the API is; remove one of the two",
        ),
    ] {
        assert_eq!(refusal(&format!("{table}\n{line}")), sentence);
    }
}

#[test]
fn a_key_of_the_other_api_is_recognised() {
    assert_eq!(
        refusal("api_key = 'live_very-secret'"),
        "`providers.bird.api_key`: it names no region (bk_us1_… or bk_eu1_…); set `region`, or `api = \"classic\"` if it is an access key of MessageBird"
    );
    assert_eq!(
        refusal("api = 'classic'\napi_key = 'bk_us1_very-secret'"),
        "`providers.bird.api_key`: it is a key of the platform; set `api = \"platform\"`, or the access key of the classic API"
    );
}

#[test]
fn the_region_comes_from_the_key_or_its_own() {
    let address = |table: &str| format!("{:?}", build(table).unwrap());
    for (table, host) in [
        (
            "api_key = 'bk_us1_x'",
            "\"https://us1.platform.bird.com/v1/sms/messages\"",
        ),
        (
            "api_key = 'bk_eu1_x'",
            "\"https://eu1.platform.bird.com/v1/sms/messages\"",
        ),
        (
            "api_key = 'bk_eu1_x'\nregion = 'eu1'",
            "\"https://eu1.platform.bird.com/v1/sms/messages\"",
        ),
        (
            "api_key = 'other'\nregion = 'us1'",
            "\"https://us1.platform.bird.com/v1/sms/messages\"",
        ),
        (
            "api_key = 'other'\nbase_url = 'https://bird.example/'",
            "\"https://bird.example/v1/sms/messages\"",
        ),
        (CLASSIC, "\"https://rest.messagebird.com/messages\""),
        (
            "api = 'classic'\napi_key = 'x'\nbase_url = 'https://mb.example'",
            "\"https://mb.example/messages\"",
        ),
    ] {
        assert!(address(table).contains(host), "{table}: {}", address(table));
    }
    assert_eq!(
        refusal("api_key = 'bk_eu1_x'\nregion = 'us1'"),
        "`providers.bird.region`: the API key names another region; remove this key, or take another API key"
    );
    // A region that nobody has heard of is not made up.
    for key in [
        "bk_ap1_x",
        "bk_us1",
        "bk__x",
        "bk_evil.example/_x",
        "xbk_us1_x",
    ] {
        assert!(
            refusal(&format!("api_key = '{key}'")).contains("names no region"),
            "{key}"
        );
    }
}

#[test]
fn the_table_is_typed() {
    for (line, word) in [
        ("tiemout = '3s'", "tiemout"),
        ("timeout = 'soon'", "write a number and a unit"),
        ("api = 'channels'", "channels"),
        ("category = 'spam'", "spam"),
        ("region = 'mars'", "mars"),
        ("from = '12'", "a short code has 3 to 8 digits"),
    ] {
        let said = refusal(&format!("{PLATFORM}\n{line}"));
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn the_keys_name_their_variables_and_secrets() {
    let secret: Vec<_> = ENTRY
        .keys
        .iter()
        .filter(|key| key.secret)
        .map(|key| key.name)
        .collect();
    assert_eq!(secret, ["api_key", "webhook_secret"]);
    let env = |name: &str| ENTRY.key(name).map(|key: &ConfigKey| key.env).unwrap();
    assert_eq!(env("api_key"), ["BIRD_API_KEY", "MESSAGEBIRD_ACCESS_KEY"]);
    assert_eq!(env("from"), ["BIRD_FROM", "MESSAGEBIRD_ORIGINATOR"]);
    assert_eq!(
        env("webhook_secret"),
        ["BIRD_WEBHOOK_SECRET", "MESSAGEBIRD_SIGNING_KEY"]
    );
    assert_eq!(ENTRY.kind, "bird");
    assert_eq!(ENTRY.credentials, [["api_key"]]);
}

#[test]
fn the_sender_is_the_configured_one() {
    for table in [PLATFORM, CLASSIC] {
        assert_eq!(build(table).unwrap().default_sender(), None);
        let with = build(&format!("{table}\nfrom = 'ACME'")).unwrap();
        assert_eq!(with.default_sender().unwrap().to_string(), "ACME");
    }
}

#[test]
fn nothing_shows_a_secret() {
    for table in [PLATFORM, CLASSIC] {
        let shown = format!("{:?}", build(table).unwrap());
        assert!(!shown.contains("very-secret"), "{shown}");
        for line in [
            "timeout = '0s'",
            "base_url = 'x'",
            "webhook_secret = '/very-secret/'",
            "from = 'x!'",
        ] {
            if let Err(error) = build(&format!("{table}\n{line}")) {
                assert!(!format!("{error:?}").contains("very-secret"), "{error:?}");
            }
        }
    }
    assert!(!refusal("api_key = ['very-secret']").contains("very-secret"));
}

#[test]
fn what_stands_in_our_url_is_not_shown() {
    let mut config = sms_provider_bird::BirdConfig::default();
    config.callback_url = Some("https://me:very-secret@example.org/sms".into());
    assert!(!format!("{config:?}").contains("very-secret"));
}
