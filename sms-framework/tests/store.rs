//! The SQLite store, through the `Store` trait and, where a promise is about the file, through
//! the file.
#![allow(clippy::unwrap_used)]

#[path = "store/both.rs"]
mod both;
#[path = "store/dropped_claim.rs"]
mod dropped_claim;
#[path = "store/group.rs"]
mod group;
#[path = "store/life.rs"]
mod life;
#[path = "store/migrations.rs"]
mod migrations;
#[path = "store/open.rs"]
mod open;
#[path = "store/proof.rs"]
mod proof;
#[path = "store/queue.rs"]
mod queue;
#[path = "store/stats.rs"]
mod stats;
#[path = "store/support.rs"]
mod support;
