//! `sms messages`: what was sent, what was not, and why.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use sms_framework::store::{Attempt, DynStore, MessageFilter, MessageRecord, Outcome};
use sms_framework::{Error, ErrorKind, MessageId, MessageState, Settings};

use super::failure::Failure;
use super::outlook::outlook;
use super::output::Output;
use super::table::Table;
use super::wording::{Facts, count, moment, printable};
use super::{Ended, Global, sources};

/// List messages, or show one with its attempts
#[derive(Debug, clap::Args)]
pub(super) struct Messages {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(List),
    Show(Show),
}

/// List messages, newest first
#[derive(Debug, clap::Args)]
struct List {
    /// Only this owner's
    #[arg(long)]
    owner: Option<String>,
    /// Only in these states: queued, sending, unknown, accepted, sent, delivered, failed, rejected, canceled, …; separated by commas
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state)]
    status: Vec<MessageState>,
    /// Only to this number
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// At most this many messages
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Only those older than this message: the page after it
    #[arg(long, value_name = "ID", value_parser = id)]
    before: Option<MessageId>,
}

/// Show one message with its attempts, and what will happen next
#[derive(Debug, clap::Args)]
struct Show {
    /// Its id, as `sms send` and `sms messages list` print it
    #[arg(value_parser = id)]
    id: MessageId,
}

pub(super) fn state(text: &str) -> Result<MessageState, String> {
    text.parse::<MessageState>()
        .map_err(|error| error.message().to_owned())
}

fn id(text: &str) -> Result<MessageId, String> {
    text.parse::<MessageId>()
        .map_err(|error| error.message().to_owned())
}

impl Messages {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let settings = global.settings()?;
        let store = sources::store(&settings)?;
        match self.action {
            Action::List(list) => list.run(&settings, &store, output),
            Action::Show(show) => show.run(&store, output),
        }
    }
}

impl List {
    fn run(self, settings: &Settings, store: &DynStore, output: &Output) -> Ended {
        let limit = self.limit as usize;
        let filter = MessageFilter {
            states: self.status,
            owner: self.owner,
            to: self.to.map(|to| as_stored(settings, &to)).transpose()?,
            before: self.before,
            by_due: false,
            limit,
        };
        let messages = sources::runtime()?.block_on(store.messages(filter))?;
        if output.json {
            output.objects(&messages)?;
            return Ok(ExitCode::SUCCESS);
        }
        if messages.is_empty() {
            output.note("no messages");
            return Ok(ExitCode::SUCCESS);
        }
        output.text(table(&messages))?;
        if let (true, Some(last)) = (messages.len() == limit, messages.last()) {
            output.note(format!("there may be more: --before {}", last.id));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A recipient in the form the store has it, written as a send would take it.
fn as_stored(settings: &Settings, to: &str) -> Result<String, Error> {
    let policy = settings.stack().validate.number_policy()?;
    policy.parse(to).map(|number| number.to_string())
}

fn table(messages: &[MessageRecord]) -> Table {
    let mut table = Table::new(["when", "status", "to", "owner", "provider", "error", "id"]);
    for message in messages {
        table.row([
            moment(message.created_at),
            message.status.to_string(),
            message.to.clone(),
            message.owner.clone().unwrap_or_else(|| "-".to_owned()),
            provider(message),
            error_code(message),
            message.id.to_string(),
        ]);
    }
    table
}

/// The provider, and whether it only simulated.
pub(super) fn provider(message: &MessageRecord) -> String {
    let simulated = if message.simulated {
        " (SIMULATED)"
    } else {
        ""
    };
    format!("{}{simulated}", message.provider)
}

/// The code of what went wrong last, the provider's own behind it.
pub(super) fn error_code(message: &MessageRecord) -> String {
    match &message.error {
        None => "-".to_owned(),
        Some(error) => match &error.provider_code {
            Some(code) => format!("{} {code}", error.code),
            None => error.code.clone(),
        },
    }
}

/// A message and its attempts, as JSON.
#[derive(Debug, Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    message: &'a MessageRecord,
    next: &'a str,
    log: &'a [Attempt],
}

impl Show {
    fn run(&self, store: &DynStore, output: &Output) -> Ended {
        let (message, attempts) = sources::runtime()?.block_on(async {
            let message = store.message(self.id).await?;
            Ok::<_, Error>((message, store.attempts(self.id).await?))
        })?;
        let Some(message) = message else {
            let what = format!("there is no message {}", self.id);
            let error = Error::new(ErrorKind::InvalidMessage, what)
                .with_help("`sms messages list` shows those there are; is this the right database? `sms config show` names it");
            return Err(Failure::Missing(error));
        };
        let next = outlook(&message, Timestamp::now());
        if output.json {
            let (message, log) = (&message, attempts.as_slice());
            output.object(&Whole {
                message,
                next: &next,
                log,
            })?;
        } else {
            output.text(text(&message, &attempts, &next))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(message: &MessageRecord, attempts: &[Attempt], next: &str) -> String {
    let mut facts = Facts::new();
    facts.add("next", next);
    facts.add("to", message.to.as_str());
    facts.add_some("from", message.from.as_deref());
    facts.add("provider", provider(message));
    facts.add_some("provider id", message.provider_message_id.as_deref());
    facts.add_some("its word", message.provider_status.as_deref());
    facts.add_some("owner", message.owner.as_deref().map(printable));
    facts.add_some("type", message.message_type.as_deref().map(printable));
    for (name, value) in &message.tags {
        facts.add(format!("tag {}", printable(name)), printable(value));
    }
    let segments = count(message.segments, "segment");
    facts.add("length", format!("{segments}, {}", message.encoding));
    match (&message.body, &message.body_hash) {
        (Some(body), _) => facts.add("text", printable(body)),
        (None, Some(hash)) => facts.add("text", format!("not kept; SHA-256 {hash}")),
        (None, None) => facts.add("text", "not kept"),
    };
    facts.add("created", moment(message.created_at));
    facts.add("changed", moment(message.updated_at));
    facts.add("rounds", format!("{} from the queue", message.rounds));
    if let Some(error) = &message.error {
        let told = format!("{} ({}): {}", error.code, error.certainty, error.message);
        facts.add("error", told);
    }
    let mut text = format!("{} {}\n{facts}", message.id, message.status);
    if attempts.is_empty() {
        text.push_str("\nNo provider was called for it.\n");
    } else {
        text.push_str(&format!("\n{}", attempts_table(attempts)));
    }
    text
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Failed => "failed",
        Outcome::Found => "asked: it is there",
        Outcome::NotFound => "asked: not there",
    }
}

fn attempts_table(attempts: &[Attempt]) -> Table {
    let mut table = Table::new([
        "attempt", "provider", "when", "took", "outcome", "HTTP", "error",
    ]);
    for attempt in attempts {
        let error = attempt
            .error
            .as_ref()
            .map(|error| match &error.provider_code {
                Some(code) => format!("{} {code}: {}", error.code, error.message),
                None => format!("{}: {}", error.code, error.message),
            });
        table.row([
            attempt.number.to_string(),
            attempt.provider.clone(),
            moment(attempt.started_at),
            super::wording::rounded(attempt.duration),
            outcome(attempt.outcome).to_owned(),
            attempt
                .http_status
                .map_or_else(|| "-".to_owned(), |status| status.to_string()),
            error.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    table
}
