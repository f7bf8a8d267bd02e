//! The PostgreSQL database under the store: how it is reached, made and cut into weeks.
#![allow(clippy::unwrap_used)]

#[path = "postgres/clocks.rs"]
mod clocks;
#[path = "postgres/connect.rs"]
mod connect;
#[path = "postgres/fleet.rs"]
mod fleet;
#[path = "postgres/kit.rs"]
mod kit;
#[path = "postgres/migrations.rs"]
mod migrations;
#[path = "postgres/options.rs"]
mod options;
#[path = "postgres/partitions.rs"]
mod partitions;
#[path = "postgres/plans.rs"]
mod plans;
#[path = "postgres/queue.rs"]
mod queue;
#[path = "postgres/restart.rs"]
mod restart;
#[path = "postgres/suite.rs"]
mod suite;
#[path = "postgres/support.rs"]
mod support;
#[path = "postgres/tls.rs"]
mod tls;
