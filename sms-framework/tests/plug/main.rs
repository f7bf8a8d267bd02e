//! What providers are given: signatures, the whole of a webhook call, tables of codes, abilities.

#![allow(clippy::unwrap_used)]

mod calls;
mod hidden;
mod signatures;
mod tables;
