//! Configuration: which layer wins, and what a person reads when something is wrong.

use std::path::Path;

use async_trait::async_trait;
use proptest::prelude::*;
use serde::Deserialize;
use sms_framework::config::{Fallback, KEYS, Sources, duration};
use sms_framework::provider::{
    Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider, ProviderEntry, Registry,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender, Settings};

/// A provider with credentials, kept away from every real one.
#[derive(Debug)]
struct Owl;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwlConfig {
    account: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    key_secret: Option<String>,
    #[serde(default)]
    feathers: Vec<String>,
    #[serde(default)]
    speed: u16,
    #[serde(default)]
    base_url: Option<String>,
}

impl Plugin for Owl {
    const KIND: &'static str = "owl";
    const SUMMARY: &'static str = "Owls, by night";
    const KEYS: &'static [ConfigKey] = &[
        ConfigKey::new("account", KeyType::Text, "The owlery.").env(&["OWL_ACCOUNT", "OWLERY"]),
        ConfigKey::new("token", KeyType::Text, "Its token.")
            .env(&["OWL_TOKEN"])
            .secret(),
        ConfigKey::new("key", KeyType::Text, "A key.").env(&["OWL_KEY"]),
        ConfigKey::new("key_secret", KeyType::Text, "The key's secret.")
            .env(&["OWL_KEY_SECRET"])
            .secret(),
        ConfigKey::new("feathers", KeyType::List, "Feathers."),
        ConfigKey::new("speed", KeyType::Integer, "Metres a second.").default("0"),
        ConfigKey::new("base_url", KeyType::Url, "Where."),
    ];
    const CREDENTIALS: &'static [&'static [&'static str]] =
        &[&["account", "token"], &["account", "key", "key_secret"]];
    type Config = OwlConfig;

    fn build(_id: &str, config: OwlConfig) -> Result<Self, Error> {
        let seen = format!(
            "{}/{:?}/{:?}/{:?}/{:?}/{}/{:?}",
            config.account,
            config.token,
            config.key,
            config.key_secret,
            config.feathers,
            config.speed,
            config.base_url
        );
        if config.account == "show" {
            Err(Error::new(ErrorKind::Config, seen))
        } else {
            Ok(Self)
        }
    }
}

#[async_trait]
impl Provider for Owl {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        Ok(Acceptance::new(message.id().to_string()))
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities::new()
    }
    fn default_sender(&self) -> Option<Sender> {
        None
    }
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }
}

fn registry() -> Registry {
    Registry::new().with(ProviderEntry::of::<Owl>()).unwrap()
}

fn load(sources: Sources) -> Result<Settings, Error> {
    sources.load_with(&registry())
}

fn error(sources: Sources) -> String {
    let error = load(sources).expect_err("this configuration is wrong");
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string()
}

fn toml_error(text: &str) -> String {
    error(Sources::new().toml(text))
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    std::fs::write(folder.join(name), text).unwrap();
    folder.join(name).display().to_string()
}

/// What the provider was given, by its own account.
fn owl_sees(sources: Sources) -> String {
    let settings = load(
        sources
            .variable("OWL_ACCOUNT", "show")
            .toml("provider = \"owl\""),
    )
    .unwrap();
    let choice = settings.choose(&registry()).unwrap();
    settings
        .build_provider(&choice, &registry())
        .unwrap_err()
        .message()
        .to_owned()
}

#[test]
fn nothing_at_all_gives_the_defaults() {
    let settings = load(Sources::new()).unwrap();
    assert_eq!(settings.environment(), "development");
    assert_eq!(settings.fallback(), Fallback::Mock);
    assert_eq!(settings.stack().rate_limit.rate, 10.0);
    assert_eq!(
        (
            settings.stack().rate_limit.burst,
            settings.stack().rate_limit.initial
        ),
        (10, 1)
    );
    assert_eq!(settings.stack().retry.max_attempts, 3);
    assert_eq!(settings.database().url, "sms.db");
}

