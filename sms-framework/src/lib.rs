//! Plugin-style SMS framework: configuration picks a provider, a tower stack guards it.

pub mod error;
pub mod limiter;
pub mod message;

pub use error::{Certainty, Class, Error, ErrorKind, Result};
