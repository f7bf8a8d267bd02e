//! Routes through the public surface: which provider takes a message, and when it goes on to the next.
#![allow(clippy::unwrap_used)]

#[path = "route/choice.rs"]
mod choice;
#[path = "route/configuration.rs"]
mod configuration;
#[path = "route/failover.rs"]
mod failover;
#[path = "route/health.rs"]
mod health;
#[path = "route/laws.rs"]
mod laws;
#[path = "route/queue.rs"]
mod queue;
#[path = "route/senders.rs"]
mod senders;
#[path = "route/sqlite.rs"]
mod sqlite;
#[path = "route/support.rs"]
mod support;
#[path = "route/webhooks.rs"]
mod webhooks;
