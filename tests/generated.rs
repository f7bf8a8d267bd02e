//! What is generated from the code stands in the repository as it would be generated now.
//!
//! `UPDATE=1 cargo test --test generated` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use sms_framework::config::reference;
use sms_framework::provider::Registry;
use sms_gateway as _;

fn registry() -> Registry {
    Registry::linked().unwrap()
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
