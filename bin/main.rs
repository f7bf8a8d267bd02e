//! The command `sms`: everything it does is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    sms_gateway::run(std::env::args_os())
}
