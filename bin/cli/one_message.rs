//! One message on the command line: what `send` and `enqueue` take alike.

use sms_framework::{Error, Message, SmsClient};

use super::detail::{Detail, FromTemplate};
use super::failure::Failure;
use super::{input, misuse};

/// A recipient, a text, and what else there is to say.
#[derive(Debug, clap::Args)]
pub(super) struct OneMessage {
    /// Recipient in E.164, such as +14155550123; national forms where validate.default_region is set
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// Text of up to 1600 characters, or - for standard input; the recipient before it where --to is not used
    #[arg(value_name = "[NUMBER] TEXT", num_args = 0..)]
    words: Vec<String>,
    #[command(flatten)]
    pub(super) detail: Detail,
    #[command(flatten)]
    text: FromTemplate,
}

impl OneMessage {
    /// The recipient, and the text where it is written out or comes from stdin; `command` is who asks.
    pub(super) fn recipient_and_body(
        &self,
        command: &str,
    ) -> Result<(String, Option<String>), Failure> {
        let wrong = |what: &str| Err(misuse(&[command], what));
        let nobody = "the recipient is missing: give it with --to";
        let mut words = self.words.iter();
        let Some(to) = self.to.as_ref().or_else(|| words.next()) else {
            return wrong(nobody);
        };
        let body = match (words.next(), &self.text.template) {
            (Some(_), Some(_)) => {
                return wrong("the text is given twice: as an argument and with --template");
            }
            (None, Some(_)) => None,
            (Some(body), None) if body == "-" => Some(input::text_from_stdin()?),
            (Some(body), None) => Some(body.clone()),
            (None, None) if self.detail.has_media() => Some(String::new()),
            (None, None) if self.to.is_none() && !looks_like_a_number(to) => return wrong(nobody),
            (None, None) => {
                return wrong(
                    "the text is missing: give it as the last argument, as - for standard input, or with --template",
                );
            }
        };
        if words.next().is_some() {
            return wrong("there is more than one text: put quotes around a text with blanks");
        }
        Ok((to.clone(), body))
    }

    /// The message, once the recipient and the text are known.
    pub(super) fn message(
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
