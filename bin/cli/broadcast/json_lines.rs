//! Lines of JSON, each a message of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use sms_framework::{Message, Sender};

use super::super::detail::Detail;
use super::super::input::Lines;
use super::super::jsonl::{mistake, object};
use super::source::{Bad, Input, Item, Taker};

/// Messages as JSON lines; what a line does not say, the options say.
#[derive(Debug)]
pub(super) struct JsonLines {
    input: Input,
    detail: Detail,
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
}

impl JsonLines {
    pub(super) fn new(input: Input, detail: Detail) -> Self {
        Self { input, detail }
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.input.length
    }

    pub(super) fn read(self, take: &mut Taker<'_>) {
        let mut lines = Lines::new(self.input.reader);
        loop {
            let at = lines.position();
            let item = match lines.next() {
                Ok(None) => return,
                Ok(Some(line)) => {
                    let message = match line.text {
                        Ok(text) if text.trim_ascii().is_empty() => continue,
                        Ok(text) => message(text, line.number, &self.detail),
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

fn message(text: &str, line: u64, detail: &Detail) -> Result<Message, Bad> {
    let record: Record<'_> = object(text).map_err(|error| Bad::line(line, &mistake(&error)))?;
    let to = record.to.into_owned();
    let mut message = Message::new(to.as_str(), record.body);
    let refuse = |error| Bad {
        to: Some(to),
        error,
    };
    message.owner = record.owner;
    message.message_type = record.message_type;
    message.tags = record.tags;
    message.media = record.media;
    match record.from.as_deref().map(Sender::parse).transpose() {
        Ok(from) => message.from = from,
        Err(error) => return Err(refuse(error)),
    }
    detail.complete(message).map_err(refuse)
}
