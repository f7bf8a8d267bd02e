//! The command `sms`: send, broadcast, inspect and process SMS with `sms-framework`.
//!
//! The program's `main` is one call of [`run`]; a program of your own that links other providers
//! can make the same call.

#![cfg_attr(not(test), deny(unused_crate_dependencies))]

mod cli;
mod providers;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command with these arguments, the program's name first, and returns its exit code:
/// 0 done, 1 a send failed, 2 usage or configuration.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::run(arguments)
}

/// The README's program compiles, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
