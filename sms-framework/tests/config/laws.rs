//! What holds for every text and every value.

use proptest::prelude::*;

use sms_framework::config::{Sources, duration};

use crate::support::{error, load, registry, toml_error, write};

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
