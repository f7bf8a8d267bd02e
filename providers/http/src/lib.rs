//! Any HTTP gateway, described by TOML alone, as a provider of `sms-framework`.

mod answer;
mod call;
mod check;
mod condition;
mod config;
mod escape;
mod fields;
mod gateway;
mod inbound;
mod judge;
mod meaning;
#[cfg(test)]
mod properties;
mod receipt;
mod request;
mod secrets;
mod tables;
mod template;
mod webhooks;
mod xml;

pub use config::HttpConfig;
pub use gateway::Http;

sms_framework::register_provider!(Http);
