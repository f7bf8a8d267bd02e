//! `sms queue list`: what waits, due soonest first, and what is dead.

use std::collections::HashMap;
use std::process::ExitCode;

use jiff::Timestamp;
use sms_framework::store::{BroadcastState, MessageFilter, MessageRecord};
use sms_framework::{BroadcastId, Error, MessageState};

use super::super::broadcasts;
use super::super::messages::{error_code, provider, state};
use super::super::output::Output;
use super::super::table::Table;
use super::super::wording::distance;
use super::super::{Ended, Global, sources};

const EXAMPLES: &str = "\
Examples:
  sms queue list
  sms queue list --state unknown --json | jq -r '[.id, .error.message] | @tsv'
  sms queue list --state failed --owner artist-17

scheduled  waits for its time       queued   waits for a worker, or for its next try
sending    a process has it         unknown  nobody can say whether it was sent: `sms queue resolve`
failed     given up: `sms queue retry`";

/// List what waits, due soonest first, or with --state failed what is dead
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct List {
    /// Only in these states, separated by commas: scheduled, queued, sending, unknown, failed [default: the first four]
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = queue_state)]
    state: Vec<MessageState>,
    /// Only this owner's
    #[arg(long)]
    owner: Option<String>,
    /// At most this many messages
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

const WAITING: [MessageState; 4] = [
    MessageState::Scheduled,
    MessageState::Queued,
    MessageState::Sending,
    MessageState::Unknown,
];

fn queue_state(text: &str) -> Result<MessageState, String> {
    match state(text) {
        Ok(state) if WAITING.contains(&state) || state == MessageState::Failed => Ok(state),
        _ => Err("the states of the queue are scheduled, queued, sending, unknown and failed; `sms messages list --status` takes the others".to_owned()),
    }
}

impl List {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let store = sources::store(&global.settings()?)?;
        let limit = self.limit as usize;
        let only_dead = self
            .state
            .iter()
            .all(|state| *state == MessageState::Failed);
        let filter = MessageFilter {
            by_due: self.state.is_empty() || !only_dead,
            states: match self.state.as_slice() {
                [] => WAITING.to_vec(),
                states => states.to_vec(),
            },
            owner: self.owner,
            limit,
            ..MessageFilter::default()
        };
        let json = output.json;
        let (messages, broadcasts) = sources::runtime()?.block_on(async {
            let messages = store.messages(filter).await?;
            let broadcasts = match json {
                true => HashMap::new(),
                false => broadcasts::held(&store, &messages).await?,
            };
            Ok::<_, Error>((messages, broadcasts))
        })?;
        if output.json {
            output.objects(&messages)?;
            return Ok(ExitCode::SUCCESS);
        }
        if messages.is_empty() {
            output.note(if self.state.is_empty() {
                "nothing waits"
            } else {
                "no such messages"
            });
            return Ok(ExitCode::SUCCESS);
        }
        output.text(table(&messages, &broadcasts))?;
        if messages.len() == limit {
            output.note(format!("there may be more: --limit {}", limit * 10));
        }
        if messages.iter().any(is_held) {
            output.note("held for a person: look it up at the provider, then `sms queue resolve ID --sent` or `--resend`");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Nothing further happens to it by itself.
fn is_held(message: &MessageRecord) -> bool {
    message.status == MessageState::Unknown && message.next_attempt_at.is_none()
}

/// The broadcasts that nothing is sent of at the moment.
type Held = HashMap<BroadcastId, BroadcastState>;

fn table(messages: &[MessageRecord], broadcasts: &Held) -> Table {
    let now = Timestamp::now();
    let mut table = Table::new([
        "due", "status", "priority", "to", "provider", "holder", "attempts", "error", "id",
    ]);
    for message in messages {
        table.row([
            due(message, broadcasts, now),
            message.status.to_string(),
            message.priority.to_string(),
            message.to.clone(),
            provider(message),
            message.holder.clone().unwrap_or_else(|| "-".to_owned()),
            message.attempts.to_string(),
            error_code(message),
            message.id.to_string(),
        ]);
    }
    table
}

/// When something happens to it by itself; for what somebody has, when another may take it up.
fn due(message: &MessageRecord, broadcasts: &Held, now: Timestamp) -> String {
    let broadcast = message.broadcast.and_then(|id| broadcasts.get(&id));
    match (message.next_attempt_at, message.status) {
        (Some(at), _) => distance(at, now),
        (None, MessageState::Queued) => broadcast.map_or("now", |state| state.as_str()).to_owned(),
        (None, MessageState::Failed) => "-".to_owned(),
        (None, _) => "held".to_owned(),
    }
}
