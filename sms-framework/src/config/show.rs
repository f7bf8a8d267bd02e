//! Every effective value and where it came from.

use figment::value::Value;
use serde::Serialize;

use super::catalog::Catalog;
use super::check::has_password;
use super::{Settings, files};
use crate::provider::{ConfigKey, Registry};

/// One key's effective value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The dotted key.
    pub key: String,
    /// Its value as TOML; secrets are masked; `None` where it is not set and has no default.
    pub value: Option<String>,
    /// `file, line`, `variable NAME`, or `built-in default`.
    pub origin: String,
}

const MASKED: &str = "\"********\"";

impl Settings {
    /// Every effective value and where it came from, secrets masked: what `sms config show` prints.
    ///
    /// A provider's table is shown where somebody set something in it, and for the chosen provider.
    #[must_use]
    pub fn effective(&self, registry: &Registry) -> Vec<Effective> {
        let catalog = Catalog::new(registry, std::iter::once(&self.dict()));
        let chosen = self
            .choose(registry)
            .ok()
            .map(|choice| format!("providers.{}.", choice.provider));
        let environment = Effective {
            key: "environment".to_owned(),
            value: Some(format!("\"{}\"", self.environment)),
            origin: if self.environment == files::DEFAULT_ENVIRONMENT {
                "built-in default"
            } else {
                "variable ENVIRONMENT"
            }
            .to_owned(),
        };
        let shown = catalog.all().into_iter().filter(|(path, key)| {
            let own = path.starts_with("providers.");
            let of_chosen = chosen
                .as_ref()
                .is_some_and(|prefix| path.strip_prefix(prefix) == Some(key.name));
            !own || self.is_set(path)
                || (of_chosen
                    && !key.name.contains('.')
                    && !["kind", "senders"].contains(&key.name))
        });
        let values = shown.map(|(path, key)| self.effective_value(path, key));
        std::iter::once(environment).chain(values).collect()
    }

    fn effective_value(&self, path: String, key: &ConfigKey) -> Effective {
        let value = match self.figment.find_value(&path) {
            Ok(_) if key.secret => Some(MASKED.to_owned()),
            Ok(value) if value.as_str().is_some_and(has_password) => Some(MASKED.to_owned()),
            Ok(value) => Some(toml(&value)),
            Err(_) => key.default.map(str::to_owned),
        };
        Effective {
            origin: self.origin(&path),
            key: path,
            value,
        }
    }
}

fn toml(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Bool(_, value) => value.to_string(),
        Value::Array(_, items) => format!(
            "[{}]",
            items.iter().map(toml).collect::<Vec<_>>().join(", ")
        ),
        Value::Dict(_, table) => {
            let pairs = table
                .iter()
                .map(|(name, value)| format!("{} = {}", bare(name), toml(value)));
            format!("{{ {} }}", Vec::from_iter(pairs).join(", "))
        }
        other => match (other.to_i128(), other.to_f64()) {
            (Some(integer), _) => integer.to_string(),
            (None, Some(float)) => format!("{float:?}"),
            _ => "…".to_owned(),
        },
    }
}

/// A key as TOML writes it: in quotes where it has to be.
fn bare(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}
