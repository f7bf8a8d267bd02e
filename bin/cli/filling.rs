//! Messages on their way into the store: many at a time, so that they share what the disk costs, and
//! told in the order of the input.

use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::stream::StreamExt;
use sms_framework::{Enqueued, Error, ErrorKind, Message};

use super::interrupt::Interrupt;
use super::output::{Output, Paint};
use super::progress::Progress;
use super::reading::{self, Numbered, Reading};
use super::refusal::Refusal;
use super::wording::{count, grouped, printable_line, rounded};
use super::{Ended, INCOMPLETE};

/// How many are written at once.
pub(super) const AT_ONCE: usize = 512;

/// What became of a message that was taken.
#[derive(Debug)]
pub(super) enum Taken {
    Enqueued(Enqueued),
    /// Its recipient has it already.
    Repeated,
}

/// How many became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) enqueued: u64,
    /// Under a key that was used before.
    pub(super) known: u64,
    pub(super) repeated: u64,
    pub(super) refused: u64,
    /// The last line that was told.
    pub(super) last_line: Option<u64>,
    pub(super) took: Duration,
}

/// A store being filled.
#[derive(Debug)]
pub(super) struct Filling {
    interrupt: Interrupt,
    output: Output,
    /// Whether each message has its line of JSON, or only who was refused.
    tells_each: bool,
    tally: Tally,
}

/// A store as full as it got.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) tally: Tally,
    /// Somebody, or something, stopped it before the end of the input.
    pub(super) stopped: bool,
    output: Output,
    /// Whether all of it could be told.
    printed: io::Result<()>,
}

/// One item, when it is on disk or refused.
struct Told {
    line: Option<u64>,
    read: u64,
    to: Option<String>,
    result: Result<Taken, Error>,
}

impl Filling {
    pub(super) fn new(interrupt: Interrupt, output: Output, tells_each: bool) -> Self {
        Self {
            interrupt,
            output,
            tells_each,
            tally: Tally::default(),
        }
    }

    /// Puts every message in by `put`, until somebody asks to stop, or the store fails: what stands
    /// behind would fail alike. Where nobody reads what is told it stops as well.
    pub(super) async fn run<F>(
        mut self,
        reading: &mut Reading,
        put: impl Fn(Message) -> F,
    ) -> Filled
    where
        F: Future<Output = Result<Taken, Error>>,
    {
        let began = Instant::now();
        let progress = Progress::new(reading.length, !self.output.quiet);
        let duplicates = reading.counter();
        let items = reading::until(self.interrupt.clone(), &mut reading.items);
        let told = items.map(|item| {
            let to = item.to().map(str::to_owned);
            let putting = item.message.map(&put);
            async move {
                let result = match putting {
                    Ok(putting) => putting.await,
                    Err(bad) => Err(bad.error),
                };
                Told {
                    line: item.line,
                    read: item.read,
                    to,
                    result,
                }
            }
        });
        let mut told = std::pin::pin!(told.buffered(AT_ONCE));
        let mut printed = Ok(());
        while let Some(one) = told.next().await {
            self.count(&one);
            progress.show(one.read, || self.tally.so_far());
            if one.result.as_ref().is_err_and(is_everybodys) {
                self.interrupt.stop();
            }
            if printed.is_ok() {
                printed = progress.aside(|| self.print(&one));
                if printed.is_err() {
                    self.interrupt.stop();
                }
            }
        }
        progress.end();
        let tally = Tally {
            took: began.elapsed(),
            repeated: self.tally.repeated + duplicates.load(Ordering::Relaxed),
            ..self.tally
        };
        Filled {
            tally,
            stopped: self.interrupt.is_asked(),
            output: self.output,
            printed,
        }
    }

    fn count(&mut self, told: &Told) {
        let tally = &mut self.tally;
        tally.last_line = told.line.or(tally.last_line);
        match &told.result {
            Ok(Taken::Enqueued(enqueued)) if enqueued.duplicate => tally.known += 1,
            Ok(Taken::Enqueued(_)) => tally.enqueued += 1,
            Ok(Taken::Repeated) => tally.repeated += 1,
            Err(_) => tally.refused += 1,
        }
    }

    fn print(&self, told: &Told) -> io::Result<()> {
        let Told {
            line, to, result, ..
        } = told;
        match result {
            Ok(Taken::Enqueued(enqueued)) if self.output.json && self.tells_each => {
                self.output.object(&Numbered {
                    line: *line,
                    result: enqueued,
                })
            }
            Ok(_) => Ok(()),
            Err(error) if self.output.json => {
                let refusal = Refusal::new(to.as_deref(), None, error);
                self.output.object(&refusal.at(*line))
            }
            Err(error) => {
                let text = refusal_line(self.output.paint, *line, to.as_deref(), error);
                self.output.text(text)
            }
        }
    }
}

impl Filled {
    /// True where everything is on disk.
    pub(super) fn is_complete(&self) -> bool {
        self.tally.refused == 0 && !self.stopped
    }

    /// Tells the end.
    pub(super) fn conclude(self, text: impl Fn(&Tally, Paint) -> String) -> Ended {
        let complete = self.is_complete();
        self.output
            .end(self.printed, |paint| text(&self.tally, paint))?;
        Ok(ExitCode::from(if complete { 0 } else { INCOMPLETE }))
    }
}

/// Why a recipient gets nothing, on one line.
pub(super) fn refusal_line(
    paint: Paint,
    line: Option<u64>,
    to: Option<&str>,
    error: &Error,
) -> String {
    let code = error.code();
    let Some(to) = to else {
        let what = paint.bad("bad line");
        return format!("{what}: {error} [{code}]\n");
    };
    let what = paint.bad("refused");
    let line = line.map_or_else(String::new, |line| format!(" (line {line})"));
    format!("{what} {}{line}: {error} [{code}]\n", printable_line(to))
}

/// True where the same would happen to every message.
fn is_everybodys(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Storage | ErrorKind::WrongState)
}

impl Tally {
    /// Messages that were told.
    pub(super) fn all(&self) -> u64 {
        self.enqueued + self.known + self.repeated + self.refused
    }

    /// For the progress bar.
    fn so_far(&self) -> String {
        let mut text = format!("{} on disk", grouped(self.enqueued + self.known));
        if self.refused > 0 {
            text.push_str(&format!(", {} refused", grouped(self.refused)));
        }
        text
    }

    /// How long it took, and how fast that is, where it took long enough to tell.
    pub(super) fn pace(&self) -> String {
        if self.took < Duration::from_secs(1) {
            return rounded(self.took);
        }
        let rate = self.all() as f64 / self.took.as_secs_f64();
        format!("{}, {} a second", rounded(self.took), grouped(rate as u64))
    }

    /// `1 message`, or how many of how many.
    pub(super) fn messages(&self) -> String {
        let (good, all) = (self.enqueued + self.known, self.all());
        if good == all {
            return count(all, "message");
        }
        format!("{} of {}", grouped(good), count(all, "message"))
    }
}
