//! The providers of a client, and the way of one message through them.

use std::sync::Arc;
use std::time::Duration;

use super::chain::Chain;
use crate::config::duration;
use crate::error::{Class, Error, ErrorKind};
use crate::message::{Hop, Outbound};
use crate::route::{Health, Leave, Plan, Stops};

/// The providers of a client: one, or those of a route.
#[derive(Debug)]
pub(crate) struct Router {
    /// What stands in the rows of messages that nobody in particular has: the id of the one
    /// provider, or the route's name in a form that no table can have.
    id: Arc<str>,
    chains: Vec<Chain>,
    healths: Vec<Arc<Health>>,
    plan: Option<Plan>,
}

/// The providers that a message may still go through.
#[derive(Debug)]
pub(super) enum Way {
    /// One provider alone, whatever its health; then none.
    Pinned(Option<usize>),
    Open(Stops),
}

/// A provider that is to be tried now, with the message as it goes there.
#[derive(Debug)]
pub(super) struct Stop<'a> {
    pub(super) chain: &'a Chain,
    pub(super) message: Arc<Outbound>,
    /// What the provider is told about how it went, where that matters.
    pub(super) leave: Option<Leave>,
}

/// Providers that were passed over because they are left out for now.
#[derive(Debug, Default)]
pub(super) struct Resting(Vec<(Arc<str>, Duration)>);

impl Router {
    /// A client of one provider.
    pub(crate) fn single(chain: Chain) -> Self {
        Self {
            id: Arc::clone(&chain.id),
            healths: vec![Arc::clone(&chain.health)],
            chains: vec![chain],
            plan: None,
        }
    }

    /// A client of the route called `name`, which leads to `chains` in the order of the plan.
    pub(crate) fn route(name: &str, plan: Plan, chains: Vec<Chain>) -> Self {
        let health = |chain: &Chain| Arc::clone(&chain.health);
        Self {
            id: row_id(name).into(),
            healths: chains.iter().map(health).collect(),
            chains,
            plan: Some(plan),
        }
    }

    pub(crate) fn id(&self) -> &Arc<str> {
        &self.id
    }

    pub(crate) fn chains(&self) -> &[Chain] {
        &self.chains
    }

    pub(crate) fn is_route(&self) -> bool {
        self.plan.is_some()
    }

    pub(super) fn chain(&self, id: &str) -> Option<&Chain> {
        self.chains.iter().find(|chain| *chain.id == *id)
    }

    /// The ids that messages of this client have in their rows.
    pub(super) fn row_ids(&self) -> Vec<&str> {
        let chains = self.chains.iter().map(|chain| &chain.id);
        let own = self.plan.is_some().then_some(&self.id);
        own.into_iter().chain(chains).map(|id| &**id).collect()
    }

    /// The way of a message.
    ///
    /// # Errors
    /// No provider takes such a message: the first one's reason.
    pub(super) fn way(&self, message: &Outbound) -> Result<Way, Error> {
        let Some(plan) = &self.plan else {
            return Ok(Way::Pinned(Some(0)));
        };
        let meets = |chain: usize, need| self.chains[chain].meets(need);
        let reachable = plan.reachable(message, meets);
        let refusals = reachable.iter().map(|at| self.refusal(*at, message));
        // Where nobody can be reached, those that could be are not configured: that may change.
        match refusals.collect::<Option<Vec<_>>>() {
            Some(refusals) if !refusals.is_empty() => {
                Err(refusals.into_iter().next().unwrap_or_else(|| self.nobody()))
            }
            _ => Ok(Way::Open(plan.start())),
        }
    }

    /// Why the provider does not take the message, if it does not.
    fn refusal(&self, at: usize, message: &Outbound) -> Option<Error> {
        let chain = &self.chains[at];
        let checked = chain.limits.check(message, chain.sender_of(message));
        Some(checked.err()?.with_provider(&chain.id))
    }

