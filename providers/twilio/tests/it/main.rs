//! What the Twilio provider promises, against servers on loopback.
#![allow(clippy::unwrap_used)]

mod answers;
mod certainty;
mod codes;
mod configuration;
mod lookup;
mod request;
mod secrets;
mod support;
mod transport;
mod warnings;
