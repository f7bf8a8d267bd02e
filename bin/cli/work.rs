//! `sms work`: sends what is in the queue, until it is stopped.

use std::process::ExitCode;

use sms_framework::{QueueReport, SmsClient};

use super::interrupt::{Interrupt, LEFT_SENDING};
use super::output::Output;
use super::queue::report;
use super::{Ended, Global, INCOMPLETE, sources};

const EXAMPLES: &str = "\
Examples:
  sms work
  sms work --until-idle --json
  sms work --name sender-2 --quiet

The first Ctrl-C or SIGTERM stops it: nothing more is taken up, and what was handed to a provider
is waited for, at most queue.shutdown_timeout. The second one exits at once. Any number of workers
may share a database; what one leaves that dies is taken up by another after queue.lease.

Exit codes: 0 stopped, whatever became of messages · 2 usage, configuration or database
With --until-idle: 0 all went well · 1 stopped before, or a message failed, expired or is unknown";

/// Send what is in the queue, until it is stopped
///
/// Urgent before normal before bulk, in turns between owners. Asks providers about messages of unknown
/// fate and never sends those again by itself (unless queue.on_unknown says so). Logs what becomes of each
/// message on stderr.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Work {
    /// End when nothing is due any more, nor in any worker's hands
    #[arg(long)]
    until_idle: bool,
    /// Name of this worker, as `sms queue list` shows who has a message [default: host and process id]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl Work {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let runtime = sources::runtime_of_threads()?;
        let (report, stopped) = runtime.block_on(async {
            let stopping = "stopping: nothing more is taken up; providers that were called are waited for (again to exit at once)";
            let interrupt = Interrupt::listen(*output, stopping, LEFT_SENDING)?;
            let client = self.client(global)?;
            let report = self.work(&client, &interrupt).await?;
            client.flush().await;
            Ok::<_, super::failure::Failure>((report, interrupt.is_asked()))
        })?;
        // A call that nobody waits for any more need not keep us.
        runtime.shutdown_background();
        report::print(&report, "taken up", output)?;
        let as_asked = !self.until_idle || (!stopped && report::is_clean(&report));
        Ok(ExitCode::from(if as_asked { 0 } else { INCOMPLETE }))
    }

    fn client(&self, global: &Global) -> Result<SmsClient, sms_framework::Error> {
        let builder = SmsClient::builder(global.settings()?);
        match &self.name {
            Some(name) => builder.worker_name(name).build(),
            None => builder.build(),
        }
    }

    async fn work(
        &self,
        client: &SmsClient,
        interrupt: &Interrupt,
    ) -> Result<QueueReport, sms_framework::Error> {
        if self.until_idle {
            client.work_until_idle(interrupt.asked()).await
        } else {
            client.work(interrupt.asked()).await
        }
    }
}
