//! `sms enqueue --jsonl`: as many messages as there are lines, never all in memory.

use std::path::Path;

use sms_framework::SmsClient;

use super::super::detail::Detail;
use super::super::filling::{AT_ONCE, Filling, Taken, Tally};
use super::super::interrupt::Interrupt;
use super::super::output::{Output, Paint};
use super::super::reading::{Input, JsonLines, Source};
use super::super::sources;
use super::super::timing::Timing;
use super::super::wording::{Facts, grouped};
use super::super::{Ended, Global};

/// Enqueues every line of the file.
pub(super) fn run(
    path: &Path,
    detail: Detail,
    timing: Timing,
    global: &Global,
    output: &Output,
) -> Ended {
    let runtime = sources::runtime_of_threads()?;
    let ended = runtime.block_on(async {
        // A sender that cannot be read is one mistake, not one for each message.
        detail.sender()?;
        let client = global.client()?;
        // So is a database that cannot be used.
        client.store()?;
        let input = Input::open(path, "--jsonl", "enqueue")?;
        let lines = JsonLines::new(input, detail, timing);
        let stopping = "stopping: nothing more is read (again to exit at once)";
        let at_once = "stopped at once: what was told is on disk";
        let interrupt = Interrupt::listen(*output, stopping, at_once)?;
        let mut reading = Source::JsonLines(lines).start(AT_ONCE)?;
        let filling = Filling::new(interrupt, *output, true);
        let filled = filling
            .run(&mut reading, |message| put(client.clone(), message))
            .await;
        let stopped = filled.stopped;
        filled.conclude(|tally, paint| text(tally, stopped, paint))
    });
    // A thread of ours may still wait for standard input.
    runtime.shutdown_background();
    ended
}

async fn put(
    client: SmsClient,
    message: sms_framework::Message,
) -> Result<Taken, sms_framework::Error> {
    client.enqueue(message).await.map(Taken::Enqueued)
}

fn text(tally: &Tally, stopped: bool, paint: Paint) -> String {
    let mut facts = Facts::new();
    let mut some = |name: &str, number: u64, remark: &str| {
        if number > 0 {
            facts.add(name, format!("{}{remark}", grouped(number)));
        }
    };
    some("added", tally.enqueued, "");
    some("known", tally.known, " (taken under the same key before)");
    some("refused", tally.refused, " (nothing of them was enqueued)");
    facts.add("took", tally.pace());
    let line = match tally.all() {
        0 => "There was nothing to enqueue".to_owned(),
        _ => format!("On disk: {}; `sms work` sends them", tally.messages()),
    };
    let line = match tally.refused {
        0 => paint.good(line),
        _ => paint.bad(line),
    };
    let head = match (stopped, tally.last_line) {
        (false, _) => line,
        (true, None) => format!("{} before the first line. {line}", paint.bad("STOPPED")),
        (true, Some(last)) => format!(
            "{} after line {last}; what stands behind it was not enqueued. {line}",
            paint.bad("STOPPED")
        ),
    };
    format!("{head}\n{facts}")
}
