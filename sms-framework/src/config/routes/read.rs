//! From TOML to routes, with every mistake named by its dotted key.

use std::collections::{BTreeMap, BTreeSet};

use figment::value::{Dict, Value};

use super::graph::{Abilities, beyond, looping};
use super::{Need, RouteSettings, RuleSettings, Strategy, Target};
use crate::message::Place;
use crate::nearest::nearest;

/// Reads `[routes.*]`: the routes, and what is wrong with which dotted key.
pub(in crate::config) fn read(
    routes: &Dict,
    providers: &BTreeSet<&str>,
    can: Abilities<'_>,
    problems: &mut Vec<(String, String)>,
) -> BTreeMap<String, RouteSettings> {
    let mut known: BTreeSet<&str> = providers.clone();
    known.extend(routes.keys().map(String::as_str));
    let mut read = BTreeMap::new();
    for (name, value) in routes {
        let mut reader = Reader {
            known: &known,
            problems,
        };
        let path = format!("routes.{name}");
        if providers.contains(name.as_str()) {
            let what = "has the name of a provider: give the route another one";
            reader.problem(&path, what);
        }
        match value {
            Value::Dict(_, table) => {
                if let Some(route) = reader.route(&path, table) {
                    read.insert(name.clone(), route);
                }
            }
            _ => reader.problem(&path, "is a table, not a value"),
        }
    }
    for name in looping(&read) {
        let what = format!("leads back to itself: {}", name.join(" → "));
        problems.push((format!("routes.{}.use", name[0]), what));
    }
    problems.extend(beyond(&read, can));
    read
}

struct Reader<'a> {
    known: &'a BTreeSet<&'a str>,
    /// Dotted key, and what is wrong with it.
    problems: &'a mut Vec<(String, String)>,
}

