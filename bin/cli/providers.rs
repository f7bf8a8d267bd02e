//! `sms providers`: what is linked into this program and how each is configured; `new` makes another.

use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use sms_framework::config::reference::sample_table;
use sms_framework::provider::{ConfigKey, ProviderEntry, Registry};

use super::Ended;
use super::output::Output;
use super::scaffold;
use super::table::Table;

const EXAMPLES: &str = "\
Examples:
  sms providers
  sms providers twilio
  sms providers new acme";

/// List the linked providers with their keys, types, defaults, variables and a sample table, or write a new one
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(super) struct Providers {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only this one, such as twilio
    #[arg(value_name = "KIND")]
    kind: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    New(scaffold::New),
}

#[derive(Debug, Serialize)]
struct Described<'a> {
    kind: &'a str,
    summary: &'a str,
    /// Sets of keys, of which one must be complete.
    credentials: &'a [&'a [&'a str]],
    keys: Vec<Key<'a>>,
    sample: String,
}

#[derive(Debug, Serialize)]
struct Key<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: String,
    default: Option<&'a str>,
    variables: Vec<String>,
    secret: bool,
    doc: &'a str,
}

impl Providers {
    pub(super) fn run(self, output: &Output) -> Ended {
        if let Some(Action::New(new)) = self.action {
            return new.run(output);
        }
        let registry = Registry::linked()?;
        let entries: Vec<&ProviderEntry> = match &self.kind {
            Some(kind) => vec![registry.get(kind)?],
            None => registry.iter().collect(),
        };
        if output.json {
            output.objects(entries.into_iter().map(Described::of))?;
        } else {
            let texts: Vec<_> = entries
                .into_iter()
                .map(|entry| text(entry, output))
                .collect();
            output.text(texts.join("\n"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl<'a> Described<'a> {
    fn of(entry: &'a ProviderEntry) -> Self {
        let key = |key: &'a ConfigKey| Key {
            name: key.name,
            ty: key.ty.to_string(),
            default: key.default,
            variables: variables(entry, key),
            secret: key.secret,
            doc: key.doc,
        };
        Self {
            kind: entry.kind,
            summary: entry.summary,
            credentials: entry.credentials,
            keys: entry.keys.iter().map(key).collect(),
            sample: sample_table(entry),
        }
    }
}

/// The variables that set a key of the table that has the kind's name, the first one first.
fn variables(entry: &ProviderEntry, key: &ConfigKey) -> Vec<String> {
    let own = format!("SMS_PROVIDERS__{}__{}", entry.kind, key.name).to_uppercase();
    let aliases = key.env.iter().map(|name| (*name).to_owned());
    aliases.chain([own.replace('.', "__")]).collect()
}

fn text(entry: &ProviderEntry, output: &Output) -> String {
    let mut table = Table::new(["key", "takes", "default", "variables"]);
    for key in entry.keys {
        let ty = if key.secret {
            format!("{}, secret", key.ty)
        } else {
            key.ty.to_string()
        };
        table.row([
            key.name.to_owned(),
            ty,
            key.default.unwrap_or("-").to_owned(),
            variables(entry, key).join(", "),
        ]);
    }
    let needs: Vec<_> = entry
        .credentials
        .iter()
        .map(|set| set.join(" + "))
        .collect();
    let needs = match needs.as_slice() {
        [] => "nothing".to_owned(),
        sets => sets.join(", or "),
    };
    format!(
        "{kind}: {summary}\n\nNeeds {needs}.\n\n{table}\nIn config/default.toml:\n\n{sample}",
        kind = output.paint.good(entry.kind),
        summary = entry.summary,
        sample = sample_table(entry),
    )
}
