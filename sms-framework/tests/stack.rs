//! The layers, each alone and together, on tokio's paused time.
#![allow(clippy::unwrap_used)]

#[path = "stack/certainty.rs"]
mod certainty;
#[path = "stack/fleet.rs"]
mod fleet;
#[path = "stack/log.rs"]
mod log;
#[path = "stack/lookup.rs"]
mod lookup;
#[path = "stack/own_service.rs"]
mod own_service;
#[path = "stack/queued.rs"]
mod queued;
#[path = "stack/rate_limit.rs"]
mod rate_limit;
#[path = "stack/retry.rs"]
mod retry;
#[path = "stack/support.rs"]
mod support;
#[path = "stack/validate.rs"]
mod validate;
#[path = "stack/waiting_room.rs"]
mod waiting_room;
