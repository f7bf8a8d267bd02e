//! `sms stats`: what became of messages.

use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};
use sms_framework::store::{DeliveryStats, StatsFilter};

use super::output::Output;
use super::table::Table;
use super::wording::{Facts, grouped};
use super::{Ended, Global, sources};

/// Count what became of messages; simulated ones are counted apart
#[derive(Debug, clap::Args)]
pub(super) struct Stats {
    /// Only this owner's messages [default: everybody's]
    #[arg(long)]
    owner: Option<String>,
    /// How many days back from now
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u32,
}

impl Stats {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let store = sources::store(&global.settings()?)?;
        let back = SignedDuration::from_hours(24 * i64::from(self.days));
        let filter = StatsFilter {
            owner: self.owner.clone(),
            since: Timestamp::now().checked_sub(back).unwrap_or(Timestamp::MIN),
        };
        let counted = sources::runtime()?.block_on(store.stats(filter))?;
        let stats = DeliveryStats {
            owner: self.owner,
            days: self.days,
            ..counted
        };
        if output.json {
            output.object(&stats)?;
        } else {
            output.text(text(&stats))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(stats: &DeliveryStats) -> String {
    let whose = match &stats.owner {
        Some(owner) => format!("owner {owner}"),
        None => "all owners".to_owned(),
    };
    let days = match stats.days {
        1 => "last 24 hours".to_owned(),
        days => format!("last {days} days"),
    };
    let mut facts = Facts::new();
    let segments = match stats.segments {
        0 => String::new(),
        segments => format!(" ({} segments)", grouped(segments)),
    };
    facts.add("sent", grouped(stats.total_sent));
    facts.add(
        "  successes",
        format!("{}{segments}", grouped(stats.successes)),
    );
    facts.add("  failures", grouped(stats.failures));
    facts.add("waiting", grouped(stats.waiting));
    facts.add("unknown", grouped(stats.unknown));
    facts.add("canceled", grouped(stats.canceled));
    facts.add(
        "SIMULATED",
        format!("{} (not counted above)", grouped(stats.simulated)),
    );
    let mut text = format!("Messages of {whose}, {days}\n{facts}");
    if !stats.by_day.is_empty() {
        let mut table = Table::new(["day (UTC)", "successes", "failures", "other", "simulated"]);
        for day in &stats.by_day {
            let number = |number: u64| grouped(number);
            table.row([
                day.day.clone(),
                number(day.successes),
                number(day.failures),
                number(day.other),
                number(day.simulated),
            ]);
        }
        text.push_str(&format!("\n{table}"));
    }
    if !stats.by_error.is_empty() {
        let mut table = Table::new(["error", "provider code", "messages"]);
        for error in &stats.by_error {
            let code = error
                .provider_code
                .clone()
                .unwrap_or_else(|| "-".to_owned());
            table.row([error.code.clone(), code, grouped(error.count)]);
        }
        text.push_str(&format!("\n{table}"));
    }
    text
}
