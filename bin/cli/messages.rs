//! `sms messages`: what was sent, what was not, and why.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use sms_framework::store::{
    Attempt, DynStore, MessageFilter, MessageRecord, Outcome, ReportRecord,
};
use sms_framework::{Error, ErrorKind, MessageId, MessageState, Settings};

use super::failure::Failure;
use super::outlook::outlook;
use super::output::Output;
use super::table::Table;
use super::wording::{Facts, count, moment, printable};
use super::{Ended, Global, sources};

/// List messages, or show one with its attempts and receipts
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

/// Show one message with its attempts and receipts, and what will happen next
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

pub(super) fn id(text: &str) -> Result<MessageId, String> {
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
            limit,
            ..MessageFilter::default()
        };
        let messages = sources::runtime()?.block_on(store.messages(filter))?;
        print(&messages, limit, output)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints a page of at most `limit` messages.
pub(super) fn print(
    messages: &[MessageRecord],
    limit: usize,
    output: &Output,
) -> std::io::Result<()> {
    if output.json {
        return output.objects(messages);
    }
    if messages.is_empty() {
        output.note("no messages");
        return Ok(());
    }
    output.text(table(messages))?;
    if let (true, Some(last)) = (messages.len() == limit, messages.last()) {
        output.note(format!("there may be more: --before {}", last.id));
    }
    Ok(())
}

/// A recipient in the form the store has it, written as a send would take it.
pub(super) fn as_stored(settings: &Settings, to: &str) -> Result<String, Error> {
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

/// What to say where a message is not there.
pub(super) fn missing(id: MessageId) -> Error {
    let what = format!("there is no message {id}");
    Error::new(ErrorKind::InvalidMessage, what)
        .with_help("`sms messages list` shows those there are; is this the right database? `sms config show` names it")
}

/// A message and what happened to it, as JSON.
#[derive(Debug, Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    message: &'a MessageRecord,
    next: &'a str,
    log: &'a [Attempt],
    receipts: &'a [ReportRecord],
}

impl Show {
    fn run(&self, store: &DynStore, output: &Output) -> Ended {
        let (message, attempts, reports) = sources::runtime()?.block_on(async {
            let message = store.message(self.id).await?;
            let attempts = store.attempts(self.id).await?;
            Ok::<_, Error>((message, attempts, store.reports(self.id).await?))
        })?;
        let Some(message) = message else {
            return Err(Failure::Refused(missing(self.id)));
        };
        let next = outlook(&message, Timestamp::now());
        if output.json {
            output.object(&Whole {
                message: &message,
                next: &next,
                log: &attempts,
                receipts: &reports,
            })?;
        } else {
            output.text(text(&message, &next))?;
            output.text(history(&attempts, &reports))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(message: &MessageRecord, next: &str) -> String {
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
    facts.add_some("broadcast", message.broadcast.map(|id| id.to_string()));
    facts.add("priority", message.priority.as_str());
    facts.add_some("send at", message.send_at.map(moment));
    facts.add_some("holder", message.holder.as_deref().map(printable));
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
    format!("{} {}\n{facts}", message.id, message.status)
}

/// What happened to it, call by call and receipt by receipt.
fn history(attempts: &[Attempt], reports: &[ReportRecord]) -> String {
    let mut text = match attempts {
        [] => "\nNo provider was called for it.\n".to_owned(),
        attempts => format!("\n{}", attempts_table(attempts)),
    };
    if !reports.is_empty() {
        text.push_str(&format!("\n{}", reports_table(reports)));
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

fn reports_table(reports: &[ReportRecord]) -> Table {
    let mut table = Table::new([
        "receipt", "provider", "when", "part", "state", "error", "effect",
    ]);
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
    for report in reports {
        table.row([
            report.provider_status.clone(),
            report.provider.clone(),
            moment(report.received_at),
            match report.part {
                0 => "-".to_owned(),
                part => part.to_string(),
            },
            or_none(report.state.map(MessageState::as_str)),
            or_none(report.provider_code.as_deref()),
            report.verdict.as_str().to_owned(),
        ]);
    }
    table
}
