//! The configuration explained, from the same list that it is checked against.

use super::keys::KEYS;
use super::variables::name_of;
use crate::provider::{ConfigKey, ProviderEntry, Registry};

/// `config/default.toml`: every key with its meaning, commented out at its default.
#[must_use]
pub fn default_toml(registry: &Registry) -> String {
    let mut out = String::from(
        "# Every key there is, at its default. Uncomment what should differ.\n\
         # Layers, later ones win: this file, <environment>.toml, the providers' own variables, SMS_* variables:\n\
         # SMS_RATE_LIMIT__BURST=5 sets rate_limit.burst. Secrets come from variables or from files named by *_FILE variables, never from here.\n",
    );
    let mut section = "";
    for key in KEYS {
        let (table, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if table != section {
            section = table;
            out.push_str(&format!("\n[{table}]\n"));
        } else {
            out.push('\n');
        }
        out.push_str(&commented(name, key));
    }
    for entry in registry.iter() {
        // The table's head too: a build may link fewer providers than this one.
        let table = sample_table(entry).replace("\n[", "\n# [");
        out.push_str(&format!("\n{table}"));
    }
    out
}

/// A provider's table with every key, commented out: what `sms providers` shows as a sample.
#[must_use]
pub fn sample_table(entry: &ProviderEntry) -> String {
    let out = format!("# {}\n[providers.{}]\n", entry.summary, entry.kind);
    let keys: Vec<_> = entry
        .keys
        .iter()
        .map(|key| commented(key.name, key))
        .collect();
    out + &keys.join("\n")
}

fn commented(name: &str, key: &ConfigKey) -> String {
    let mut about = key.doc.to_owned();
    if !key.env.is_empty() {
        about.push_str(&format!(" Also: {}.", key.env.join(", ")));
    }
    if key.secret {
        let variable = key.env.first().copied().unwrap_or("its SMS_ variable");
        return format!(
            "# {about}\n# {name}: a secret, so not here: set {variable} or {variable}_FILE\n"
        );
    }
    let value = key
        .default
        .or(key.sample)
        .map_or_else(|| "\"…\"".to_owned(), str::to_owned);
    let note = if key.default.is_none() {
        "   # not set by default"
    } else {
        ""
    };
    format!("# {about}\n# {name} = {value}{note}\n")
}

/// The same as a Markdown table: key, type, default, variables, meaning.
#[must_use]
pub fn markdown_table(registry: &Registry) -> String {
    let mut out =
        String::from("| key | takes | default | variables | meaning |\n|---|---|---|---|---|\n");
    for key in KEYS {
        out.push_str(&row(key.name, key));
    }
    for entry in registry.iter() {
        for key in entry.keys {
            let path = format!("providers.{}.{}", entry.kind, key.name);
            out.push_str(&row(&path, key));
        }
    }
    out
}

fn row(path: &str, key: &ConfigKey) -> String {
    let variables: Vec<_> = key
        .env
        .iter()
        .map(|name| format!("`{name}`"))
        .chain([format!("`{}`", name_of(path))])
        .collect();
    let secret = if key.secret {
        " **Secret**: never in a file."
    } else {
        ""
    };
    format!(
        "| `{path}` | {} | {} | {} | {}{secret} |\n",
        key.ty.to_string().replace('|', "\\|"),
        key.default
            .map_or_else(|| "–".to_owned(), |value| format!("`{value}`")),
        variables.join(", "),
        key.doc.replace('|', "\\|"),
    )
}
