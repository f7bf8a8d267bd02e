//! `sms queue`: what waits and what is dead, and what a person decides about it.

mod decide;
mod list;
mod one_by_one;
pub(super) mod report;
mod selection;

use std::process::ExitCode;

use clap::Subcommand;
use sms_framework::Error;

use super::output::Output;
use super::{Ended, Global, INCOMPLETE, sources};

/// List what waits and what is dead, send what is due, or decide about messages
#[derive(Debug, clap::Args)]
pub(super) struct Queue {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send what is due, asking the provider first where it may have the message; for a timer or cron
    ///
    /// One sweep over what was due when it began; `sms work` goes on until it is stopped.
    ///
    /// Exit code 1 if a message failed, expired, or is unknown.
    Process,
    List(list::List),
    Resolve(decide::Resolve),
    Retry(decide::Retry),
    Cancel(decide::Cancel),
}

impl Queue {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        match self.action {
            Action::Process => process(global, output),
            Action::List(list) => list.run(global, output),
            Action::Resolve(resolve) => resolve.run(global, output),
            Action::Retry(retry) => retry.run(global, output),
            Action::Cancel(cancel) => cancel.run(global, output),
        }
    }
}

fn process(global: &Global, output: &Output) -> Ended {
    let report = sources::runtime()?.block_on(async {
        let client = global.client()?;
        let report = client.process_queue().await?;
        client.flush().await;
        Ok::<_, Error>(report)
    })?;
    report::print(&report, "due", output)?;
    let code = if report::is_clean(&report) {
        0
    } else {
        INCOMPLETE
    };
    Ok(ExitCode::from(code))
}
