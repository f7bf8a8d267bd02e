//! `[message_types.NAME]`: what differs for one type of message.

use std::collections::BTreeMap;

use figment::Figment;
use figment::value::Value;
use serde::{Deserialize, Serialize};

/// What becomes of a message whose fate nobody could settle: its provider was asked a while later and
/// does not list it, or cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// It is held as `unknown` for a person: no phone gets it twice.
    #[default]
    Hold,
    /// It is sent again: a double is better than a gap.
    Resend,
}

impl OnUnknown {
    const NAMES: [(&'static str, Self); 2] = [("hold", Self::Hold), ("resend", Self::Resend)];
}

/// The policies by type of message, and what is wrong with the table, each with its key.
pub(super) fn read(figment: &Figment) -> (BTreeMap<String, OnUnknown>, Vec<(String, String)>) {
    let (mut policies, mut problems) = (BTreeMap::new(), Vec::new());
    let Ok(types) = figment.find_value("message_types") else {
        return (policies, problems);
    };
    let Value::Dict(_, types) = types else {
        let what = "is a table: [message_types.otp] and on_unknown = \"resend\" below it";
        problems.push(("message_types".to_owned(), what.to_owned()));
        return (policies, problems);
    };
    for (name, table) in types {
        let path = format!("message_types.{name}");
        let Value::Dict(_, table) = table else {
            problems.push((
                path,
                "is a table of its own: { on_unknown = \"resend\" }".to_owned(),
            ));
            continue;
        };
        for (key, value) in table {
            let path = format!("{path}.{key}");
            if key != "on_unknown" {
                problems.push((
                    path,
                    "is no key of a message type: on_unknown is".to_owned(),
                ));
                continue;
            }
            let known = OnUnknown::NAMES
                .into_iter()
                .find(|(text, _)| value.as_str() == Some(text));
            match known {
                Some((_, policy)) => drop(policies.insert(name.clone(), policy)),
                None => problems.push((path, "must be \"hold\" or \"resend\"".to_owned())),
            }
        }
    }
    (policies, problems)
}
