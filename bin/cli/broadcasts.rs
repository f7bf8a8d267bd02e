//! `sms broadcasts`: the stored ones, how far they are, and stopping them.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use sms_framework::store::{
    BroadcastRecord, BroadcastState, DynStore, MessageFilter, MessageRecord,
};
use sms_framework::{BroadcastId, Error, ErrorKind, MessageId, MessageState};

use super::failure::Failure;
use super::messages::{self, state};
use super::output::Output;
use super::table::Table;
use super::wording::{Facts, grouped, moment, printable_line};
use super::{Ended, Global, sources};

/// List stored broadcasts, show one, or pause, resume or cancel it
///
/// `sms broadcast --enqueue` stores one.
#[derive(Debug, clap::Args)]
pub(super) struct Broadcasts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(List),
    Show(Show),
    /// Send nothing more of it until it is resumed; what a provider was handed is not called back
    Pause(Named),
    /// Go on sending a paused one
    Resume(Named),
    /// Cancel all of it that was not handed to a provider; that cannot be undone
    Cancel(Named),
}

/// List the last broadcasts, newest first
#[derive(Debug, clap::Args)]
struct List {
    /// At most this many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

/// Show how far one is, by state, or what became of each recipient
#[derive(Debug, clap::Args)]
struct Show {
    /// Its id, as `sms broadcasts list` prints it
    #[arg(value_parser = id)]
    id: BroadcastId,
    /// List its messages, newest first
    #[arg(long)]
    recipients: bool,
    /// Only those in these states, separated by commas
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state, requires = "recipients")]
    state: Vec<MessageState>,
    /// At most this many messages
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..), requires = "recipients")]
    limit: u32,
    /// Only those older than this message: the page after it
    #[arg(long, value_name = "ID", value_parser = messages::id, requires = "recipients")]
    before: Option<MessageId>,
}

#[derive(Debug, clap::Args)]
struct Named {
    /// Its id, as `sms broadcasts list` prints it
    #[arg(value_parser = id)]
    id: BroadcastId,
}

pub(super) fn id(text: &str) -> Result<BroadcastId, String> {
    text.parse::<BroadcastId>()
        .map_err(|error| error.message().to_owned())
}

/// What to say where a broadcast is not there.
pub(super) fn there_is_none(id: BroadcastId) -> Failure {
    let error = Error::new(ErrorKind::WrongState, format!("there is no broadcast {id}"));
    Failure::Refused(error.with_help(
        "`sms broadcasts list` shows them; is this the right database? `sms config show` names it",
    ))
}

/// The broadcasts of these messages that nothing is sent of at the moment, and where they stand.
pub(super) async fn held(
    store: &DynStore,
    messages: &[MessageRecord],
) -> Result<HashMap<BroadcastId, BroadcastState>, Error> {
    let mut held = HashMap::new();
    let ids: HashSet<_> = messages.iter().filter_map(|one| one.broadcast).collect();
    for id in ids {
        let state = store.broadcast(id).await?.map(|broadcast| broadcast.state);
        held.extend(
            state
                .filter(|state| *state != BroadcastState::Running)
                .map(|state| (id, state)),
        );
    }
    Ok(held)
}

/// A broadcast and what can be told from it.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    record: &'a BroadcastRecord,
    total: u64,
    left: u64,
    done: bool,
}

impl<'a> From<&'a BroadcastRecord> for Whole<'a> {
    fn from(record: &'a BroadcastRecord) -> Self {
        Self {
            record,
            total: record.total(),
            left: record.left(),
            done: record.is_done(),
        }
    }
}

impl Broadcasts {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let store = sources::store(&global.settings()?)?;
        sources::runtime()?.block_on(async {
            match self.action {
                Action::List(list) => list.run(&store, output).await,
                Action::Show(show) => show.run(&store, output).await,
                Action::Pause(one) => one.move_to(BroadcastState::Paused, &store, output).await,
                Action::Resume(one) => one.move_to(BroadcastState::Running, &store, output).await,
                Action::Cancel(one) => one.move_to(BroadcastState::Canceled, &store, output).await,
            }
        })
    }
}

