//! Configuration: which layer wins, and what a person reads when something is wrong.
#![allow(clippy::unwrap_used)]

#[path = "config/choice.rs"]
mod choice;
#[path = "config/laws.rs"]
mod laws;
#[path = "config/layers.rs"]
mod layers;
#[path = "config/refusals.rs"]
mod refusals;
#[path = "config/support.rs"]
mod support;
