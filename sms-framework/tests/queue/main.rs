//! The durable queue through the public surface, on tokio's paused time and a store in memory: what is
//! enqueued is sent once or stands somewhere truthful, whatever happens to workers, providers,
//! databases and clocks.
#![allow(clippy::unwrap_used)]

mod clock;
mod database;
mod disk;
mod doubt;
mod enqueue;
mod giving_up;
mod keys;
mod laws;
mod leases;
mod order;
mod outbox;
mod receipts;
mod stop;
mod support;
mod validity;
mod workers;
