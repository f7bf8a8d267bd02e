//! The broadcast itself: a bounded number under way, results in order as they come.

use std::cell::Cell;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use futures_util::stream::StreamExt;
use sms_framework::{Delivery, Error, ErrorKind, SmsClient, Status};
use tokio::sync::mpsc;

use super::super::interrupt::Interrupt;
use super::super::output::Output;
use super::super::progress::Progress;
use super::super::reading::{self, Bad, Item, Numbered, Source};
use super::super::refusal::Refusal;
use super::super::wording::printable_line;
use super::super::{Ended, INCOMPLETE};
use super::tally::{Tally, Totals};

/// A broadcast under way.
pub(super) struct Run {
    client: SmsClient,
    provider: String,
    simulated: bool,
    concurrency: usize,
    interrupt: Interrupt,
    output: Output,
    tally: Tally,
}

/// What became of one item.
struct Told {
    line: Option<u64>,
    read: u64,
    result: Result<Box<Delivery>, Bad>,
}

impl Run {
    pub(super) fn new(
        client: SmsClient,
        status: &Status,
        concurrency: usize,
        interrupt: Interrupt,
        output: Output,
    ) -> Self {
        Self {
            client,
            provider: status.provider.clone(),
            simulated: status.mock_mode,
            concurrency,
            interrupt,
            output,
            tally: Tally::default(),
        }
    }

    /// Sends everything, or what there is time for.
    pub(super) async fn send_all(mut self, source: Source) -> Ended {
        let began = Instant::now();
        let mut reading = source.start(self.concurrency.min(1024))?;
        let progress = Progress::new(reading.length, !self.output.quiet);
        let last_line = Cell::new(None);
        let printed = self
            .results(&mut reading.items, &progress, &last_line)
            .await;
        let stopped = self.interrupt.is_asked();
        let printed = match printed {
            Ok(()) if stopped && reading.is_list => {
                self.tell_not_sent(&mut reading.items, &progress).await
            }
            printed => printed,
        };
        progress.end();
        self.client.flush().await;
        let totals = Totals {
            tally: self.tally,
            duplicates: reading.duplicates(),
            provider: &self.provider,
            simulated: self.simulated,
            stopped: stopped.then_some(if reading.is_list {
                None
            } else {
                last_line.get()
            }),
            took: began.elapsed(),
        };
        self.conclude(&totals, printed)
    }

    /// Prints each result in the order of the input. When nobody reads them any more, no new message
    /// is started: what cannot be told should not happen.
    async fn results(
        &mut self,
        items: &mut mpsc::Receiver<Item>,
        progress: &Progress,
        last_line: &Cell<Option<u64>>,
    ) -> io::Result<()> {
        let items = reading::until(self.interrupt.clone(), items);
        let client = self.client.clone();
        let deliveries = items.map(|item| {
            last_line.set(item.line);
            deliver(client.clone(), item)
        });
        let mut deliveries = std::pin::pin!(deliveries.buffered(self.concurrency));
        let mut printed = Ok(());
        while let Some(told) = deliveries.next().await {
            match &told.result {
                Ok(delivery) => self.tally.count(delivery),
                Err(_) => self.tally.failed += 1,
            }
            progress.show(told.read, || self.tally.so_far());
            if printed.is_ok() {
                printed = self.print(&told, progress);
                if printed.is_err() {
                    self.interrupt.stop();
                }
            }
        }
        printed
    }

    fn print(&self, told: &Told, progress: &Progress) -> io::Result<()> {
        if self.output.json {
            return progress.aside(|| match &told.result {
                Ok(delivery) => self.output.object(&Numbered {
                    line: told.line,
                    result: delivery,
                }),
                Err(bad) => self.output.object(&self.refusal(told.line, bad)),
            });
        }
        let (to, what, error) = match &told.result {
            Ok(delivery) => match &delivery.error {
                Some(error) => (Some(&delivery.to), delivery.status.as_str(), error),
                None => return Ok(()),
            },
            Err(bad) => (bad.to.as_ref(), "bad line", &bad.error),
        };
        let line = told.line.map(|line| format!(" (line {line})"));
        let text = format!(
            "{}{}{}: {error} [{}]\n",
            self.output.paint.bad(what),
            to.map_or_else(String::new, |to| format!(" {}", printable_line(to))),
            line.filter(|_| to.is_some()).unwrap_or_default(),
            error.code(),
        );
        progress.aside(|| self.output.text(text))
    }

    fn refusal<'a>(&'a self, line: Option<u64>, bad: &'a Bad) -> Refusal<'a> {
        Refusal::new(bad.to.as_deref(), None, &bad.error)
            .by(&self.provider, self.simulated)
            .at(line)
    }

    /// Tells each recipient that was not started before the stop.
    async fn tell_not_sent(
        &mut self,
        items: &mut mpsc::Receiver<Item>,
        progress: &Progress,
    ) -> io::Result<()> {
        let error = Error::new(
            ErrorKind::Canceled,
            "the broadcast was stopped before it was sent",
        );
        let mut out = io::BufWriter::new(io::stdout().lock());
        while let Some(item) = items.recv().await {
            self.tally.not_sent += 1;
            progress.show(item.read, || self.tally.so_far());
            let to = item.to();
            let body = item.message.as_ref().ok();
            let body = body.map(|message| message.body.as_str());
            if self.output.json {
                let refusal = Refusal::new(to, body, &error)
                    .canceled()
                    .by(&self.provider, self.simulated)
                    .at(item.line);
                serde_json::to_writer(&mut out, &refusal)?;
                out.write_all(b"\n")?;
            } else {
                let line = item
                    .line
                    .map_or_else(String::new, |line| format!(" (line {line})"));
                writeln!(out, "not sent {}{line}", to.unwrap_or("-"))?;
            }
        }
        out.flush()
    }

    fn conclude(&self, totals: &Totals<'_>, printed: io::Result<()>) -> Ended {
        self.output.end(printed, |paint| totals.text(paint))?;
        let complete = self.tally.is_complete() && totals.stopped.is_none();
        Ok(ExitCode::from(if complete { 0 } else { INCOMPLETE }))
    }
}

async fn deliver(client: SmsClient, item: Item) -> Told {
    let result = match item.message {
        Ok(message) => Ok(Box::new(client.deliver(message).await)),
        Err(bad) => Err(bad),
    };
    Told {
        line: item.line,
        read: item.read,
        result,
    }
}
