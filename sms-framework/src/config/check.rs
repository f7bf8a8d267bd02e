//! Every value of every layer, held against the key it sets: one sentence for each problem.

use figment::value::Value;

use super::catalog::Catalog;
use super::duration;
use super::files::Texts;
use super::layer::Layer;
use super::variables::name_of;
use crate::nearest::nearest;
use crate::provider::{ConfigKey, KeyType};

/// What is wrong with the values of `layer`.
pub(super) fn check(layer: &Layer, catalog: &Catalog<'_>, texts: &Texts) -> Vec<String> {
    let problem = |(path, value): (String, &Value)| {
        let what = problem(layer, &path, value, catalog)?;
        Some(format!("{what} ({})", texts.locate(layer.origin(), &path)))
    };
    layer.leaves().into_iter().filter_map(problem).collect()
}

fn problem(layer: &Layer, path: &str, value: &Value, catalog: &Catalog<'_>) -> Option<String> {
    let key = catalog.key(path);
    if layer.is_file() && is_secret(path, key, value) {
        return Some(secret_in_file(path, key));
    }
    if let Some(why) = unusable_table(path) {
        return Some(why);
    }
    if path.starts_with("providers.")
        && path.ends_with(".kind")
        && let Some(why) = value
            .as_str()
            .and_then(|kind| catalog.wrong_kind(path, kind))
    {
        return Some(why);
    }
    match key {
        // What stands in a tree is the provider's to judge.
        Some(key) if key.ty == KeyType::Tree && own_name(path) != key.name => None,
        Some(key) => mismatch(key.ty, value).map(|expected| format!("`{path}` takes {expected}")),
        None if is_section(path, catalog) => match value {
            Value::Dict(..) => None,
            _ => Some(format!("`{path}` is a table, not a value")),
        },
        None => {
            let hint = catalog.unknown(path);
            let hint = if layer.is_file() {
                hint
            } else {
                as_variable(&hint)
            };
            Some(if hint.is_empty() {
                format!("unknown key `{path}`")
            } else {
                format!("unknown key `{path}`: {hint}")
            })
        }
    }
}

/// The name of a key within its own table.
fn own_name(path: &str) -> &str {
    match path.strip_prefix("providers.") {
        Some(rest) => rest.split_once('.').map_or(rest, |(_, name)| name),
        None => path,
    }
}

/// A table's name is part of variable names, so it can hold only what they can.
fn unusable_table(path: &str) -> Option<String> {
    let id = path.strip_prefix("providers.")?.split('.').next()?;
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!id.chars().all(usable) || id.contains("__")).then(|| {
        format!("the table name `providers.{id}` may hold only a to z, 0 to 9 and single _: its secrets come from variables named after it")
    })
}

/// In a message about a variable, the nearest key is shown as the variable that sets it.
fn as_variable(hint: &str) -> String {
    match hint
        .strip_prefix("did you mean `")
        .and_then(|rest| rest.strip_suffix("`?"))
    {
        Some(path) => format!("did you mean {}?", name_of(path)),
        None => hint.to_owned(),
    }
}

fn is_section(path: &str, catalog: &Catalog<'_>) -> bool {
    if path == "providers" {
        return true;
    }
    let within = format!("{path}.");
    catalog
        .all()
        .iter()
        .any(|(known, _)| known.starts_with(&within))
        || path.strip_prefix("providers.").is_some_and(|id| {
            catalog.tables().contains_key(id) && !id.contains('.') && catalog.is_linked(id)
        })
}

/// A credential by its description, or by its name where the provider is not linked.
fn is_secret(path: &str, key: Option<&ConfigKey>, value: &Value) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    let by_name = ["token", "secret", "password", "api_key"]
        .iter()
        .any(|end| last.ends_with(end));
    match key {
        Some(key) if key.name == "database.url" => value.as_str().is_some_and(has_password),
        Some(key) => key.secret,
        None => by_name && path.starts_with("providers."),
    }
}

/// `scheme://user:password@host/…`
pub(super) fn has_password(url: &str) -> bool {
    url.split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

fn secret_in_file(path: &str, key: Option<&ConfigKey>) -> String {
    let variable = key
        .and_then(|key| key.env.first())
        .map_or_else(|| name_of(path), |name| (*name).to_owned());
    format!(
        "`{path}` is a secret and may not stand in a file: remove it and set {variable}, or {variable}_FILE to the path of a file that holds it"
    )
}

/// What a key of type `ty` takes, if `value` is not it. Values from variables are all text.
fn mismatch(ty: KeyType, value: &Value) -> Option<String> {
    let text = value.as_str();
    let fits = match ty {
        KeyType::Text => text.is_some(),
        KeyType::Integer => {
            value.to_i128().is_some_and(|n| n >= 0)
                || text.is_some_and(|text| text.parse::<u64>().is_ok())
        }
        KeyType::Number => {
            value.to_i128().is_some()
                || value.to_f64().is_some()
                || text.is_some_and(|text| text.parse::<f64>().is_ok())
        }
        KeyType::Bool => {
            value.to_bool().is_some()
                || text.is_some_and(|text| BOOLS.contains(&text.to_lowercase().as_str()))
        }
        KeyType::Duration => text.is_some_and(|text| duration::parse(text).is_ok()),
        KeyType::Url => text.is_some_and(is_url),
        KeyType::List => value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| item.as_str().is_some())),
        KeyType::Tree => value.as_dict().is_some(),
        KeyType::OneOf(words) => text.is_some_and(|text| words.contains(&text)),
    };
    if fits {
        return None;
    }
    Some(match ty {
        KeyType::Text if value.to_i128().is_some() => "text: put it in quotes".to_owned(),
        KeyType::Duration => "a duration, such as \"500ms\", \"30s\" or \"1m 30s\"".to_owned(),
        KeyType::Url => "an absolute http or https URL".to_owned(),
        KeyType::Bool => "true or false".to_owned(),
        KeyType::OneOf(words) => {
            let near = text.and_then(|text| nearest(text, words.iter().copied()));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            format!("one of {ty}{hint}")
        }
        KeyType::Text => "text".to_owned(),
        KeyType::List => "a list of texts".to_owned(),
        KeyType::Integer => "a whole number".to_owned(),
        KeyType::Number => "a number".to_owned(),
        KeyType::Tree => "a table".to_owned(),
    })
}

/// The words that a variable may say for true and false.
const BOOLS: &[&str] = &["true", "false", "yes", "no", "on", "off", "1", "0"];

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.chars()
            .next()
            .is_some_and(|first| first.is_ascii_alphanumeric() || first == '[')
            && !text.contains(char::is_whitespace)
    })
}
