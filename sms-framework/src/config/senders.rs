//! `[senders]`: whose number a message comes from that names no sender.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

use crate::message::{Place, Sender};

/// `[senders]`: prefixes or countries, each with a sender or a pool of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SenderSettings(BTreeMap<String, Vec<String>>);

impl SenderSettings {
    /// The places with their pools; places and senders that cannot be read are left out, for the
    /// configuration that holds them is refused.
    #[must_use]
    pub fn pools(&self) -> Vec<(Place, Vec<Sender>)> {
        let pool = |(place, senders): (&String, &Vec<String>)| {
            let senders = senders.iter().filter_map(|sender| sender.parse().ok());
            Some((Place::parse(place).ok()?, senders.collect()))
        };
        self.0.iter().filter_map(pool).collect()
    }

    /// What is wrong, by the key that it is wrong with.
    pub(super) fn problems(&self) -> Vec<(&str, String)> {
        let (mut problems, mut places) = (Vec::new(), BTreeSet::new());
        for (place, senders) in &self.0 {
            match Place::parse(place) {
                Ok(known) => {
                    if !places.insert(known.to_string()) {
                        let what = format!("is there twice: `{known}` is the same place");
                        problems.push((place.as_str(), what));
                    }
                }
                Err(error) => {
                    let what = format!("is neither a prefix nor a country: {}", error.message());
                    problems.push((place.as_str(), what));
                }
            }
            if senders.is_empty() {
                problems.push((place.as_str(), "names no sender".to_owned()));
            }
            for sender in senders {
                if let Err(error) = sender.parse::<Sender>() {
                    problems.push((
                        place.as_str(),
                        format!("cannot be used: {}", error.message()),
                    ));
                }
            }
        }
        problems
    }
}

/// A text, or a list of texts.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a sender or a list of senders, each in quotes")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for SenderSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = BTreeMap::<String, OneOrMany>::deserialize(deserializer)?;
        let listed = |senders| match senders {
            OneOrMany::One(sender) => vec![sender],
            OneOrMany::Many(senders) => senders,
        };
        let table = table.into_iter();
        Ok(Self(
            table
                .map(|(place, senders)| (place, listed(senders)))
                .collect(),
        ))
    }
}
