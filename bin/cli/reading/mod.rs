//! Where messages come from: read on a thread of its own, a little ahead of the sends.

mod csv_rows;
mod json_lines;
mod line_ends;
mod numbers;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{self, Stream};
use serde::Serialize;
use sms_framework::{Error, ErrorKind, Message};
use tokio::sync::mpsc;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::misuse;
pub(crate) use csv_rows::{CsvRows, RowText};
pub(crate) use json_lines::JsonLines;
pub(crate) use numbers::Numbers;

/// One message to send, or one line that is none.
#[derive(Debug)]
pub(crate) struct Item {
    /// The line it stands on, where it stands on one.
    pub(crate) line: Option<u64>,
    /// How far the input was read: bytes of a file, or recipients of a list.
    pub(crate) read: u64,
    pub(crate) message: Result<Message, Bad>,
}

impl Item {
    /// The input cannot be read any further than line `after`.
    pub(crate) fn unreadable(after: u64, error: &io::Error) -> Self {
        let why = format!("the input cannot be read any further: {error}");
        Self {
            line: Some(after + 1),
            read: 0,
            message: Err(Bad::line(after + 1, &why)),
        }
    }

    /// Its recipient, where one could be read.
    pub(crate) fn to(&self) -> Option<&str> {
        match &self.message {
            Ok(message) => Some(&message.to),
            Err(bad) => bad.to.as_deref(),
        }
    }
}

/// What became of an item, with its line.
#[derive(Debug, Serialize)]
pub(crate) struct Numbered<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    #[serde(flatten)]
    pub(crate) result: T,
}

/// A line that is no message.
#[derive(Debug)]
pub(crate) struct Bad {
    /// The recipient, where one could be read.
    pub(crate) to: Option<String>,
    pub(crate) error: Error,
}

impl Bad {
    /// A line that could not be read.
    pub(crate) fn line(number: u64, why: &str) -> Self {
        let what = format!("line {number}: {why}");
        Self {
            to: None,
            error: Error::new(ErrorKind::InvalidMessage, what),
        }
    }
}

/// Takes an item; false where nobody wants more.
pub(crate) type Taker<'a> = dyn FnMut(Item) -> bool + 'a;

/// Where the messages come from.
#[derive(Debug)]
pub(crate) enum Source {
    Numbers(Numbers),
    CsvRows(Box<CsvRows>),
    JsonLines(JsonLines),
}

/// A source being read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) items: mpsc::Receiver<Item>,
    /// Recipients left out because they were there before.
    duplicates: Arc<AtomicU64>,
    /// How much there is to read, in the unit of [`Item::read`]; `None` for a pipe.
    pub(crate) length: Option<u64>,
    /// It ends, and what was not sent can be told one by one; a stream may never end.
    pub(crate) is_list: bool,
}

impl Reading {
    /// Where they are counted while others take the items.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.duplicates)
    }

    /// How many recipients were left out so far.
    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates.load(Ordering::Relaxed)
    }
}

impl Source {
    /// Starts to read, at most `ahead` items ahead of who takes them.
    pub(crate) fn start(self, ahead: usize) -> io::Result<Reading> {
        let (sender, items) = mpsc::channel(ahead);
        let duplicates = Arc::new(AtomicU64::new(0));
        let (length, is_list) = self.extent();
        let counter = Arc::clone(&duplicates);
        // A plain thread: one that waits for standard input must not keep the program from ending.
        std::thread::Builder::new()
            .name("sms-input".to_owned())
            .spawn(move || {
                let mut take = |item| sender.blocking_send(item).is_ok();
                let skip = || {
                    counter.fetch_add(1, Ordering::Relaxed);
                };
                match self {
                    Self::Numbers(numbers) => numbers.read(&mut take, &skip),
                    Self::CsvRows(rows) => rows.read(&mut take, &skip),
                    Self::JsonLines(lines) => lines.read(&mut take),
                }
            })?;
        Ok(Reading {
            items,
            duplicates,
            length,
            is_list,
        })
    }

    fn extent(&self) -> (Option<u64>, bool) {
        match self {
            Self::Numbers(numbers) => numbers.extent(),
            Self::CsvRows(rows) => (rows.length(), rows.length().is_some()),
            Self::JsonLines(lines) => (lines.length(), false),
        }
    }
}

/// The items, until somebody asks to stop.
pub(crate) fn until(
    interrupt: Interrupt,
    items: &mut mpsc::Receiver<Item>,
) -> impl Stream<Item = Item> + '_ {
    stream::unfold((interrupt, items), |(interrupt, items)| async move {
        let item = tokio::select! {
            biased;
            () = interrupt.asked() => None,
            item = items.recv() => item,
        };
        item.map(|item| (item, (interrupt, items)))
    })
}

/// A file, or standard input.
pub(crate) struct Input {
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// In bytes; `None` for what has no size.
    pub(crate) length: Option<u64>,
}

impl Input {
    pub(crate) fn stdin() -> Self {
        Self {
            reader: Box::new(BufReader::new(io::stdin())),
            length: None,
        }
    }

    /// The file that `option` of `command` names, or standard input for `-`.
    pub(crate) fn open(path: &Path, option: &str, command: &str) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::stdin());
        }
        Self::file(path).map_err(|error| {
            let what = format!("{option}: cannot open {}: {error}", path.display());
            misuse(&[command], what)
        })
    }

    fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a folder",
            ));
        }
        Ok(Self {
            length: about.is_file().then_some(about.len()),
            reader: Box::new(BufReader::with_capacity(64 * 1024, file)),
        })
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
