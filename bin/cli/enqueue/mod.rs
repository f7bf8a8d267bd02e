//! `sms enqueue`: into the durable queue, for a worker to send.

mod lines;

use std::path::PathBuf;
use std::process::ExitCode;

use sms_framework::{Enqueued, Error, ErrorKind, Message, SmsClient, Status};

use super::failure::Failure;
use super::one_message::OneMessage;
use super::output::Output;
use super::refusal::Refusal;
use super::timing::Timing;
use super::wording::{Facts, count, distance, moment, printable_line};
use super::{Ended, Global, sources};

const EXAMPLES: &str = "\
Examples:
  sms enqueue --to +14155550123 \"Doors open at eight.\"
  sms enqueue --to +14155550123 --priority urgent --valid-for 5m --key 8f3a \"Your code: 4711\"
  sms enqueue --to +14155550123 --at 2026-12-24T18:00:00+01:00 \"Merry Christmas\"
  sms enqueue --jsonl messages.jsonl
  generate | sms enqueue --jsonl - --json > enqueued.jsonl

It is on disk when this returns; `sms work` sends it. Each line of --jsonl is a message of its own:
  {\"to\": \"+14155550101\", \"body\": \"Hi\", \"from\"?, \"owner\"?, \"type\"?, \"tags\"?, \"media\"?, \"valid_for\"?,
   \"send_at\"?, \"priority\"?, \"idempotency_key\"?}

Ctrl-C stops reading and says how far it came.

Exit codes: 0 on disk · 1 refused, some of it, or stopped · 2 usage, configuration or database";

/// Put a message, or many, into the queue for a worker to send
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Enqueue {
    #[command(flatten)]
    what: OneMessage,
    #[command(flatten)]
    timing: Timing,
    /// Key of yours, such as an order's number: under it the same message of one owner is taken once
    #[arg(long, value_name = "KEY", conflicts_with = "jsonl")]
    key: Option<String>,
    /// File with one JSON object a line, or - for standard input; options fill in what a line does not say
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "words", "template"])]
    jsonl: Option<PathBuf>,
}

impl Enqueue {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        match &self.jsonl {
            Some(path) => lines::run(path, self.what.detail.clone(), self.timing, global, output),
            None => self.one(global, output),
        }
    }

    fn one(self, global: &Global, output: &Output) -> Ended {
        let (to, body) = self.what.recipient_and_body("enqueue")?;
        let refused = |error| refuse(&to, body.as_deref(), error, output);
        sources::runtime()?.block_on(async {
            let client = match global.client() {
                Ok(client) => client,
                Err(error) => return refused(error),
            };
            let enqueued = match self.message(&client, &to, body.clone()) {
                Ok(message) => client.enqueue(message).await,
                Err(error) => Err(error),
            };
            match enqueued {
                Ok(enqueued) => {
                    self.tell(&to, &enqueued, &client, output).await?;
                    Ok(ExitCode::SUCCESS)
                }
                Err(error) => refused(error),
            }
        })
    }

    fn message(
        &self,
        client: &SmsClient,
        to: &str,
        body: Option<String>,
    ) -> Result<Message, Error> {
        let message = self.what.message(client, to, body)?;
        Ok(Message {
            idempotency_key: self.key.clone(),
            ..self.timing.complete(message)
        })
    }

    async fn tell(
        &self,
        to: &str,
        enqueued: &Enqueued,
        client: &SmsClient,
        output: &Output,
    ) -> Result<(), Failure> {
        if output.json {
            output.object(enqueued)?;
        } else if !output.quiet {
            output.text(self.text(to, enqueued, &client.status().await, output))?;
        }
        Ok(())
    }

    fn text(&self, to: &str, enqueued: &Enqueued, status: &Status, output: &Output) -> String {
        let to = printable_line(to);
        let now = jiff::Timestamp::now();
        let mut facts = Facts::new();
        facts.add("id", enqueued.id.to_string());
        facts.add("status", enqueued.status.to_string());
        facts.add_some("key", self.key.as_deref().map(printable_line));
        facts.add("priority", enqueued.priority.as_str());
        let segments = count(enqueued.segments, "segment");
        facts.add("length", format!("{segments}, {}", enqueued.encoding));
        if let Some(at) = enqueued.send_at {
            facts.add("send at", format!("{} ({})", moment(at), distance(at, now)));
        }
        let headline = if enqueued.duplicate {
            output.paint.warn(format!(
                "Nothing was added: the same message to {to} was taken under this key before"
            ))
        } else {
            let line = format!("Enqueued for {to}: a worker (`sms work`) sends it");
            with_warning(&output.paint.good(line), status, output)
        };
        format!("{headline}\n{facts}")
    }
}

/// What is enqueued for the mock is never really sent.
fn with_warning(line: &str, status: &Status, output: &Output) -> String {
    if !status.mock_mode {
        return line.to_owned();
    }
    let loud = output.paint.warn("SIMULATED");
    format!(
        "{line}\n{loud}: it waits for `{}`, which only pretends",
        status.provider
    )
}

/// Nothing was enqueued: the message is refused, or what it is made with is wrong.
fn refuse(to: &str, body: Option<&str>, error: Error, output: &Output) -> Ended {
    if output.json {
        output.object(&Refusal::new(Some(to), body, &error))?;
    }
    let misused = matches!(
        error.kind(),
        ErrorKind::Storage | ErrorKind::Config | ErrorKind::Template | ErrorKind::InvalidSender
    );
    Err(if misused {
        Failure::Error(error)
    } else {
        Failure::Refused(error)
    })
}
