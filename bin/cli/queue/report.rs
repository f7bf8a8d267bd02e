//! What a worker did, for people and for scripts.

use std::io;

use sms_framework::QueueReport;

use super::super::output::Output;
use super::super::wording::{Facts, count, grouped};

/// True where nothing needs a person.
pub(in super::super) fn is_clean(report: &QueueReport) -> bool {
    report.failed == 0 && report.expired == 0 && report.unknown == 0
}

/// Prints it; `did` is what was done to that many messages.
pub(in super::super) fn print(report: &QueueReport, did: &str, output: &Output) -> io::Result<()> {
    if output.json {
        return output.object(report);
    }
    if output.quiet {
        return Ok(());
    }
    output.text(text(report, did))
}

fn text(report: &QueueReport, did: &str) -> String {
    if report.processed == 0 {
        return "Nothing was due.\n".to_owned();
    }
    let mut facts = Facts::new();
    facts.add("accepted", grouped(report.accepted));
    let mut some = |name: &str, number: u64, remark: &str| {
        if number > 0 {
            facts.add(name, format!("{} ({remark})", grouped(number)));
        }
    };
    some("requeued", report.requeued, "tried again later");
    some(
        "failed",
        report.failed,
        "`sms messages list --status failed,rejected`",
    );
    some("expired", report.expired, "too old to be sent");
    some(
        "unknown",
        report.unknown,
        "`sms queue list --state unknown`",
    );
    format!("{} {did}\n{facts}", count(report.processed, "message"))
}
