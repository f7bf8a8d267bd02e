//! What the Infobip provider promises, against a vendor on loopback.
#![allow(clippy::unwrap_used)]

mod answers;
mod configuration;
mod errors;
mod lookup;
mod proof;
mod receipts;
mod request;
mod suite;
mod support;
mod used_before;
mod warnings;
