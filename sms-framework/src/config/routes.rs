//! `[routes.*]`: which providers a message may go through, and in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use figment::value::{Dict, Value};
use serde::Serialize;

use crate::message::Place;
use crate::nearest::nearest;
use crate::provider::Capabilities;

/// One route: providers to choose from, and rules for messages that go elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteSettings {
    /// How one of the targets is chosen.
    pub strategy: Strategy,
    /// The targets, most preferred first.
    pub targets: Vec<Target>,
    /// What every target has to be able to do; others are left out.
    pub needs: Vec<Need>,
    /// The rules, in their order.
    pub rules: Vec<RuleSettings>,
}

/// A provider, or another route, with its share of the messages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The id of a provider's table, or the name of a route.
    pub name: String,
    /// Its share, 1 to 1000. Default 1.
    pub weight: u32,
}

/// How one of several targets is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The first that takes messages; the others stand by, in their order.
    #[default]
    Failover,
    /// Each gets its share by weight.
    Weighted,
    /// Each gets its share by weight, less the more of its sends fail.
    Health,
}

/// A rule: messages that it matches go to its own targets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleSettings {
    /// Where the recipient is; anywhere where empty.
    pub to: Vec<Place>,
    /// What sort of message; any where empty.
    pub message_type: Vec<String>,
    /// Whose message; anybody's where empty.
    pub owner: Vec<String>,
    /// The targets, most preferred first.
    pub targets: Vec<Target>,
    /// What every target has to be able to do; others are left out.
    pub needs: Vec<Need>,
}

/// A capability that a route or a rule needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Media.
    Media,
    /// A validity period.
    Validity,
    /// Messaging services as senders.
    MessagingService,
    /// Finding a message again.
    Lookup,
    /// Delivery receipts.
    Receipts,
    /// Messages from phones.
    Inbound,
}

impl Need {
    const ALL: [(&'static str, Self); 6] = [
        ("media", Self::Media),
        ("validity", Self::Validity),
        ("messaging_service", Self::MessagingService),
        ("lookup", Self::Lookup),
        ("receipts", Self::Receipts),
        ("inbound", Self::Inbound),
    ];

    /// True where a provider with these capabilities has it.
    #[must_use]
    pub fn is_met_by(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Media => capabilities.media,
            Self::Validity => capabilities.validity.is_some(),
            Self::MessagingService => capabilities.messaging_service,
            Self::Lookup => capabilities.lookup,
            Self::Receipts => capabilities.receipts,
            Self::Inbound => capabilities.inbound,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(_, need)| need == self);
        f.pad(named.map_or("", |(name, _)| name))
    }
}

/// Reads `[routes.*]`: the routes, and what is wrong with which dotted key. `can` tells whether a
/// provider of that name meets a need.
pub(super) fn read(
    routes: &Dict,
    providers: &BTreeSet<&str>,
    can: &dyn Fn(&str, Need) -> bool,
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
    for (name, route) in &read {
        let path = format!("routes.{name}");
        problems.extend(unmet(&read, &path, &route.needs, &route.targets, can));
        for (at, rule) in route.rules.iter().enumerate() {
            let path = format!("{path}.rules.{at}");
            problems.extend(unmet(&read, &path, &rule.needs, &rule.targets, can));
        }
    }
    read
}

/// The needs that no provider behind the targets meets.
fn unmet(
    routes: &BTreeMap<String, RouteSettings>,
    path: &str,
    needs: &[Need],
    targets: &[Target],
    can: &dyn Fn(&str, Need) -> bool,
) -> Vec<(String, String)> {
    let mut providers = BTreeSet::new();
    let mut routes_seen = BTreeSet::new();
    let mut left: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    while let Some(name) = left.pop() {
        match routes.get(name) {
            Some(route) if routes_seen.insert(name) => {
                let rules = route.rules.iter().flat_map(|rule| &rule.targets);
                left.extend(
                    route
                        .targets
                        .iter()
                        .chain(rules)
                        .map(|target| target.name.as_str()),
                );
            }
            Some(_) => {}
            None => drop(providers.insert(name)),
        }
    }
    let nobody = |need: &&Need| !providers.iter().any(|provider| can(provider, **need));
    let problem = |need: &Need| {
        let names = Vec::from_iter(providers.iter().copied()).join(", ");
        let what = format!("asks for `{need}`, which none of its providers can do: {names}");
        (format!("{path}.needs"), what)
    };
    needs.iter().filter(nobody).map(problem).collect()
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
        for word in self.texts(&path, table.get("needs")) {
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
        let one;
        let items = match table.get("use") {
            Some(Value::Array(_, items)) if !items.is_empty() => items.as_slice(),
            Some(text) if text.as_str().is_some() => {
                one = [text.clone()];
                &one[..]
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

/// Routes that lead back to themselves, each as the way around.
fn looping(routes: &BTreeMap<String, RouteSettings>) -> Vec<Vec<&str>> {
    let mut found: Vec<Vec<&str>> = Vec::new();
    for name in routes.keys() {
        let mut way = vec![name.as_str()];
        if walk(routes, name, name, &mut way)
            && !found.iter().any(|other| other.contains(&name.as_str()))
        {
            found.push(way);
        }
    }
    found
}

fn walk<'a>(
    routes: &'a BTreeMap<String, RouteSettings>,
    start: &str,
    at: &str,
    way: &mut Vec<&'a str>,
) -> bool {
    let Some(route) = routes.get(at) else {
        return false;
    };
    let of_rules = route.rules.iter().flat_map(|rule| &rule.targets);
    for target in route.targets.iter().chain(of_rules) {
        if target.name == start {
            way.push(&target.name);
            return true;
        }
        if way.contains(&target.name.as_str()) {
            continue;
        }
        way.push(&target.name);
        if walk(routes, start, &target.name, way) {
            return true;
        }
        way.pop();
    }
    false
}

/// The ids of the providers that the route called `name` leads to, in the order in which they are
/// written.
pub(super) fn providers_of(routes: &BTreeMap<String, RouteSettings>, name: &str) -> Vec<String> {
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    let mut left = vec![name];
    while let Some(name) = left.pop() {
        match routes.get(name) {
            Some(_) if seen.contains(&name) => {}
            Some(route) => {
                seen.push(name);
                let rules = route.rules.iter().flat_map(|rule| &rule.targets);
                let targets = route.targets.iter().chain(rules).collect::<Vec<_>>();
                left.extend(targets.into_iter().rev().map(|target| target.name.as_str()));
            }
            None if found.iter().any(|known| known == name) => {}
            None => found.push(name.to_owned()),
        }
    }
    found
}
