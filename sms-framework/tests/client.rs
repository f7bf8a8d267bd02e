//! The client through its public surface, on tokio's paused time and a store in memory.
#![allow(clippy::unwrap_used)]

#[path = "client/broadcast.rs"]
mod broadcast;
#[path = "client/choice.rs"]
mod choice;
#[path = "client/corners.rs"]
mod corners;
#[path = "client/dropped.rs"]
mod dropped;
#[path = "client/every_end.rs"]
mod every_end;
#[path = "client/lapsed.rs"]
mod lapsed;
#[path = "client/log.rs"]
mod log;
#[path = "client/queue.rs"]
mod queue;
#[path = "client/quiet.rs"]
mod quiet;
#[path = "client/send.rs"]
mod send;
#[path = "client/status.rs"]
mod status;
#[path = "client/support.rs"]
mod support;