#[test]
fn every_documented_default_is_the_one_in_force() {
    // Setting every key to its documented default changes nothing.
    let keys = KEYS
        .iter()
        .filter_map(|key| Some(format!("{} = {}\n", key.name, key.default?)));
    let explicit = load(Sources::new().toml(keys.collect::<String>())).unwrap();
    let defaults = load(Sources::new()).unwrap();
    assert_eq!(explicit.stack(), defaults.stack());
    assert_eq!(explicit.database(), defaults.database());
    assert_eq!(explicit.queue(), defaults.queue());
    assert_eq!(explicit.broadcast(), defaults.broadcast());
    assert_eq!(explicit.fallback(), defaults.fallback());
    assert_eq!(explicit.templates(), defaults.templates());
}

#[test]
fn every_key_has_a_place_in_the_settings() {
    for key in KEYS.iter().filter(|key| key.name.contains('.')) {
        let value = key.default.or(key.sample).unwrap();
        load(Sources::new().toml(format!("{} = {value}", key.name)))
            .unwrap_or_else(|error| panic!("{}: {error}", key.name));
    }
}

#[test]
fn layers_win_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "default.toml",
        "rate_limit = { rate = 1, burst = 21, max_wait = \"1s\" }\nretry.cap = \"1m\"",
    );
    write(
        folder.path(),
        "production.toml",
        "rate_limit = { rate = 2, burst = 22 }\nretry.cap = \"2m\"",
    );
    let file = write(folder.path(), "single.toml", "rate_limit.rate = 3");
    let settings = load(
        Sources::new()
            .path(folder.path())
            .file(file)
            .variable("ENVIRONMENT", "production")
            .variable("SMS_RATE_LIMIT__RATE", "4"),
    )
    .unwrap();
    assert_eq!(settings.environment(), "production");
    assert_eq!(settings.stack().rate_limit.rate, 4.0);
    assert_eq!(settings.stack().rate_limit.burst, 22);
    assert_eq!(settings.stack().rate_limit.max_wait.as_secs(), 1);
    assert_eq!(settings.stack().retry.cap.as_secs(), 120);
    assert_eq!(
        settings.origin("rate_limit.rate"),
        "variable SMS_RATE_LIMIT__RATE"
    );
    assert!(
        settings
            .origin("rate_limit.burst")
            .ends_with("production.toml, line 1"),
        "{}",
        settings.origin("rate_limit.burst")
    );
    assert!(
        settings
            .origin("rate_limit.max_wait")
            .ends_with("default.toml, line 1")
    );
    assert_eq!(settings.origin("queue.cap"), "built-in default");
}

#[test]
fn text_from_the_environment_stays_text() {
    let seen = owl_sees(
        Sources::new()
            .variable("OWL_TOKEN", "00123456789")
            .variable("SMS_PROVIDERS__OWL__KEY", "+15551234567")
            .variable("SMS_PROVIDERS__OWL__SPEED", "88")
            .variable("SMS_PROVIDERS__OWL__FEATHERS", "true, 1.50,'x'"),
    );
    assert_eq!(
        seen,
        r#"show/Some("00123456789")/Some("+15551234567")/None/["true", "1.50", "'x'"]/88/None"#
    );
}

#[test]
fn of_two_names_the_first_wins() {
    let sources = Sources::new()
        .variable("OWLERY", "second")
        .variable("OWL_ACCOUNT", "first")
        .variable("OWL_TOKEN", "t");
    let settings = load(sources).unwrap();
    assert_eq!(
        settings.origin("providers.owl.account"),
        "variable OWL_ACCOUNT"
    );
}

