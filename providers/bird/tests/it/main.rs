//! What the Bird provider promises, over both of its APIs, against servers on loopback.
#![allow(clippy::unwrap_used)]

mod classic;
mod configuration;
mod platform;
mod support;
