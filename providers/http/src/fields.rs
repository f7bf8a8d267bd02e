//! The tree of fields: TOML that becomes JSON or a form.

use std::collections::BTreeMap;

use figment::value::Value as Toml;
use serde_json::Value;
use sms_framework::Error;

use crate::template::{Names, Place, Slot, Template};
use crate::values::Values;

/// A tree of fields with placeholders in its texts.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Field {
    /// A number or a truth value.
    Fixed(Value),
    Text(Template),
    List(Vec<Field>),
    Table(BTreeMap<String, Field>),
    /// `{ absent = true }`, in the table for other alphabets: takes the field away.
    Absent,
}

impl Field {
    /// Reads the tree at `key`. `absent` says whether a field may be taken away in it.
    pub(crate) fn read(
        names: &Names<'_>,
        key: &str,
        value: &Toml,
        absent: bool,
    ) -> Result<Self, Error> {
        Ok(match value {
            Toml::String(_, text) => Self::Text(Template::read(names, key, text, Place::Field)?),
            Toml::Char(_, c) => {
                Self::Text(Template::read(names, key, &c.to_string(), Place::Field)?)
            }
            Toml::Bool(_, truth) => Self::Fixed(Value::from(*truth)),
            Toml::Num(..) => Self::Fixed(number(value).ok_or_else(|| {
                names
                    .check
                    .wrong(key, "the number cannot be written; put it in quotes")
            })?),
            Toml::Empty(..) => return Err(names.check.wrong(key, "it has no value; write one")),
            Toml::Array(_, items) => Self::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| Self::read(names, &format!("{key}.{index}"), item, false))
                    .collect::<Result<_, _>>()?,
            ),
            Toml::Dict(_, table) if is_absent(table) => {
                if !absent {
                    let why = "`{ absent = true }` takes a field away for other alphabets and stands in `request.unicode` only; leave the field out";
                    return Err(names.check.wrong(key, why));
                }
                Self::Absent
            }
            Toml::Dict(_, table) => {
                let field = |(name, value): (&String, &Toml)| {
                    let key = format!("{key}.{name}");
                    if name.contains(['{', '}']) {
                        let why = "a placeholder may stand in a value, not in a name";
                        return Err(names.check.wrong(&key, why));
                    }
                    Ok((name.clone(), Self::read(names, &key, value, absent)?))
                };
                Self::Table(table.iter().map(field).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Holds the tree against what a form can carry: names and texts, nothing deeper.
    pub(crate) fn is_flat(&self, names: &Names<'_>, key: &str) -> Result<(), Error> {
        let Self::Table(table) = self else {
            return Err(names.check.wrong(key, "it takes a table"));
        };
        for (name, field) in table {
            if matches!(field, Self::List(_) | Self::Table(_)) {
                let why = "a form or a query holds texts only; write `name = \"…\"`, or `body = \"json\"`";
                return Err(names.check.wrong(&format!("{key}.{name}"), why));
            }
        }
        Ok(())
    }

    /// This tree with `over` laid over it: tables are merged, anything else is replaced.
    pub(crate) fn merged(&self, over: &Self) -> Self {
        match (self, over) {
            (Self::Table(under), Self::Table(over)) => {
                let mut merged = under.clone();
                for (name, field) in over {
                    match (under.get(name), field) {
                        (_, Self::Absent) => drop(merged.remove(name)),
                        (Some(under), field) => {
                            drop(merged.insert(name.clone(), under.merged(field)));
                        }
                        (None, field) => {
                            let nothing = Self::Table(BTreeMap::new());
                            drop(merged.insert(name.clone(), nothing.merged(field)));
                        }
                    }
                }
                Self::Table(merged)
            }
            (_, over) => over.clone(),
        }
    }

    pub(crate) fn slots(&self) -> Vec<&Slot> {
        match self {
            Self::Fixed(_) | Self::Absent => Vec::new(),
            Self::Text(template) => template.slots().collect(),
            Self::List(items) => items.iter().flat_map(Self::slots).collect(),
            Self::Table(table) => table.values().flat_map(Self::slots).collect(),
        }
    }

    /// The tree as JSON; `None` where the whole of it is left out.
    pub(crate) fn json(&self, values: &Values<'_>) -> Result<Option<Value>, Error> {
        Ok(match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Absent => None,
            Self::Text(template) => template.json(values)?,
            Self::List(items) => {
                let items = items.iter().map(|item| item.json(values));
                let items: Vec<_> = items.collect::<Result<_, _>>()?;
                Some(items.into_iter().flatten().collect())
            }
            Self::Table(table) => {
                let mut object = serde_json::Map::new();
                for (name, field) in table {
                    if let Some(value) = field.json(values)? {
                        object.insert(name.clone(), value);
                    }
                }
                Some(object.into())
            }
        })
    }

    /// A flat tree as the pairs of a form or a query.
    pub(crate) fn pairs(&self, values: &Values<'_>) -> Result<Vec<(String, String)>, Error> {
        let Self::Table(table) = self else {
            return Ok(Vec::new());
        };
        let mut pairs = Vec::new();
        for (name, field) in table {
            let value = match field {
                Self::Fixed(value) => Some(value.to_string()),
                Self::Text(template) => template.plain(values)?,
                Self::List(_) | Self::Table(_) | Self::Absent => None,
            };
            pairs.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(pairs)
    }
}

fn is_absent(table: &figment::value::Dict) -> bool {
    table.len() == 1 && table.get("absent").and_then(Toml::to_bool) == Some(true)
}

/// A number of the description as JSON.
pub(crate) fn number(value: &Toml) -> Option<Value> {
    if let Some(whole) = value.to_i128() {
        return i64::try_from(whole)
            .map(Value::from)
            .or_else(|_| u64::try_from(whole).map(Value::from))
            .ok();
    }
    let number = value.to_f64()?;
    serde_json::Number::from_f64(number).map(Value::Number)
}
