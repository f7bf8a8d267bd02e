//! What the Twilio provider promises, against servers on loopback.
#![allow(clippy::unwrap_used)]

mod answers;
mod certainty;
mod codes;
mod configuration;
mod conformance;
mod lookup;
mod receipts;
mod request;
mod secrets;
mod signature;
mod support;
mod transport;
mod vectors;
mod warnings;
