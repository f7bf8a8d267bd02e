//! What the AWS provider promises, against servers on loopback.
#![allow(clippy::unwrap_used)]

mod answers;
mod codes;
mod configuration;
mod events;
mod request;
mod sns;
mod suite;
mod support;
