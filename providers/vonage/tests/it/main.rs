//! What the Vonage provider promises, against servers on loopback.
#![allow(clippy::unwrap_used)]

mod authentication;
mod codes;
mod configuration;
mod garbage;
mod messages_answers;
mod messages_suite;
mod receipts;
mod requests;
mod signatures;
mod sms_answers;
mod sms_suite;
mod support;
mod texts;
mod tokens;
