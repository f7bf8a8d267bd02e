//! Which providers a message may go through, in which order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Health;
use super::schedule::{Schedule, Shares};
use crate::config::{Need, RouteSettings, RuleSettings, Strategy, Target};
use crate::message::Outbound;

/// The routes that lead from one of them to its providers.
#[derive(Debug)]
pub(crate) struct Plan {
    routes: Vec<Route>,
    /// Where it starts.
    root: usize,
}

#[derive(Debug)]
struct Route {
    strategy: Strategy,
    otherwise: Choice,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    matches: RuleSettings,
    choice: Choice,
}

#[derive(Debug)]
struct Choice {
    targets: Vec<Node>,
    weights: Vec<u32>,
    needs: Vec<Need>,
    schedule: Schedule,
    shares: Shares,
}

/// A target: a provider by its place, or a route by its.
#[derive(Debug, Clone, Copy)]
enum Node {
    Provider(usize),
    Route(usize),
}

impl Plan {
    /// The plan of the route called `name`, of `routes`, which were checked. Providers go by their
    /// place in `usable`; those that are not there are left out.
    pub(crate) fn new(
        routes: &BTreeMap<String, RouteSettings>,
        name: &str,
        usable: &[&str],
    ) -> Self {
        let mut builder = Builder {
            settings: routes,
            names: Vec::new(),
            routes: Vec::new(),
            usable,
        };
        let root = builder.route(name);
        let routes = builder.routes.into_iter().flatten().collect();
        Self { routes, root }
    }

    /// Where a message starts: nothing is chosen yet.
    pub(crate) fn start(&self) -> Stops {
        Stops {
            left: vec![(Node::Route(self.root), Vec::new())],
            seen: Vec::new(),
        }
    }

    /// The next provider for the message; inner routes are asked only when it comes to them. `can`
    /// tells whether a provider meets a need, `healths` how they are doing.
    pub(crate) fn next(
        &self,
        stops: &mut Stops,
        message: &Outbound,
        can: impl Fn(usize, Need) -> bool,
        healths: &[Arc<Health>],
    ) -> Option<usize> {
        while let Some((node, needs)) = stops.left.pop() {
            match node {
                Node::Provider(provider) => {
                    if !stops.seen.contains(&provider)
                        && needs.iter().all(|need| can(provider, *need))
                    {
                        stops.seen.push(provider);
                        return Some(provider);
                    }
                }
                Node::Route(route) => {
                    let route = &self.routes[route];
                    let choice = route.choice(message);
                    let factor = |node| self.factor(node, message, healths);
                    let order = choice.order(route.strategy, factor);
                    let needs = [needs.as_slice(), choice.needs.as_slice()].concat();
                    let inner = order.into_iter().rev();
                    let inner = inner.map(|at| (choice.targets[at], needs.clone()));
                    stops.left.extend(inner);
                }
            }
        }
        None
    }

    /// Every provider that the message may come to, in no particular order; no turn is taken.
    pub(crate) fn reachable(
        &self,
        message: &Outbound,
        can: impl Fn(usize, Need) -> bool,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        let mut left = vec![(Node::Route(self.root), Vec::new())];
        while let Some((node, needs)) = left.pop() {
            match node {
                Node::Provider(provider) => {
                    if !found.contains(&provider) && needs.iter().all(|need| can(provider, *need)) {
                        found.push(provider);
                    }
                }
                Node::Route(route) => {
                    let choice = self.routes[route].choice(message);
                    let needs = [needs.as_slice(), choice.needs.as_slice()].concat();
                    let inner = choice.targets.iter().rev();
                    left.extend(inner.map(|node| (*node, needs.clone())));
                }
            }
        }
        found
    }

    /// The best that a target's providers are doing, for this message.
    fn factor(&self, node: Node, message: &Outbound, healths: &[Arc<Health>]) -> f64 {
        match node {
            Node::Provider(provider) => healths[provider].factor(),
            Node::Route(route) => {
                let targets = self.routes[route].choice(message).targets.iter();
                targets
                    .map(|node| self.factor(*node, message, healths))
                    .fold(0.0, f64::max)
            }
        }
    }
}

