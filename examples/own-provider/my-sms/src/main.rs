//! The command `sms` with a provider of our own.

use std::process::ExitCode;

use pigeon as _; // links the provider in

fn main() -> ExitCode {
    sms_gateway::run(std::env::args_os())
}
