//! Vonage

mod auth;
mod codes;
mod config;
mod host;
mod messages;
mod problem;
mod send;
mod sms;
mod webhooks;

pub use config::{Api, Region, SignatureMethod, VonageConfig};
pub use send::Vonage;

sms_framework::register_provider!(Vonage);
