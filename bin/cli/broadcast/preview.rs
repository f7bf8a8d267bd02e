//! `sms broadcast --preview`: what it would come to.

use std::process::ExitCode;

use sms_framework::{Preview, SmsClient, Status};

use super::super::filling::{AT_ONCE, refusal_line};
use super::super::output::{Output, Paint};
use super::super::reading::Source;
use super::super::table::Table;
use super::super::wording::{Facts, grouped};
use super::super::{Ended, INCOMPLETE};

/// Reads everything, sends nothing, tells what it would come to.
pub(super) async fn show(
    client: &SmsClient,
    status: &Status,
    source: Source,
    output: &Output,
) -> Ended {
    let mut reading = source.start(AT_ONCE)?;
    let mut previewing = client.previewing();
    while let Some(item) = reading.items.recv().await {
        let to = item.to().map(str::to_owned);
        let refused = match item.message {
            Ok(message) => previewing.add(message).err(),
            Err(bad) => {
                previewing.refuse(bad.to.unwrap_or_default(), bad.error.clone());
                Some(bad.error)
            }
        };
        if let Some(error) = refused.filter(|_| !output.json) {
            let text = refusal_line(output.paint, item.line, to.as_deref(), &error);
            output.text(text)?;
        }
    }
    let mut preview = previewing.finish();
    preview.repeated += reading.duplicates();
    if output.json {
        output.object(&preview)?;
    } else {
        output.text(text(&preview, status, output.paint))?;
    }
    let code = if preview.refused == 0 { 0 } else { INCOMPLETE };
    Ok(ExitCode::from(code))
}

fn text(preview: &Preview, status: &Status, paint: Paint) -> String {
    let mut facts = Facts::new();
    facts.add("recipients", grouped(preview.recipients));
    let (fewest, most) = (preview.fewest_segments, preview.most_segments);
    let each = match (fewest == most, preview.recipients) {
        (_, 0) => String::new(),
        (true, _) => format!(" ({most} each)"),
        (false, _) => format!(" ({fewest} to {most} each)"),
    };
    facts.add("segments", format!("{}{each}", grouped(preview.segments)));
    let mut some = |name: &str, number: u64, remark: &str| {
        if number > 0 {
            facts.add(name, format!("{} ({remark})", grouped(number)));
        }
    };
    some("left out", preview.repeated, "the same recipient again");
    some("refused", preview.refused, "they get nothing");
    let simulated = if status.mock_mode { " (SIMULATED)" } else { "" };
    facts.add("provider", format!("{}{simulated}", status.provider));
    let mut text = format!("{}: nothing was sent\n{facts}", paint.good("PREVIEW"));
    if !preview.countries.is_empty() {
        let mut table = Table::new(["country", "recipients", "segments"]);
        for country in &preview.countries {
            table.row([
                country.country.clone(),
                grouped(country.recipients),
                grouped(country.segments),
            ]);
        }
        text.push_str(&format!("\n{table}"));
    }
    text
}
