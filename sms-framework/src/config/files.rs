//! Reading TOML files, and finding the line of a key in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::Dict;
use toml_edit::{ImDocument, Item};

use super::layer::Layer;
use super::sources::Folder;
use crate::nearest::nearest;

/// The text of every file read, by the name it goes by in messages: lines are looked up there.
#[derive(Clone, Default)]
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    /// Parses `text` into a layer called `name`.
    pub(super) fn layer(&mut self, name: &str, text: String) -> Result<Layer, String> {
        let dict = parse(name, &text)?;
        self.0.insert(name.to_owned(), text);
        Ok(Layer::file(name, dict))
    }

    /// Reads and parses the file at `path`.
    pub(super) fn read(&mut self, path: &Path) -> Result<Layer, String> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            format!(
                "cannot read the configuration file {name}: {}",
                reason(&error)
            )
        })?;
        self.layer(&name, text)
    }

    /// `origin`, with the line of `key` where it is a file.
    pub(super) fn locate(&self, origin: &str, key: &str) -> String {
        match self.0.get(origin).and_then(|text| line_of(text, key)) {
            Some(line) => format!("{origin}, line {line}"),
            None => origin.to_owned(),
        }
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// Never quotes the offending line: it may hold a secret.
fn parse(name: &str, text: &str) -> Result<Dict, String> {
    ImDocument::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        let what = error.message().trim().replace('\n', ": ");
        format!("{name}, line {line}, is not valid TOML: {what}")
    })?;
    Toml::from_str(text).map_err(|_| format!("{name} is not valid TOML"))
}

fn line_at(text: &str, byte: usize) -> usize {
    1 + text.as_bytes()[..byte.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

fn line_of(text: &str, key: &str) -> Option<usize> {
    let document = ImDocument::parse(text).ok()?;
    let mut parts = key.split('.').peekable();
    let mut item: &Item = document.as_item();
    let mut span = None;
    while let Some(part) = parts.next() {
        let is_place = part.bytes().all(|digit| digit.is_ascii_digit());
        if let Some(at) = part.parse().ok().filter(|_| is_place) {
            // Into a list; of a value in it, toml_edit gives no item, so its line ends the search.
            match item {
                Item::ArrayOfTables(tables) => {
                    let table = tables.get(at)?;
                    span = table.span().or(span);
                    let Some(part) = parts.next() else { break };
                    let Some((key, next)) = table.get_key_value(part) else {
                        break;
                    };
                    span = key.span().or_else(|| next.span()).or(span);
                    item = next;
                }
                Item::Value(value) => {
                    let inner = value.as_array().and_then(|array| array.get(at));
                    span = inner.and_then(toml_edit::Value::span).or(span);
                    break;
                }
                _ => break,
            }
            continue;
        }
        let inner = item
            .as_table_like()
            .and_then(|table| table.get_key_value(part));
        // Where it is missing, the table around it is the place.
        let Some((key, next)) = inner else { break };
        span = key.span().or_else(|| next.span()).or(span);
        item = next;
        if parts.peek().is_none() {
            break;
        }
    }
    span.map(|span| line_at(text, span.start))
}

/// The files of a folder that apply: `default.toml`, then `<environment>.toml`.
pub(super) fn of_folder(
    folder: &Folder,
    environment: Option<&str>,
) -> Result<Vec<PathBuf>, String> {
    if !folder.path.is_dir() {
        return if folder.named {
            Err(format!(
                "there is no configuration folder {}",
                folder.path.display()
            ))
        } else {
            Ok(Vec::new())
        };
    }
    let at = |stem: &str| folder.path.join(format!("{stem}.toml"));
    let name = environment.unwrap_or(DEFAULT_ENVIRONMENT);
    let known = environments(folder);
    if !known.iter().any(|known| known == name) {
        let hint = nearest(name, known.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!(
            "unknown environment `{name}` in variable ENVIRONMENT: there is no {}; known: {}{hint}",
            at(name).display(),
            known.join(", ")
        ));
    }
    Ok([at("default"), at(name)]
        .into_iter()
        .filter(|path| path.exists())
        .collect())
}

/// The environment where `ENVIRONMENT` is not set.
pub(super) const DEFAULT_ENVIRONMENT: &str = "development";

fn environments(folder: &Folder) -> Vec<String> {
    let stems = std::fs::read_dir(&folder.path)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            (path.extension()? == "toml").then(|| path.file_stem()?.to_str().map(str::to_owned))?
        });
    let mut known: Vec<String> = stems.filter(|stem| stem != "default").collect();
    known.extend(["development", "production", "test"].map(str::to_owned));
    known.sort();
    known.dedup();
    known
}
