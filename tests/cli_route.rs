//! A route through the command: which provider took it, why, and what the operator is told.

#![allow(clippy::unwrap_used)]

mod support;

use support::Place;

const ROUTE: &str = "
provider = 'main'
rate_limit.enabled = false

[routes.main]
use = ['first', { provider = 'second', weight = 2 }]
strategy = 'failover'

[[routes.main.rules]]
to = ['+44', '+353']
use = ['second', 'first']

[providers.first]
kind = 'mock'
from = '+14155550100'

[providers.first.retry]
max_attempts = 2
base = '1ms'

[providers.second]
kind = 'mock'
from = '+14155550200'
";

/// The first provider goes by `script`.
fn place(script: &str) -> Place {
    let place = Place::new()
        .with("SMS_CONFIG", "sms.toml")
        .with("SMS_PROVIDERS__FIRST__SCRIPT", script);
    place.write("sms.toml", ROUTE);
    place
}

#[test]
fn an_outage_goes_on_and_the_receipt_and_the_log_tell_the_path() {
    let place = place("*: connect");
    let sent = place
        .run(&["send", "--json", "--to", "+14155550123", "Hello"])
        .code(0)
        .object();
    assert_eq!(sent["provider"], "second");
    assert_eq!(sent["from"], "+14155550200");
    assert_eq!(sent["attempts"], 3);
    assert_eq!(
        sent["path"],
        serde_json::json!([
            {"provider": "first", "calls": 2, "code": "CONNECT", "error": "the script lets no connection through"},
            {"provider": "second", "calls": 1, "code": null, "error": null},
        ])
    );
    let ran = place
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(0);
    let path = "  path         first: CONNECT: the script lets no connection through
               second: took it\n";
    assert!(ran.out.contains(path), "{}", ran.out);
    let shown = place
        .run(&["messages", "show", sent["id"].as_str().unwrap()])
        .code(0);
    let providers: Vec<_> = shown
        .out
        .lines()
        .skip_while(|line| !line.starts_with("ATTEMPT"))
        .skip(1)
        .map(|line| line.split_whitespace().nth(1).unwrap())
        .collect();
    assert_eq!(providers, ["first", "first", "second"], "{}", shown.out);
}

#[test]
fn a_rule_sends_a_country_elsewhere_and_a_bad_number_goes_nowhere_else() {
    let place = place("*: opted_out");
    let sent = place
        .run(&["send", "--json", "--to", "+442071838750", "Hello"])
        .code(0)
        .object();
    assert_eq!(
        (&sent["provider"], &sent["attempts"]),
        (&"second".into(), &1.into())
    );
    assert!(sent.get("path").is_none());
    let refused = place
        .run(&["send", "--json", "--to", "+14155550123", "Hello"])
        .code(1)
        .object();
    assert_eq!(refused["status"], "rejected");
    assert_eq!(refused["provider"], "first");
}

#[test]
fn the_operator_sees_the_route_and_each_of_its_providers() {
    let place = place("");
    let ran = place.run(&["status"]).code(0);
    assert!(ran.out.contains("  route        main\n"), "{}", ran.out);
    assert!(
        ran.out
            .contains("- first      takes messages (kind mock), from +14155550100; off: nothing paces the sends"),
        "{}",
        ran.out
    );
    let status = place.run(&["status", "--json"]).code(0).object();
    assert_eq!(status["kind"], "route");
    assert_eq!(status["providers"][1]["id"], "second");
    assert_eq!(status["providers"][1]["health"]["state"], "closed");
    let checked = place.run(&["config", "check"]).code(0);
    assert!(
        checked.out.contains("provider     main (route)"),
        "{}",
        checked.out
    );
    assert!(
        checked.out.contains("leads to     first, second"),
        "{}",
        checked.out
    );
    let shown = place.run(&["config", "show"]).code(0);
    assert!(
        shown.out.contains(
            r#"{ main = { rules = [{ to = ["+44", "+353"], use = ["second", "first"] }], strategy = "failover", use = ["first", { provider = "second", weight = 2 }] } }"#
        ),
        "{}",
        shown.out
    );
}

#[test]
fn a_route_whose_provider_lacks_a_credential_goes_without_it_or_refuses_to_start() {
    let place = Place::new().with("SMS_CONFIG", "sms.toml");
    let twilio = "
        provider = 'main'
        [routes.main]
        use = ['twilio', 'other']
        [providers.other]
        kind = 'twilio'
        account_sid = 'AC0123456789abcdef0123456789abcdef'
        from = '+14155550100'
    ";
    place.write("sms.toml", twilio);
    let place = place.with("SMS_PROVIDERS__OTHER__AUTH_TOKEN", "s3cr3t");
    let status = place.run(&["status", "--json"]).code(0).object();
    assert_eq!(status["mock_mode"], false);
    let missing = status["missing"][0].as_str().unwrap();
    assert!(
        missing.starts_with("provider `twilio` lacks `providers.twilio.account_sid`"),
        "{missing}"
    );
    let ids: Vec<_> = status["providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| provider["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["other"]);
    let shown = place.run(&["status"]).code(0);
    assert!(shown.out.contains("MISSING"), "{}", shown.out);
    let strict = place.with("SMS_FALLBACK", "error");
    let ran = strict
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(2);
    assert!(
        ran.err
            .starts_with("error[CONFIG]: provider `twilio` lacks"),
        "{}",
        ran.err
    );
}

#[test]
fn a_route_that_cannot_work_is_refused_with_its_line() {
    let place = Place::new().with("SMS_CONFIG", "sms.toml");
    place.write(
        "sms.toml",
        "provider = 'main'\n[routes.main]\nuse = ['mock', 'twillio']\n",
    );
    let ran = place.run(&["config", "check"]).code(2);
    assert!(
        ran.err.contains(
            "`routes.main.use` names `twillio`, which is neither a provider nor a route: did you mean `twilio`? (sms.toml, line 3)"
        ),
        "{}",
        ran.err
    );
}

#[test]
fn a_route_that_simulates_some_and_sends_others_is_refused_before_anything_starts() {
    let place = Place::new().with("SMS_CONFIG", "sms.toml");
    place.write(
        "sms.toml",
        "provider = 'main'\n\n[routes.main]\nuse = ['twilio', 'mock']\n",
    );
    let ran = place.run(&["config", "check"]).code(2);
    assert!(
        ran.err.contains(
            "`routes.main` mixes `mock`, which only simulates, with `twilio`, which sends: leave one of them out; USE_MOCKS=true simulates everything (sms.toml, line 3)"
        ),
        "{}",
        ran.err
    );
}

#[test]
fn a_route_that_needs_what_its_provider_was_told_not_to_do_is_refused() {
    let place = place("*: ok")
        .with("SMS_ROUTES__MAIN__USE", "second, first")
        .with("SMS_ROUTES__MAIN__NEEDS", "media, lookup")
        .with("SMS_PROVIDERS__FIRST__LOOKUP", "false")
        .with("SMS_PROVIDERS__SECOND__LOOKUP", "false");
    let send: &[&str] = &["send", "--to", "+14155550123", "Hello"];
    for command in [send, &["config", "check"]] {
        let ran = place.run(command).code(2);
        assert!(
            ran.err.contains(
                "`routes.main.needs` asks for `lookup`, which none of its providers can do: first, second (variable SMS_ROUTES__MAIN__NEEDS)"
            ),
            "{}",
            ran.err
        );
    }
}
