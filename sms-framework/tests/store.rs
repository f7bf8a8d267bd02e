//! The stores: what each promises through the `Store` trait, and what SQLite's promises about its
//! file.
#![allow(clippy::unwrap_used)]

#[path = "store/dropped_claim.rs"]
mod dropped_claim;
#[path = "store/group.rs"]
mod group;
#[path = "store/life.rs"]
mod life;
#[path = "store/migrations.rs"]
mod migrations;
#[path = "store/neighbours.rs"]
mod neighbours;
#[path = "store/open.rs"]
mod open;
#[path = "store/suite.rs"]
mod suite;
#[path = "store/support.rs"]
mod support;
