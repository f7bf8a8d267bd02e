//! The rules of a mock, and how often each has been asked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sms_framework::PhoneNumber;

use crate::{Outcome, Rule};

#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Vec<Counted>>);

#[derive(Debug)]
struct Counted {
    rule: Rule,
    /// The calls so far to the rule's recipients.
    calls: u64,
}

impl Script {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let counted = rules.into_iter().map(|rule| Counted { rule, calls: 0 });
        Self(Mutex::new(counted.collect()))
    }

    /// What becomes of the next call to `recipient`, and how long it takes. Every rule counts the
    /// call, whichever of them decides it.
    pub(crate) fn next(&self, recipient: &PhoneNumber) -> (Duration, Outcome) {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut delay = Duration::ZERO;
        let mut decided = None;
        for counted in rules
            .iter_mut()
            .filter(|counted| counted.rule.is_for(recipient))
        {
            counted.calls += 1;
            if decided.is_some() || !counted.rule.is_at(counted.calls) {
                continue;
            }
            match counted.rule.outcome() {
                Outcome::Delay(time) => delay = delay.saturating_add(*time),
                outcome => decided = Some(outcome.clone()),
            }
        }
        (delay, decided.unwrap_or(Outcome::Accept))
    }
}
