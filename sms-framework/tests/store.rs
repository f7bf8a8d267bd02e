//! The SQLite store, through the `Store` trait and, where a promise is about the file, through
//! the file.
#![allow(clippy::unwrap_used)]

#[path = "store/life.rs"]
mod life;
#[path = "store/support.rs"]
mod support;
