//! What a table may say, and the sentence where it may not.

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::ConfigKey;
use sms_provider_infobip::{ENTRY, InfobipConfig};

use crate::support::{build, refusal};

const ACCOUNT: &str = "api_key = 'very-secret'\nbase_url = 'xyz123.api.infobip.com'";

#[test]
fn missing_credentials_are_named_with_their_variable() {
    for (table, sentence) in [
        (
            "base_url = 'xyz123.api.infobip.com'",
            "`providers.infobip.api_key`: it is missing; set INFOBIP_API_KEY",
        ),
        (
            "api_key = ''",
            "`providers.infobip.api_key`: it is missing; set INFOBIP_API_KEY",
        ),
        (
            "api_key = 'very-secret'",
            "`providers.infobip.base_url`: it is missing; set INFOBIP_BASE_URL to the account's own host, as the portal shows it",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn the_host_is_taken_as_the_portal_shows_it() {
    for written in [
        "xyz123.api.infobip.com",
        "xyz123.api.infobip.com/",
        "https://xyz123.api.infobip.com",
        "https://xyz123.api.infobip.com/",
    ] {
        let provider = build(&format!("api_key = 'k'\nbase_url = '{written}'")).unwrap();
        let shown = format!("{provider:?}");
        assert!(
            shown.contains("\"https://xyz123.api.infobip.com/\""),
            "{shown}"
        );
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    for (line, sentence) in [
        (
            "from = 'service:pool'",
            "`providers.infobip.from`: it is a messaging service, which Infobip does not have; name a number, a short code or a sender ID",
        ),
        (
            "callback_url = '/sms'",
            "`providers.infobip.callback_url`: it is not an absolute http or https URL",
        ),
        (
            "webhook_path_secret = 'short'",
            "`providers.infobip.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
        ),
        (
            "webhook_path_secret = 'with/slash/and more'",
            "`providers.infobip.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
        ),
        (
            "webhook_user = 'infobip'",
            "`providers.infobip.webhook_password`: it is missing; set INFOBIP_WEBHOOK_PASSWORD",
        ),
        (
            "webhook_password = 'very-secret'",
            "`providers.infobip.webhook_user`: it is missing; set INFOBIP_WEBHOOK_USER",
        ),
        (
            "webhook_user = 'a:b'\nwebhook_password = 'very-secret'",
            "`providers.infobip.webhook_user`: it may hold no blank, colon, slash or control character",
        ),
        (
            "timeout = '0s'",
            "`providers.infobip.timeout`: it must be longer than zero",
        ),
        (
            "connect_timeout = '0s'",
            "`providers.infobip.connect_timeout`: it must be longer than zero",
        ),
    ] {
        let said = refusal(&format!("{ACCOUNT}\n{line}"));
        assert_eq!(said, sentence);
        assert!(!said.contains("very-secret"));
    }
    for (table, sentence) in [
        (
            "api_key = 'k'\nbase_url = 'ftp://xyz123.api.infobip.com'",
            "`providers.infobip.base_url`: it is neither http nor https",
        ),
        (
            "api_key = 'k'\nbase_url = 'xyz123.api.infobip.com?x=1'",
            "`providers.infobip.base_url`: it has a query or a fragment",
        ),
        (
            "api_key = \"very-secret\\n\"\nbase_url = 'xyz123.api.infobip.com'",
            "`providers.infobip.api_key`: it has a blank at an end, or a control character; copy it again",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn a_key_that_nobody_knows_is_refused() {
    let said = refusal(&format!("{ACCOUNT}\nflash = true"));
    assert!(said.contains("flash"), "{said}");
}

#[test]
fn every_key_has_a_field_and_its_default() {
    let sample = |key: &ConfigKey| {
        let value = key
            .default
            .or(key.sample)
            .unwrap_or("\"a-value-of-some-length\"");
        format!("{} = {value}", key.name)
    };
    let table: Vec<String> = ENTRY.keys.iter().map(sample).collect();
    build(&table.join("\n")).unwrap();
    let config: InfobipConfig = Figment::from(Toml::string(&table.join("\n")))
        .extract()
        .unwrap();
    let default = InfobipConfig::default();
    assert_eq!(config.timeout, default.timeout);
    assert_eq!(config.connect_timeout, default.connect_timeout);
}

#[test]
fn secrets_are_marked_and_not_shown() {
    let secret = |key: &&ConfigKey| key.secret;
    let secrets: Vec<_> = ENTRY
        .keys
        .iter()
        .filter(secret)
        .map(|key| key.name)
        .collect();
    assert_eq!(
        secrets,
        ["api_key", "webhook_path_secret", "webhook_password"]
    );
    let provider = build(&format!(
        "{ACCOUNT}\nwebhook_path_secret = 'very-secret-as-well'\nwebhook_user = 'u'\nwebhook_password = 'very-secret'\ncallback_url = 'https://example.org/'"
    ));
    let shown = format!("{:?}", provider.unwrap());
    assert!(!shown.contains("very-secret"), "{shown}");
}
