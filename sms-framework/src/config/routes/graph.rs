//! Where routes lead: to which providers, and whether back to themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Need, RouteSettings, Target};

/// The needs that no provider behind the targets meets.
pub(super) fn unmet(
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
