//! Texts with placeholders: the closed list of them, and where each may stand.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sms_framework::Error;

use crate::check::{Check, hint, shown};
use crate::secrets::Secrets;
use crate::values::Values;

/// What stands for a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Placeholder {
    To,
    From,
    Text,
    TextHex,
    MessageId,
    AttemptId,
    ReceiptUrl,
    Encoding,
    Segments,
    ValiditySeconds,
    /// A tag of the message.
    Var(String),
    /// A credential, by its name.
    Secret(String),
    /// A value of the operator's own, already looked up.
    Config(String),
}

/// The placeholders without a name of the operator's in them.
const PLAIN: &[(&str, Placeholder)] = &[
    ("to", Placeholder::To),
    ("from", Placeholder::From),
    ("text", Placeholder::Text),
    ("text.hex_utf16be", Placeholder::TextHex),
    ("message_id", Placeholder::MessageId),
    ("attempt_id", Placeholder::AttemptId),
    ("receipt_url", Placeholder::ReceiptUrl),
    ("encoding", Placeholder::Encoding),
    ("segments", Placeholder::Segments),
    ("validity_seconds", Placeholder::ValiditySeconds),
];

/// Where a template stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// A credential of the request, or what a call is held against.
    Auth,
    Path,
    Query,
    Header,
    Field,
    Xml,
}

/// What a description may name, and what of it was named.
pub(crate) struct Names<'a> {
    pub(crate) check: Check<'a>,
    pub(crate) secrets: &'a Secrets,
    pub(crate) config: &'a BTreeMap<String, String>,
    /// Whether there is a URL for receipts.
    pub(crate) has_callback: bool,
    pub(crate) used: RefCell<BTreeSet<String>>,
}

/// A text with placeholders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Template(pub(crate) Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Literal(String),
    Slot(Slot),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Slot {
    pub(crate) placeholder: Placeholder,
    /// Drops the whole field where the value is empty.
    pub(crate) optional: bool,
}

/// A part with where it stands in its text.
pub(crate) type Spanned = (std::ops::Range<usize>, Part);

impl Template {
    /// Reads `text`, which stands at `key`.
    pub(crate) fn read(
        names: &Names<'_>,
        key: &str,
        text: &str,
        place: Place,
    ) -> Result<Self, Error> {
        let parts = spans(names, text, place).map_err(|why| names.check.wrong(key, &why))?;
        Ok(Self(parts.into_iter().map(|(_, part)| part).collect()))
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Slot(slot) => Some(slot),
        })
    }

    /// The text with its values, each through `escape`; `None` where one is empty that drops it.
    pub(crate) fn fill(
        &self,
        values: &Values<'_>,
        escape: impl Fn(&str) -> Result<String, Error>,
    ) -> Result<Option<String>, Error> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Slot(slot) => match values.of(slot)? {
                    Some(value) => out.push_str(&escape(&value)?),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(out))
    }

    /// The text of a template that names credentials and the operator's own values only.
    pub(crate) fn constant(&self, secrets: &Secrets) -> String {
        let part = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::Slot(slot) => match &slot.placeholder {
                Placeholder::Secret(name) => secrets.expose(name).to_owned(),
                Placeholder::Config(value) => value.clone(),
                _ => String::new(),
            },
        };
        self.0.iter().map(part).collect()
    }

    /// The text with its values as they are.
    pub(crate) fn plain(&self, values: &Values<'_>) -> Result<Option<String>, Error> {
        self.fill(values, |value| Ok(value.to_owned()))
    }

    /// The same as JSON: a template that is one placeholder keeps the type of its value.
    pub(crate) fn json(&self, values: &Values<'_>) -> Result<Option<Value>, Error> {
        match self.0.as_slice() {
            [Part::Slot(slot)] => {
                let value = values.of(slot)?;
                Ok(value.map(|value| values.typed(&slot.placeholder, value)))
            }
            _ => Ok(self.plain(values)?.map(Value::from)),
        }
    }
}

