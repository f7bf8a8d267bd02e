//! One layer of configuration, with its origin.

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider, Source};

/// A file's or a variable's values. Unlike figment's own environment layer it keeps text as text
/// (a phone number stays one) and knows the exact variable that each value came from.
#[derive(Clone)]
pub(super) struct Layer {
    metadata: Metadata,
    pub(super) dict: Dict,
}

impl Layer {
    pub(super) fn file(name: &str, dict: Dict) -> Self {
        Self {
            metadata: Metadata::from(name.to_owned(), Source::File(name.into())),
            dict,
        }
    }

    /// `key` is dotted; `origin` is how a person would name it, such as `variable USE_MOCKS`.
    pub(super) fn variable(origin: &str, key: &str, value: Value) -> Self {
        let dict = key.rsplit('.').fold(None, |inner, part| {
            let value = inner.map_or_else(|| value.clone(), Value::from);
            Some(Dict::from([(part.to_owned(), value)]))
        });
        let metadata = Metadata::from(origin.to_owned(), Source::Custom(origin.to_owned()));
        Self {
            metadata,
            dict: dict.unwrap_or_default(),
        }
    }

    /// The file's name, where it is one.
    pub(super) fn origin(&self) -> &str {
        &self.metadata.name
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(self.metadata.source, Some(Source::File(_)))
    }

    /// Every value that is not a table, with its dotted key.
    pub(super) fn leaves(&self) -> Vec<(String, &Value)> {
        let mut found = Vec::new();
        collect("", &self.dict, &mut found);
        found
    }
}

fn collect<'a>(prefix: &str, dict: &'a Dict, found: &mut Vec<(String, &'a Value)>) {
    for (name, value) in dict {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Dict(_, inner) if !inner.is_empty() => collect(&key, inner, found),
            _ => found.push((key, value)),
        }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.dict.clone())]))
    }
}
