//! `sms prune`: deletes what need not be kept any longer.

use std::process::ExitCode;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sms_framework::config::RetentionSettings;
use sms_framework::store::{Prune, Pruned};
use sms_framework::{Error, ErrorKind};

use super::output::Output;
use super::wording::{count, grouped, rounded};
use super::{Ended, Global, sources};

/// Delete messages, texts, attempts and receipts that are older than [retention] keeps them; for cron
///
/// What still waits is kept, however old. SQLite uses the room again; the file does not shrink.
#[derive(Debug, clap::Args)]
pub(super) struct RunPrune {
    /// Count what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Answer {
    /// Nothing was deleted yet.
    dry_run: bool,
    #[serde(flatten)]
    pruned: Pruned,
}

impl RunPrune {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let settings = global.settings()?;
        let retention = settings.retention();
        let prune = to_delete(retention, Timestamp::now()).ok_or_else(nothing_configured)?;
        let store = sources::store(&settings)?;
        let (verb, pruned) = sources::runtime()?.block_on(async {
            Ok::<_, Error>(if self.dry_run {
                ("Would delete", store.prunable(prune).await?)
            } else {
                ("Deleted", store.prune(prune).await?)
            })
        })?;
        if output.json {
            let dry_run = self.dry_run;
            output.object(&Answer { dry_run, pruned })?;
        } else if !output.quiet {
            output.text(text(verb, retention, &pruned))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn nothing_configured() -> Error {
    let what = "nothing says how long anything is kept: set retention.messages, retention.bodies or retention.attempts";
    Error::new(ErrorKind::Config, what).with_help(
        "such as SMS_RETENTION__MESSAGES=400d, or in a file: [retention] messages = \"400d\"",
    )
}

/// What is older than it is kept; `None` where everything is kept for ever.
fn to_delete(retention: &RetentionSettings, now: Timestamp) -> Option<Prune> {
    let before = |kept: Option<Duration>| {
        let kept = SignedDuration::try_from(kept?).unwrap_or(SignedDuration::MAX);
        Some(now.checked_sub(kept).unwrap_or(Timestamp::MIN))
    };
    let prune = Prune {
        messages_before: before(retention.messages),
        bodies_before: before(retention.bodies),
        attempts_before: before(retention.attempts),
    };
    (prune != Prune::default()).then_some(prune)
}

fn text(verb: &str, retention: &RetentionSettings, pruned: &Pruned) -> String {
    let mut text = String::new();
    let mut line = |what: String, kept: Option<Duration>| {
        if let Some(kept) = kept {
            text.push_str(&format!("{verb} {what} older than {}.\n", rounded(kept)));
        }
    };
    line(count(pruned.messages, "message"), retention.messages);
    line(
        format!("the texts of {}", count(pruned.bodies, "further message")),
        retention.bodies,
    );
    line(
        format!("{} further attempts and receipts", grouped(pruned.attempts)),
        retention.attempts,
    );
    if pruned.partitions > 0 {
        let dropped = count(pruned.partitions, "whole partition");
        text.push_str(&format!("Dropped {dropped}, which nobody counted.\n"));
    }
    text
}
