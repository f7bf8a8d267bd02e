//! The rules of a mock, and how often each has been asked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sms_framework::{Error, PhoneNumber};

use crate::{Outcome, Rule};

#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Vec<Counted>>);

#[derive(Debug)]
struct Counted {
    rule: Rule,
    /// The calls so far to the rule's recipients.
    calls: u64,
}

/// What becomes of one call.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    /// Whether the mock takes the message.
    pub(crate) accept: bool,
    /// What the caller gets instead of an acceptance.
    pub(crate) error: Option<Error>,
}

impl Script {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let counted = rules.into_iter().map(|rule| Counted { rule, calls: 0 });
        Self(Mutex::new(counted.collect()))
    }

    /// Every rule counts the call, whichever of them decides it.
    pub(crate) fn next(&self, recipient: &PhoneNumber) -> Plan {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut plan = Plan { delay: Duration::ZERO, accept: true, error: None };
        let mut decided = false;
        for counted in rules.iter_mut().filter(|counted| counted.rule.is_for(recipient)) {
            counted.calls += 1;
            if decided || !counted.rule.is_at(counted.calls) {
                continue;
            }
            decided = !matches!(counted.rule.outcome(), Outcome::Delay(_));
            match counted.rule.outcome() {
                Outcome::Accept => {}
                Outcome::Delay(time) => plan.delay += *time,
                Outcome::AcceptThenFail(error) => plan.error = Some(error.clone()),
                Outcome::Fail(error) => {
                    plan.accept = false;
                    plan.error = Some(error.clone());
                }
            }
        }
        plan
    }
}
