//! `sms segments`: how long a text is as SMS, and what makes it longer.

use std::borrow::Cow;
use std::io;
use std::process::ExitCode;

use serde::Deserialize;
use sms_framework::Segments;

use super::output::Output;
use super::wording::{Facts, count};
use super::{Ended, INCOMPLETE, input, jsonl, misuse};

const EXAMPLES: &str = "\
Examples:
  sms segments \"Doors open at eight 🎷\"
  sms segments - < text.txt
  sms segments --jsonl < texts.jsonl > lengths.jsonl

With --jsonl each line {\"text\": …} is answered in its place by
{\"encoding\": \"GSM-7\"|\"UCS-2\", \"segments\": …, \"units\": …, \"forced_by\": null|{\"character\", \"position\"}},
and a line that cannot be read by {\"error\": \"line 17: …\"}; the exit code is then 1.";

/// Show how many segments a text takes, its encoding, and the character that forces UCS-2
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Measure {
    /// Text, or - for standard input
    #[arg(required_unless_present = "jsonl")]
    text: Option<String>,
    /// Read JSON lines {"text": …} from standard input and answer each with one
    #[arg(long, conflicts_with = "text")]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Question<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

impl Measure {
    pub(super) fn run(self, output: &Output) -> Ended {
        if self.jsonl {
            return answer_lines();
        }
        let text = match self.text.as_deref() {
            Some("-") => input::text_from_stdin()?,
            Some(text) => text.to_owned(),
            None => return Err(misuse(&["segments"], "the text is missing")),
        };
        let segments = Segments::of(&text);
        if output.json {
            output.object(&segments)?;
        } else {
            output.text(describe(&segments))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn answer_lines() -> Ended {
    let all_good = jsonl::answer(io::stdin().lock(), io::stdout().lock(), |line| {
        let question: Question<'_> = jsonl::object(line)?;
        Ok(Segments::of(&question.text))
    })?;
    Ok(ExitCode::from(if all_good { 0 } else { INCOMPLETE }))
}

fn describe(segments: &Segments) -> String {
    let Segments {
        encoding,
        count: number,
        units,
        forced_by,
    } = *segments;
    let mut facts = Facts::new();
    let unit = match forced_by {
        None => "septet",
        Some(_) => "UTF-16 unit",
    };
    let capacity = encoding.capacity(number);
    let room = if number > 1 {
        format!("{}, {capacity} fit in each segment", count(units, unit))
    } else {
        format!("{} of {capacity}", count(units, unit))
    };
    facts.add("length", room);
    if let Some(forced_by) = forced_by {
        facts.add(
            "forced by",
            format!(
                "`{}` (U+{:04X}) after {}: the GSM alphabet does not have it",
                forced_by.character,
                u32::from(forced_by.character),
                count(forced_by.position as u64, "character"),
            ),
        );
    }
    format!("{}, {encoding}\n{facts}", count(number, "segment"))
}
