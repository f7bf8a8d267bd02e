//! `sms numbers`: what the numbering plans say about phone numbers.

use std::borrow::Cow;
use std::io;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use sms_framework::message::{NumberReport, Region, inspect};

use super::output::Output;
use super::table::Table;
use super::{Ended, INCOMPLETE, jsonl};

const EXAMPLES: &str = "\
Examples:
  sms numbers +14155552671 +442071838750
  sms numbers --region US \"(415) 555-2671\"
  sms numbers --jsonl --region US < inputs.jsonl > reports.jsonl

With --jsonl each line {\"input\": …} is answered in its place by
{\"e164\", \"possible\", \"valid\", \"region\", \"error\"}, and a line that cannot be read by
{\"error\": \"line 17: …\"}; the exit code is then 1.";

/// Show whether phone numbers are possible or valid, their E.164 form and their country
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Inspect {
    /// Numbers, in E.164 or as people write them in --region
    #[arg(value_name = "NUMBER", required_unless_present = "jsonl")]
    numbers: Vec<String>,
    /// Country of numbers without +, as two letters of ISO 3166-1: US, GB, DE [default: none]
    #[arg(long, value_name = "XX", value_parser = region)]
    region: Option<Region>,
    /// Read JSON lines {"input": …} from standard input and answer each with one
    #[arg(long, conflicts_with = "numbers")]
    jsonl: bool,
}

fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).map_err(|error| error.message().to_owned())
}

#[derive(Deserialize)]
struct Question<'a> {
    #[serde(borrow)]
    input: Cow<'a, str>,
}

/// A report with the number it is about.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    input: &'a str,
    #[serde(flatten)]
    report: NumberReport,
}

impl Inspect {
    pub(super) fn run(self, output: &Output) -> Ended {
        let region = self.region;
        if self.jsonl {
            return answer_lines(region);
        }
        let answers = self.numbers.iter().map(|input| Answer {
            input,
            report: inspect(input, region),
        });
        if output.json {
            output.objects(answers)?;
        } else {
            output.text(table(answers))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn answer_lines(region: Option<Region>) -> Ended {
    let all_good = jsonl::answer(io::stdin().lock(), io::stdout().lock(), |line| {
        let question: Question<'_> = jsonl::object(line)?;
        Ok(inspect(&question.input, region))
    })?;
    Ok(ExitCode::from(if all_good { 0 } else { INCOMPLETE }))
}

fn table<'a>(answers: impl Iterator<Item = Answer<'a>>) -> Table {
    let mut table = Table::new(["number", "E.164", "possible", "valid", "region", "remark"]);
    let yes = |value| if value { "yes" } else { "no" };
    for Answer { input, report } in answers {
        table.row([
            input,
            report.e164.as_deref().unwrap_or("-"),
            yes(report.possible),
            yes(report.valid),
            report.region.as_deref().unwrap_or("-"),
            report.error.as_deref().unwrap_or_default(),
        ]);
    }
    table
}
