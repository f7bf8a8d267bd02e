//! A JSON line in, a JSON line out, for as many lines as there are.

use std::io::{self, BufRead, BufWriter, Write};

use serde::{Deserialize, Serialize};

use super::input::Lines;

/// The answer to a line that cannot be read.
#[derive(Debug, Serialize)]
struct BadLine {
    error: String,
}

/// Answers each line of `input` with one line; what cannot be read is answered with its error, and
/// does not end the run. True if every line was good.
pub(super) fn answer<A: Serialize>(
    input: impl BufRead,
    output: impl Write,
    mut answer: impl FnMut(&str) -> serde_json::Result<A>,
) -> io::Result<bool> {
    let mut lines = Lines::new(input);
    let mut output = BufWriter::with_capacity(64 * 1024, output);
    let mut all_good = true;
    while let Some(line) = lines.next()? {
        let answered = match line.text {
            Ok(text) if text.trim_ascii().is_empty() => Err("it is empty".to_owned()),
            Ok(text) => answer(text).map_err(|error| mistake(&error)),
            Err(why) => Err(why.to_owned()),
        };
        match answered {
            Ok(answer) => serde_json::to_writer(&mut output, &answer)?,
            Err(why) => {
                all_good = false;
                let error = format!("line {}: {why}", line.number);
                serde_json::to_writer(&mut output, &BadLine { error })?;
            }
        }
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(all_good)
}

/// A line as an object: serde would take an array of its fields as well.
pub(super) fn object<'a, T: Deserialize<'a>>(line: &'a str) -> serde_json::Result<T> {
    if !line.trim_ascii_start().starts_with('{') {
        // What is not JSON at all is told as such.
        serde_json::from_str::<serde::de::IgnoredAny>(line)?;
        return Err(serde::de::Error::custom("not a JSON object"));
    }
    serde_json::from_str(line)
}

/// What is wrong with a line, without quoting it: serde_json would repeat a value of the wrong type,
/// which may be somebody's message.
pub(super) fn mistake(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (what, place) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    let column = place
        .rsplit_once("column ")
        .map_or("", |(_, column)| column);
    if error.is_data() {
        return match what.rsplit_once(", expected ") {
            Some((wrong, expected)) if wrong.starts_with("invalid ") => {
                format!("a value before column {column} is not {expected}")
            }
            _ => what.to_owned(),
        };
    }
    if error.is_eof() {
        return "not JSON: it ends too early".to_owned();
    }
    format!("not JSON: {what} at column {column}")
}
