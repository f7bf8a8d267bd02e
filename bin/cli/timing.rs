//! When what waits in the queue goes out, and before whom.

use jiff::Timestamp;
use sms_framework::{Message, Priority};

use super::input;

/// Options of what is enqueued.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Timing {
    /// When to send it: a time such as 2026-12-24T18:00:00+01:00, or from now on such as 90m [default: as soon as it can]
    #[arg(long, value_name = "TIME", value_parser = input::later)]
    at: Option<Timestamp>,
    /// Which of those that wait goes first: urgent, normal or bulk
    #[arg(long, value_name = "PRIORITY", value_parser = priority)]
    priority: Option<Priority>,
}

fn priority(text: &str) -> Result<Priority, String> {
    text.parse::<Priority>()
        .map_err(|error| error.message().to_owned())
}

impl Timing {
    /// Whether it names a time.
    pub(super) fn is_later(self) -> bool {
        self.at.is_some()
    }

    /// The same, with a priority for those that name none.
    pub(super) fn or_priority(self, priority: Priority) -> Self {
        Self {
            priority: self.priority.or(Some(priority)),
            ..self
        }
    }

    /// Puts the options into a message that says nothing of its own.
    pub(super) fn complete(self, mut message: Message) -> Message {
        message.send_at = message.send_at.or(self.at);
        message.priority = self.priority.unwrap_or(message.priority);
        message
    }
}
