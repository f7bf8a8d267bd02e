//! What a gateway described by TOML promises, against servers on loopback.
#![allow(clippy::unwrap_used)]

mod certainty;
mod configuration;
mod everything;
mod gateways;
mod receipts;
mod refusals;
mod requests;
mod support;
