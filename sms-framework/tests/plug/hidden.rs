//! What stays out of sight: secrets in paths, numbers in a vendor's words.

use proptest::prelude::*;
use sms_framework::PhoneNumber;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{is_private, with_path_secret, words};

#[test]
fn private_is_tls_or_this_very_machine() {
    let is = |url: &str| is_private(&Url::parse(url).unwrap());
    for url in [
        "https://example.org/",
        "http://127.0.0.1:8080/",
        "http://127.1/",
        "http://127.9.9.9/",
        "http://[::1]/",
        "http://localhost/",
    ] {
        assert!(is(url), "{url}");
    }
    for url in [
        "http://example.org/",
        "http://127.0.0.1.evil.example/",
        "http://127.evil.example/",
        "http://localhost.evil.example/",
        "http://10.0.0.1/",
        "http://[::2]/",
    ] {
        assert!(!is(url), "{url}");
    }
}

/// What is warned of while it acts.
fn warned(act: impl FnOnce()) -> String {
    #[derive(Clone, Default)]
    struct Heard(std::sync::Arc<std::sync::Mutex<String>>);
    impl tracing::field::Visit for Heard {
        fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
            self.0.lock().unwrap().push_str(&format!("{value:?} "));
        }
    }
    impl tracing::Subscriber for Heard {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::WARN
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut self.clone());
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let heard = Heard::default();
    tracing::subscriber::with_default(heard.clone(), act);
    heard.0.lock().unwrap().clone()
}

#[test]
fn a_path_secret_in_the_clear_is_warned_of() {
    let secret = Some("0123456789abcdef".into());
    let said = |url: &str, secret| {
        let url = Url::parse(url).unwrap();
        warned(|| drop(with_path_secret(url, secret)))
    };
    for url in [
        "http://example.org/sms",
        "http://example.org/0123456789abcdef",
    ] {
        let said = said(url, secret.as_ref());
        assert!(said.contains("in the clear"), "{said}");
        assert!(!said.contains("0123456789abcdef"), "{said}");
    }
    assert_eq!(said("https://example.org/sms", secret.as_ref()), "");
    assert_eq!(said("http://127.0.0.1/sms", secret.as_ref()), "");
    assert_eq!(said("http://example.org/sms", None), "");
}

#[test]
fn a_vendors_words_show_no_part_of_what_is_hidden() {
    let text = "Doors open at eight, ring twice.";
    let said = |said: &str| words(said, &[text, "s3cr3t", ""]);
    for tells in [
        "your text `Doors open at eight,` is bad",
        "... at eight, ...",
        "ring twi",
        "s3cr3t",
        "key s3cr3t?",
    ] {
        assert_eq!(said(tells), None, "{tells}");
    }
    for tells_nothing in ["Doors is no word", "s3cr3 is short", "ring tw"] {
        assert_eq!(said(tells_nothing).as_deref(), Some(tells_nothing));
    }
    assert_eq!(
        words("é".repeat(5000).as_str(), &[text])
            .unwrap()
            .chars()
            .count(),
        200
    );
    let late = format!("{}{text}", "-".repeat(1990));
    assert_eq!(words(&late, &[text]), None);
}

#[test]
fn a_number_in_groups_is_a_number() {
    for (said, shown) in [
        ("6 12 34 56 78 is bad", "*** is bad"),
        ("to +1 (415) 555-0123.", "to +***."),
        ("to 12.34.56, 7", "to ***, 7"),
        ("to [12]\n34", "to [***"),
        ("to 6\u{a0}12\u{2011}34", "to ***"),
        ("1 of 20 parts", "1 of 20 parts"),
        ("12 to 34", "12 to 34"),
        ("12 -- 34", "12 -- 34"),
        ("v1. 12", "v***"),
    ] {
        assert_eq!(words(said, &[]).as_deref(), Some(shown));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_vendors_way_to_write_a_number_never_makes_another_one(digits in "[1-9][0-9]{6,14}") {
        let number = PhoneNumber::parse(&format!("+{digits}")).ok();
        for written in [digits.clone(), format!("+{digits}"), format!("00{digits}"), format!(" {digits}")] {
            prop_assert_eq!(PhoneNumber::from_vendor(&written), number, "{}", written);
        }
    }

    #[test]
    fn a_vendors_words_show_no_number_and_nothing_hidden(
        before in "[a-z ]{0,10}",
        number in "[0-9]{3,15}",
        hidden in "[a-z]{4,12}",
        after in "[^0-9]{0,20}",
    ) {
        let shown = words(&format!("{before}{number}{after}"), &[]);
        prop_assert!(shown.is_none_or(|shown| !shown.contains(&number) && !shown.contains('\n')));
        prop_assert_eq!(words(&format!("{before}{hidden}{after}"), &[&hidden]), None);
        if hidden.len() >= 8 {
            let more = format!("{hidden} and more");
            prop_assert_eq!(words(&format!("{before}{hidden}{after}"), &[&more]), None);
        }
    }
}
