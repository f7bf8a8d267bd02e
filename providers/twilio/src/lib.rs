//! Twilio Programmable Messaging as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_twilio as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "twilio"
//!
//! [providers.twilio]
//! account_sid = "AC0123456789abcdef0123456789abcdef"
//! from = "+14155550100"
//! # messaging_service_sid = "MG…"   # instead of `from`; with it, `from` picks one of its pool
//! # edge = "dublin"
//! # region = "ie1"
//! # base_url = "http://127.0.0.1:8080"
//! # status_callback = "https://example.org/sms/status"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `account_sid` | `TWILIO_ACCOUNT_SID` |
//! | `auth_token` (secret) | `TWILIO_AUTH_TOKEN` |
//! | `api_key`, `api_key_secret` (secret), instead of `auth_token` | `TWILIO_API_KEY`, `TWILIO_API_KEY_SECRET` |
//! | `from` | `TWILIO_FROM_PHONE`, `TWILIO_PHONE_NUMBER` |
//! | `messaging_service_sid` | `TWILIO_MESSAGING_SERVICE_SID` |
//! | `edge`, `region` | `TWILIO_EDGE`, `TWILIO_REGION` |
//!
//! Account SIDs and keys are taken as they are, not held against Twilio's own pattern (`AC` and 32
//! hexadecimal digits), so that servers which speak Twilio's API may have others.
//!
//! # Certainty
//! The create call has no idempotency key, so a second call is a second message. What a failed call
//! says about the message:
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429 | `NotSent`: Twilio did not process the call |
//! | another 4xx | `Rejected`, or what [`codes`] says of its code |
//! | 5xx with whatever code | `MaybeSent` |
//! | no answer, half an answer, a 2xx without a message SID | `MaybeSent` |
//!
//! [`Lookup`](sms_framework::provider::Lookup) asks for the latest messages to the recipient and
//! compares sender and text. The list lags, and Twilio may have changed the text (smart encoding,
//! link shortening), so finding nothing proves nothing.
//!
//! # Delivery receipts
//! With `status_callback` set, Twilio is given that URL with `sms_message_id=<our id>` in its query.

mod answer;
mod client;
mod codes;
mod config;
mod host;
mod lookup;
mod resource;
mod signature;
mod webhooks;

pub use client::Twilio;
pub use codes::{code, codes};
pub use config::TwilioConfig;

sms_framework::register_provider!(Twilio);
