//! What is generated from the code stands in the repository as it would be generated now.
//!
//! `UPDATE=1 cargo test --test generated` writes it anew.
#![allow(clippy::unwrap_used)]

#[path = "generated/template.rs"]
mod template;

use std::path::Path;

use sms_framework::config::reference;
use sms_framework::provider::ProviderEntry;
use sms_framework::provider::Registry;

/// What the default build links.
const LINKED: [ProviderEntry; 3] = [
    sms_provider_http::ENTRY,
    sms_provider_mock::ENTRY,
    sms_provider_twilio::ENTRY,
];

/// What else there is.
const OTHERS: [ProviderEntry; 8] = [
    sms_provider_aws::ENTRY,
    sms_provider_bird::ENTRY,
    sms_provider_infobip::ENTRY,
    sms_provider_plivo::ENTRY,
    sms_provider_sinch::ENTRY,
    sms_provider_smpp::ENTRY,
    sms_provider_telnyx::ENTRY,
    sms_provider_vonage::ENTRY,
];

fn registry_of(entries: impl IntoIterator<Item = ProviderEntry>) -> Registry {
    let mut entries = entries.into_iter();
    entries.try_fold(Registry::new(), Registry::with).unwrap()
}

fn registry() -> Registry {
    registry_of(LINKED)
}

fn check(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, expected).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap();
    assert!(
        found == expected,
        "{path} is out of date: run `UPDATE=1 cargo test --test generated`"
    );
}

#[test]
fn the_default_configuration_holds_every_key() {
    check("config/default.toml", &reference::default_toml(&registry()));
}

#[test]
fn the_configuration_table_holds_every_key() {
    let path = "docs/configuration.md";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    check(
        path,
        &with_table(&text, &reference::markdown_table(&registry())),
    );
}

#[test]
fn the_readme_names_every_key() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    check(
        "README.md",
        &with_table(&text, &reference::markdown_table(&registry())),
    );
}

#[test]
fn the_providers_page_has_the_matrix_and_every_key() {
    let path = "docs/providers.md";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let all = registry_of(LINKED.into_iter().chain(OTHERS));
    let sections: Vec<_> = all.iter().map(reference::provider_section).collect();
    let generated = format!("{}\n{}", reference::matrix(&all), sections.join("\n"));
    check(path, &with_table(&text, &generated));
}

#[test]
fn every_provider_of_the_workspace_is_on_the_page_and_a_feature_of_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = std::fs::read_dir(root.join("providers"))
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "template")
        .collect();
    folders.sort();
    let all = registry_of(LINKED.into_iter().chain(OTHERS));
    assert_eq!(all.kinds(), folders);
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let linked = std::fs::read_to_string(root.join("bin/providers.rs")).unwrap();
    for kind in folders {
        let feature = format!("\n{kind} = [\"dep:sms-provider-{kind}\"]\n");
        assert!(manifest.contains(&feature), "no feature `{kind}`");
        let line = format!("#[cfg(feature = \"{kind}\")]\nuse sms_provider_{kind} as _;");
        assert!(linked.contains(&line), "no line for `{kind}`");
    }
}

#[test]
fn the_default_build_links_what_the_default_features_say() {
    use sms_gateway as _;
    let kinds = Registry::linked().unwrap().kinds();
    for entry in LINKED {
        assert!(kinds.contains(&entry.kind));
    }
}

/// `text` with what stands between the two marks replaced.
fn with_table(text: &str, table: &str) -> String {
    const BEGIN: &str = "<!-- generated: configuration -->\n";
    const END: &str = "<!-- end generated -->";
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    format!("{before}{BEGIN}{table}{END}{after}")
}

#[test]
fn the_commented_defaults_are_the_defaults() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/default.toml"))
            .unwrap();
    let load = |text: String| {
        sms_framework::Sources::new()
            .toml(text)
            .load_with(&registry())
            .unwrap()
    };
    // Only lines at a default; the others say that they are not set.
    let uncommented = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with("[providers.") => format!("{rest}\n"),
        Some(rest) if rest.contains(" = ") && !rest.contains("not set by default") => {
            format!("{rest}\n")
        }
        _ => format!("{line}\n"),
    });
    let (explicit, implicit) = (load(uncommented.collect()), load(text.clone()));
    assert_eq!(explicit.stack(), implicit.stack());
    assert_eq!(explicit.queue(), implicit.queue());
    assert_eq!(explicit.database(), implicit.database());
    assert!(
        explicit.origin("rate_limit.burst").contains("line"),
        "the test uncommented nothing"
    );
}