/// The parts of `text`, or what is wrong with it.
pub(crate) fn spans(names: &Names<'_>, text: &str, place: Place) -> Result<Vec<Spanned>, String> {
    let mut parts: Vec<Spanned> = Vec::new();
    let mut at = 0;
    while let Some(brace) = text[at..].find(['{', '}']).map(|found| at + found) {
        push(&mut parts, at..brace, &text[at..brace]);
        let rest = &text[brace..];
        at = if rest.starts_with("{{") || rest.starts_with("}}") {
            push(&mut parts, brace..brace + 2, &rest[..1]);
            brace + 2
        } else if rest.starts_with('}') {
            return Err(
                "it has a `}` without its `{`; write `}}` where a brace is meant".to_owned(),
            );
        } else {
            let Some(end) = rest.find('}') else {
                return Err(
                    "it has a `{` without its `}`; write `{{` where a brace is meant".to_owned(),
                );
            };
            let slot = slot(names, &rest[1..end], place)?;
            parts.push((brace..brace + end + 1, Part::Slot(slot)));
            brace + end + 1
        };
    }
    push(&mut parts, at..text.len(), &text[at..]);
    Ok(parts)
}

fn push(parts: &mut Vec<Spanned>, span: std::ops::Range<usize>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some((before, Part::Literal(literal))) => {
            before.end = span.end;
            literal.push_str(text);
        }
        _ => parts.push((span, Part::Literal(text.to_owned()))),
    }
}

fn slot(names: &Names<'_>, inside: &str, place: Place) -> Result<Slot, String> {
    let (name, optional) = match inside.strip_suffix('?') {
        Some(name) => (name, true),
        None => (inside, false),
    };
    let placeholder = placeholder(names, name)?;
    if let Some(why) = misplaced(&placeholder, name, optional, place) {
        return Err(why);
    }
    if optional && !can_be_empty(&placeholder) {
        return Err(format!("`{{{name}?}}` is never empty; write `{{{name}}}`"));
    }
    match placeholder {
        Placeholder::ValiditySeconds if !optional => {
            Err("most messages have no validity period; write `{validity_seconds?}`".to_owned())
        }
        Placeholder::ReceiptUrl if !optional && !names.has_callback => Err(
            "there is no URL for receipts; set `callback_url`, or write `{receipt_url?}`"
                .to_owned(),
        ),
        placeholder => Ok(Slot {
            placeholder,
            optional,
        }),
    }
}

fn placeholder(names: &Names<'_>, name: &str) -> Result<Placeholder, String> {
    if let Some((_, plain)) = PLAIN.iter().find(|(known, _)| *known == name) {
        return Ok(plain.clone());
    }
    let used = |kind: &str, name: &str| {
        names.used.borrow_mut().insert(format!("{kind}.{name}"));
    };
    match name.split_once('.') {
        Some(("var", tag)) if !tag.is_empty() => Ok(Placeholder::Var(tag.to_owned())),
        Some(("secret", secret)) => {
            if names.secrets.names().any(|known| known == secret) {
                used("secret", secret);
                return Ok(Placeholder::Secret(secret.to_owned()));
            }
            Err(format!(
                "`{{{}}}` is not named in `secrets`; {}",
                shown(name),
                hint(secret, names.secrets.names())
            ))
        }
        Some(("config", own)) => match names.config.get(own) {
            Some(value) => {
                used("config", own);
                Ok(Placeholder::Config(value.clone()))
            }
            None => Err(format!(
                "`{{{}}}` is not set in `config`; {}",
                shown(name),
                hint(own, names.config.keys().map(String::as_str))
            )),
        },
        _ => {
            let named = ["var.NAME", "secret.NAME", "config.NAME"];
            let known = PLAIN.iter().map(|(known, _)| *known).chain(named);
            Err(format!(
                "`{{{}}}` is no placeholder; {}",
                shown(name),
                hint(name, known)
            ))
        }
    }
}

/// Why a placeholder may not stand there.
fn misplaced(
    placeholder: &Placeholder,
    name: &str,
    optional: bool,
    place: Place,
) -> Option<String> {
    let own = matches!(placeholder, Placeholder::Secret(_) | Placeholder::Config(_));
    let why = match place {
        Place::Auth if !own => {
            "has no place in `auth`, which takes `{secret.NAME}` and `{config.NAME}` only"
        }
        Place::Auth if optional => "may not be left out of `auth`; remove the `?`",
        Place::Path if optional => "may not be left out of a path; remove the `?`",
        Place::Header if matches!(placeholder, Placeholder::Secret(_)) => {
            "may not stand in `headers`, which are not guarded as credentials; use `auth = { header = [NAME, VALUE] }`"
        }
        _ => return None,
    };
    Some(format!("`{{{name}}}` {why}"))
}

fn can_be_empty(placeholder: &Placeholder) -> bool {
    matches!(
        placeholder,
        Placeholder::From
            | Placeholder::ReceiptUrl
            | Placeholder::ValiditySeconds
            | Placeholder::Var(_)
            | Placeholder::Config(_)
    )
}
