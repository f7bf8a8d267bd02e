//! What `sms providers new` is made of: copies of the template crate, for the program's package
//! cannot hold another package's files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml_edit::{ImDocument, Item, TableLike};

use super::check;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The files under `folder`, by their paths in it.
fn files(folder: &str) -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    let mut found = BTreeSet::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(root().join(folder)).unwrap();
                found.insert(inside.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found
}

#[test]
fn the_program_holds_the_template_as_it_is() {
    let mut expected = BTreeSet::from(["Cargo.alone.toml.in".to_owned()]);
    for file in files("providers/template") {
        if !file.starts_with("LICENSE") {
            let text = read(&format!("providers/template/{file}"));
            check(&format!("bin/template/{file}.in"), &text);
            expected.insert(format!("{file}.in"));
        }
    }
    assert_eq!(files("bin/template"), expected, "a copy too many");
}

#[test]
fn a_crate_of_its_own_has_the_versions_of_the_workspace() {
    let (workspace, template) = (read("Cargo.toml"), read("providers/template/Cargo.toml"));
    check(
        "bin/template/Cargo.alone.toml.in",
        &alone(&workspace, &template),
    );
}

/// The template's manifest with the workspace's values in place of references to it.
fn alone(workspace: &str, template: &str) -> String {
    let workspace = ImDocument::parse(workspace).unwrap();
    let template = ImDocument::parse(template).unwrap();
    let shared = |key: &str| workspace["workspace"]["package"][key].as_str().unwrap();
    let own = |key: &str| template["package"][key].as_str().unwrap();
    let mut out = format!(
        "[package]\nname = \"{}\"\ndescription = \"{}\"\nversion = \"0.1.0\"\nedition = \"{}\"\nrust-version = \"{}\"\npublish = false\n",
        own("name"),
        own("description"),
        shared("edition"),
        shared("rust-version"),
    );
    for section in ["dependencies", "dev-dependencies"] {
        out.push_str(&format!("\n[{section}]\n"));
        for (name, here) in template[section].as_table_like().unwrap().iter() {
            let there = &workspace["workspace"]["dependencies"][name];
            out.push_str(&format!("{name} = {}\n", dependency(there, here)));
        }
    }
    out
}

/// A dependency as the workspace has it, with the features that are asked for beyond that.
fn dependency(there: &Item, here: &Item) -> String {
    let version = there.as_str().or_else(|| there.get("version")?.as_str());
    let version = version.unwrap();
    let mut parts = vec![format!("version = \"{version}\"")];
    let of = |item: &Item| item.as_table_like().map(features).unwrap_or_default();
    let defaults = there.get("default-features").and_then(Item::as_bool);
    if defaults == Some(false) {
        parts.push("default-features = false".to_owned());
    }
    let features = [of(there), of(here)].concat();
    if !features.is_empty() {
        parts.push(format!("features = [{}]", features.join(", ")));
    }
    match parts.as_slice() {
        [_] => format!("\"{version}\""),
        parts => format!("{{ {} }}", parts.join(", ")),
    }
}

fn features(table: &dyn TableLike) -> Vec<String> {
    let list = table.get("features").and_then(Item::as_array);
    list.into_iter()
        .flatten()
        .map(|feature| format!("\"{}\"", feature.as_str().unwrap()))
        .collect()
}
