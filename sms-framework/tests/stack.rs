//! The layers, each alone and together, on tokio's paused time.
#![allow(clippy::unwrap_used)]

#[path = "stack/certainty.rs"]
mod certainty;
#[path = "stack/log.rs"]
mod log;
#[path = "stack/lookup.rs"]
mod lookup;
#[path = "stack/own_service.rs"]
mod own_service;
#[path = "stack/rate_limit.rs"]
mod rate_limit;
#[path = "stack/retry.rs"]
mod retry;
#[path = "stack/support.rs"]
mod support;
#[path = "stack/validate.rs"]
mod validate;
