//! Where routes lead: to which providers, and whether back to themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Need, RouteSettings, Target};
use crate::provider::Capabilities;

/// What providers can do, by id; nothing where that is not known.
pub(in crate::config) type Abilities<'a> = &'a dyn Fn(&str) -> Option<Capabilities>;

/// Needs that nobody meets, and routes where some simulate and others send: the dotted key, and
/// what is wrong with it.
pub(in crate::config) fn beyond(
    routes: &BTreeMap<String, RouteSettings>,
    can: Abilities<'_>,
) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    for (name, route) in routes {
        let path = format!("routes.{name}");
        problems.extend(mixed(routes, name, can));
        problems.extend(unmet(routes, &path, &route.needs, &route.targets, can));
        for (at, rule) in route.rules.iter().enumerate() {
            let path = format!("{path}.rules.{at}");
            problems.extend(unmet(routes, &path, &rule.needs, &rule.targets, can));
        }
    }
    problems
}

/// A message that is only simulated must not pass for one that was sent.
fn mixed(
    routes: &BTreeMap<String, RouteSettings>,
    route: &str,
    can: Abilities<'_>,
) -> Option<(String, String)> {
    let providers = providers_of(routes, route);
    let that = |simulated: bool| {
        let one = |id: &&String| can(id).is_some_and(|can| can.simulated == simulated);
        providers.iter().find(one)
    };
    let (mock, real) = (that(true)?, that(false)?);
    let what = format!(
        "mixes `{mock}`, which only simulates, with `{real}`, which sends: leave one of them out; USE_MOCKS=true simulates everything"
    );
    Some((format!("routes.{route}"), what))
}

/// The needs that no provider behind the targets meets.
fn unmet(
    routes: &BTreeMap<String, RouteSettings>,
    path: &str,
    needs: &[Need],
    targets: &[Target],
    can: Abilities<'_>,
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
    let meets = |id: &str, need: Need| can(id).is_none_or(|can| need.is_met_by(&can));
    let nobody = |need: &&Need| !providers.iter().any(|id| meets(id, **need));
    let problem = |need: &Need| {
        let names = Vec::from_iter(providers.iter().copied()).join(", ");
        let what = format!("asks for `{need}`, which none of its providers can do: {names}");
        (format!("{path}.needs"), what)
    };
    needs.iter().filter(nobody).map(problem).collect()
}

/// Routes that lead back to themselves, each as the way around.
pub(super) fn looping(routes: &BTreeMap<String, RouteSettings>) -> Vec<Vec<&str>> {
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
pub(in crate::config) fn providers_of(
    routes: &BTreeMap<String, RouteSettings>,
    name: &str,
) -> Vec<String> {
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