impl Reader<'_> {
    fn problem(&mut self, path: &str, what: impl Into<String>) {
        self.problems.push((path.to_owned(), what.into()));
    }

    fn keys(&mut self, path: &str, table: &Dict, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
            let hint = nearest(key, known.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.problem(
                &format!("{path}.{key}"),
                format!("is no key of a route{hint}"),
            );
        }
    }

    fn route(&mut self, path: &str, table: &Dict) -> Option<RouteSettings> {
        self.keys(path, table, &["use", "strategy", "needs", "rules"]);
        let strategy = match table.get("strategy").map(|value| (value, value.as_str())) {
            None | Some((_, Some("failover"))) => Strategy::Failover,
            Some((_, Some("weighted"))) => Strategy::Weighted,
            Some((_, Some("health"))) => Strategy::Health,
            Some(_) => {
                let what = "takes one of \"failover\" | \"weighted\" | \"health\"";
                self.problem(&format!("{path}.strategy"), what);
                Strategy::Failover
            }
        };
        let targets = self.targets(path, table);
        let needs = self.needs(path, table);
        let rules = self.rules(path, table);
        Some(RouteSettings {
            strategy,
            targets: targets?,
            needs,
            rules,
        })
    }

    fn rules(&mut self, path: &str, table: &Dict) -> Vec<RuleSettings> {
        let path = format!("{path}.rules");
        let rules = match table.get("rules") {
            None => return Vec::new(),
            Some(Value::Array(_, rules)) => rules,
            Some(_) => {
                self.problem(&path, "is a list of tables: write [[routes.….rules]]");
                return Vec::new();
            }
        };
        let mut read: Vec<RuleSettings> = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let path = format!("{path}.{at}");
            let Value::Dict(_, rule) = rule else {
                self.problem(&path, "is a table, not a value");
                continue;
            };
            let Some(rule) = self.rule(&path, rule) else {
                continue;
            };
            if let Some(why) = never_matches(&rule, &read) {
                self.problem(&path, why);
            }
            read.push(rule);
        }
        read
    }

    fn rule(&mut self, path: &str, table: &Dict) -> Option<RuleSettings> {
        let keys = ["to", "countries", "message_type", "owner", "use", "needs"];
        self.keys(path, table, &keys);
        let problems = self.problems.len();
        let mut to = Vec::new();
        for key in ["to", "countries"] {
            let path = format!("{path}.{key}");
            for place in self.texts(&path, table.get(key)) {
                let wrong = match (key, place.starts_with('+')) {
                    ("to", false) => Some("prefixes such as \"+44\""),
                    ("countries", true) => Some("countries such as \"GB\""),
                    _ => None,
                };
                match (wrong, Place::parse(&place)) {
                    (Some(wanted), _) => {
                        self.problem(&path, format!("takes {wanted}, not `{place}`"));
                    }
                    (None, Ok(place)) => to.push(place),
                    (None, Err(error)) => {
                        self.problem(&path, format!("cannot be used: {}", error.message()));
                    }
                }
            }
        }
        let message_type = self.texts(&format!("{path}.message_type"), table.get("message_type"));
        let owner = self.texts(&format!("{path}.owner"), table.get("owner"));
        let (targets, needs) = (self.targets(path, table), self.needs(path, table));
        let any = ["to", "countries", "message_type", "owner"];
        if !any.iter().any(|key| table.contains_key(*key)) {
            let what =
                "matches every message: give it `to`, `countries`, `message_type` or `owner`";
            self.problem(path, what);
        }
        (self.problems.len() == problems).then_some(())?;
        Some(RuleSettings {
            to,
            message_type,
            owner,
            targets: targets?,
            needs,
        })
    }

    /// A text or a list of texts; none of them empty.
    fn texts(&mut self, path: &str, value: Option<&Value>) -> Vec<String> {
        let items: Vec<Option<&str>> = match value {
            None => return Vec::new(),
            Some(Value::Array(_, items)) => items.iter().map(Value::as_str).collect(),
            Some(one) => vec![one.as_str()],
        };
        if items.is_empty() {
            self.problem(
                path,
                "is an empty list, so the rule can never match: fill it or leave it out",
            );
        }
        if items.iter().any(|item| item.is_none_or(str::is_empty)) {
            self.problem(path, "takes texts that are not empty");
            return Vec::new();
        }
        items.into_iter().flatten().map(str::to_owned).collect()
    }

    fn needs(&mut self, path: &str, table: &Dict) -> Vec<Need> {
        let path = format!("{path}.needs");
        let mut needs = Vec::new();
        let written = self.texts(&path, table.get("needs"));
        for word in written.iter().flat_map(|text| text.split(',')) {
            let word = word.trim();
            match Need::ALL.iter().find(|(name, _)| *name == word) {
                Some((_, need)) => needs.push(*need),
                None => {
                    let known = Need::ALL.map(|(name, _)| name);
                    let what = format!("takes {}, not `{word}`", known.join(", "));
                    self.problem(&path, what);
                }
            }
        }
        needs
    }

    fn targets(&mut self, path: &str, table: &Dict) -> Option<Vec<Target>> {
        let path = format!("{path}.use");
        let listed;
        let items = match table.get("use") {
            Some(Value::Array(_, items)) if !items.is_empty() => items.as_slice(),
            Some(Value::String(tag, text)) => {
                let names = text
                    .split(',')
                    .map(|name| Value::String(*tag, name.trim().to_owned()));
                listed = Vec::from_iter(names);
                &listed
            }
            None => {
                self.problem(&path, "is missing: name at least one provider");
                return None;
            }
            Some(_) => {
                self.problem(&path, "takes a list of providers that is not empty");
                return None;
            }
        };
        let mut targets: Vec<Target> = Vec::new();
        for item in items {
            let Some(target) = self.target(&path, item) else {
                continue;
            };
            if targets.iter().any(|known| known.name == target.name) {
                self.problem(&path, format!("names `{}` twice", target.name));
            }
            targets.push(target);
        }
        (targets.len() == items.len()).then_some(targets)
    }

    fn target(&mut self, path: &str, item: &Value) -> Option<Target> {
        let (name, weight) = match item {
            Value::Dict(_, table) => {
                self.keys(path, table, &["provider", "weight"]);
                let weight = match table.get("weight") {
                    None => Some(1),
                    Some(weight) => weight
                        .to_i128()
                        .and_then(|weight| u32::try_from(weight).ok()),
                };
                (table.get("provider").and_then(Value::as_str), weight)
            }
            item => (item.as_str(), Some(1)),
        };
        let Some(name) = name else {
            self.problem(
                path,
                "takes names, or tables such as { provider = \"twilio\", weight = 2 }",
            );
            return None;
        };
        let weight = weight.filter(|weight| (1..=1000).contains(weight));
        if weight.is_none() {
            self.problem(
                path,
                format!("gives `{name}` a weight that is not 1 to 1000"),
            );
        }
        if !self.known.contains(name) {
            let hint = nearest(name, self.known.iter().copied()).map_or_else(
                || {
                    format!(
                        "there are: {}",
                        Vec::from_iter(self.known.iter().copied()).join(", ")
                    )
                },
                |near| format!("did you mean `{near}`?"),
            );
            let what = format!("names `{name}`, which is neither a provider nor a route: {hint}");
            self.problem(path, what);
            return None;
        }
        Some(Target {
            name: name.to_owned(),
            weight: weight?,
        })
    }
}

/// Why a rule takes no message that earlier ones would leave it.
fn never_matches(rule: &RuleSettings, earlier: &[RuleSettings]) -> Option<String> {
    let same = |of_earlier: &[String], of_rule: &[String]| {
        of_earlier.is_empty() == of_rule.is_empty()
            && of_rule.iter().all(|value| of_earlier.contains(value))
    };
    let alike: Vec<_> = earlier
        .iter()
        .filter(|other| {
            same(&other.message_type, &rule.message_type) && same(&other.owner, &rule.owner)
        })
        .collect();
    let taken = if rule.to.is_empty() {
        alike.iter().any(|other| other.to.is_empty())
    } else {
        let taken = |place: &Place| alike.iter().any(|other| other.to.contains(place));
        rule.to.iter().all(taken)
    };
    taken.then(|| "can never match: rules before it take the same messages".to_owned())
}
