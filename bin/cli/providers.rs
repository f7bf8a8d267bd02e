//! `sms providers`: what is linked into this program and how each is configured; `new` makes another.

use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use sms_framework::config::reference::{self, abilities, sample_table};
use sms_framework::provider::{Capabilities, Code, ConfigKey, Phase, ProviderEntry, Registry};
use sms_framework::{Certainty, Class};

use super::Ended;
use super::output::Output;
use super::scaffold;
use super::table::Table;

const EXAMPLES: &str = "\
Examples:
  sms providers
  sms providers twilio
  sms providers twilio --codes
  sms providers new acme";

/// List the linked providers with what they can do, their keys, types, defaults, variables and a sample table, or write a new one
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(super) struct Providers {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only this one, such as twilio
    #[arg(value_name = "KIND")]
    kind: Option<String>,
    /// Only its error codes: what each means for the message, and where that is known from
    #[arg(long, requires = "kind")]
    codes: bool,
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
    capabilities: Capabilities,
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
        if self.codes {
            let codes: Vec<_> = entries.into_iter().flat_map(|entry| entry.codes).collect();
            if output.json {
                output.objects(codes.into_iter().map(Known::of))?;
            } else if codes.is_empty() {
                output.text("No table of error codes: its crate's page or its configuration says what is what.\n")?;
            } else {
                output.text(table_of_codes(codes.into_iter()))?;
            }
        } else if output.json {
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
            capabilities: entry.capabilities,
            keys: entry.keys.iter().map(key).collect(),
            sample: sample_table(entry),
        }
    }
}

/// The variables that set a key of the table that has the kind's name, the first one first.
fn variables(entry: &ProviderEntry, key: &ConfigKey) -> Vec<String> {
    reference::variables(&format!("providers.{}.{}", entry.kind, key.name), key)
}

/// One of a vendor's error codes.
#[derive(Debug, Serialize)]
struct Known<'a> {
    code: &'a str,
    phase: &'static str,
    kind: &'static str,
    certainty: Certainty,
    class: Class,
    meaning: &'a str,
    source: &'a str,
}

impl<'a> Known<'a> {
    fn of(code: &'a Code) -> Self {
        Self {
            code: code.code,
            phase: match code.phase {
                Phase::Request => "request",
                _ => "delivery",
            },
            kind: code.kind.code(),
            certainty: code.certainty,
            class: code.class,
            meaning: code.meaning,
            source: code.source,
        }
    }
}

fn table_of_codes<'a>(codes: impl Iterator<Item = &'a Code>) -> Table {
    let mut table = Table::new([
        "code",
        "when",
        "kind",
        "certainty",
        "class",
        "meaning",
        "source",
    ]);
    for known in codes.map(Known::of) {
        table.row([
            known.code.to_owned(),
            known.phase.to_owned(),
            known.kind.to_owned(),
            known.certainty.to_string(),
            format!("{:?}", known.class).to_lowercase(),
            known.meaning.to_owned(),
            known.source.to_owned(),
        ]);
    }
    table
}

/// What it can do, in a line; what it cannot is left out.
fn can(entry: &ProviderEntry) -> String {
    let can = abilities(&entry.capabilities)
        .into_iter()
        .filter(|(_, text)| text != "–")
        .map(|(name, text)| match text.as_str() {
            "yes" => name.to_owned(),
            text => format!("{name} ({text})"),
        });
    let can = Vec::from_iter(can).join(", ");
    if can.is_empty() {
        "Can send texts and nothing more.".to_owned()
    } else {
        format!("Can, besides sending texts: {can}.")
    }
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
            match variables(entry, key).join(", ") {
                none if none.is_empty() => "-".to_owned(),
                names => names,
            },
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
        "{kind}: {summary}\n\nNeeds {needs}.\n{can}\n\n{table}\nIn config/default.toml:\n\n{sample}",
        kind = output.paint.good(entry.kind),
        summary = entry.summary,
        can = can(entry),
        sample = sample_table(entry),
    )
}
