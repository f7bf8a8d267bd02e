//! Which layer wins, and what is shown of it.

use sms_framework::config::{Fallback, KEYS, Sources};

use crate::support::{error, load, owl_sees, registry, toml_error, write};

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
