//! `sms send`: one message, one receipt.

use std::process::ExitCode;
use std::time::Instant;

use jiff::Timestamp;
use sms_framework::{Delivery, Error, Message, SmsClient};

use super::detail::{Detail, FromTemplate};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::Output;
use super::receipt::receipt;
use super::refusal::Refusal;
use super::{Ended, Global, INCOMPLETE, input, misuse, sources};

const EXAMPLES: &str = "\
Examples:
  sms send --to +14155550123 \"Doors open at eight.\"
  sms send +14155550123 \"Doors open at eight.\"
  echo \"Doors open at eight.\" | sms send --to +14155550123 -
  sms send --to +14155550123 --template booking_confirmation \\
      --var gig_title=\"Jazz Night\" --var date=\"12 May\" --var location=\"Blue Note\" --var rate=\"$500\"
  sms send --to +14155550123 --owner artist-17 --json \"Hello\" | jq .status

Exit codes: 0 the provider (or the mock) took it · 1 it did not, or nobody knows · 2 usage or configuration";

/// Send one message and print its receipt
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Send {
    /// Recipient in E.164, such as +14155550123; national forms where validate.default_region is set
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// Text of up to 1600 characters, or - for standard input; the recipient before it where --to is not used
    #[arg(value_name = "[NUMBER] TEXT", num_args = 0..)]
    words: Vec<String>,
    #[command(flatten)]
    detail: Detail,
    #[command(flatten)]
    text: FromTemplate,
}

impl Send {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let (to, body) = self.recipient_and_body()?;
        let refused = |error| refuse(&to, body.as_deref(), error, output);
        let runtime = sources::runtime()?;
        // Inside the runtime: a provider may need one to be built.
        runtime.block_on(async {
            let waiting =
                "the message may be under way: its outcome is waited for (again to exit at once)";
            let _interrupt = Interrupt::listen(*output, waiting)?;
            let client = match global.client() {
                Ok(client) => client,
                Err(error) => return refused(error),
            };
            let message = match self.message(&client, &to, body.clone()) {
                Ok(message) => message,
                Err(error) => return refused(error),
            };
            deliver(&client, message, output).await
        })
    }

    /// The recipient, and the text where it is written out or comes from stdin.
    fn recipient_and_body(&self) -> Result<(String, Option<String>), Failure> {
        let mut words = self.words.iter();
        let to = match &self.to {
            Some(to) => to,
            None => words
                .next()
                .ok_or_else(|| misuse(&["send"], "the recipient is missing: give it with --to"))?,
        };
        let body = match (words.next(), &self.text.template) {
            (Some(_), Some(_)) => {
                let what = "the text is given twice: as an argument and with --template";
                return Err(misuse(&["send"], what));
            }
            (None, Some(_)) => None,
            (Some(body), None) if body == "-" => Some(input::text_from_stdin()?),
            (Some(body), None) => Some(body.clone()),
            (None, None) if self.detail.has_media() => Some(String::new()),
            (None, None) if self.to.is_none() && !looks_like_a_number(to) => {
                return Err(misuse(
                    &["send"],
                    "the recipient is missing: give it with --to",
                ));
            }
            (None, None) => {
                let what = "the text is missing: give it as the last argument, as - for standard input, or with --template";
                return Err(misuse(&["send"], what));
            }
        };
        if words.next().is_some() {
            let what = "there is more than one text: put quotes around a text with blanks";
            return Err(misuse(&["send"], what));
        }
        Ok((to.clone(), body))
    }

    fn message(
        &self,
        client: &SmsClient,
        to: &str,
        body: Option<String>,
    ) -> Result<Message, Error> {
        let message = match (&self.text.template, body) {
            (Some(name), None) => {
                let mut message = client.from_template(to, name, &self.text.variables())?;
                if let Some(own) = self.detail.message_type() {
                    message.message_type = Some(own.to_owned());
                }
                message
            }
            (_, body) => Message::new(to, body.unwrap_or_default()),
        };
        self.detail.complete(message)
    }
}

fn looks_like_a_number(text: &str) -> bool {
    text.starts_with(['+', '(']) || text.starts_with(|c: char| c.is_ascii_digit())
}

async fn deliver(client: &SmsClient, message: Message, output: &Output) -> Ended {
    let began = Instant::now();
    let delivery = client.deliver(message).await;
    let took = began.elapsed();
    client.flush().await;
    let written = if output.json {
        output.object(&delivery)
    } else if !output.quiet {
        output.text(receipt(&delivery, took, Timestamp::now(), output.paint))
    } else {
        Ok(())
    };
    if let Err(error) = written {
        // Not a failed send: who takes it for one sends the message again.
        output.note(format_args!(
            "cannot write to standard output ({error}), yet message {} is {}",
            delivery.id, delivery.status
        ));
    }
    Ok(conclude(&delivery, output))
}

/// The exit code; an error goes to stderr, whatever went to stdout.
fn conclude(delivery: &Delivery, output: &Output) -> ExitCode {
    if let Some(error) = &delivery.error {
        output.error(error);
    }
    if delivery.is_accepted() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    }
}

/// Nothing was sent: the configuration, the template or the sender is wrong.
fn refuse(to: &str, body: Option<&str>, error: Error, output: &Output) -> Ended {
    if output.json {
        output.object(&Refusal::new(Some(to), body, &error))?;
    }
    Err(Failure::Error(error))
}
