use std::sync::Arc;

use sms_framework::provider::Capabilities;
use sms_framework::testkit::{MemoryStore, ScriptedProvider};
use sms_framework::{Error, SmsClient};

use super::support::{load, provider, registry};

fn refusal(toml: &str) -> String {
    load(toml).unwrap_err().to_string()
}

#[test]
fn every_mistake_in_a_route_is_one_sentence_with_its_line() {
    let cases = [
        (
            "[routes.main]\nuse = ['a', 'bb']",
            "`routes.main.use` names `bb`, which is neither a provider nor a route: did you mean `b`? (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = ['zzz']",
            "`routes.main.use` names `zzz`, which is neither a provider nor a route: there are: a, b, c, fake, main, plain (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = ['plane']",
            "`routes.main.use` names `plane`, which is neither a provider nor a route: did you mean `plain`? (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = []",
            "`routes.main.use` takes a list of providers that is not empty (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nstrategy = 'failover'",
            "`routes.main.use` is missing: name at least one provider (the built-in TOML text, line 1)",
        ),
        (
            "[routes.main]\nuse = ['a', 'a']",
            "`routes.main.use` names `a` twice (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = ['a', { provider = 'b', weight = 0 }]",
            "`routes.main.use` gives `b` a weight that is not 1 to 1000 (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = ['a', { provider = 'b', wait = 2 }]",
            "`routes.main.use.wait` is no key of a route; did you mean `weight`? (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = ['a']\nstratgy = 'health'",
            "`routes.main.stratgy` is no key of a route; did you mean `strategy`? (the built-in TOML text, line 3)",
        ),
        (
            "[routes.main]\nuse = ['a']\nstrategy = 'random'",
            "`routes.main.strategy` takes one of \"failover\" | \"weighted\" | \"health\" (the built-in TOML text, line 3)",
        ),
        (
            "[routes.a]\nuse = ['b']",
            "`routes.a` has the name of a provider: give the route another one (the built-in TOML text, line 1)",
        ),
        (
            "[routes.main]\nuse = ['other']\n[routes.other]\nuse = ['a', 'main']",
            "`routes.main.use` leads back to itself: main → other → main (the built-in TOML text, line 2)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\nto = ['+44']\nuse = ['b']\n[[routes.main.rules]]\nto = []\nuse = ['b']",
            "`routes.main.rules.1.to` is an empty list, so the rule can never match: fill it or leave it out (the built-in TOML text, line 7)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\nto = ['+44', '+33']\nuse = ['b']\n[[routes.main.rules]]\nto = ['+33']\nuse = ['c']",
            "`routes.main.rules.1` can never match: rules before it take the same messages (the built-in TOML text, line 6)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\nuse = ['b']",
            "`routes.main.rules.0` matches every message: give it `to`, `countries`, `message_type` or `owner` (the built-in TOML text, line 3)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\nto = ['44']\nuse = ['b']",
            "`routes.main.rules.0.to` takes prefixes such as \"+44\", not `44` (the built-in TOML text, line 4)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\nto = ['GB']\nuse = ['b']",
            "`routes.main.rules.0.to` takes prefixes such as \"+44\", not `GB` (the built-in TOML text, line 4)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\ncountries = ['UK']\nuse = ['b']",
            "`routes.main.rules.0.countries` cannot be used: unknown region `UK`: write the two letters of ISO 3166-1, such as US; did you mean `GB`? (the built-in TOML text, line 4)",
        ),
        (
            "[routes.main]\nuse = ['a']\n[[routes.main.rules]]\nto = ['+44']\nneeds = ['media']\nuse = ['b', 'plain']",
            "`routes.main.rules.0.needs` asks for `media`, which none of its providers can do: b, plain (the built-in TOML text, line 5)",
        ),
        (
            "[routes.main]\nuse = ['a']\nneeds = ['fax']",
            "`routes.main.needs` takes media, validity, messaging_service, lookup, receipts, inbound, not `fax` (the built-in TOML text, line 3)",
        ),
        (
            "routes = 3",
            "`routes` takes a table (the built-in TOML text, line 1)",
        ),
        (
            "[senders]\n'+44' = '!!'",
            "`senders.+44` cannot be used: `!!` is not a sender: character 1 is `!`, and a sender ID has letters, digits, blanks and + - _ & only (the built-in TOML text, line 2)",
        ),
        (
            "[senders]\n'+0' = 'ACME'",
            "`senders.+0` is neither a prefix nor a country: `+0` is no prefix of phone numbers: a plus and 1 to 15 digits, such as +44 (the built-in TOML text, line 2)",
        ),
        (
            "[senders]\nGB = 'ACME'\ngb = 'ACME'",
            "`senders.gb` is there twice: `GB` is the same place (the built-in TOML text, line 3)",
        ),
        (
            "[senders]\nGB = []",
            "`senders.GB` names no sender (the built-in TOML text, line 2)",
        ),
        (
            "[health]\nopen_above = 2",
            "`health.open_above` is a share, from 0 to 1 (the built-in TOML text, line 2)",
        ),
    ];
    for (toml, sentence) in cases {
        assert_eq!(refusal(toml), sentence, "{toml}");
    }
}

#[test]
fn several_mistakes_are_told_at_once() {
    let told = refusal("[routes.main]\nuse = ['x1']\n[routes.other]\nuse = ['a']\nstrategy = 'z'");
    assert!(
        told.starts_with("2 problems in the configuration:"),
        "{told}"
    );
}

#[test]
fn a_name_that_is_no_provider_and_no_route_suggests_the_nearest() {
    let settings = load("provider = 'man'\n[routes.main]\nuse = ['a']").unwrap();
    let error = settings.choose(&registry()).unwrap_err();
    assert_eq!(error.help(), Some("did you mean `main`?"));
}

fn client(toml: &str, providers: &[(&str, ScriptedProvider)]) -> Result<SmsClient, Error> {
    let mut builder = SmsClient::builder(load(toml)?)
        .registry(registry())
        .store(Arc::new(MemoryStore::new()));
    for (id, provider) in providers {
        builder = builder.substitute(id, Arc::new(provider.clone()));
    }
    builder.build()
}

const ROUTE: &str = "provider = 'main'\n[routes.main]\nuse = ['a', 'b']\n";

#[tokio::test]
async fn a_route_of_mocks_and_real_ones_is_refused() {
    let mock = ScriptedProvider::new().capabilities(Capabilities::new().with_simulated());
    let error = client(ROUTE, &[("a", provider()), ("b", mock.clone())]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`routes.main` mixes `b`, which only simulates, with `a`, which sends: leave one of them out; USE_MOCKS=true simulates everything (the built-in TOML text, line 2)"
    );
    // A rehearsal with mocks alone is fine.
    let sms = client(ROUTE, &[("a", mock.clone()), ("b", mock)]).unwrap();
    assert!(sms.status().await.mock_mode);
}

#[tokio::test]
async fn the_status_names_the_route_and_each_of_its_providers() {
    let sms = client(ROUTE, &[("a", provider()), ("b", provider())]).unwrap();
    let status = sms.status().await;
    assert_eq!(
        (status.provider.as_str(), status.kind.as_str()),
        ("main", "route")
    );
    let ids: Vec<_> = status
        .providers
        .iter()
        .map(|provider| provider.id.as_str())
        .collect();
    assert_eq!(ids, ["a", "b"]);
    assert!(status.providers[0].limiter.is_some());
}