/// What a message may still come to, the next one last, with what each has to be able to do.
#[derive(Debug)]
pub(crate) struct Stops {
    left: Vec<(Node, Vec<Need>)>,
    seen: Vec<usize>,
}

impl Route {
    fn choice(&self, message: &Outbound) -> &Choice {
        let best = self
            .rules
            .iter()
            .enumerate()
            .filter_map(|(at, rule)| Some((rank(&rule.matches, message)?, at, rule)))
            // Of equals the first that was written.
            .min_by_key(|(rank, at, _)| (std::cmp::Reverse(*rank), *at));
        best.map_or(&self.otherwise, |(_, _, rule)| &rule.choice)
    }
}

/// How well a rule fits the message: the narrowest place first, then how many other conditions; `None`
/// where it does not.
fn rank(rule: &RuleSettings, message: &Outbound) -> Option<(usize, usize)> {
    let place = if rule.to.is_empty() {
        0
    } else {
        let holding = rule.to.iter().filter(|place| place.holds(message.to()));
        holding.map(crate::message::Place::rank).max()?
    };
    let mut conditions = 0;
    for (wanted, is) in [
        (&rule.message_type, message.message_type()),
        (&rule.owner, message.owner()),
    ] {
        if wanted.is_empty() {
            continue;
        }
        is.filter(|is| wanted.iter().any(|wanted| wanted == is))?;
        conditions += 1;
    }
    Some((place, conditions))
}

impl Choice {
    /// The places of its targets, most wanted first.
    fn order(&self, strategy: Strategy, factor: impl Fn(Node) -> f64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.targets.len()).collect();
        if self.targets.len() < 2 {
            return order;
        }
        let first = match strategy {
            Strategy::Failover => None,
            Strategy::Weighted => Some(self.schedule.turn()),
            Strategy::Health => {
                let shares: Vec<f64> = self
                    .targets
                    .iter()
                    .zip(&self.weights)
                    .map(|(node, weight)| f64::from(*weight) * factor(*node))
                    .collect();
                order.sort_by(|one, other| shares[*other].total_cmp(&shares[*one]));
                self.shares.pick(&shares)
            }
        };
        if let Some(first) = first {
            order.retain(|at| *at != first);
            order.insert(0, first);
        }
        order
    }
}

struct Builder<'a> {
    settings: &'a BTreeMap<String, RouteSettings>,
    names: Vec<&'a str>,
    /// By the place of their names; filled once their targets are known.
    routes: Vec<Option<Route>>,
    usable: &'a [&'a str],
}

impl<'a> Builder<'a> {
    fn route(&mut self, name: &str) -> usize {
        if let Some(known) = self.names.iter().position(|known| *known == name) {
            return known;
        }
        let Some((name, settings)) = self.settings.get_key_value(name) else {
            unreachable!("the names of routes were checked")
        };
        let at = self.names.len();
        self.names.push(name);
        self.routes.push(None);
        let otherwise = self.choice(&settings.targets, &settings.needs);
        let rules = settings
            .rules
            .iter()
            .map(|rule| Rule {
                matches: rule.clone(),
                choice: self.choice(&rule.targets, &rule.needs),
            })
            .collect();
        self.routes[at] = Some(Route {
            strategy: settings.strategy,
            otherwise,
            rules,
        });
        at
    }

    fn choice(&mut self, targets: &'a [Target], needs: &[Need]) -> Choice {
        let usable = targets
            .iter()
            .filter_map(|target| Some((self.node(&target.name)?, target.weight)));
        let (targets, weights): (Vec<_>, Vec<u32>) = usable.unzip();
        Choice {
            targets,
            schedule: Schedule::new(&weights),
            shares: Shares::default(),
            weights,
            needs: needs.to_vec(),
        }
    }

    fn node(&mut self, name: &str) -> Option<Node> {
        if self.settings.contains_key(name) {
            return Some(Node::Route(self.route(name)));
        }
        let place = self.usable.iter().position(|known| *known == name)?;
        Some(Node::Provider(place))
    }
}
