//! AWS End User Messaging SMS as a provider of `sms-framework`.

mod answer;
mod certificates;
mod codes;
mod config;
mod envelope;
mod event;
mod host;
mod send;
mod sign;
mod table;
mod topic;

pub use config::{AwsConfig, MessageType};
pub use send::Aws;

sms_framework::register_provider!(Aws);
