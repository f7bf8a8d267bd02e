//! `sms send`: one message, one receipt.

use std::process::ExitCode;
use std::time::Instant;

use jiff::Timestamp;
use sms_framework::{Delivery, Error, Message, SmsClient};

use super::failure::Failure;
use super::interrupt::{Interrupt, LEFT_SENDING};
use super::one_message::OneMessage;
use super::output::Output;
use super::receipt::receipt;
use super::refusal::Refusal;
use super::{Ended, Global, INCOMPLETE, sources};

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
    #[command(flatten)]
    what: OneMessage,
}

impl Send {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let (to, body) = self.what.recipient_and_body("send")?;
        let refused = |error| refuse(&to, body.as_deref(), error, output);
        let runtime = sources::runtime()?;
        // Inside the runtime: a provider may need one to be built.
        runtime.block_on(async {
            let waiting =
                "the message may be under way: its outcome is waited for (again to exit at once)";
            let _interrupt = Interrupt::listen(*output, waiting, LEFT_SENDING)?;
            let client = match global.client() {
                Ok(client) => client,
                Err(error) => return refused(error),
            };
            let message = match self.what.message(&client, &to, body.clone()) {
                Ok(message) => message,
                Err(error) => return refused(error),
            };
            deliver(&client, message, output).await
        })
    }
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
