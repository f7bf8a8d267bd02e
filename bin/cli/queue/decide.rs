//! `sms queue resolve`, `retry` and `cancel`: what a person decides.

use std::process::ExitCode;

use jiff::Timestamp;
use sms_framework::store::{Decided, Decision, Selection};
use sms_framework::{MessageId, MessageState};

use super::super::messages::{id, state};
use super::super::output::Output;
use super::super::wording::count;
use super::super::{Ended, Global, INCOMPLETE, sources};
use super::one_by_one;
use super::selection::Filters;

/// Say what became of messages of unknown fate, once you looked them up at the provider
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sms queue list --state unknown
  sms queue resolve 019b2c3e-… --sent
  sms queue resolve 019b2c3e-… 019b2c3f-… --resend

Exit code 1 if one of them could not be resolved: each says why.")]
pub(super) struct Resolve {
    /// Their ids, as `sms queue list` prints them
    #[arg(value_name = "ID", required = true, value_parser = id)]
    ids: Vec<MessageId>,
    #[command(flatten)]
    verdict: Verdict,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Verdict {
    /// The provider has it: it is accepted, and nothing more is done
    #[arg(long)]
    sent: bool,
    /// Send it again: a double is better than a gap
    #[arg(long)]
    resend: bool,
}

impl Resolve {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let decision = match self.verdict.sent {
            true => Decision::FoundSent,
            false => Decision::SendAgain,
        };
        one_by_one::decide(decision, &self.ids, global, output)
    }
}

/// Try messages anew that ended without being sent: their age and their rounds count from now
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sms queue retry 019b2c3e-…
  sms queue retry --error UNAUTHORIZED --since 2h
  sms queue retry --state canceled --owner artist-17
  sms queue retry --all

What the provider had or reported on is never tried again, nor what has no text any more or is of a
canceled broadcast.
Exit code 1 if some could not be.")]
pub(super) struct Retry {
    /// Their ids; without any, all that fit the options
    #[arg(value_name = "ID", value_parser = id)]
    ids: Vec<MessageId>,
    /// Only in these states, separated by commas: failed, canceled, rejected [default: failed; of ids, each]
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = dead_state, conflicts_with = "ids")]
    state: Vec<MessageState>,
    #[command(flatten)]
    filters: Filters,
}

/// Cancel messages that wait: they are not sent any more
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sms queue cancel 019b2c3e-…
  sms queue cancel --owner artist-17 --type gig_reminder
  sms queue cancel --state scheduled --until 1d

What is being sent, or may have been, cannot be canceled. Exit code 1 if some could not be.")]
pub(super) struct Cancel {
    /// Their ids; without any, all that fit the options
    #[arg(value_name = "ID", value_parser = id)]
    ids: Vec<MessageId>,
    /// Only in these states, separated by commas: scheduled, queued [default: both]
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = unsent_state, conflicts_with = "ids")]
    state: Vec<MessageState>,
    #[command(flatten)]
    filters: Filters,
}

fn dead_state(text: &str) -> Result<MessageState, String> {
    one_of(text, Decision::Replay)
}

fn unsent_state(text: &str) -> Result<MessageState, String> {
    one_of(text, Decision::Cancel)
}

/// A state to which the decision applies.
fn one_of(text: &str, decision: Decision) -> Result<MessageState, String> {
    let able = decision.applies_to();
    state(text)
        .ok()
        .filter(|state| able.contains(state))
        .ok_or_else(|| {
            let able: Vec<_> = able.iter().map(|state| state.as_str()).collect();
            format!("the states are {}", able.join(", "))
        })
}

impl Retry {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        if !self.ids.is_empty() {
            return one_by_one::decide(Decision::Replay, &self.ids, global, output);
        }
        let mut selection = self.filters.selection(self.state, "retry")?;
        // What somebody canceled, or what would be refused again, is meant only where it is named.
        if selection.states.is_empty() {
            selection.states = vec![MessageState::Failed];
        }
        let decided = decide(Decision::Replay, selection, global)?;
        let words = Words {
            did: "queued again: a worker (`sms work`) sends what is due",
            could_not: "could not: the provider had them, their text is not kept any more, or their broadcast was canceled",
        };
        words.tell(decided, output)
    }
}

impl Cancel {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        if !self.ids.is_empty() {
            return one_by_one::decide(Decision::Cancel, &self.ids, global, output);
        }
        let selection = self.filters.selection(self.state, "cancel")?;
        let decided = decide(Decision::Cancel, selection, global)?;
        let words = Words {
            did: "canceled",
            could_not: "could not: they were handed to a provider at this moment",
        };
        words.tell(decided, output)
    }
}

fn decide(
    decision: Decision,
    selection: Selection,
    global: &Global,
) -> Result<Decided, super::super::failure::Failure> {
    let store = sources::store(&global.settings()?)?;
    let deciding = store.decide(decision, selection, Timestamp::now());
    Ok(sources::runtime()?.block_on(deciding)?)
}

/// What is said of a decision about many.
struct Words {
    did: &'static str,
    could_not: &'static str,
}

impl Words {
    fn tell(&self, decided: Decided, output: &Output) -> Ended {
        let Decided { changed, unchanged } = decided;
        if output.json {
            output.object(&decided)?;
        } else if changed + unchanged == 0 {
            output.note("no message fits");
        } else if !output.quiet {
            output.text(format!("{} {}\n", count(changed, "message"), self.did))?;
        }
        if unchanged > 0 {
            output.note(format!(
                "{} {}",
                count(unchanged, "message"),
                self.could_not
            ));
        }
        let complete = unchanged == 0;
        Ok(ExitCode::from(if complete { 0 } else { INCOMPLETE }))
    }
}
