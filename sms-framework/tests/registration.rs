//! Registering providers, and finding them again.
#![allow(clippy::unwrap_used)]

use async_trait::async_trait;
use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{
    BuildError, Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider, Registry,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

/// One plugin a kind: alike but for their names.
macro_rules! pigeon {
    ($module:ident, $kind:literal, $summary:literal) => {
        mod $module {
            use super::*;

            #[derive(Debug)]
            pub(super) struct Pigeon {
                loft: String,
            }

            #[derive(serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(super) struct PigeonConfig {
                loft: String,
            }

            impl Plugin for Pigeon {
                const KIND: &'static str = $kind;
                const SUMMARY: &'static str = $summary;
                const KEYS: &'static [ConfigKey] =
                    &[ConfigKey::new("loft", KeyType::Text, "Where they start.")];
                const CREDENTIALS: &'static [&'static [&'static str]] = &[&["loft"]];
                const CAPABILITIES: sms_framework::provider::Capabilities =
                    sms_framework::provider::Capabilities::new();
                type Config = PigeonConfig;

                fn build(id: &str, config: PigeonConfig) -> Result<Self, Error> {
                    match config.loft.as_str() {
                        "" => Err(Error::new(ErrorKind::Config, format!("{id} has no loft"))),
                        _ => Ok(Self { loft: config.loft }),
                    }
                }
            }

            #[async_trait]
            impl Provider for Pigeon {
                async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
                    Ok(Acceptance::new(format!("{}-{}", self.loft, message.id())))
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

            sms_framework::register_provider!(Pigeon);
        }
    };
}

pigeon!(pigeon, "pigeon", "Carrier pigeons");
pigeon!(owl, "owl", "Owls, by night");

/// Not registered with the linker's help: the registry of this test would not hold two of a kind.
mod impostor {
    use super::{ConfigKey, pigeon};
    use sms_framework::provider::ProviderEntry;

    pub(super) fn entry() -> ProviderEntry {
        let mut entry = pigeon::ENTRY;
        entry.summary = "Plastic pigeons";
        entry.keys = &[] as &[ConfigKey];
        entry
    }
}

#[test]
fn what_is_linked_is_in_the_registry() {
    let registry = Registry::linked().unwrap();
    assert_eq!(registry.kinds(), ["owl", "pigeon"]);
    assert_eq!(registry.get("owl").unwrap().summary, "Owls, by night");
    assert_eq!(
        registry.get("owl").unwrap().key("loft").unwrap().doc,
        "Where they start."
    );
}

#[test]
fn a_registry_can_be_filled_by_hand() {
    let registry = Registry::new().with(pigeon::ENTRY).unwrap();
    assert_eq!(registry.iter().count(), 1);
}

#[test]
fn two_of_a_kind_are_an_error_that_names_both() {
    let registry = Registry::linked().unwrap();
    let error = registry.with(impostor::entry()).unwrap_err();
    assert_eq!(error.code(), "CONFIG");
    assert_eq!(
        error.to_string(),
        "two linked providers are both called `pigeon` (\"Carrier pigeons\" and \"Plastic pigeons\")"
    );
    assert_eq!(
        error.help(),
        Some("link only one of them: remove the other `use … as _;` line")
    );
}

#[test]
fn an_unknown_kind_lists_what_is_linked_and_the_nearest() {
    let error = Registry::linked()
        .unwrap()
        .get("pidgeon")
        .unwrap_err()
        .clone();
    assert_eq!(
        error.to_string(),
        format!(
            "no provider of kind `pidgeon` is linked into this program (sms-framework {}); linked: owl, pigeon",
            env!("CARGO_PKG_VERSION")
        )
    );
    let help = error.help().unwrap();
    assert!(help.starts_with("did you mean `pigeon`?"), "{help}");
    assert!(help.contains("`use sms_provider_pidgeon as _;`"), "{help}");
}

#[test]
fn an_unknown_kind_like_no_other_gets_the_line_to_add() {
    let error = Registry::linked().unwrap().get("twilio").unwrap_err();
    assert_eq!(
        error.help(),
        Some(
            "add its crate to Cargo.toml and the line `use sms_provider_twilio as _;` to the program; a table of another name says its `kind = \"…\"`"
        )
    );
}

#[test]
fn an_empty_registry_says_that_nothing_is_linked() {
    let error = Registry::new().get("mock").unwrap_err();
    assert!(error.to_string().ends_with("linked: none"), "{error}");
}

#[test]
fn an_entry_builds_its_provider_from_its_table() {
    let built = pigeon::ENTRY.build("north", &Figment::from(Toml::string("loft = 'roof'")));
    assert_eq!(format!("{:?}", built.unwrap()), "Pigeon { loft: \"roof\" }");
}

#[test]
fn a_table_that_does_not_fit_and_one_that_is_refused_differ() {
    let build = |table| pigeon::ENTRY.build("north", &Figment::from(Toml::string(table)));
    assert!(matches!(build("lfot = 'roof'"), Err(BuildError::Table(_))));
    match build("loft = ''") {
        Err(BuildError::Refused(error)) => assert_eq!(error.to_string(), "north has no loft"),
        other => panic!("{other:?}"),
    }
}