impl List {
    async fn run(self, store: &DynStore, output: &Output) -> Ended {
        let broadcasts = store.broadcasts(self.limit as usize).await?;
        if output.json {
            output.objects(broadcasts.iter().map(Whole::from))?;
            return Ok(ExitCode::SUCCESS);
        }
        if broadcasts.is_empty() {
            output.note("no broadcasts: `sms broadcast --enqueue` stores one");
            return Ok(ExitCode::SUCCESS);
        }
        let mut table = Table::new(["when", "state", "messages", "left", "owner", "name", "id"]);
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        for broadcast in &broadcasts {
            table.row([
                moment(broadcast.created_at),
                stands(broadcast).to_owned(),
                grouped(broadcast.total()),
                grouped(broadcast.left()),
                or_none(&broadcast.owner),
                or_none(&broadcast.name),
                broadcast.id.to_string(),
            ]);
        }
        output.text(table)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Its state, or that nothing more happens to it.
fn stands(broadcast: &BroadcastRecord) -> &'static str {
    match broadcast.state {
        BroadcastState::Running if broadcast.is_done() => "done",
        state => state.as_str(),
    }
}

impl Show {
    async fn run(self, store: &DynStore, output: &Output) -> Ended {
        let found = store.broadcast(self.id).await?;
        let broadcast = found.ok_or_else(|| there_is_none(self.id))?;
        if self.recipients {
            return self.list(store, output).await;
        }
        tell(&broadcast, output)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn list(self, store: &DynStore, output: &Output) -> Ended {
        let limit = self.limit as usize;
        let filter = MessageFilter {
            broadcast: Some(self.id),
            states: self.state,
            before: self.before,
            limit,
            ..MessageFilter::default()
        };
        let messages = store.messages(filter).await?;
        messages::print(&messages, limit, output)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(broadcast: &BroadcastRecord, output: &Output) -> std::io::Result<()> {
    if output.json {
        return output.object(&Whole::from(broadcast));
    }
    output.text(text(broadcast))
}

fn text(broadcast: &BroadcastRecord) -> String {
    let mut facts = Facts::new();
    facts.add("next", next(broadcast));
    facts.add_some("name", broadcast.name.as_deref().map(printable_line));
    facts.add_some("owner", broadcast.owner.as_deref().map(printable_line));
    facts.add("created", moment(broadcast.created_at));
    facts.add("changed", moment(broadcast.updated_at));
    facts.add("messages", grouped(broadcast.total()));
    facts.add("left", grouped(broadcast.left()));
    let mut text = format!("{} {}\n{facts}", broadcast.id, stands(broadcast));
    if !broadcast.messages.is_empty() {
        let mut table = Table::new(["state", "messages"]);
        for one in &broadcast.messages {
            table.row([one.state.to_string(), grouped(one.count)]);
        }
        text.push_str(&format!("\n{table}"));
    }
    text
}

/// What will happen next, in a sentence.
fn next(broadcast: &BroadcastRecord) -> String {
    let id = broadcast.id;
    match broadcast.state {
        BroadcastState::Filling => format!(
            "nothing is sent before all of it is stored: `sms broadcast … --enqueue --resume {id}` goes on"
        ),
        BroadcastState::Paused => format!("`sms broadcasts resume {id}` goes on"),
        BroadcastState::Running if !broadcast.is_done() => {
            "a worker (`sms work`) sends what is left".to_owned()
        }
        _ => "nothing".to_owned(),
    }
}

impl Named {
    async fn move_to(self, state: BroadcastState, store: &DynStore, output: &Output) -> Ended {
        let found = store.broadcast(self.id).await?;
        let before = found.ok_or_else(|| there_is_none(self.id))?;
        if (before.state, state) == (BroadcastState::Filling, BroadcastState::Running) {
            return Err(half_stored(self.id));
        }
        if before.state == BroadcastState::Running && before.is_done() {
            return Err(done(self.id));
        }
        let now = Timestamp::now();
        let broadcast = store.move_broadcast(self.id, state, now).await?;
        if output.json || !output.quiet {
            tell(&broadcast, output)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn done(id: BroadcastId) -> Failure {
    let what = format!("broadcast {id} is done: nothing of it is left to send");
    Failure::Refused(Error::new(ErrorKind::WrongState, what))
}

/// Some of its recipients are not there yet: sending to the others would end it.
fn half_stored(id: BroadcastId) -> Failure {
    let what = format!("broadcast {id} is not stored to its end: not all recipients are there");
    let help =
        format!("go on with the same `sms broadcast … --enqueue` and --resume {id}, or cancel it");
    Failure::Refused(Error::new(ErrorKind::WrongState, what).with_help(help))
}
