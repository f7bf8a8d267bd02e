//! What fills the placeholders.

use std::borrow::Cow;

use serde_json::{Value, json};
use sms_framework::{Error, ErrorKind, MessageId, Outbound, Sender};

use crate::escape;
use crate::secrets::Secrets;
use crate::tables::{NumberForm, SenderForm};
use crate::template::{Placeholder, Slot};

/// What fills the placeholders of one request.
pub(crate) struct Values<'a> {
    message: &'a Outbound,
    secrets: &'a Secrets,
    to: String,
    to_is_integer: bool,
    from: Option<String>,
    receipt_url: Option<String>,
    attempt: MessageId,
}

impl<'a> Values<'a> {
    pub(crate) fn new(
        message: &'a Outbound,
        from: Option<&Sender>,
        secrets: &'a Secrets,
        (number, sender): (NumberForm, SenderForm),
        receipt_url: Option<String>,
    ) -> Self {
        let to = message.to();
        let digits = &to.as_str()[1..];
        Self {
            message,
            secrets,
            to: match number {
                NumberForm::E164 => to.to_string(),
                NumberForm::Digits | NumberForm::Integer => digits.to_owned(),
                NumberForm::ZeroZero => format!("00{digits}"),
            },
            to_is_integer: number == NumberForm::Integer,
            from: from.map(|from| match (from, sender) {
                (Sender::Phone(number), SenderForm::Digits) => number.as_str()[1..].to_owned(),
                (Sender::Phone(number), SenderForm::ZeroZero) => {
                    format!("00{}", &number.as_str()[1..])
                }
                _ => from.to_string(),
            }),
            receipt_url,
            attempt: MessageId::new(),
        }
    }

    pub(crate) fn is_gsm7(&self) -> bool {
        self.message.segments().encoding == sms_framework::Encoding::Gsm7
    }

    /// The value of a slot; `None` where it is empty and may be.
    pub(crate) fn of(&self, slot: &Slot) -> Result<Option<Cow<'_, str>>, Error> {
        let value = self.get(&slot.placeholder);
        match value {
            Some(value) if !(slot.optional && value.is_empty()) => Ok(Some(value)),
            _ if slot.optional => Ok(None),
            _ => Err(missing(&slot.placeholder)),
        }
    }

    fn get(&self, placeholder: &Placeholder) -> Option<Cow<'_, str>> {
        let message = self.message;
        Some(match placeholder {
            Placeholder::To => Cow::from(&self.to),
            Placeholder::From => Cow::from(self.from.as_deref()?),
            Placeholder::Text => Cow::from(message.body()),
            Placeholder::TextHex => Cow::from(escape::hex_utf16be(message.body())),
            Placeholder::MessageId => Cow::from(message.id().to_string()),
            Placeholder::AttemptId => Cow::from(self.attempt.to_string()),
            Placeholder::ReceiptUrl => Cow::from(self.receipt_url.as_deref()?),
            Placeholder::Encoding => Cow::from(message.segments().encoding.to_string()),
            Placeholder::Segments => Cow::from(message.segments().count.to_string()),
            Placeholder::ValiditySeconds => Cow::from(message.valid_for()?.as_secs().to_string()),
            Placeholder::Var(name) => Cow::from(message.tags().get(name)?),
            Placeholder::Secret(name) => Cow::from(self.secrets.expose(name)),
            Placeholder::Config(value) => Cow::from(value.clone()),
        })
    }

    /// A value in its own type.
    pub(crate) fn typed(&self, placeholder: &Placeholder, value: Cow<'_, str>) -> Value {
        match placeholder {
            Placeholder::To if self.to_is_integer => json!(self.message.to().digits()),
            Placeholder::Segments => json!(self.message.segments().count),
            Placeholder::ValiditySeconds => match value.parse::<u64>() {
                Ok(seconds) => json!(seconds),
                Err(_) => Value::from(value),
            },
            _ => Value::from(value),
        }
    }
}

fn missing(placeholder: &Placeholder) -> Error {
    match placeholder {
        Placeholder::From => Error::new(
            ErrorKind::InvalidSender,
            "the gateway wants a sender, and the message has none",
        )
        .with_help("set `from` in the provider's table, or give the message a sender"),
        Placeholder::Var(name) => Error::new(
            ErrorKind::InvalidMessage,
            format!("the message has no tag `{name}`, which the gateway's template wants"),
        )
        .with_help("add it with Message::tag, or write `{var.NAME?}` in the description"),
        _ => Error::new(
            ErrorKind::InvalidMessage,
            "the message lacks a value that the gateway's description wants",
        ),
    }
}
