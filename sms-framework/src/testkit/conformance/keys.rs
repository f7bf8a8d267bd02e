//! The provider's keys: as its record describes them, as its table takes them, as the suite sets them.

use std::collections::BTreeSet;

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format, Toml};
use figment::value::Value;

use super::Suite;
use crate::provider::BuildError;

/// The keys of the record are those that the config type reads, no more and no fewer.
pub(super) fn agree(suite: &Suite, table: &str) {
    for set in suite.entry.credentials {
        for name in *set {
            assert!(
                suite.entry.key(name).is_some(),
                "the credential `{name}` is none of its keys"
            );
        }
    }
    for key in suite.entry.keys {
        assert!(
            key.doc.ends_with('.'),
            "the sentence about `{}` has no end",
            key.name
        );
    }
    let Some(read) = read(suite, table) else {
        return;
    };
    // Of a key within a table of its own, the config type names the table.
    let first = |name: &'static str| name.split('.').next().unwrap_or(name);
    let described: BTreeSet<_> = suite.entry.keys.iter().map(|key| first(key.name)).collect();
    for key in &described {
        assert!(
            read.contains(key),
            "`{key}` stands in KEYS, and the config type has no such field"
        );
    }
    for field in &read {
        assert!(
            described.contains(field),
            "`{field}` is a field of the config type, and stands not in KEYS: nobody can set it"
        );
    }
}

/// The fields of the config type, told by its refusal of a field that nobody has. A type that is read
/// in another way tells none.
fn read(suite: &Suite, table: &str) -> Option<BTreeSet<&'static str>> {
    // First, where no sub-table has begun yet.
    let table = Figment::from(Toml::string(&format!("no_such_key = 1\n{table}")));
    let refused = match suite.entry.build(suite.entry.kind, &table) {
        Err(BuildError::Table(error)) => error,
        Ok(_) | Err(BuildError::Refused(_)) => panic!(
            "the table takes a key that nobody has: its config type lacks `#[serde(deny_unknown_fields)]`"
        ),
    };
    refused.into_iter().find_map(|error| match error.kind {
        Kind::UnknownField(name, fields) if name == "no_such_key" && !fields.is_empty() => {
            Some(fields.iter().copied().collect())
        }
        _ => None,
    })
}

/// What the suite calls a secret is one by its key, and the other way round.
pub(super) fn secrets(suite: &Suite, table: &str) {
    let table = Figment::from(Toml::string(table));
    for key in suite.entry.keys {
        let value = table.find_value(key.name).ok();
        for text in value.iter().flat_map(texts) {
            assert!(
                key.secret || !suite.secrets.iter().any(|secret| *secret == text),
                "`{}` holds a secret, and its key is not marked with `.secret()`",
                key.name
            );
            assert!(
                !key.secret || suite.secrets.iter().any(|secret| text.contains(secret)),
                "`{}` is marked with `.secret()`, and its value is not among the suite's `.secrets(…)`",
                key.name
            );
        }
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(_, text) => vec![text],
        Value::Dict(_, dict) => dict.values().flat_map(texts).collect(),
        Value::Array(_, values) => values.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
