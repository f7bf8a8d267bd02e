//! `sms queue`: what waits, and sending what is due.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use sms_framework::store::MessageFilter;
use sms_framework::{Error, MessageState, QueueReport};

use super::messages::{error_code, provider, state};
use super::output::Output;
use super::table::Table;
use super::wording::{Facts, count, distance, grouped};
use super::{Ended, Global, INCOMPLETE, sources};

/// List the messages that wait, or send those that are due
#[derive(Debug, clap::Args)]
pub(super) struct Queue {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send what is due, asking the provider first where it may have the message; for a timer or cron
    ///
    /// Exit code 1 if a message was given up, refused, or nobody can say.
    Process,
    List(List),
}

/// List what waits, due soonest first
#[derive(Debug, clap::Args)]
struct List {
    /// Only in these states, separated by commas: queued, unknown, sending [default: all three]
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = waiting_state)]
    state: Vec<MessageState>,
    /// At most this many messages
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

const WAITING: [MessageState; 3] = [
    MessageState::Queued,
    MessageState::Unknown,
    MessageState::Sending,
];

fn waiting_state(text: &str) -> Result<MessageState, String> {
    match state(text) {
        Ok(state) if WAITING.contains(&state) => Ok(state),
        _ => Err("the states of the queue are queued, unknown and sending; `sms messages list --status` takes the others".to_owned()),
    }
}

impl Queue {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        match self.action {
            Action::Process => process(global, output),
            Action::List(list) => list.run(global, output),
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
    if output.json {
        output.object(&report)?;
    } else if !output.quiet {
        output.text(text(&report))?;
    }
    let clean = report.failed == 0 && report.unknown == 0;
    Ok(ExitCode::from(if clean { 0 } else { INCOMPLETE }))
}

fn text(report: &QueueReport) -> String {
    if report.processed == 0 {
        return "Nothing was due.\n".to_owned();
    }
    let mut facts = Facts::new();
    facts.add("accepted", grouped(report.accepted));
    facts.add(
        "requeued",
        format!("{} (tried again later)", grouped(report.requeued)),
    );
    facts.add("failed", grouped(report.failed));
    facts.add(
        "unknown",
        format!(
            "{} (`sms queue list --state unknown`)",
            grouped(report.unknown)
        ),
    );
    format!("{} due\n{facts}", count(report.processed, "message"))
}

impl List {
    fn run(self, global: &Global, output: &Output) -> Ended {
        let store = sources::store(&global.settings()?)?;
        let filter = MessageFilter {
            states: if self.state.is_empty() {
                WAITING.to_vec()
            } else {
                self.state
            },
            by_due: true,
            limit: self.limit as usize,
            ..MessageFilter::default()
        };
        let messages = sources::runtime()?.block_on(store.messages(filter))?;
        if output.json {
            output.objects(&messages)?;
            return Ok(ExitCode::SUCCESS);
        }
        if messages.is_empty() {
            output.note("nothing waits");
            return Ok(ExitCode::SUCCESS);
        }
        let now = Timestamp::now();
        let mut table = Table::new(["due", "status", "to", "provider", "attempts", "error", "id"]);
        for message in &messages {
            let due = message.next_attempt_at;
            table.row([
                due.map_or_else(|| "held".to_owned(), |at| distance(at, now)),
                message.status.to_string(),
                message.to.clone(),
                provider(message),
                message.attempts.to_string(),
                error_code(message),
                message.id.to_string(),
            ]);
        }
        output.text(table)?;
        Ok(ExitCode::SUCCESS)
    }
}