#[test]
fn a_secret_can_come_from_a_file_named_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "token", "sesame\n");
    assert_eq!(
        owl_sees(Sources::new().variable("OWL_TOKEN_FILE", &path)),
        r#"show/Some("sesame")/None/None/[]/0/None"#
    );
    let by_key = Sources::new().variable("SMS_PROVIDERS__OWL__TOKEN_FILE", &path);
    assert_eq!(
        owl_sees(by_key),
        r#"show/Some("sesame")/None/None/[]/0/None"#
    );
    assert_eq!(
        error(
            Sources::new()
                .variable("OWL_TOKEN_FILE", &path)
                .variable("OWL_TOKEN", "x")
        ),
        "both OWL_TOKEN and OWL_TOKEN_FILE are set; unset one of them"
    );
    let missing = error(Sources::new().variable("OWL_TOKEN_FILE", "/no/such/file"));
    assert!(
        missing.starts_with("cannot read /no/such/file, which variable OWL_TOKEN_FILE names: "),
        "{missing}"
    );
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let settings = load(
        Sources::new()
            .variable("SMS_RATE_LIMIT__RATE", "")
            .variable("USE_MOCKS", ""),
    )
    .unwrap();
    assert_eq!(settings.stack().rate_limit.rate, 10.0);
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest() {
    assert_eq!(
        toml_error("[rate_limit]\nrate = 5\nbrust = 3"),
        "unknown key `rate_limit.brust`: did you mean `rate_limit.burst`? (the built-in TOML text, line 3)"
    );
    assert_eq!(
        error(Sources::new().variable("SMS_RATE_LIMIT__BRUST", "3")),
        "unknown key `rate_limit.brust`: did you mean SMS_RATE_LIMIT__BURST? (variable SMS_RATE_LIMIT__BRUST)"
    );
    assert_eq!(
        toml_error("[providers.owl]\ntokne = 'x'"),
        "unknown key `providers.owl.tokne`: did you mean `providers.owl.token`? (the built-in TOML text, line 2)"
    );
}

#[test]
fn a_provider_that_is_not_linked_is_named_with_the_line_to_add() {
    let text = toml_error("[providers.owk]\naccount = 'x'");
    assert!(
        text.contains("no provider of kind `owk` is linked into this program"),
        "{text}"
    );
    assert!(text.contains("linked: owl; did you mean `owl`?"), "{text}");
    assert!(text.contains("`use sms_provider_owk as _;`"), "{text}");
}

#[test]
fn a_wrong_type_says_what_is_taken() {
    for (text, expected) in [
        (
            "rate_limit.burst = \"many\"",
            "`rate_limit.burst` takes a whole number",
        ),
        (
            "rate_limit.burst = -1",
            "`rate_limit.burst` takes a whole number",
        ),
        ("rate_limit.rate = true", "`rate_limit.rate` takes a number"),
        (
            "rate_limit.enabled = \"maybe\"",
            "`rate_limit.enabled` takes true or false",
        ),
        (
            "rate_limit.max_wait = 30",
            "`rate_limit.max_wait` takes a duration, such as \"500ms\", \"30s\" or \"1m 30s\"",
        ),
        (
            "rate_limit.max_wait = \"-3s\"",
            "`rate_limit.max_wait` takes a duration, such as \"500ms\", \"30s\" or \"1m 30s\"",
        ),
        (
            "fallback = \"mok\"",
            "`fallback` takes one of \"mock\" | \"error\"; did you mean \"mock\"?",
        ),
        (
            "providers.owl.account = 4155",
            "`providers.owl.account` takes text: put it in quotes",
        ),
        (
            "providers.owl.base_url = \"example.com\"",
            "`providers.owl.base_url` takes an absolute http or https URL",
        ),
        (
            "providers.owl.feathers = [1]",
            "`providers.owl.feathers` takes a list of texts",
        ),
        ("provider = []", "`provider` takes text"),
        ("retry = 3", "`retry` is a table, not a value"),
        ("providers = 3", "`providers` is a table, not a value"),
    ] {
        assert_eq!(
            toml_error(text),
            format!("{expected} (the built-in TOML text, line 1)")
        );
    }
    assert_eq!(
        error(Sources::new().variable("USE_MOCKS", "perhaps")),
        "`use_mocks` takes true or false (variable USE_MOCKS)"
    );
}

#[test]
fn bad_toml_names_file_and_line_and_never_quotes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "bad.toml",
        "provider = \"owl\"\nauth_token = hunter2\n",
    );
    let text = error(Sources::new().file(&path));
    assert!(
        text.starts_with(&format!("{path}, line 2, is not valid TOML: ")),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    assert_eq!(
        error(Sources::new().file("/no/such.toml")),
        "cannot read the configuration file /no/such.toml: there is no such file"
    );
    assert_eq!(
        error(Sources::new().path("/no/such/folder")),
        "there is no configuration folder /no/such/folder"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), [0xff, 0xfe]).unwrap();
    let text = error(Sources::new().file(folder.path().join("x.toml")));
    assert!(text.ends_with("x.toml: it is not UTF-8 text"), "{text}");
}

