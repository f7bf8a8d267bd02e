//! What the settings must satisfy together, checked before anything starts.

use std::collections::HashSet;
use std::time::Duration;

use super::{Settings, StackSettings, duration};
use crate::limiter::Quota;

/// Who waits longer for somebody waits for a process that hangs, or is gone.
const LONGEST: Duration = Duration::from_secs(3600);

/// A busy disk may take a second for a write.
const SHORTEST_LEASE: Duration = Duration::from_secs(3);

/// Every problem of the typed settings, each with the origin of the key to change.
pub(super) fn problems(settings: &Settings) -> Vec<String> {
    let mut problems = Vec::new();
    stack_problems(settings, None, &settings.stack, &mut problems);
    for (id, stack) in &settings.stacks {
        if *stack != settings.stack {
            stack_problems(settings, Some(id), stack, &mut problems);
        }
    }
    let positive = [
        (
            "broadcast.concurrency",
            settings.broadcast.concurrency as u64,
        ),
        ("database.connections", settings.database.connections.into()),
        ("queue.concurrency", settings.queue.concurrency as u64),
        ("queue.max_attempts", settings.queue.max_attempts.into()),
    ];
    for (key, value) in positive {
        if value == 0 {
            problems.push(format!(
                "`{key}` must be at least 1 ({})",
                settings.origin(key)
            ));
        }
    }
    if settings.queue.lease < SHORTEST_LEASE {
        problems.push(format!(
            "`queue.lease` must be at least {}, for it is renewed at a third of it ({})",
            duration::format(SHORTEST_LEASE),
            settings.origin("queue.lease")
        ));
    }
    if settings.queue.base.is_zero() {
        problems.push(format!(
            "`queue.base` must be longer than nothing ({})",
            settings.origin("queue.base")
        ));
    }
    let waits = [
        ("database.busy_timeout", settings.database.busy_timeout),
        (
            "database.statement_timeout",
            settings.database.statement_timeout,
        ),
        ("queue.lease", settings.queue.lease),
        ("queue.shutdown_timeout", settings.queue.shutdown_timeout),
    ];
    for (key, wait) in waits {
        if wait > LONGEST {
            problems.push(format!(
                "`{key}` may be an hour at most ({})",
                settings.origin(key)
            ));
        }
    }
    if settings.queue.base > settings.queue.cap {
        problems.push(format!(
            "`queue.base` may not be longer than `queue.cap` ({})",
            settings.origin("queue.base")
        ));
    }
    // What is wrong globally is wrong for each provider again.
    let mut told = HashSet::new();
    problems.retain(|problem| told.insert(problem.clone()));
    problems
}

fn stack_problems(
    settings: &Settings,
    id: Option<&str>,
    stack: &StackSettings,
    problems: &mut Vec<String>,
) {
    // The place to change: the provider's own table where it says something, else the global one.
    let place = |key: &str| {
        let own = id
            .map(|id| format!("providers.{id}.{key}"))
            .filter(|own| settings.is_set(own));
        let key = own.unwrap_or_else(|| key.to_owned());
        let origin = settings.origin(&key);
        (key, origin)
    };
    let mut problem = |key: &str, what: &str| {
        let (key, origin) = place(key);
        problems.push(format!("`{key}` {what} ({origin})"));
    };
    let limit = &stack.rate_limit;
    if let Err(error) = Quota::new(limit.rate, limit.burst, limit.initial) {
        problem(
            "rate_limit.rate",
            &format!(
                "and its neighbours do not make a limit: {}",
                error.message()
            ),
        );
    }
    if let Err(error) = stack.validate.number_policy() {
        let key = if stack.validate.default_region.is_some() {
            "validate.default_region"
        } else {
            "validate.numbers"
        };
        problem(key, &format!("cannot be used: {}", error.message()));
    }
    if stack.validate.max_characters == 0 {
        problem("validate.max_characters", "must be at least 1");
    }
    if stack.retry.max_attempts == 0 {
        problem(
            "retry.max_attempts",
            "must be at least 1: the first call counts",
        );
    }
    if stack.retry.base > stack.retry.cap {
        problem("retry.base", "may not be longer than `retry.cap`");
    }
    for (key, what) in stack.senders.problems() {
        problem(&format!("senders.{key}"), &what);
    }
    let health = &stack.health;
    if health.window.is_zero() || health.cooldown.is_zero() {
        problem(
            "health.window",
            "and `health.cooldown` must be longer than nothing",
        );
    }
    if health.cooldown > health.cooldown_cap {
        problem(
            "health.cooldown",
            "may not be longer than `health.cooldown_cap`",
        );
    }
    if !(0.0..=1.0).contains(&health.open_above) {
        problem("health.open_above", "is a share, from 0 to 1");
    }
    if health.min_failures == 0 {
        problem("health.min_failures", "must be at least 1");
    }
    if stack.send.attempt_timeout.is_zero() {
        problem("send.attempt_timeout", "must be longer than nothing");
    }
    if limit.enabled && limit.max_wait > stack.send.deadline {
        problem(
            "rate_limit.max_wait",
            "may not be longer than `send.deadline`: no try may start after that",
        );
    }
}
