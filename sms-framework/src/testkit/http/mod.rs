//! A vendor on loopback that answers by script.

mod request;
mod server;

pub use request::Request;
pub use server::{Answer, ScriptedServer, Then};
