//! Logs: to stderr, warnings of ours and errors of all, more with `-v`; a service tells what it does.

use std::io;

use tracing_subscriber::EnvFilter;

use super::Global;
use super::output::Paint;

/// Starts logging as `RUST_LOG` says, or else as the options do.
pub(super) fn start(global: &Global, is_service: bool) {
    let least = u8::from(is_service);
    let by_options = match (global.quiet, global.verbose.max(least)) {
        (true, _) => "error",
        // All our crates begin with `sms`, and a directive is for all targets that begin with it.
        (false, 0) => "error,sms=warn",
        (false, 1) => "warn,sms=info",
        (false, 2) => "info,sms=debug",
        (false, _) => "debug,sms=trace",
    };
    let asked = std::env::var("RUST_LOG")
        .ok()
        .filter(|asked| !asked.is_empty());
    let filter = asked
        .and_then(|asked| EnvFilter::try_new(asked).ok())
        .unwrap_or_else(|| EnvFilter::new(by_options));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(Paint::on(&io::stderr()).is_on())
        .with_target(false)
        .without_time()
        .init();
}
