//! Reading what people give: texts from stdin, `name=value` pairs, lines of any length.

use std::io::{self, BufRead, Read};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sms_framework::config::duration;
use sms_framework::{Error, ErrorKind};

/// Longer than any message, template variables and all; a line beyond it is refused unread, so that
/// a file without line ends does not fill the memory.
const LONGEST_LINE: usize = 1024 * 1024;

/// The whole of stdin as text, without the line end that `echo` adds.
///
/// # Errors
/// It is not UTF-8, or longer than 1 MiB: it is never cut.
pub(super) fn text_from_stdin() -> Result<String, Error> {
    let refuse = |why: String| Error::new(ErrorKind::InvalidMessage, why);
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(LONGEST_LINE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(format!("cannot read standard input: {error}")))?;
    if bytes.len() > LONGEST_LINE {
        return Err(refuse(
            "the text on standard input is longer than 1 MiB; nothing of it was used".to_owned(),
        ));
    }
    let mut text = String::from_utf8(bytes)
        .map_err(|_| refuse("the text on standard input is not UTF-8".to_owned()))?;
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    Ok(text)
}

/// `name=value`, as `--tag` and `--var` take it.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `1h`, `90s`, `1m 30s`.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    duration::parse(text)
}

/// A time to come: `2026-12-24T18:00:00+01:00`, or `90m` from now.
pub(super) fn later(text: &str) -> Result<Timestamp, String> {
    moment(text, |now, time| now.checked_add(time).ok())
}

/// A time gone by: `2026-12-24T18:00:00+01:00`, or `90m` ago.
pub(super) fn earlier(text: &str) -> Result<Timestamp, String> {
    moment(text, |now, time| now.checked_sub(time).ok())
}

fn moment(
    text: &str,
    from: impl Fn(Timestamp, SignedDuration) -> Option<Timestamp>,
) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let time = duration::parse(text).ok();
    let time = time.and_then(|time| SignedDuration::try_from(time).ok());
    time.and_then(|time| from(Timestamp::now(), time)).ok_or_else(|| {
        "write a time with its zone, such as 2026-12-24T18:00:00+01:00, or a duration such as 90m"
            .to_owned()
    })
}

/// The lines of an input, one after the other in one buffer.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    read: u64,
}

/// One line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: u64,
    /// How many bytes were read up to its end.
    pub(super) read: u64,
    /// Without its line end, or why it cannot be used.
    pub(super) text: Result<&'a str, &'static str>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
            read: 0,
        }
    }

    /// The number of the last line.
    pub(super) fn position(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let taken = (&mut self.input)
            .take(LONGEST_LINE as u64 + 1)
            .read_until(b'\n', &mut self.buffer)?;
        if taken == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.read += taken as u64;
        let too_long = taken > LONGEST_LINE && !self.buffer.ends_with(b"\n");
        if too_long {
            self.read += self.input.skip_until(b'\n')? as u64;
        }
        let mut line = self.buffer.as_slice();
        if self.number == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = match std::str::from_utf8(line) {
            _ if too_long => Err("the line is longer than 1 MiB"),
            Ok(text) => Ok(text),
            Err(_) => Err("the line is not UTF-8 text"),
        };
        Ok(Some(Line {
            number: self.number,
            read: self.read,
            text,
        }))
    }
}
