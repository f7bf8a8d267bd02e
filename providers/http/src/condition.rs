//! Conditions on a document: what has to stand, or not to stand, at a path.

use std::collections::BTreeMap;

use figment::value::Value as Toml;
use serde_json::Value;
use sms_framework::Error;

use crate::answer::{Path, scalar};
use crate::check::{Check, shown};
use crate::fields;

/// All of them have to hold.
#[derive(Debug, Default)]
pub(crate) struct Conditions(Vec<(Path, Wanted)>);

#[derive(Debug)]
enum Wanted {
    Absent,
    OneOf(Vec<String>),
}

impl Conditions {
    /// Reads the table at `key`.
    pub(crate) fn read(
        check: &Check<'_>,
        key: &str,
        table: &BTreeMap<String, Toml>,
    ) -> Result<Self, Error> {
        let condition = |(path, wanted): (&String, &Toml)| {
            let key = format!("{key}.{}", shown(path));
            let path = Path::parse(path).map_err(|why| check.wrong(&key, &why))?;
            let wanted = wanted_of(check, &key, wanted)?;
            Ok::<_, Error>((path, wanted))
        };
        Ok(Self(table.iter().map(condition).collect::<Result<_, _>>()?))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where one of them wants something to be there, which an answer that says nothing lacks.
    pub(crate) fn want_presence(&self) -> bool {
        self.0
            .iter()
            .any(|(_, wanted)| matches!(wanted, Wanted::OneOf(_)))
    }

    pub(crate) fn hold(&self, document: &Value) -> bool {
        self.0.iter().all(|(path, wanted)| {
            let found = path.find(document);
            match wanted {
                Wanted::Absent => found.is_none(),
                Wanted::OneOf(values) => {
                    let found = found.and_then(scalar);
                    found.is_some_and(|found| values.contains(&found))
                }
            }
        })
    }
}

fn wanted_of(check: &Check<'_>, key: &str, wanted: &Toml) -> Result<Wanted, Error> {
    const TAKES: &str = "it takes a value, a list of values, or `{ absent = true }`; a placeholder has no meaning here";
    let no = || check.wrong(key, TAKES);
    let one = |value: &Toml| {
        let text = match value {
            Toml::String(_, text) => Some(text.clone()),
            Toml::Char(_, c) => Some(c.to_string()),
            Toml::Bool(_, truth) => Some(truth.to_string()),
            Toml::Num(..) => fields::number(value).map(|number| number.to_string()),
            _ => None,
        };
        // A credential above all must not be looked for in what others say.
        text.filter(|text| !text.starts_with('{') || !text.ends_with('}'))
            .ok_or_else(no)
    };
    match wanted {
        Toml::Dict(_, table)
            if table.len() == 1 && table.get("absent").and_then(Toml::to_bool) == Some(true) =>
        {
            Ok(Wanted::Absent)
        }
        Toml::Array(_, values) if !values.is_empty() => Ok(Wanted::OneOf(
            values.iter().map(one).collect::<Result<_, _>>()?,
        )),
        value => Ok(Wanted::OneOf(vec![one(value)?])),
    }
}
