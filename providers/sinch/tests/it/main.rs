//! What the Sinch provider promises, against a vendor on loopback.
#![allow(clippy::unwrap_used)]

mod access_key;
mod answers;
mod configuration;
mod lookup;
mod receipts;
mod request;
mod signature;
mod suite;
mod support;
mod texts;
mod warnings;
