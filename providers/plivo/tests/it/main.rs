//! What the Plivo provider promises, against a vendor on loopback.
#![allow(clippy::unwrap_used)]

mod answers;
mod configuration;
mod receipts;
mod request;
mod signature;
mod suite;
mod support;