    /// The way of a message that only the provider called `id` may send.
    pub(super) fn way_to(&self, id: &str) -> Option<Way> {
        let at = self.chains.iter().position(|chain| *chain.id == *id)?;
        Some(Way::Pinned(Some(at)))
    }

    /// The next provider that takes the message; those that are left out are noted.
    pub(super) fn next(
        &self,
        way: &mut Way,
        message: &Arc<Outbound>,
        passed: &mut Vec<Hop>,
        resting: &mut Resting,
    ) -> Option<Stop<'_>> {
        let stops = match (way, &self.plan) {
            (Way::Open(stops), Some(plan)) => (stops, plan),
            (Way::Pinned(at), _) => {
                let chain = &self.chains[at.take()?];
                return Some(Stop {
                    chain,
                    // In doubt it is found, and sent again, as it went there before.
                    message: match message.from() {
                        Some(_) => Arc::clone(message),
                        None => chain.addressed(message),
                    },
                    leave: None,
                });
            }
            (Way::Open(_), None) => return None,
        };
        let (stops, plan) = stops;
        let meets = |chain: usize, need| self.chains[chain].meets(need);
        while let Some(at) = plan.next(stops, message, meets, &self.healths) {
            if self.refusal(at, message).is_some() {
                continue;
            }
            let chain = &self.chains[at];
            if let Some(admission) = chain.health.admit() {
                return Some(Stop {
                    chain,
                    message: chain.addressed(message),
                    leave: Some(Leave::new(admission)),
                });
            }
            let wait = chain.health.wait();
            passed.push(Hop {
                provider: chain.id.to_string(),
                calls: 0,
                code: Some(ErrorKind::NoRoute.code()),
                error: Some(format!("left out for {}", shown(wait))),
            });
            resting.0.push((Arc::clone(&chain.id), wait));
        }
        None
    }

    /// The error of a message that no provider is left for. Of what went wrong on the way, what time
    /// can cure counts: also that somebody is only resting.
    pub(super) fn exhausted(&self, last: Option<Error>, resting: &Resting) -> Error {
        match last {
            Some(error) if error.class() != Class::Account || resting.0.is_empty() => error,
            _ if resting.0.is_empty() => self.nobody(),
            _ => self.all_rest(resting),
        }
    }

    fn nobody(&self) -> Error {
        let message = format!(
            "no provider of {} that may take this message can be used",
            self.named()
        );
        Error::new(ErrorKind::NoRoute, message).with_help("`sms config check` tells why")
    }

    fn all_rest(&self, resting: &Resting) -> Error {
        let out = resting
            .0
            .iter()
            .map(|(id, wait)| format!("{id} (left out for {})", shown(*wait)));
        let message = format!(
            "no provider of {} takes this message now: {}",
            self.named(),
            Vec::from_iter(out).join(", ")
        );
        let soonest = resting.0.iter().map(|(_, wait)| *wait).min();
        Error::new(ErrorKind::NoRoute, message)
            .with_retry_after(soonest.unwrap_or_default())
            .with_help("sends to several recipients failed there; each is tried again by itself")
    }

    fn named(&self) -> String {
        match self.id.split_once(':') {
            Some((what, name)) => format!("{what} `{name}`"),
            None => format!("`{}`", self.id),
        }
    }
}

/// What stands in the rows of messages that wait for the route called `name`: no table can have that
/// name.
pub(crate) fn row_id(name: &str) -> String {
    format!("route:{name}")
}

/// Whole seconds: nobody needs more.
fn shown(wait: Duration) -> String {
    duration::format(Duration::from_secs(wait.as_secs_f64().ceil() as u64))
}

impl Way {
    pub(super) fn is_pinned(&self) -> bool {
        matches!(self, Self::Pinned(_))
    }
}

/// Of two errors of one message the one that says most about what can still become of it: that time
/// can cure it, else the later one.
pub(super) fn more_hopeful(earlier: Option<Error>, later: Error) -> Error {
    match earlier {
        Some(earlier) if earlier.is_transient() && later.class() == Class::Account => earlier,
        _ => later,
    }
}
