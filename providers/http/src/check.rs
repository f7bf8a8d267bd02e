//! Words for what is wrong with a description: the full key, and what to do.

use figment::Figment;
use figment::error::Kind;
use figment::value::Value;
use serde::de::DeserializeOwned;
use sms_framework::Error;
use sms_framework::provider::http::TableCheck;

/// Checks the table `providers.{id}`.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    table: TableCheck<'a>,
}

impl<'a> Check<'a> {
    pub(crate) fn new(id: &'a str) -> Self {
        Self {
            table: TableCheck::new(id),
        }
    }

    /// The checks that every provider's table shares.
    pub(crate) fn table(&self) -> &TableCheck<'a> {
        &self.table
    }

    pub(crate) fn wrong(&self, key: &str, why: &str) -> Error {
        self.table.wrong(key, why)
    }

    /// Reads the table at `key`. Text from variables may stand for numbers and booleans.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &str, value: &Value) -> Result<T, Error> {
        const ROOT: &str = "table";
        Figment::from((ROOT, value))
            .extract_inner_lossy(ROOT)
            .map_err(|error| {
                let inner = error.path.iter().filter(|part| *part != ROOT);
                let path = std::iter::once(key.to_owned()).chain(inner.cloned());
                self.misfit(path.collect::<Vec<_>>().join("."), &error.kind)
            })
    }

    fn misfit(&self, key: String, kind: &Kind) -> Error {
        match kind {
            Kind::UnknownField(name, known) => self.wrong(
                &key,
                &format!(
                    "there is no such key; {}",
                    hint(name, known.iter().copied())
                ),
            ),
            Kind::UnknownVariant(word, known) => {
                self.wrong(&key, &no_word(word, known.iter().copied()))
            }
            Kind::MissingField(name) => {
                self.wrong(&format!("{key}.{name}"), "it is missing; write it")
            }
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
                self.wrong(&key, &format!("it takes {}", noun(expected)))
            }
            Kind::InvalidLength(_, expected) if expected.contains("array of length 2") => {
                self.wrong(&key, "it takes a list of two texts")
            }
            Kind::Message(message) => self.wrong(&key, message),
            _ => self.wrong(&key, "it does not fit; see the page of sms-provider-http"),
        }
    }

    /// Text at `key`.
    pub(crate) fn text<'v>(&self, key: &str, value: &'v Value) -> Result<&'v str, Error> {
        value
            .as_str()
            .ok_or_else(|| self.wrong(key, "it takes text"))
    }
}

/// serde's nouns in a person's words.
fn noun(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "a map" => "a table",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "an array of length 2" => "a list of two texts",
        "u16" | "u32" => "a whole number",
        other if other.starts_with("struct ") => "a table",
        other if other.starts_with("enum ") => "one of its words, in quotes",
        other => other,
    }
}

/// `word` is not one of a few.
pub(crate) fn no_word<'w>(word: &str, known: impl Iterator<Item = &'w str> + Clone) -> String {
    let listed: Vec<_> = known.clone().collect();
    let near =
        nearest(word, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("`{}` is none of {}{near}", shown(word), listed.join(", "))
}

/// The nearest name, or all of them.
pub(crate) fn hint<'w>(name: &str, known: impl Iterator<Item = &'w str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<_> = known.collect();
            match known.as_slice() {
                [] => "there are none".to_owned(),
                known => format!("there are {}", known.join(", ")),
            }
        }
    }
}

/// The candidate most like `given`, if one is like it at all.
fn nearest<'w>(given: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    known
        .map(|word| (strsim::jaro_winkler(given, word), word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

/// What somebody wrote, short and on one line.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}