#[test]
fn an_unknown_environment_is_named_with_the_known_ones() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "staging.toml", "");
    let text = error(
        Sources::new()
            .path(folder.path())
            .variable("ENVIRONMENT", "stagin"),
    );
    assert!(
        text.starts_with("unknown environment `stagin` in variable ENVIRONMENT: there is no "),
        "{text}"
    );
    assert!(
        text.ends_with("known: development, production, staging, test; did you mean `staging`?"),
        "{text}"
    );
    load(
        Sources::new()
            .path(folder.path())
            .variable("ENVIRONMENT", "production"),
    )
    .expect("known without a file");
}

#[test]
fn a_secret_in_a_file_is_refused_even_where_the_environment_overrides_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "c.toml",
        "[providers.owl]\naccount = \"a\"\ntoken = \"hunter2\"\n",
    );
    let text = error(Sources::new().file(&path).variable("OWL_TOKEN", "right"));
    assert_eq!(
        text,
        format!(
            "`providers.owl.token` is a secret and may not stand in a file: remove it and set OWL_TOKEN, or \
             OWL_TOKEN_FILE to the path of a file that holds it ({path}, line 3)"
        )
    );
    let unlinked = toml_error("providers.crow.api_key = \"hunter2\"");
    assert!(
        unlinked.contains("`providers.crow.api_key` is a secret"),
        "{unlinked}"
    );
    let password = toml_error("database.url = \"postgres://sms:hunter2@db/sms\"");
    assert!(
        password.starts_with(
            "`database.url` is a secret and may not stand in a file: remove it and set DATABASE_URL"
        ),
        "{password}"
    );
    assert!(!unlinked.contains("hunter2") && !password.contains("hunter2"));
}

#[test]
fn several_problems_are_all_named_at_once() {
    let text = toml_error("rate_limit.brust = 3\nretry.max_attempts = \"x\"");
    assert!(
        text.starts_with("2 problems in the configuration:\n  - "),
        "{text}"
    );
    assert!(
        text.contains("rate_limit.brust") && text.contains("retry.max_attempts"),
        "{text}"
    );
}

#[test]
fn values_that_do_not_fit_together_are_refused_with_the_key_to_change() {
    for (text, expected) in [
        (
            "retry.max_attempts = 0",
            "`retry.max_attempts` must be at least 1: the first call counts",
        ),
        (
            "retry.base = \"1m\"",
            "`retry.base` may not be longer than `retry.cap`",
        ),
        (
            "broadcast.concurrency = 0",
            "`broadcast.concurrency` must be at least 1",
        ),
        (
            "queue.lease = \"1m\"",
            "`queue.lease` must be longer than a send can take, which is 2m 35s (rate_limit.max_wait + send.deadline + send.attempt_timeout)",
        ),
        (
            "validate.max_characters = 0",
            "`validate.max_characters` must be at least 1",
        ),
    ] {
        assert_eq!(
            toml_error(text),
            format!("{expected} (the built-in TOML text, line 1)")
        );
    }
    let rate = toml_error("rate_limit.rate = 0");
    assert!(
        rate.starts_with("`rate_limit.rate` and its neighbours do not make a limit: "),
        "{rate}"
    );
}

#[test]
fn a_provider_overrides_the_stack_for_itself_alone() {
    let settings = load(Sources::new().toml(
        "rate_limit = { rate = 5, burst = 7 }\n[providers.owl.rate_limit]\nrate = 2.5\n[providers.night]\nkind = \"owl\"",
    ))
    .unwrap();
    assert_eq!(settings.stack().rate_limit.rate, 5.0);
    assert_eq!(settings.stack_for("owl").rate_limit.rate, 2.5);
    assert_eq!(settings.stack_for("owl").rate_limit.burst, 7);
    assert_eq!(settings.stack_for("night").rate_limit.rate, 5.0);
    assert_eq!(
        toml_error("[providers.owl.retry]\nmax_attempts = 0"),
        "`providers.owl.retry.max_attempts` must be at least 1: the first call counts (the built-in TOML text, line 2)"
    );
}

