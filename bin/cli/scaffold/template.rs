//! The files of `providers/template`, filled in with a name.
//!
//! The package of this program cannot hold another package's files, so bin/template has copies of
//! them, kept equal by tests/generated.rs.

use std::fs;
use std::path::Path;

use super::kind::Kind;
use super::place::{Home, Place};

/// The manifest inside the workspace of sms-framework.
const MEMBER: &str = include_str!("../../template/Cargo.toml.in");
/// The manifest anywhere else: versions instead of references to a workspace.
const ALONE: &str = include_str!("../../template/Cargo.alone.toml.in");

/// The sources, in the order in which an author goes through them.
const SOURCES: [(&str, &str); 6] = [
    ("src/lib.rs", include_str!("../../template/src/lib.rs.in")),
    (
        "src/config.rs",
        include_str!("../../template/src/config.rs.in"),
    ),
    ("src/send.rs", include_str!("../../template/src/send.rs.in")),
    (
        "src/codes.rs",
        include_str!("../../template/src/codes.rs.in"),
    ),
    (
        "src/webhooks.rs",
        include_str!("../../template/src/webhooks.rs.in"),
    ),
    (
        "tests/conformance.rs",
        include_str!("../../template/tests/conformance.rs.in"),
    ),
];

/// A file of the new crate: its path in it, and its text.
pub(super) type File = (&'static str, String);

/// Every file of the new crate.
pub(super) fn files(kind: &Kind, place: &Place) -> Vec<File> {
    let (manifest, licences) = match &place.home {
        Home::Member { root } => (member_manifest(kind), licences(root)),
        Home::Alone { framework, .. } => (alone_manifest(kind, framework.as_deref()), Vec::new()),
    };
    let sources = SOURCES
        .iter()
        .map(|(path, text)| (*path, filled(text, kind)));
    std::iter::once(("Cargo.toml", manifest))
        .chain(sources)
        .chain(licences)
        .collect()
}

/// A member of the workspace is published under its licences, whose texts go into each package.
fn licences(root: &Path) -> Vec<File> {
    ["LICENSE-APACHE", "LICENSE-MIT"]
        .into_iter()
        .filter_map(|name| Some((name, fs::read_to_string(root.join(name)).ok()?)))
        .collect()
}

/// True where the sources use a type of that name: a provider's own may not be called so.
pub(super) fn has_type(name: &str) -> bool {
    // Of the words that no line names.
    if matches!(name, "Self" | "Box") {
        return true;
    }
    let is_word = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    SOURCES
        .iter()
        .filter(|(path, _)| path.starts_with("src/"))
        .flat_map(|(_, text)| text.lines())
        .filter(|line| !line.trim_start().starts_with("//"))
        // Every second piece is what stands in quotes.
        .flat_map(|line| line.split('"').step_by(2))
        .flat_map(|code| code.split(is_word))
        .any(|word| word == name && word != "Template")
}

/// The text with the template's name replaced by another, in one go: `my_template` stays as it is.
fn filled(text: &str, kind: &Kind) -> String {
    text.replace("template", "\u{1}")
        .replace("Template", "\u{2}")
        .replace("TEMPLATE", "\u{3}")
        .replace('\u{1}', &kind.name)
        .replace('\u{2}', &kind.type_name())
        .replace('\u{3}', &kind.variable())
}

/// From `[package]` on, and fit to be published like its neighbours.
fn member_manifest(kind: &Kind) -> String {
    let lines = MEMBER
        .lines()
        .skip_while(|line| *line != "[package]")
        .filter(|line| *line != "publish = false");
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    filled(&text, kind)
}

/// With `framework` in place of the published version, where a path is given.
fn alone_manifest(kind: &Kind, framework: Option<&str>) -> String {
    let text = filled(ALONE, kind);
    let Some(path) = framework else { return text };
    let lines = text.lines().map(|line| {
        match (line.starts_with("sms-framework = "), line.split('"').nth(1)) {
            (true, Some(version)) => line.replacen(
                &format!("version = \"{version}\""),
                &format!("path = {}", quoted(path)),
                1,
            ),
            _ => line.to_owned(),
        }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
