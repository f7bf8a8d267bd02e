//! The provider against a server of our own, which does as each test wants it, and against servers
//! that others wrote.
#![allow(clippy::unwrap_used)]

mod certainty;
mod codes;
mod configuration;
mod conformance;
mod feed;
mod line;
mod parts;
mod peers;
mod smsc;
mod support;
mod text;
mod tls;
