//! Aws, a made-up vendor, as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_aws as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "aws"
//!
//! [providers.aws]
//! from = "+14155550100"
//! # callback_url = "https://example.org/sms/aws"   # where the vendor posts receipts
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `api_key` (secret) | `AWS_API_KEY` |
//! | `webhook_secret` (secret) | `AWS_WEBHOOK_SECRET` |
//!
//! # Certainty
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429 | `NotSent` |
//! | another 4xx | `Rejected`, or what the table of codes says |
//! | 5xx with whatever code | `MaybeSent` |
//! | no answer, half an answer, a 2xx without an id | `MaybeSent` |
//!
//! # Not known
//! Write here what the vendor's public material does not say.

mod codes;
mod config;
mod send;
mod webhooks;

pub use config::AwsConfig;
pub use send::Aws;

sms_framework::register_provider!(Aws);