#[test]
fn two_accounts_of_one_kind_are_two_tables() {
    let text = "provider = \"eu\"\n[providers.eu]\nkind = \"owl\"\naccount = \"show\"";
    let settings = load(
        Sources::new()
            .toml(text)
            .variable("SMS_PROVIDERS__EU__TOKEN", "t"),
    )
    .unwrap();
    let choice = settings.choose(&registry()).unwrap();
    assert_eq!(
        (choice.provider.as_str(), choice.kind.as_str()),
        ("eu", "owl")
    );
    let seen = settings.build_provider(&choice, &registry()).unwrap_err();
    assert_eq!(seen.to_string(), "eu: show/Some(\"t\")/None/None/[]/0/None");
    // The kind's own variables go to its only table, whatever that is called.
    let settings = load(Sources::new().toml(text).variable("OWL_TOKEN", "t")).unwrap();
    assert_eq!(settings.origin("providers.eu.token"), "variable OWL_TOKEN");
}

#[test]
fn the_choice_follows_the_rule_and_says_why() {
    let choose = |sources: Sources| {
        let choice = load(sources)
            .unwrap()
            .choose(&registry().with(mock()).unwrap())
            .unwrap();
        (choice.provider, choice.reason)
    };
    let with = |value: &str| Sources::new().variable("USE_MOCKS", value);
    assert_eq!(
        choose(Sources::new()),
        (
            "mock".into(),
            "USE_MOCKS is not set and no provider is configured".into()
        )
    );
    assert_eq!(
        choose(with("true").toml("provider = \"owl\"")),
        (
            "mock".into(),
            "use_mocks = true (variable USE_MOCKS)".into()
        )
    );
    assert_eq!(
        choose(with("false").toml("provider = \"owl\"")),
        ("owl".into(), "use_mocks = false (variable USE_MOCKS) and provider = \"owl\" (the built-in TOML text, line 1)".into())
    );
    assert_eq!(
        choose(Sources::new().variable("SMS_PROVIDER", "owl")),
        (
            "owl".into(),
            "USE_MOCKS is not set and provider = \"owl\" (variable SMS_PROVIDER)".into()
        )
    );
}

