//! Which provider is picked, and what it lacks.

use sms_framework::config::Sources;

use crate::support::{load, mock, registry};

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
    let seen = settings
        .build_provider(&choice.provider, &registry())
        .unwrap_err();
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
        "provider `owll` is neither a table under [providers], nor a linked provider, nor a route; there are: owl; it was chosen \
         because USE_MOCKS is not set and provider = \"owll\" (the built-in TOML text, line 1)"
    );
    assert_eq!(error.help(), Some("did you mean `owl`?"));
}

#[test]
fn missing_credentials_are_all_named_with_their_variables() {
    let lacking = |sources: Sources| {
        let settings = load(sources.toml("provider = \"owl\"")).unwrap();
        let choice = settings.choose(&registry()).unwrap();
        settings
            .build_provider(&choice.provider, &registry())
            .unwrap_err()
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
fn a_kind_that_does_not_exist_is_a_mistake_never_a_fallback() {
    let text = "provider = \"eu\"\n[providers.eu]\nkind = \"owll\"";
    let error = load(Sources::new().toml(text)).unwrap_err().to_string();
    assert!(
        error.starts_with("no provider of kind `owll` is linked into this program"),
        "{error}"
    );
    assert!(
        error.contains("did you mean `owl`?") && error.ends_with("line 3)"),
        "{error}"
    );
    // Without a single key of its own there is nothing to check until it is chosen.
    let text = "provider = \"crow\"\n[providers.crow.rate_limit]\nrate = 5";
    let error = load(Sources::new().toml(text))
        .unwrap()
        .choose(&registry())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("no provider of kind `crow` is linked"),
        "{error}"
    );
}

#[test]
fn a_table_called_mock_is_the_mock() {
    let text = "[providers.mock]\nkind = \"owl\"";
    assert_eq!(
        load(Sources::new().toml(text)).unwrap_err().to_string(),
        "`providers.mock` is the mock: give the table another name (the built-in TOML text, line 2)"
    );
}

#[test]
fn of_two_tables_of_one_kind_each_is_told_the_variable_that_sets_it() {
    let text = "provider = \"eu\"\n[providers.eu]\nkind = \"owl\"\n[providers.us]\nkind = \"owl\"";
    let settings = load(Sources::new().toml(text)).unwrap();
    let choice = settings.choose(&registry()).unwrap();
    let error = settings
        .build_provider(&choice.provider, &registry())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "provider `eu` lacks `providers.eu.account` (set SMS_PROVIDERS__EU__ACCOUNT) and \
         `providers.eu.token` (set SMS_PROVIDERS__EU__TOKEN)"
    );
}
