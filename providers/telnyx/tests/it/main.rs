//! What the Telnyx provider promises, against a vendor on loopback.
#![allow(clippy::unwrap_used)]

mod answers;
mod codes;
mod configuration;
mod receipts;
mod request;
mod signature;
mod suite;
mod support;
