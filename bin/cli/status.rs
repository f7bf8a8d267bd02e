//! `sms status`: how the service is doing.

use std::process::ExitCode;

use sms_framework::config::ROUTE;
use sms_framework::limiter::Usage;
use sms_framework::{HealthState, Mode, ProviderStatus, Status};

use super::output::Output;
use super::wording::{Facts, count, rounded};
use super::{Ended, Global, sources};

/// Show which provider is in use and why, the limiter, the database and the queue
#[derive(Debug, clap::Args)]
pub(super) struct ShowStatus {}

impl ShowStatus {
    #[expect(clippy::unused_self, reason = "every command runs from its arguments")]
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let status = sources::runtime()?.block_on(async {
            let client = global.client()?;
            Ok::<_, sms_framework::Error>(client.status().await)
        })?;
        if output.json {
            output.object(&status)?;
        } else {
            output.text(text(&status, output))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(status: &Status, output: &Output) -> String {
    let paint = output.paint;
    let headline = match status.mode {
        Mode::Mock => paint.warn("MOCK: nothing is really sent"),
        Mode::Real => paint.good("REAL: messages are sent"),
    };
    let mut facts = Facts::new();
    facts.add("environment", status.environment.as_str());
    let mut provider = status.provider.clone();
    if status.kind != provider && status.kind != ROUTE {
        provider.push_str(&format!(" (kind {})", status.kind));
    }
    if status.kind == ROUTE {
        facts.add("route", provider);
    } else {
        facts.add("provider", provider);
    }
    facts.add("because", status.reason.as_str());
    facts.add_some(
        "FALLBACK",
        status.fallback.as_ref().map(|why| paint.bad(why)),
    );
    if status.kind != ROUTE {
        facts.add_some("sender", status.sender.as_ref().map(ToString::to_string));
    }
    facts.add("database", database(status));
    let clock = status.database.clock.as_ref();
    facts.add_some("CLOCK", clock.map(|apart| paint.bad(apart)));
    if status.kind == ROUTE {
        for provider in &status.providers {
            facts.add(format!("- {}", provider.id), member(provider, output));
        }
    } else {
        facts.add("limiter", limiter(status.limiter.as_ref()));
    }
    for why in &status.missing {
        facts.add("MISSING", paint.bad(why));
    }
    facts.add_some("queue", queue(status));
    if status.log_failures > 0 {
        let lost = format!("{} lost", count(status.log_failures, "log write"));
        facts.add("log", paint.bad(lost));
    }
    format!("{headline}\n{facts}")
}

fn database(status: &Status) -> String {
    let database = &status.database;
    match &database.error {
        None if database.healthy => format!("{} ({}, healthy)", database.location, database.kind),
        Some(why) => format!("NOT USABLE: {why}"),
        None => "none".to_owned(),
    }
}

/// A provider of a route: whether it takes messages, from whom, how fast.
fn member(provider: &ProviderStatus, output: &Output) -> String {
    let health = provider.health.as_ref();
    let state = match health.map(|health| health.state) {
        None | Some(HealthState::Closed) => output.paint.good("takes messages"),
        Some(HealthState::HalfOpen) => output.paint.warn("one message tries it"),
        Some(HealthState::Open) => {
            let wait = health.and_then(|health| health.retry_in);
            let wait = wait.map(rounded).unwrap_or_default();
            output.paint.bad(format!("left out; tried again in {wait}"))
        }
    };
    let kind = match &provider.kind {
        kind if *kind == provider.id => String::new(),
        kind => format!(" (kind {kind})"),
    };
    let sender = match &provider.sender {
        Some(sender) => format!(", from {sender}"),
        None => String::new(),
    };
    let limiter = limiter(provider.limiter.as_ref());
    format!("{state}{kind}{sender}; {limiter}")
}

fn limiter(usage: Option<&Usage>) -> String {
    let Some(usage) = usage else {
        return "off: nothing paces the sends".to_owned();
    };
    let tokens = match usage.tokens {
        Some(tokens) => format!("{tokens:.1} tokens left"),
        None => "not used yet".to_owned(),
    };
    format!(
        "{tokens}, {} waiting, {} refused",
        usage.waiting, usage.refused
    )
}

fn queue(status: &Status) -> Option<String> {
    let queue = status.queue.as_ref()?;
    Some(format!(
        "{} scheduled, {} queued ({} due now), {} sending, {} unknown",
        queue.scheduled, queue.queued, queue.due, queue.sending, queue.unknown
    ))
}
