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
//! # Receipts and messages from phones
//! Set `callback_url` to a public URL of this program, and `webhook_secret` to what the vendor signs its
//! calls with. Without the secret each call is refused; where `callback_url` is set, a warning is given
//! at start-up. A code that is not in the table is kept.
//!
//! | status | state |
//! |---|---|
//! | `accepted` | accepted |
//! | `sent` | sent |
//! | `delivered` | delivered |
//! | `undelivered` | undelivered |
//! | `expired` | expired |
//! | any other | none, and the word is kept |
//!
//! # Lookup
//! None.
//!
//! # Traps
//! Write here what surprises in the vendor's API.
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
