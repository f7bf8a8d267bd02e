//! The providers of a client, and the way of one message through them.

use std::sync::Arc;
use std::time::Duration;

use super::chain::Chain;
use crate::config::duration;
use crate::error::{Class, Error, ErrorKind};
use crate::message::{Hop, Outbound};
use crate::route::{Admission, Health, Plan};

/// The providers of a client: one, or those of a route.
#[derive(Debug)]
pub(crate) struct Router {
    /// What the configuration picked: the id of the one provider, or the name of the route.
    id: Arc<str>,
    chains: Vec<Chain>,
    healths: Vec<Arc<Health>>,
    plan: Option<Plan>,
}

/// The providers that a message may still go through, most wanted first.
#[derive(Debug)]
pub(super) struct Way {
    left: std::vec::IntoIter<usize>,
    /// The message may go through this provider alone, whatever its health.
    pinned: bool,
}

/// A provider that is to be tried now.
#[derive(Debug)]
pub(super) struct Stop<'a> {
    pub(super) chain: &'a Chain,
    /// What the message reports to, where health matters.
    pub(super) admission: Option<Admission>,
}

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
            id: name.into(),
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
            return Ok(Way::pinned(0));
        };
        let meets = |chain: usize, need| self.chains[chain].meets(need);
        let candidates = plan.candidates(message, meets, &self.healths);
        if candidates.is_empty() {
            // Those that would be asked are not configured: that may change.
            return Ok(Way {
                left: Vec::new().into_iter(),
                pinned: false,
            });
        }
        let mut refusal: Option<Error> = None;
        let able: Vec<_> = candidates
            .into_iter()
            .filter(|at| {
                let chain = &self.chains[*at];
                match chain.limits.check(message) {
                    Ok(()) => true,
                    Err(error) => {
                        refusal.get_or_insert(error.with_provider(&chain.id));
                        false
                    }
                }
            })
            .collect();
        if let Some(refusal) = refusal.filter(|_| able.is_empty()) {
            return Err(refusal);
        }
        Ok(Way {
            left: able.into_iter(),
            pinned: false,
        })
    }

    /// The way of a message that only the provider called `id` may send.
    pub(super) fn way_to(&self, id: &str) -> Option<Way> {
        let at = self.chains.iter().position(|chain| *chain.id == *id)?;
        Some(Way::pinned(at))
    }

    /// The next provider that takes messages; those that are left out are noted as `passed`.
    pub(super) fn next(&self, way: &mut Way, passed: &mut Vec<Hop>) -> Option<Stop<'_>> {
        for at in way.left.by_ref() {
            let chain = &self.chains[at];
            if way.pinned {
                return Some(Stop {
                    chain,
                    admission: None,
                });
            }
            if let Some(admission) = chain.health.admit() {
                return Some(Stop {
                    chain,
                    admission: Some(admission),
                });
            }
            passed.push(Hop {
                provider: chain.id.to_string(),
                calls: 0,
                code: Some(ErrorKind::NoRoute.code()),
                error: Some(format!("left out for {}", shown(chain.health.wait()))),
            });
        }
        None
    }

    /// The error of a message that no provider was left for. Of what went wrong on the way, what
    /// time can cure counts.
    pub(super) fn exhausted(&self, last: Option<Error>) -> Error {
        if let Some(error) = last {
            return error;
        }
        let waits = self
            .chains
            .iter()
            .map(|chain| (&chain.id, chain.health.wait()));
        let out: Vec<_> = waits.filter(|(_, wait)| !wait.is_zero()).collect();
        let Some(soonest) = out.iter().map(|(_, wait)| *wait).min() else {
            let message = format!(
                "no provider of route `{}` that may take this message can be used",
                self.id
            );
            return Error::new(ErrorKind::NoRoute, message)
                .with_help("`sms config check` tells why");
        };
        let out = out
            .into_iter()
            .map(|(id, wait)| format!("{id} (left out for {})", shown(wait)));
        let message = format!(
            "no provider of route `{}` takes messages now: {}",
            self.id,
            Vec::from_iter(out).join(", ")
        );
        Error::new(ErrorKind::NoRoute, message)
            .with_retry_after(soonest)
            .with_help("their sends failed; each is tried again by itself")
    }
}

/// Whole seconds: nobody needs more.
fn shown(wait: Duration) -> String {
    duration::format(Duration::from_secs(wait.as_secs_f64().ceil() as u64))
}

impl Way {
    fn pinned(at: usize) -> Self {
        Self {
            left: vec![at].into_iter(),
            pinned: true,
        }
    }

    pub(super) fn is_pinned(&self) -> bool {
        self.pinned
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
