//! `sms broadcast`: many messages, one result for each, in steady memory.

mod preview;
mod run;
mod stored;
mod tally;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sms_framework::config::RateLimitSettings;
use sms_framework::message::NumberPolicy;
use sms_framework::{BroadcastId, Error, Priority, SmsClient, Status};

use self::run::Run;
use self::stored::Store;
use super::broadcasts::id;
use super::detail::{Detail, FromTemplate};
use super::failure::Failure;
use super::interrupt::{Interrupt, LEFT_SENDING};
use super::output::Output;
use super::reading::{CsvRows, Input, JsonLines, Numbers, RowText, Source};
use super::timing::Timing;
use super::{Ended, Global, input, misuse, sources};

const EXAMPLES: &str = "\
Examples:
  sms broadcast \"The gig moved to nine.\" --to +14155550101 --to +14155550102
  sms broadcast \"The gig moved to nine.\" --file numbers.txt
  cut -d, -f3 fans.csv | sms broadcast \"The gig moved to nine.\"
  sms broadcast --csv bookings.csv --column phone --template booking_confirmation
  sms broadcast --jsonl messages.jsonl --concurrency 256 --json > results.jsonl
  sms broadcast \"The gig moved to nine.\" --file numbers.txt --preview
  sms broadcast \"The gig moved to nine.\" --file numbers.txt --enqueue --name \"gig 4711\"

A list of numbers may have # comments, and each number gets the text once. With --csv, columns named
like variables of the template fill them. Each line of --jsonl is a message of its own:
  {\"to\": \"+14155550101\", \"body\": \"Hi\", \"from\"?, \"owner\"?, \"type\"?, \"tags\"?, \"media\"?, \"valid_for\"?,
   \"send_at\"?, \"priority\"?}

With --enqueue the broadcast is stored first, then workers (`sms work`) send it, each recipient once.
Where storing was cut off, --resume goes on. `sms broadcasts` shows, pauses and cancels it.

Ctrl-C stops cleanly: messages under way are finished, and what was not sent is told; twice at once.

Exit codes: 0 every message was taken, or stored · 1 some were not · 2 usage or configuration";

/// Send a text to many numbers, or many messages, with one result for each
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Broadcast {
    /// Text of up to 1600 characters, or - for standard input
    #[arg(value_name = "TEXT", conflicts_with_all = ["jsonl", "template"])]
    body: Option<String>,
    /// Recipients; may be given again
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_delimiter = ',', conflicts_with_all = ["csv", "jsonl"])]
    to: Vec<String>,
    /// File with one number a line, or - for standard input [default: - where no other recipients are given]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "jsonl"])]
    file: Option<PathBuf>,
    /// CSV file with a header, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    csv: Option<PathBuf>,
    /// Column of the numbers [default: to, phone, phone_number, number, mobile or recipient]
    #[arg(long, value_name = "NAME", requires = "csv")]
    column: Option<String>,
    /// File with one JSON object a line, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "template")]
    jsonl: Option<PathBuf>,
    /// Tell what it would come to, by country, and send nothing
    #[arg(long, conflicts_with = "enqueue")]
    preview: bool,
    /// Store it for workers to send, instead of sending it now
    #[arg(long)]
    enqueue: bool,
    /// What to call it, for `sms broadcasts`
    #[arg(long, requires = "enqueue", conflicts_with = "resume")]
    name: Option<String>,
    /// Go on with a broadcast that was not stored to its end, from the same input
    #[arg(long, value_name = "ID", requires = "enqueue", value_parser = id)]
    resume: Option<BroadcastId>,
    #[command(flatten)]
    timing: Timing,
    /// How many messages are under way at once [default: broadcast.concurrency, which is 16]
    #[arg(long, value_name = "N", conflicts_with_all = ["enqueue", "preview"])]
    concurrency: Option<NonZeroUsize>,
    #[command(flatten)]
    detail: Detail,
    #[command(flatten)]
    text: FromTemplate,
}

