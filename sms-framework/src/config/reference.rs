//! The configuration explained, from the same list that it is checked against.

use super::duration;
use super::keys::KEYS;
use super::variables::name_of;
use crate::provider::{
    Beyond, Capabilities, ConfigKey, KeyType, ProviderEntry, Reference, Registry, Validity,
    ValidityForm,
};

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
    if key.secret && key.ty == KeyType::Tree {
        return format!(
            "# {about}\n# {name}: secrets, so not here: set the SMS_ variable of each\n"
        );
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

/// The variables that set a key of the dotted name `path`, the first one first. A table comes from
/// files, but for one of secrets.
#[must_use]
pub fn variables(path: &str, key: &ConfigKey) -> Vec<String> {
    let own = match (key.ty, key.secret) {
        (KeyType::Tree, false) => None,
        (KeyType::Tree, true) => Some(format!("{}__NAME", name_of(path))),
        _ => Some(name_of(path)),
    };
    let aliases = key.env.iter().map(|name| (*name).to_owned());
    aliases.chain(own).collect()
}

fn row(path: &str, key: &ConfigKey) -> String {
    let quoted = |name: String| format!("`{name}`");
    let variables: Vec<_> = variables(path, key).into_iter().map(quoted).collect();
    let variables = match variables.as_slice() {
        [] => "–".to_owned(),
        names => names.join(", "),
    };
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
        variables,
        key.doc.replace('|', "\\|"),
    )
}

/// What the providers of `registry` can do, as a Markdown table: a row for each.
#[must_use]
pub fn matrix(registry: &Registry) -> String {
    let mut out = String::from("| provider |");
    let names = abilities(&Capabilities::new()).map(|(name, _)| name);
    out.push_str(&names.map(|name| format!(" {name} |")).concat());
    out.push_str(&format!(
        " error codes |\n{}\n",
        "|---".repeat(names.len() + 2) + "|"
    ));
    for entry in registry.iter() {
        let cells = abilities(&entry.capabilities).map(|(_, text)| format!(" {text} |"));
        out.push_str(&format!(
            "| [`{kind}`](#{kind}) |{} {} |\n",
            cells.concat(),
            entry.codes.len(),
            kind = entry.kind,
        ));
    }
    out
}

/// A provider as a section of a Markdown page: what it is, what it needs, its keys.
#[must_use]
pub fn provider_section(entry: &ProviderEntry) -> String {
    let needs: Vec<_> = entry
        .credentials
        .iter()
        .map(|set| {
            let quoted: Vec<_> = set.iter().map(|name| format!("`{name}`")).collect();
            quoted.join(" + ")
        })
        .collect();
    let needs = match needs.as_slice() {
        [] => "nothing".to_owned(),
        sets => sets.join(", or "),
    };
    let mut out = format!(
        "## {}\n\n{}. Needs {needs}.\n\n| key | takes | default | variables | meaning |\n|---|---|---|---|---|\n",
        entry.kind, entry.summary
    );
    for key in entry.keys {
        out.push_str(&row(&format!("providers.{}.{}", entry.kind, key.name), key));
    }
    out
}

/// What a provider can do: each ability with what there is of it, `–` for none.
#[must_use]
pub fn abilities(can: &Capabilities) -> [(&'static str, String); 8] {
    let yes = |is: bool| if is { "yes" } else { "–" }.to_owned();
    let reference = match can.reference {
        Reference::None => "–",
        Reference::Callback => "in the callback URL",
        Reference::Echoed => "comes back in receipts",
        Reference::Idempotent => "idempotency key",
    };
    [
        ("media", yes(can.media)),
        (
            "validity period",
            can.validity
                .map_or_else(|| yes(false), |validity| held(&validity)),
        ),
        ("messaging service", yes(can.messaging_service)),
        (
            "most segments",
            can.max_segments
                .map_or_else(|| yes(false), |most| most.to_string()),
        ),
        ("our id", reference.to_owned()),
        ("lookup", yes(can.lookup)),
        ("receipts", yes(can.receipts)),
        ("inbound", yes(can.inbound)),
    ]
}

fn held(validity: &Validity) -> String {
    /// No vendor means a year or more.
    const FOR_EVER: u64 = 365 * 24 * 3600;
    if validity.longest.as_secs() >= FOR_EVER {
        return "any".to_owned();
    }
    let form = match validity.form {
        ValidityForm::Seconds => "in seconds",
        ValidityForm::Milliseconds => "in milliseconds",
        ValidityForm::Instant => "as an instant",
    };
    let beyond = match validity.beyond {
        Beyond::Refused => "longer is refused",
        Beyond::Cut => "longer would be cut silently",
        Beyond::NotSaid => "what becomes of longer is not said",
    };
    let of = |time| duration::format(time);
    format!(
        "{} to {}, {form}; {beyond}",
        of(validity.shortest),
        of(validity.longest)
    )
}
