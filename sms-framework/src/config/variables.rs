//! Environment variables as layers: `SMS_…`, and the names that providers bring.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use figment::value::Value;

use super::catalog::Catalog;
use super::layer::Layer;
use crate::provider::{ConfigKey, KeyType};

/// `SMS_` variables that are not keys: ours, and those that Kubernetes sets in every container for
/// a service called `sms`.
fn is_no_key(name: &str) -> bool {
    name == "SMS_CONFIG"
        || name == "SMS_PORT"
        || name.starts_with("SMS_PORT_")
        || name.starts_with("SMS_SERVICE_")
}

type Variables = BTreeMap<String, OsString>;

/// One layer for each variable that sets something, aliases first, `SMS_…` last.
pub(super) fn layers(
    variables: &Variables,
    catalog: &Catalog<'_>,
    problems: &mut Vec<String>,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    for (path, key) in catalog.aliased() {
        // The first name wins, so it is merged last.
        for name in key.env.iter().rev() {
            layers.extend(read(variables, name, &path, Some(key), problems));
        }
        warn_if_different(variables, &path, key);
    }
    for name in variables.keys().filter(|name| name.starts_with("SMS_")) {
        if is_no_key(name) {
            continue;
        }
        let path = path_of(name);
        // `…_FILE` is read with its base name, unless it is a key by itself.
        // In a table of secrets every name is a secret's, and none ends so.
        let key = catalog.key(&path);
        let is_key = key.is_some_and(|key| key.ty != KeyType::Tree || !key.secret);
        if let Some(base) = name.strip_suffix("_FILE").filter(|_| !is_key) {
            if !variables.contains_key(base) {
                let path = path_of(base);
                layers.extend(read(variables, base, &path, catalog.key(&path), problems));
            }
            continue;
        }
        layers.extend(read(variables, name, &path, catalog.key(&path), problems));
    }
    layers
}

/// `SMS_RATE_LIMIT__BURST` → `rate_limit.burst`.
fn path_of(name: &str) -> String {
    name.trim_start_matches("SMS_")
        .to_lowercase()
        .replace("__", ".")
}

/// `rate_limit.burst` → `SMS_RATE_LIMIT__BURST`.
pub(super) fn name_of(path: &str) -> String {
    format!("SMS_{}", path.replace('.', "__").to_uppercase())
}

/// The value of `name`, or of the file that `name_FILE` names.
fn read(
    variables: &Variables,
    name: &str,
    path: &str,
    key: Option<&ConfigKey>,
    problems: &mut Vec<String>,
) -> Option<Layer> {
    let set = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    let file_name = format!("{name}_FILE");
    let (origin, text) = match (set(name), set(&file_name)) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            problems.push(format!(
                "both {name} and {file_name} are set; unset one of them"
            ));
            return None;
        }
        (Some(value), None) => (
            format!("variable {name}"),
            value.to_str().map(str::to_owned),
        ),
        (None, Some(file)) => match std::fs::read_to_string(Path::new(file)) {
            Ok(text) => {
                let text = text.trim_end_matches(['\r', '\n']).to_owned();
                (format!("the file that {file_name} names"), Some(text))
            }
            Err(error) => {
                let file = Path::new(file).display();
                problems.push(format!(
                    "cannot read {file}, which variable {file_name} names: {error}"
                ));
                return None;
            }
        },
    };
    let Some(text) = text else {
        problems.push(format!("{origin} is not UTF-8 text"));
        return None;
    };
    let value = match key.map(|key| key.ty) {
        Some(KeyType::List) => Value::from(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .collect::<Vec<_>>(),
        ),
        _ => Value::from(text),
    };
    Some(Layer::variable(&origin, path, value))
}

fn warn_if_different(variables: &Variables, path: &str, key: &ConfigKey) {
    let by_path = name_of(path);
    // In the order in which they win.
    let names = std::iter::once(by_path.as_str()).chain(key.env.iter().copied());
    let set: Vec<_> = names
        .filter_map(|name| Some((name, variables.get(name)?)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if let [(first, value), rest @ ..] = set.as_slice()
        && let Some((other, _)) = rest.iter().find(|(_, other)| other != value)
    {
        tracing::warn!("{first} and {other} are both set and differ: {first} wins");
    }
}
