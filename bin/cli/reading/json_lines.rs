//! Lines of JSON, each a message of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use sms_framework::{Error, ErrorKind, Message, Priority, Sender};

use super::super::detail::Detail;
use super::super::input::{self, Lines};
use super::super::jsonl::{mistake, object};
use super::super::timing::Timing;
use super::{Bad, Input, Item, Taker};

/// Messages as JSON lines; what a line does not say, the options say.
#[derive(Debug)]
pub(crate) struct JsonLines {
    input: Input,
    detail: Detail,
    timing: Timing,
}

/// What a line may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<'a> {
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
    #[serde(default, borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default, rename = "type", alias = "message_type")]
    message_type: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    media: Vec<String>,
    #[serde(default, borrow)]
    valid_for: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    send_at: Option<Cow<'a, str>>,
    #[serde(default)]
    priority: Option<Priority>,
    #[serde(default)]
    idempotency_key: Option<String>,
}

impl JsonLines {
    pub(crate) fn new(input: Input, detail: Detail, timing: Timing) -> Self {
        Self {
            input,
            detail,
            timing,
        }
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.input.length
    }

    pub(crate) fn read(self, take: &mut Taker<'_>) {
        let mut lines = Lines::new(self.input.reader);
        let read = |text: &str, line| message(text, line, &self.detail, self.timing);
        loop {
            let at = lines.position();
            let item = match lines.next() {
                Ok(None) => return,
                Ok(Some(line)) => {
                    let message = match line.text {
                        Ok(text) if text.trim_ascii().is_empty() => continue,
                        Ok(text) => read(text, line.number),
                        Err(why) => Err(Bad::line(line.number, why)),
                    };
                    Item {
                        line: Some(line.number),
                        read: line.read,
                        message,
                    }
                }
                Err(error) => {
                    take(Item::unreadable(at, &error));
                    return;
                }
            };
            if !take(item) {
                return;
            }
        }
    }
}

fn message(text: &str, line: u64, detail: &Detail, timing: Timing) -> Result<Message, Bad> {
    let record: Record<'_> = object(text).map_err(|error| Bad::line(line, &mistake(&error)))?;
    let to = record.to.clone().into_owned();
    let message = record.into_message(timing);
    let whole = message.and_then(|message| detail.complete(message));
    whole.map_err(|error| Bad {
        to: Some(to),
        error,
    })
}

impl Record<'_> {
    fn into_message(self, timing: Timing) -> Result<Message, Error> {
        let mut message = Message::new(self.to, self.body);
        message.from = self.from.as_deref().map(Sender::parse).transpose()?;
        message.owner = self.owner;
        message.message_type = self.message_type;
        message.tags = self.tags;
        message.media = self.media;
        message.valid_for = read("valid_for", self.valid_for, input::time)?;
        message.send_at = read("send_at", self.send_at, input::later)?;
        message.idempotency_key = self.idempotency_key;
        let mut message = timing.complete(message);
        message.priority = self.priority.unwrap_or(message.priority);
        Ok(message)
    }
}

/// A field that is written as on the command line.
fn read<T>(
    name: &str,
    text: Option<Cow<'_, str>>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Error> {
    let value = text.map(|text| parse(&text)).transpose();
    value.map_err(|why| Error::new(ErrorKind::InvalidMessage, format!("{name}: {why}")))
}
