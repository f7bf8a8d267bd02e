//! What a person reads when something is wrong.

use sms_framework::config::Sources;

use crate::support::{error, load, toml_error, write};

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
            "queue.lease = \"2s\"",
            "`queue.lease` must be at least 3s, for it is renewed at a third of it",
        ),
        (
            "queue.max_attempts = 0",
            "`queue.max_attempts` must be at least 1",
        ),
        (
            "queue.concurrency = 0",
            "`queue.concurrency` must be at least 1",
        ),
        (
            "database.connections = 0",
            "`database.connections` must be at least 1",
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
fn a_table_whose_variables_could_not_be_named_is_refused() {
    for id in ["EU", "my-eu", "a__b"] {
        assert_eq!(
            toml_error(&format!("providers.{id}.account = \"a\"")),
            format!(
                "the table name `providers.{id}` may hold only a to z, 0 to 9 and single _: its secrets come from \
                 variables named after it (the built-in TOML text, line 1)"
            )
        );
    }
}

#[test]
fn times_beyond_all_measure_are_refused_and_nothing_panics() {
    let longest = "9223372036854775807s";
    for key in [
        "database.busy_timeout",
        "database.statement_timeout",
        "queue.lease",
        "queue.shutdown_timeout",
    ] {
        for time in ["61m", longest] {
            assert_eq!(
                toml_error(&format!("{key} = \"{time}\"")),
                format!("`{key}` may be an hour at most (the built-in TOML text, line 1)")
            );
        }
    }
    assert_eq!(
        toml_error("queue.base = \"0s\""),
        "`queue.base` must be longer than nothing (the built-in TOML text, line 1)"
    );
    assert_eq!(
        toml_error("send.deadline = \"10s\""),
        "`rate_limit.max_wait` may not be longer than `send.deadline`: no try may start after that (built-in default)"
    );
}

#[test]
fn what_kubernetes_sets_for_a_service_called_sms_is_no_key() {
    load(
        Sources::new()
            .variable("SMS_SERVICE_HOST", "10.0.0.1")
            .variable("SMS_PORT_443_TCP", "tcp://10.0.0.1:443")
            .variable("SMS_PORT", "tcp://10.0.0.1:443"),
    )
    .expect("they are passed over");
}
