//! Which keys exist: the framework's, and those of each provider table.

use std::collections::{BTreeMap, BTreeSet};

use figment::value::{Dict, Value};

use super::keys::{KEYS, STACK_SECTIONS};
use crate::nearest::nearest;
use crate::provider::{ConfigKey, KeyType, ProviderEntry, Registry};

const KIND: ConfigKey = ConfigKey::new(
    "kind",
    KeyType::Text,
    "The provider's kind; the table's own name where it is not set.",
);

/// Every key that the configuration at hand may use.
pub(super) struct Catalog<'a> {
    registry: &'a Registry,
    /// The provider tables: id → kind.
    tables: BTreeMap<String, String>,
    /// The ids that somebody wrote; the others are there because their kind is linked.
    written: BTreeSet<String>,
}

impl<'a> Catalog<'a> {
    /// The tables that the layers name, and one for each linked kind.
    pub(super) fn new<'d>(registry: &'a Registry, layers: impl Iterator<Item = &'d Dict>) -> Self {
        let mut tables: BTreeMap<String, String> = BTreeMap::new();
        for dict in layers {
            let Some(Value::Dict(_, providers)) = dict.get("providers") else {
                continue;
            };
            for (id, table) in providers {
                let kind = match table {
                    Value::Dict(_, table) => table.get("kind").and_then(Value::as_str),
                    _ => None,
                };
                let known = tables.entry(id.clone()).or_insert_with(|| id.clone());
                if let Some(kind) = kind {
                    kind.clone_into(known);
                }
            }
        }
        let written = tables.keys().cloned().collect();
        for kind in registry.kinds() {
            tables
                .entry(kind.to_owned())
                .or_insert_with(|| kind.to_owned());
        }
        Self {
            registry,
            tables,
            written,
        }
    }

    pub(super) fn tables(&self) -> &BTreeMap<String, String> {
        &self.tables
    }

    pub(super) fn is_linked(&self, id: &str) -> bool {
        self.entry(id).is_some()
    }

    /// The description of a dotted key.
    pub(super) fn key(&self, path: &str) -> Option<&'static ConfigKey> {
        match path.strip_prefix("providers.") {
            None => KEYS.iter().find(|key| key.covers(path)),
            Some(rest) => {
                let (id, name) = rest.split_once('.')?;
                if name == "kind" {
                    return Some(&KIND);
                }
                overridable(name).or_else(|| self.entry(id)?.key(name))
            }
        }
    }

    fn entry(&self, id: &str) -> Option<&ProviderEntry> {
        self.registry.get(self.tables.get(id)?).ok()
    }

    /// Every key with variables of its own, with the dotted key they set.
    pub(super) fn aliased(&self) -> Vec<(String, &'static ConfigKey)> {
        let framework = KEYS.iter().map(|key| (key.name.to_owned(), key));
        let providers = self.registry.iter().flat_map(|entry| {
            let id = self.table_of(entry.kind);
            entry
                .keys
                .iter()
                .map(move |key| (format!("providers.{id}.{}", key.name), key))
        });
        framework
            .chain(providers)
            .filter(|(_, key)| !key.env.is_empty())
            .collect()
    }

    /// For each linked kind, the table that its own variables set.
    pub(super) fn aliased_tables(&self) -> BTreeMap<String, String> {
        let of = |kind: &str| (kind.to_owned(), self.table_of(kind));
        self.registry.kinds().into_iter().map(of).collect()
    }

    /// What is wrong with a table's `kind`.
    pub(super) fn wrong_kind(&self, path: &str, kind: &str) -> Option<String> {
        if path == "providers.mock.kind" && kind != super::MOCK {
            return Some("`providers.mock` is the mock: give the table another name".to_owned());
        }
        let error = self.registry.get(kind).err()?;
        Some(format!(
            "{}; {}",
            error.message(),
            error.help().unwrap_or_default()
        ))
    }

    /// The table that a kind's own variables set: the one of its name, or the only one of its kind
    /// where another name was chosen for it.
    fn table_of(&self, kind: &str) -> String {
        if self.written.contains(kind) {
            return kind.to_owned();
        }
        let mut others = self
            .tables
            .iter()
            .filter(|(id, of)| *of == kind && *id != kind)
            .map(|(id, _)| id);
        match (others.next(), others.next()) {
            (Some(only), None) => only.clone(),
            _ => kind.to_owned(),
        }
    }

    /// Every dotted key, in the order of their definition.
    pub(super) fn all(&self) -> Vec<(String, &'static ConfigKey)> {
        let mut all: Vec<_> = KEYS.iter().map(|key| (key.name.to_owned(), key)).collect();
        for id in self.tables.keys() {
            let own = self.entry(id).into_iter().flat_map(|entry| entry.keys);
            let names = std::iter::once(&KIND)
                .chain(own)
                .chain(KEYS.iter().filter(|key| overridable(key.name).is_some()));
            all.extend(names.map(|key| (format!("providers.{id}.{}", key.name), key)));
        }
        all
    }

    /// What is wrong with a key that does not exist.
    pub(super) fn unknown(&self, path: &str) -> String {
        if let Some(id) = path
            .strip_prefix("providers.")
            .and_then(|rest| rest.split('.').next())
            && let Some(kind) = self.tables.get(id)
            && let Err(error) = self.registry.get(kind)
        {
            let help = error.help().unwrap_or_default();
            return format!("{}; {help}", error.message());
        }
        let all = self.all();
        let near = nearest(path, all.iter().map(|(path, _)| path.as_str()));
        near.map_or_else(String::new, |near| format!("did you mean `{near}`?"))
    }
}

/// A key of the stack that a provider's own table may hold too.
fn overridable(name: &str) -> Option<&'static ConfigKey> {
    let section = name.split('.').next()?;
    STACK_SECTIONS
        .contains(&section)
        .then(|| KEYS.iter().find(|key| key.covers(name)))?
}
