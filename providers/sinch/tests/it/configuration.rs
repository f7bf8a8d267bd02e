//! What a table may say, and the sentence where it may not.

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::ConfigKey;
use sms_provider_sinch::{ENTRY, SinchConfig};

use crate::support::{build, refusal};

const PLAN: &str = "service_plan_id = 'plan-1'\napi_token = 'very-secret'";
const PROJECT: &str = "project_id = 'p-1'\nkey_id = 'k-1'\nkey_secret = 'very-secret'";

#[test]
fn missing_credentials_are_named_with_their_variable() {
    for (table, sentence) in [
        (
            "",
            "`providers.sinch.service_plan_id`: it is missing; set SINCH_SERVICE_PLAN_ID",
        ),
        (
            "service_plan_id = 'plan-1'",
            "`providers.sinch.api_token`: it is missing; set SINCH_API_TOKEN",
        ),
        (
            "service_plan_id = 'plan-1'\napi_token = ''",
            "`providers.sinch.api_token`: it is missing; set SINCH_API_TOKEN",
        ),
        (
            "key_id = 'k-1'",
            "`providers.sinch.project_id`: it is missing; set SINCH_PROJECT_ID",
        ),
        (
            "project_id = 'p-1'",
            "`providers.sinch.key_id`: it is missing; set SINCH_KEY_ID",
        ),
        (
            "project_id = 'p-1'\nkey_id = 'k-1'",
            "`providers.sinch.key_secret`: it is missing; set SINCH_KEY_SECRET",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn one_set_of_credentials_is_enough_and_two_are_too_many() {
    build(PLAN).unwrap();
    build(PROJECT).unwrap();
    for (key, line) in [
        ("project_id", "project_id = 'p-1'"),
        ("key_id", "key_id = 'k-1'"),
        ("key_secret", "key_secret = 'x'"),
        ("token_url", "token_url = 'https://auth.example/token'"),
    ] {
        assert_eq!(
            refusal(&format!("{PLAN}\n{line}")),
            format!(
                "`providers.sinch.{key}`: it does not go with `service_plan_id` and `api_token`; set the one set of keys or the other"
            )
        );
    }
}

#[test]
fn access_keys_are_good_in_two_regions_only() {
    for region in ["us", "eu"] {
        build(&format!("{PROJECT}\nregion = '{region}'")).unwrap();
    }
    for region in ["au", "br", "ca"] {
        build(&format!("{PLAN}\nregion = '{region}'")).unwrap();
        assert_eq!(
            refusal(&format!("{PROJECT}\nregion = '{region}'")),
            "`providers.sinch.region`: access keys are good in us and eu only; set SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN instead"
        );
    }
}

#[test]
fn each_region_has_its_host_and_projects_have_hosts_of_their_own() {
    for region in ["us", "eu", "au", "br", "ca"] {
        let provider = build(&format!("{PLAN}\nregion = '{region}'")).unwrap();
        let url = format!("\"https://{region}.sms.api.sinch.com/xms/v1/plan-1/batches\"");
        assert!(format!("{provider:?}").contains(&url), "{provider:?}");
    }
    let provider = format!("{:?}", build(&format!("{PROJECT}\nregion = 'eu'")).unwrap());
    let url = "\"https://zt.eu.sms.api.sinch.com/xms/v1/p-1/batches\"";
    assert!(provider.contains(url), "{provider}");
}

#[test]
fn bad_values_are_refused_by_name() {
    let long = format!("callback_url = 'https://example.org/{}'", "x".repeat(2000));
    for (line, sentence) in [
        (
            "service_plan_id = 'a/b'",
            "`providers.sinch.service_plan_id`: it may hold no blank, colon, slash or control character",
        ),
        (
            "from = 'service:pool'",
            "`providers.sinch.from`: it is a messaging service, which Sinch does not have; name a number, a short code or a sender ID",
        ),
        (
            "base_url = 'us.sms.api.sinch.com'",
            "`providers.sinch.base_url`: it is not an absolute URL",
        ),
        (
            "callback_url = '/sms'",
            "`providers.sinch.callback_url`: it is not an absolute http or https URL",
        ),
        (
            &long,
            "`providers.sinch.callback_url`: with our id in its query it is longer than the 2048 characters that Sinch takes",
        ),
        (
            "webhook_window = '0s'",
            "`providers.sinch.webhook_window`: it must be longer than zero",
        ),
        (
            "webhook_path_secret = 'short'",
            "`providers.sinch.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
        ),
        (
            "webhook_path_secret = 'with/slash/and more'",
            "`providers.sinch.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
        ),
        (
            "timeout = '0s'",
            "`providers.sinch.timeout`: it must be longer than zero",
        ),
        (
            "connect_timeout = '0s'",
            "`providers.sinch.connect_timeout`: it must be longer than zero",
        ),
    ] {
        let table = if line.starts_with("service_plan_id") {
            format!("api_token = 'very-secret'\n{line}")
        } else {
            format!("{PLAN}\n{line}")
        };
        let said = refusal(&table);
        assert_eq!(said, sentence);
        assert!(!said.contains("very-secret"));
    }
    assert_eq!(
        refusal("service_plan_id = 'plan-1'\napi_token = \"very-secret\\n\""),
        "`providers.sinch.api_token`: it has a blank at an end, or a control character; copy it again"
    );
    let token_url = refusal(&format!("{PROJECT}\ntoken_url = 'ftp://auth.example'"));
    assert_eq!(
        token_url,
        "`providers.sinch.token_url`: it is neither http nor https"
    );
}

#[test]
fn words_that_no_key_takes_are_refused() {
    for line in [
        "region = 'mars'",
        "delivery_report = 'summary'",
        "flash = true",
    ] {
        let said = refusal(&format!("{PLAN}\n{line}"));
        let word = line.split([' ', '\'']).find(|word| said.contains(word));
        assert!(word.is_some(), "{said}");
    }
}

#[test]
fn every_key_has_a_field_and_its_default() {
    let table: Vec<String> = ENTRY.keys.iter().map(sample).collect();
    // Two sets of credentials in one table: it is read all the same, only not built.
    let figment = Figment::from(Toml::string(&table.join("\n")));
    let config: SinchConfig = figment.extract().unwrap();
    assert_eq!(config.webhook_window.as_secs(), 300);
    let default = SinchConfig::default();
    assert_eq!(config.timeout, default.timeout);
    assert_eq!(config.connect_timeout, default.connect_timeout);
    assert_eq!(config.region, default.region);
}

fn sample(key: &ConfigKey) -> String {
    let value = key
        .default
        .or(key.sample)
        .unwrap_or("\"a-value-of-some-length\"");
    format!("{} = {value}", key.name)
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
        [
            "api_token",
            "key_secret",
            "webhook_secret",
            "webhook_path_secret"
        ]
    );
    let provider = build(&format!(
        "{PLAN}\nwebhook_secret = 'very-secret-too'\nwebhook_path_secret = 'very-secret-as-well'\ncallback_url = 'https://example.org/'"
    ));
    let shown = format!("{:?}", provider.unwrap());
    assert!(!shown.contains("very-secret"), "{shown}");
}
