//! What became of a whole broadcast, in numbers.

use std::time::Duration;

use sms_framework::{Delivery, MessageState};

use super::super::output::Paint;
use super::super::wording::{Facts, count, grouped, rounded};

/// How many messages ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) queued: u64,
    pub(super) unknown: u64,
    pub(super) failed: u64,
    /// Never started.
    pub(super) not_sent: u64,
    pub(super) segments: u64,
}

impl Tally {
    pub(super) fn count(&mut self, delivery: &Delivery) {
        match delivery.status {
            _ if delivery.is_accepted() => {
                self.accepted += 1;
                self.segments += u64::from(delivery.segments);
            }
            MessageState::Queued => self.queued += 1,
            MessageState::Unknown => self.unknown += 1,
            _ => self.failed += 1,
        }
    }

    /// For the progress bar.
    pub(super) fn so_far(&self) -> String {
        let mut text = format!("{} accepted", grouped(self.accepted));
        let others = self.started() - self.accepted;
        if others > 0 {
            text.push_str(&format!(", {} not", grouped(others)));
        }
        text
    }

    /// Messages that were started.
    pub(super) fn started(&self) -> u64 {
        self.accepted + self.queued + self.unknown + self.failed
    }

    pub(super) fn is_complete(&self) -> bool {
        self.accepted == self.started() && self.not_sent == 0
    }
}

/// The end of a broadcast.
#[derive(Debug)]
pub(super) struct Totals<'a> {
    pub(super) tally: Tally,
    pub(super) duplicates: u64,
    pub(super) provider: &'a str,
    pub(super) simulated: bool,
    /// Somebody asked to stop; for a stream, the last line that was started.
    pub(super) stopped: Option<Option<u64>>,
    pub(super) took: Duration,
}

impl Totals<'_> {
    /// What happened first, then the numbers.
    pub(super) fn text(&self, paint: Paint) -> String {
        let tally = &self.tally;
        let mut facts = Facts::new();
        facts.add("accepted", self.accepted());
        let mut some = |name: &str, number: u64, remark: &str| {
            if number > 0 {
                facts.add(name, format!("{}{remark}", grouped(number)));
            }
        };
        some(
            "queued",
            tally.queued,
            " (a worker, `sms work`, tries again)",
        );
        some(
            "unknown",
            tally.unknown,
            " (`sms queue list --state unknown`: do not send them again before you know)",
        );
        some("failed", tally.failed, "");
        some("not sent", tally.not_sent, " (never started)");
        some("left out", self.duplicates, " (the same recipient again)");
        let rate = tally.started() as f64 / self.took.as_secs_f64().max(0.001);
        facts.add(
            "took",
            format!("{}, {rate:.1} a second", rounded(self.took)),
        );
        format!("{}\n{facts}", self.headline(paint))
    }

    fn accepted(&self) -> String {
        match self.tally.segments {
            segments if segments > self.tally.accepted => {
                format!(
                    "{} ({})",
                    grouped(self.tally.accepted),
                    count(segments, "segment")
                )
            }
            _ => grouped(self.tally.accepted),
        }
    }

    fn headline(&self, paint: Paint) -> String {
        let tally = &self.tally;
        let (accepted, all) = (tally.accepted, tally.started() + tally.not_sent);
        let messages = match (accepted == all, all) {
            (_, 0) => "there was nobody to send to".to_owned(),
            (true, 1) => "the message".to_owned(),
            (true, _) => format!("all {}", count(all, "message")),
            (false, _) => format!("{} of {}", grouped(accepted), count(all, "message")),
        };
        let line = match (self.simulated, all) {
            (_, 0) => messages,
            (true, _) => {
                let loud = paint.warn("SIMULATED");
                format!(
                    "{loud}: nothing was really sent; `{}` took {messages}",
                    self.provider
                )
            }
            (false, _) if tally.is_complete() => paint.good(format!("Sent {messages}")),
            (false, _) => paint.bad(format!("Sent {messages}")),
        };
        match self.stopped {
            None => capitalized(&line),
            Some(None) => format!("{}. {}", paint.bad("STOPPED"), capitalized(&line)),
            Some(Some(last)) => format!(
                "{} after line {last}; what stands behind it was not sent. {}",
                paint.bad("STOPPED"),
                capitalized(&line)
            ),
        }
    }
}

fn capitalized(line: &str) -> String {
    let mut rest = line.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}
