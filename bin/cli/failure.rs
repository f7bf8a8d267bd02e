//! What ends a command early, and how it is told.

use std::io::{self, Write as _};
use std::process::ExitCode;

use sms_framework::{Error, ErrorKind};

use super::output::Output;
use super::{INCOMPLETE, MISUSED};

/// What ends a command early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are wrong, or `--help` was asked for.
    Usage(clap::Error),
    /// The configuration or the database cannot be used.
    Error(Error),
    /// What was asked for is not there, or cannot be done to what is.
    Refused(Error),
    /// Standard output or input cannot be used.
    Stream(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::WrongState => Self::Refused(error),
            _ => Self::Error(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

impl Failure {
    /// True where whoever read our output has gone: nothing is left to be told.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stream(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Tells it on stderr and gives the exit code.
    pub(crate) fn report(self, output: &Output) -> ExitCode {
        if self.is_broken_pipe() {
            return ExitCode::SUCCESS;
        }
        match self {
            Self::Usage(error) => {
                // Nobody is left to tell where this fails.
                let _ = error.print();
                ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(MISUSED))
            }
            Self::Error(error) => {
                output.error(&error);
                ExitCode::from(MISUSED)
            }
            Self::Refused(error) => {
                output.error(&error);
                ExitCode::from(INCOMPLETE)
            }
            Self::Stream(error) => {
                let _ = writeln!(io::stderr(), "error: {error}");
                ExitCode::from(INCOMPLETE)
            }
        }
    }
}