impl Broadcast {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        self.check()?;
        let runtime = sources::runtime_of_threads()?;
        let ended = runtime.block_on(async {
            let client = global.client()?;
            let status = client.status().await;
            let source = self.source(&client, &status)?;
            if self.preview {
                return preview::show(&client, &status, source, output).await;
            }
            if self.enqueue {
                let store = Store {
                    resume: self.resume,
                    name: self.name,
                    owner: self.detail.owner(),
                };
                return store.fill(&client, source, output).await;
            }
            let stopping = "stopping: no new message is started; those under way are finished (again to exit at once)";
            let interrupt = Interrupt::listen(*output, stopping, LEFT_SENDING)?;
            let concurrency = self.concurrency(&client, &status);
            let run = Run::new(client, &status, concurrency, interrupt, *output);
            run.send_all(source).await
        });
        // A thread of ours may still wait for standard input.
        runtime.shutdown_background();
        ended
    }

    /// What clap cannot see: whether there is a text, and who is to get it.
    fn check(&self) -> Result<(), Failure> {
        let has_text = self.body.is_some()
            || self.text.template.is_some()
            || self.jsonl.is_some()
            || self.detail.has_media();
        if !has_text {
            let what = match self.to.len() {
                0 => {
                    "the text is missing: give it as an argument, with --template, or messages with --jsonl"
                }
                _ => {
                    "the text is missing: write it before --to, as in sms broadcast \"Hello\" --to +14155550101"
                }
            };
            return Err(misuse(&["broadcast"], what));
        }
        if self.timing.is_later() && !self.enqueue {
            let what = "--at is for what waits: use it with --enqueue";
            return Err(misuse(&["broadcast"], what));
        }
        if self.reads_numbers_from_stdin() {
            if self.body.as_deref() == Some("-") {
                let what = "standard input cannot be both the text and the numbers";
                return Err(misuse(&["broadcast"], what));
            }
            if io::stdin().is_terminal() && self.file.is_none() {
                let what = "the recipients are missing: give them with --to, --file, --csv or on standard input";
                return Err(misuse(&["broadcast"], what));
            }
        }
        Ok(())
    }

    fn reads_numbers_from_stdin(&self) -> bool {
        let nothing = self.to.is_empty() && self.csv.is_none() && self.jsonl.is_none();
        match &self.file {
            Some(file) => is_stdin(file),
            None => nothing,
        }
    }

    fn source(&self, client: &SmsClient, status: &Status) -> Result<Source, Failure> {
        // A sender that cannot be read is one mistake, not one for each message.
        self.detail.sender()?;
        let settings = client.settings();
        let policy = settings
            .stack_for(&status.provider)
            .validate
            .number_policy()?;
        if let Some(path) = &self.jsonl {
            let input = Input::open(path, "--jsonl", "broadcast")?;
            return Ok(Source::JsonLines(JsonLines::new(
                input,
                self.detail.clone(),
                self.timing(),
            )));
        }
        if let Some(path) = &self.csv {
            let input = Input::open(path, "--csv", "broadcast")?;
            let rows = self.csv_rows(client, policy, input)?;
            return Ok(Source::CsvRows(Box::new(rows)));
        }
        let file = match &self.file {
            Some(path) => Some(Input::open(path, "--file", "broadcast")?),
            None if self.to.is_empty() => Some(Input::stdin()),
            None => None,
        };
        let body = self.whole_text(client)?;
        let message = self.detail.complete(self.draft(body))?;
        Ok(Source::Numbers(Numbers::new(
            self.to.clone(),
            file,
            message,
            policy,
        )))
    }

    fn csv_rows(
        &self,
        client: &SmsClient,
        policy: NumberPolicy,
        input: Input,
    ) -> Result<CsvRows, Failure> {
        let text = match &self.text.template {
            Some(name) => {
                let wanted = client.templates().variables(name)?;
                let given = self.text.variables();
                refuse_unused(name, &wanted, &given)?;
                RowText::Template {
                    templates: Box::new(client.templates().clone()),
                    name: name.clone(),
                    wanted,
                    given,
                }
            }
            None => RowText::Same(self.whole_text(client)?),
        };
        let draft = self.detail.complete(self.draft(String::new()))?;
        CsvRows::new(input, self.column.as_deref(), text, draft, policy)
            .map_err(|what| misuse(&["broadcast"], what))
    }

    /// A message without recipient.
    fn draft(&self, body: String) -> sms_framework::Message {
        let mut message = sms_framework::Message::new("", body);
        message.message_type = self
            .detail
            .message_type()
            .or(self.text.template.as_deref())
            .map(str::to_owned);
        self.timing().complete(message)
    }

    /// The text where it is the same for all.
    fn whole_text(&self, client: &SmsClient) -> Result<String, Failure> {
        match (&self.body, &self.text.template) {
            (Some(body), _) if body == "-" => Ok(input::text_from_stdin()?),
            (Some(body), _) => Ok(body.clone()),
            (None, Some(name)) => Ok(client.templates().render(name, &self.text.variables())?),
            (None, None) => Ok(String::new()),
        }
    }

    /// What of a broadcast has to wait goes behind the rest, unless the options say otherwise.
    fn timing(&self) -> Timing {
        self.timing.or_priority(Priority::Bulk)
    }

    /// As many at once as asked for, but not more than the limiter serves within its `max_wait`:
    /// the others would be refused and queued.
    fn concurrency(&self, client: &SmsClient, status: &Status) -> usize {
        let settings = client.settings();
        let asked = self
            .concurrency
            .map_or(settings.broadcast().concurrency, NonZeroUsize::get);
        let served = served(&settings.stack_for(&status.provider).rate_limit);
        if asked > served {
            tracing::info!(
                "{served} messages at once instead of {asked}: more would wait for the limiter longer than rate_limit.max_wait"
            );
        }
        asked.min(served)
    }
}

/// How many callers may wait at the limiter at once; half of what would just do, for tries take slots too.
fn served(limit: &RateLimitSettings) -> usize {
    if !limit.enabled {
        return usize::MAX;
    }
    let slots = limit.rate * limit.max_wait.as_secs_f64() / 2.0;
    (slots as usize).max(1)
}

fn refuse_unused(
    name: &str,
    wanted: &[String],
    given: &BTreeMap<String, String>,
) -> Result<(), Error> {
    match given.keys().find(|variable| !wanted.contains(variable)) {
        None => Ok(()),
        Some(unused) => Err(Error::new(
            sms_framework::ErrorKind::Template,
            format!(
                "template `{name}` has no variable `{unused}`; it takes: {}",
                wanted.join(", ")
            ),
        )),
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
