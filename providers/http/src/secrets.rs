//! The credentials that a description names.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use sms_framework::Error;

use crate::check::{Check, hint, shown};
use crate::escape;

/// The declared credentials, all of them set. `Debug` shows their names.
pub(crate) struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// Holds what is declared against what is set.
    pub(crate) fn read(
        check: &Check<'_>,
        id: &str,
        declared: &[String],
        set: &BTreeMap<String, SecretString>,
    ) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for name in declared {
            usable(check, name)?;
            let key = format!("secret.{name}");
            let variable = variable(id, name);
            let variable =
                format!("{variable}, or {variable}_FILE to the path of a file that holds it");
            let value = check
                .table()
                .secret(&key, &set.get(name).cloned(), &variable)?;
            if all.insert(name.clone(), value).is_some() {
                let why = format!("`{name}` stands in it twice; write it once");
                return Err(check.wrong("secrets", &why));
            }
        }
        let undeclared = set.keys().find(|name| !all.contains_key(*name));
        if let Some(name) = undeclared {
            let why = format!(
                "it is set, yet `secrets` does not name it; {}",
                hint(name, all.keys().map(String::as_str))
            );
            return Err(check.wrong(&format!("secret.{}", shown(name)), &why));
        }
        Ok(Self(all))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.keys().map(String::as_str)
    }

    /// The credential of that name; empty where there is none, which a checked description rules out.
    pub(crate) fn expose(&self, name: &str) -> &str {
        self.0.get(name).map_or("", ExposeSecret::expose_secret)
    }

    /// Every form in which an answer may repeat a credential.
    pub(crate) fn forms(&self) -> Vec<String> {
        let plain = self.0.values().map(ExposeSecret::expose_secret);
        plain
            .flat_map(|secret| {
                let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
                [secret.to_owned(), escape::percent(secret), form]
            })
            .collect()
    }
}

/// What a variable can be named after, and be told from its `_FILE`.
fn usable(check: &Check<'_>, name: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fits = !name.is_empty()
        && name.chars().all(allowed)
        && !name.contains("__")
        && !name.starts_with('_')
        && !name.ends_with('_')
        && !name.ends_with("_file");
    if fits {
        return Ok(());
    }
    let why = format!(
        "`{}` cannot be the name of a secret, which comes from a variable named after it; use a to z, 0 to 9 and single _, without `_file` at the end",
        shown(name)
    );
    Err(check.wrong("secrets", &why))
}

fn variable(id: &str, name: &str) -> String {
    format!("SMS_PROVIDERS__{id}__SECRET__{name}").to_uppercase()
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
