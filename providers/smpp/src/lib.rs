//! SMPP 3.4 as a provider of `sms-framework`.

mod check;
mod client;
mod codes;
mod config;
mod deliver;
mod endpoint;
mod events;
mod gsm;
mod ids;
mod inbound;
mod link;
mod parts;
mod receipt;
mod submit;
mod wire;

pub use client::Smpp;
pub use config::{Acceptd, Bind, DefaultAlphabet, ReceiptId, SmppConfig};

sms_framework::register_provider!(Smpp);
