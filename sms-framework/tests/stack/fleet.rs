//! Several processes on one limit: what the provider sees, in true time.

#[path = "fleet/callers.rs"]
mod callers;
#[path = "fleet/laws.rs"]
mod laws;
#[path = "fleet/share.rs"]
mod share;
#[path = "fleet/support.rs"]
mod support;
#[path = "fleet/trouble.rs"]
mod trouble;
