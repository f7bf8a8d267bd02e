//! What the commands that send may say about a message besides its recipient and its text.

use std::collections::BTreeMap;
use std::time::Duration;

use sms_framework::{Error, Message, Sender};

use super::input;

/// Options that describe a message.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Detail {
    /// Sender: a phone number, an alphanumeric ID of up to 11 characters, a short code, or service:ID [default: the provider's]
    #[arg(long, value_name = "SENDER")]
    from: Option<String>,
    /// Whose message it is, for statistics: a tenant, an artist, a team
    #[arg(long)]
    owner: Option<String>,
    /// What sort of message it is, such as gig_reminder [default: the name of the template, if one is used]
    #[arg(long = "type", value_name = "TYPE")]
    message_type: Option<String>,
    /// Label to keep with the message; may be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = input::pair)]
    tag: Vec<(String, String)>,
    /// URL of media to attach (MMS), where the provider can; may be given again
    #[arg(long, value_name = "URL")]
    media: Vec<String>,
    /// How long it is worth sending, with a unit: 90s, 30m, 4h; later it is not sent, nor held by the provider [default: the provider's]
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    valid_for: Option<Duration>,
}

impl Detail {
    /// Puts the options into a message. What the message already says stays.
    pub(super) fn complete(&self, mut message: Message) -> Result<Message, Error> {
        if message.from.is_none() {
            message.from = self.sender()?;
        }
        message.owner = message.owner.or_else(|| self.owner.clone());
        message.message_type = message.message_type.or_else(|| self.message_type.clone());
        for (name, value) in &self.tag {
            message
                .tags
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        if message.media.is_empty() {
            message.media.clone_from(&self.media);
        }
        message.valid_for = message.valid_for.or(self.valid_for);
        Ok(message)
    }

    /// True where there is something to send without a text.
    pub(super) fn has_media(&self) -> bool {
        !self.media.is_empty()
    }

    pub(super) fn message_type(&self) -> Option<&str> {
        self.message_type.as_deref()
    }

    pub(super) fn owner(&self) -> Option<String> {
        self.owner.clone()
    }

    /// The sender that `--from` names.
    pub(super) fn sender(&self) -> Result<Option<Sender>, Error> {
        self.from.as_deref().map(Sender::parse).transpose()
    }
}

/// Where the text comes from when it is not written out.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct FromTemplate {
    /// Template to make the text of: booking_confirmation, or one of the folder templates.dir
    #[arg(long, value_name = "NAME")]
    pub(super) template: Option<String>,
    /// Value for a variable of the template; may be given again
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = input::pair, requires = "template")]
    variables: Vec<(String, String)>,
}

impl FromTemplate {
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        self.variables.iter().cloned().collect()
    }
}
