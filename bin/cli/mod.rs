//! The commands, one file each, and what they share: arguments, output, logs, exit codes.

mod broadcast;
mod broadcasts;
mod completions;
mod config;
mod enqueue;
mod forget;
mod messages;
mod migrate;
mod numbers;
mod providers;
mod prune;
mod queue;
mod scaffold;
mod segments;
mod send;
mod stats;
mod status;
mod work;

mod database;
mod detail;
mod failure;
mod filling;
mod input;
mod interrupt;
mod jsonl;
mod logs;
mod one_message;
mod outlook;
mod output;
mod progress;
mod reading;
mod receipt;
mod refusal;
mod sources;
mod table;
mod timing;
mod wording;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use failure::Failure;
use output::Output;

/// How a command ended: everything as asked, or some of it not.
pub(crate) type Ended = Result<ExitCode, Failure>;

/// Some of what was asked did not happen.
pub(crate) const INCOMPLETE: u8 = 1;
/// The arguments or the configuration are wrong.
pub(crate) const MISUSED: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  sms send --to +14155550123 \"Doors open at eight.\"
  sms broadcast \"The gig moved to nine.\" --file numbers.txt
  sms enqueue --to +14155550123 --at 90m \"Doors open at eight.\"
  sms work
  sms queue list --state unknown
  sms messages list --status failed
  sms config check

Without configuration nothing is really sent: the mock provider takes every message.
To send for real: USE_MOCKS=false TWILIO_ACCOUNT_SID=… TWILIO_AUTH_TOKEN=… TWILIO_FROM_PHONE=+1…

Exit codes: 0 done · 1 some of it was not: refused, failed, not there · 2 usage or configuration";

/// Send, enqueue, broadcast and inspect SMS.
#[derive(Debug, Parser)]
#[command(name = "sms", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// Folder or TOML file to read the configuration from [default: $SMS_CONFIG, else the folder ./config if it is there]
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        help_heading = "Global options"
    )]
    config: Option<PathBuf>,
    /// Print JSON: one object, or one object a line for lists
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
    /// Log more to stderr: -v what happens, -vv each attempt, -vvv everything; RUST_LOG goes before
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet", help_heading = "Global options")]
    verbose: u8,
    /// Only errors on stderr, no progress bar, no receipt
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Send(send::Send),
    Enqueue(enqueue::Enqueue),
    Work(work::Work),
    Broadcast(broadcast::Broadcast),
    Broadcasts(broadcasts::Broadcasts),
    Queue(queue::Queue),
    Messages(messages::Messages),
    Stats(stats::Stats),
    Status(status::ShowStatus),
    Providers(providers::Providers),
    Config(config::Config),
    Segments(segments::Measure),
    Numbers(numbers::Inspect),
    Migrate(migrate::Migrate),
    Prune(prune::RunPrune),
    Forget(forget::Forget),
    Completions(completions::Completions),
    Man(completions::Man),
}

pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return Failure::Usage(error).report(&Output::plain()),
    };
    let is_service = matches!(cli.command, Command::Work(_));
    logs::start(&cli.global, is_service);
    let output = Output::new(cli.global.json, cli.global.quiet);
    let global = &cli.global;
    let ended = match cli.command {
        Command::Send(send) => send.run(global, &output),
        Command::Enqueue(enqueue) => enqueue.run(global, &output),
        Command::Work(work) => work.run(global, &output),
        Command::Broadcast(broadcast) => broadcast.run(global, &output),
        Command::Broadcasts(broadcasts) => broadcasts.run(global, &output),
        Command::Queue(queue) => queue.run(global, &output),
        Command::Messages(messages) => messages.run(global, &output),
        Command::Stats(stats) => stats.run(global, &output),
        Command::Status(status) => status.run(global, &output),
        Command::Providers(providers) => providers.run(&output),
        Command::Config(config) => config.run(global, &output),
        Command::Segments(measure) => measure.run(&output),
        Command::Numbers(inspect) => inspect.run(&output),
        Command::Migrate(migrate) => migrate.run(global, &output),
        Command::Prune(prune) => prune.run(global, &output),
        Command::Forget(forget) => forget.run(global, &output),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(&output),
    };
    match ended {
        Ok(code) => code,
        Err(failure) => failure.report(&output),
    }
}

/// A mistake in the arguments of `sms NAME …` that only the command itself can see.
fn misuse(path: &[&str], message: impl std::fmt::Display) -> Failure {
    let mut root = Cli::command();
    root.build();
    let command = path.iter().fold(&mut root, |command, name| {
        command
            .find_subcommand_mut(name)
            .expect("the caller is that command")
    });
    Failure::Usage(command.error(clap::error::ErrorKind::MissingRequiredArgument, message))
}
