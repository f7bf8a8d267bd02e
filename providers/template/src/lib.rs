//! Template as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_template as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "template"
//!
//! [providers.template]
//! from = "+14155550100"
//! # callback_url = "https://example.org/sms/template"   # where the vendor posts receipts
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `api_key` (secret) | `TEMPLATE_API_KEY` |
//! | `webhook_secret` (secret) | `TEMPLATE_WEBHOOK_SECRET` |
//!
//! # Certainty
//! Could the phone have the message? Everything that resends goes by this table:
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
//! What Template's public material does not say: nothing yet.

mod codes;
mod config;
mod send;
mod webhooks;

pub use config::TemplateConfig;
pub use send::Template;

sms_framework::register_provider!(Template);
