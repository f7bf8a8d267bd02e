//! The name of a provider to be, and what follows from it.

use sms_framework::provider::Registry;
use sms_framework::{Error, ErrorKind};

use super::template;

/// Words that `sms providers` takes for itself.
const COMMANDS: [&str; 2] = ["new", "help"];

/// The kind of a provider to be: `acme` in the configuration.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: String,
}

impl Kind {
    /// Reads the name, and sees that no linked provider has it.
    pub(super) fn parse(name: &str, registry: &Registry) -> Result<Self, Error> {
        if !is_well_formed(name) {
            let rule = "it takes a to z, 0 to 9 and single _, and starts with a letter";
            let help = match nearest(name) {
                Some(near) => format!("write `sms providers new {near}`"),
                None => "choose one such as `acme`".to_owned(),
            };
            return Err(refused(name, rule).with_help(help));
        }
        if COMMANDS.contains(&name) {
            let why = format!("`sms providers {name}` is a command");
            return Err(refused(name, &why).with_help(another(name)));
        }
        if name == "sms" || name.starts_with("sms_") {
            let why = "variables that begin with SMS_ are the framework's own";
            return Err(refused(name, why).with_help(another(name.trim_start_matches("sms_"))));
        }
        if let Ok(linked) = registry.get(name) {
            let message = format!(
                "a provider of kind `{name}` is linked into this program already (\"{}\")",
                linked.summary
            );
            let help = format!("a program links one of a kind: {}", another(name));
            return Err(Error::new(ErrorKind::Config, message).with_help(help));
        }
        let kind = Self {
            name: name.to_owned(),
        };
        let type_name = kind.type_name();
        if template::has_type(&type_name) {
            let why = format!("its type would be `{type_name}`, which the crate has already");
            return Err(refused(name, &why).with_help(another(name)));
        }
        Ok(kind)
    }

    /// `Acme`: its type in Rust.
    pub(super) fn type_name(&self) -> String {
        self.name.split('_').map(capital).collect()
    }

    /// `ACME`: the start of its variables.
    pub(super) fn variable(&self) -> String {
        self.name.to_uppercase()
    }

    /// `sms-provider-acme`: its crate.
    pub(super) fn crate_name(&self) -> String {
        format!("sms-provider-{}", self.name)
    }
}

fn is_well_formed(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed)
        && name.split('_').all(|part| !part.is_empty())
}

/// What was probably meant.
fn nearest(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let parts: Vec<_> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    let near = parts.join("_");
    is_well_formed(&near).then_some(near)
}

fn another(name: &str) -> String {
    format!("choose another name, such as `{name}_api`")
}

fn capital(part: &str) -> String {
    let mut letters = part.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn refused(name: &str, why: &str) -> Error {
    let message = format!("`{name}` cannot be the name of a provider: {why}");
    Error::new(ErrorKind::Config, message)
}
