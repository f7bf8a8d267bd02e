//! What became of every message, by the store and by the vendor.

use std::collections::BTreeMap;
use std::fmt;

use sms_framework::config::Sources;
use sms_framework::store::{MessageFilter, MessageRecord};
use sms_framework::{MessageState, SmsClient};

use crate::Failure;
use crate::vendor::Vendor;

/// The counts.
#[derive(Default)]
pub(crate) struct Verdict {
    messages: usize,
    /// Accepted once, and the store says so.
    sent: usize,
    /// Held as unknown, with the reason: accepted once, or not at all.
    held: usize,
    held_and_sent: usize,
    reasons: BTreeMap<String, usize>,
    doubled: Vec<String>,
    lost: Vec<String>,
    wrong: Vec<String>,
}

impl Verdict {
    pub(crate) fn is_clean(&self) -> bool {
        self.doubled.is_empty() && self.lost.is_empty() && self.wrong.is_empty()
    }

    fn count(&mut self, row: &MessageRecord, times: usize) {
        let told = format!(
            "{} {} (the vendor accepted it {times} times)",
            row.id, row.status
        );
        match (row.status, times) {
            (_, 2..) => self.doubled.push(told),
            (MessageState::Unknown, _) => match &row.error {
                Some(error) => {
                    self.held += 1;
                    self.held_and_sent += times;
                    *self.reasons.entry(error.message.clone()).or_default() += 1;
                }
                None => self.wrong.push(format!("{told}: held without a reason")),
            },
            (state, 1) if state.is_sent() => self.sent += 1,
            (state, 0) if !state.is_sent() => self.lost.push(told),
            _ => self.wrong.push(told),
        }
    }
}

/// Compares the store with the vendor, message by message.
pub(crate) fn judge(database: &str, messages: usize, vendor: &Vendor) -> Result<Verdict, Failure> {
    let settings = Sources::new()
        .toml("use_mocks = true")
        .variable("DATABASE_URL", database)
        .load()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let rows = runtime.block_on(async {
        let client = SmsClient::from_config(settings)?;
        let all = MessageFilter {
            limit: messages.saturating_mul(2).max(1),
            ..MessageFilter::default()
        };
        client.store()?.messages(all).await
    })?;
    let mut verdict = Verdict {
        messages,
        ..Verdict::default()
    };
    for row in &rows {
        verdict.count(row, vendor.times(&row.id.to_string()));
    }
    if rows.len() != messages {
        verdict.wrong.push(format!("there are {} rows", rows.len()));
    }
    Ok(verdict)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nmessages            {:>6}", self.messages)?;
        writeln!(f, "accepted once       {:>6}", self.sent)?;
        writeln!(
            f,
            "held as unknown     {:>6}   ({} of them had been accepted once)",
            self.held, self.held_and_sent
        )?;
        for (reason, count) in &self.reasons {
            writeln!(f, "  {count:>4} × {reason}")?;
        }
        writeln!(f, "doubled             {:>6}", self.doubled.len())?;
        writeln!(f, "lost                {:>6}", self.lost.len())?;
        writeln!(f, "otherwise wrong     {:>6}", self.wrong.len())?;
        for told in self
            .doubled
            .iter()
            .chain(&self.lost)
            .chain(&self.wrong)
            .take(20)
        {
            writeln!(f, "  {told}")?;
        }
        Ok(())
    }
}
