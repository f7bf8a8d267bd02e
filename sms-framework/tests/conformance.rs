//! The conformance suite finds what it is there to find: providers that describe their keys wrongly.

use async_trait::async_trait;
use serde::Deserialize;
use sms_framework::provider::{
    Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider, ProviderEntry,
};
use sms_framework::testkit::conformance::{Case, Suite};
use sms_framework::testkit::http::Answer;
use sms_framework::{Acceptance, Error, Outbound, Sender};

const LOFT: ConfigKey = ConfigKey::new("loft", KeyType::Text, "Where they start.");
const WORD: ConfigKey = ConfigKey::new("word", KeyType::Text, "The password of the loft.").secret();

/// A provider whose table is `$config`, with these keys.
macro_rules! pigeon {
    ($name:ident, $config:ty, $keys:expr) => {
        #[derive(Debug)]
        struct $name;

        impl Plugin for $name {
            const KIND: &'static str = "pigeon";
            const SUMMARY: &'static str = "Carrier pigeons";
            const KEYS: &'static [ConfigKey] = $keys;
            const CREDENTIALS: &'static [&'static [&'static str]] = &[];
            const CAPABILITIES: Capabilities = Capabilities::new();
            type Config = $config;

            fn build(_id: &str, _config: $config) -> Result<Self, Error> {
                Ok(Self)
            }
        }

        #[async_trait]
        impl Provider for $name {
            async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
                Ok(Acceptance::new("p-1"))
            }
            fn capabilities(&self) -> Capabilities {
                Self::CAPABILITIES
            }
            fn default_sender(&self) -> Option<Sender> {
                None
            }
            fn lookup(&self) -> Option<&dyn Lookup> {
                None
            }
        }
    };
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(dead_code, reason = "only the names of its fields matter")]
struct Strict {
    loft: String,
    word: String,
}

#[derive(Deserialize)]
struct Lax {}

pigeon!(Good, Strict, &[LOFT, WORD]);
pigeon!(TooFew, Strict, &[LOFT]);
pigeon!(
    TooMany,
    Strict,
    &[
        LOFT,
        WORD,
        ConfigKey::new("owl", KeyType::Text, "By night.")
    ]
);
pigeon!(TakesAnything, Lax, &[]);
pigeon!(
    Talkative,
    Strict,
    &[
        LOFT,
        ConfigKey::new("word", KeyType::Text, "The password of the loft.")
    ]
);

fn suite(entry: ProviderEntry) -> Suite {
    Suite::http(entry, |_url| "loft = 'north'\nword = 'coo'".to_owned())
        .accepts(Answer::empty(200), ["p-1"])
        .answers(Case::ServerError, Answer::empty(200))
}

#[test]
fn keys_that_agree_pass() {
    let suite = suite(ProviderEntry::of::<Good>()).secrets(["coo"]);
    suite.run(Case::Capabilities);
    suite.run(Case::Secrets);
}

#[test]
#[should_panic(
    expected = "`word` is a field of the config type, and stands not in KEYS: nobody can set it"
)]
fn a_field_without_a_key_is_found() {
    suite(ProviderEntry::of::<TooFew>()).run(Case::Capabilities);
}

#[test]
#[should_panic(expected = "`owl` stands in KEYS, and the config type has no such field")]
fn a_key_without_a_field_is_found() {
    suite(ProviderEntry::of::<TooMany>()).run(Case::Capabilities);
}

#[test]
#[should_panic(expected = "its config type lacks `#[serde(deny_unknown_fields)]`")]
fn a_table_that_takes_any_key_is_found() {
    suite(ProviderEntry::of::<TakesAnything>()).run(Case::Capabilities);
}

#[test]
#[should_panic(expected = "`word` holds a secret, and its key is not marked with `.secret()`")]
fn a_secret_without_a_mark_is_found() {
    suite(ProviderEntry::of::<Talkative>())
        .secrets(["coo"])
        .run(Case::Secrets);
}

#[test]
#[should_panic(
    expected = "`word` is marked with `.secret()`, and its value is not among the suite's `.secrets(…)`"
)]
fn a_secret_that_the_suite_does_not_name_is_found() {
    suite(ProviderEntry::of::<Good>())
        .secrets(["another"])
        .run(Case::Secrets);
}
