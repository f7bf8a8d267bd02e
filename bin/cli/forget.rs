//! `sms forget`: erases a phone number on request.

use std::process::ExitCode;

use jiff::Timestamp;
use sms_framework::PhoneNumber;
use sms_framework::store::Forgotten;

use super::messages::as_stored;
use super::output::Output;
use super::wording::{count, grouped};
use super::{Ended, Global, sources};

/// Erase a phone number: the recipient, text and labels of every message to it
///
/// It does not ask. The messages still count in the statistics; what waits is canceled. Backups, logs and
/// the provider have their own copies.
#[derive(Debug, clap::Args)]
pub(super) struct Forget {
    /// The number in E.164, or as validate.default_region has it
    #[arg(value_name = "NUMBER")]
    number: String,
}

impl Forget {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let settings = global.settings()?;
        let number = as_stored(&settings, &self.number)?;
        let store = sources::store(&settings)?;
        let forgetting = store.forget(&number, Timestamp::now());
        let forgotten = sources::runtime()?.block_on(forgetting)?;
        if output.json {
            output.object(&forgotten)?;
        } else if !output.quiet {
            output.text(text(&number, forgotten))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(number: &str, forgotten: Forgotten) -> String {
    let shown = PhoneNumber::parse(number).map_or_else(|_| "it".to_owned(), |it| it.masked());
    let Forgotten { messages, canceled } = forgotten;
    if messages == 0 {
        return format!("Nothing to forget: there is no message to {shown}.\n");
    }
    let waited = match canceled {
        0 => String::new(),
        canceled => format!("; {} that waited will not be sent", grouped(canceled)),
    };
    format!(
        "Forgot {shown}: recipient, text and labels of {} are erased{waited}.\n",
        count(messages, "message")
    )
}