#[test]
fn without_a_configured_provider_use_mocks_false_means_twilio() {
    let settings = load(Sources::new().variable("USE_MOCKS", "false")).unwrap();
    let error = settings.choose(&registry()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("provider `twilio` is neither"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("and no provider is configured, so twilio"),
        "{error}"
    );
    assert!(
        error
            .help()
            .unwrap()
            .contains("`use sms_provider_twilio as _;`"),
        "{error:?}"
    );
}

#[test]
fn a_provider_that_does_not_exist_is_an_error_not_a_fallback() {
    let settings = load(Sources::new().toml("provider = \"owll\"")).unwrap();
    let error = settings.choose(&registry()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "provider `owll` is neither a table under [providers] nor a linked provider; there are: owl; it was chosen \
         because USE_MOCKS is not set and provider = \"owll\" (the built-in TOML text, line 1)"
    );
    assert_eq!(error.help(), Some("did you mean `owl`?"));
}

#[test]
fn missing_credentials_are_all_named_with_their_variables() {
    let lacking = |sources: Sources| {
        let settings = load(sources.toml("provider = \"owl\"")).unwrap();
        let choice = settings.choose(&registry()).unwrap();
        settings.build_provider(&choice, &registry()).unwrap_err()
    };
    let error = lacking(Sources::new());
    assert_eq!(
        error.to_string(),
        "provider `owl` lacks `providers.owl.account` (set OWL_ACCOUNT or SMS_PROVIDERS__OWL__ACCOUNT) and \
         `providers.owl.token` (set OWL_TOKEN or SMS_PROVIDERS__OWL__TOKEN)"
    );
    assert_eq!(
        error.help(),
        Some("owl needs one of: account + token, or account + key + key_secret")
    );
    let error = lacking(
        Sources::new()
            .variable("OWL_ACCOUNT", "a")
            .variable("OWL_KEY", "k"),
    );
    assert!(
        error
            .to_string()
            .starts_with("provider `owl` lacks `providers.owl.key_secret` (set OWL_KEY_SECRET or "),
        "{error}"
    );
}

#[test]
fn what_is_in_force_is_shown_with_its_origin_and_without_secrets() {
    let settings = load(
        Sources::new()
            .toml("provider = \"owl\"\nrate_limit.rate = 2.5\nproviders.owl.account = \"a\"")
            .variable("OWL_TOKEN", "hunter2")
            .variable("DATABASE_URL", "postgres://u:hunter2@h/d"),
    )
    .unwrap();
    let shown = settings.effective(&registry());
    let line = |key: &str| {
        let found = shown
            .iter()
            .find(|shown| shown.key == key)
            .unwrap_or_else(|| panic!("{key} is not shown"));
        (
            found.value.clone().unwrap_or_default(),
            found.origin.clone(),
        )
    };
    assert_eq!(
        line("rate_limit.rate"),
        ("2.5".into(), "the built-in TOML text, line 2".into())
    );
    assert_eq!(
        line("rate_limit.burst"),
        ("10".into(), "built-in default".into())
    );
    assert_eq!(
        line("providers.owl.token"),
        ("\"********\"".into(), "variable OWL_TOKEN".into())
    );
    assert_eq!(
        line("database.url"),
        ("\"********\"".into(), "variable DATABASE_URL".into())
    );
    assert_eq!(
        line("providers.owl.speed"),
        ("0".into(), "built-in default".into())
    );
    assert_eq!(
        line("environment"),
        ("\"development\"".into(), "built-in default".into())
    );
    let everything = format!("{shown:?} {settings:?}");
    assert!(!everything.contains("hunter2"), "{everything}");
}

fn mock() -> ProviderEntry {
    let mut entry = ProviderEntry::of::<Owl>();
    entry.kind = "mock";
    entry
}

proptest! {
    #[test]
    fn the_last_layer_that_sets_a_key_wins(values in prop::collection::vec(prop::option::of(1u32..1000), 4)) {
        let folder = tempfile::tempdir().unwrap();
        let text = |value: Option<u32>| value.map_or_else(String::new, |value| format!("rate_limit.burst = {value}"));
        write(folder.path(), "default.toml", &text(values[0]));
        write(folder.path(), "development.toml", &text(values[1]));
        let mut sources = Sources::new().path(folder.path()).file(write(folder.path(), "one.toml", &text(values[2])));
        if let Some(value) = values[3] {
            sources = sources.variable("SMS_RATE_LIMIT__BURST", value.to_string());
        }
        let expected = values.iter().rev().find_map(|value| *value).unwrap_or(10);
        prop_assert_eq!(load(sources).unwrap().stack().rate_limit.burst, expected);
    }

    #[test]
    fn a_duration_is_read_back_as_it_is_written(millis in 0u64..10_000_000_000) {
        let duration = std::time::Duration::from_millis(millis);
        prop_assert_eq!(duration::parse(&duration::format(duration)), Ok(duration));
    }

    #[test]
    fn no_text_at_all_makes_the_loader_panic(text in "\\PC{0,200}", name in "SMS_[A-Z_]{0,20}", value in "\\PC{0,20}") {
        let _ = load(Sources::new().toml(text).variable(name, value));
    }

    #[test]
    fn no_secret_is_ever_printed(secret in "[a-zA-Z0-9]{12,40}") {
        let texts = [
            format!("{:?}", Sources::new().variable("OWL_TOKEN", &secret)),
            format!("{:?}", load(Sources::new().variable("OWL_TOKEN", &secret)).unwrap()),
            format!("{:?}", load(Sources::new().variable("OWL_TOKEN", &secret)).unwrap().effective(&registry())),
            toml_error(&format!("providers.owl.token = \"{secret}\"")),
            toml_error(&format!("providers.owl.token = {secret}")),
            error(Sources::new().variable("OWL_TOKEN", &secret).variable("SMS_OOPS", "x")),
        ];
        for text in texts {
            prop_assert!(!text.contains(&secret), "{}", text);
        }
    }
}
