//! What will happen next to a message, in words.

use jiff::Timestamp;
use sms_framework::MessageState;
use sms_framework::store::MessageRecord;

use super::wording::{distance, moment};

/// What will happen next, in a sentence.
pub(super) fn outlook(message: &MessageRecord, now: Timestamp) -> String {
    let when = message
        .next_attempt_at
        .map(|at| format!("{} ({})", distance(at, now), moment(at)));
    match (message.status, when) {
        (MessageState::Queued, Some(when)) => match message.doubt {
            None => format!("`sms queue process` tries again; due {when}"),
            Some(_) => format!(
                "`sms queue process` asks the provider whether it has it, and tries again if not; due {when}"
            ),
        },
        (MessageState::Unknown, Some(when)) => format!(
            "`sms queue process` asks the provider whether it has it; nothing is sent again; due {when}"
        ),
        (MessageState::Unknown, None) => {
            "nothing by itself: look it up at the provider, and send it again only if it is not there".to_owned()
        }
        (MessageState::Sending, Some(when)) => format!(
            "a process is sending it; if it does not come back, `sms queue process` asks the provider, due {when}"
        ),
        (MessageState::Queued | MessageState::Sending, None) | (MessageState::Scheduled, _) => {
            "it waits".to_owned()
        }
        (state, _) if message.simulated && state.is_sent() => {
            "nothing: it was only simulated".to_owned()
        }
        (MessageState::Accepted | MessageState::Sent, _) => {
            "nothing more here: the provider has it".to_owned()
        }
        (MessageState::Delivered, _) => "nothing: the phone has it".to_owned(),
        (MessageState::Undelivered, _) => {
            "nothing: the carrier could not deliver it".to_owned()
        }
        (MessageState::Rejected, _) => {
            "nothing: the same message would be refused again".to_owned()
        }
        (MessageState::Canceled, _) => "nothing: the sender gave up before it was sent".to_owned(),
        (MessageState::Expired, _) => "nothing: its time ran out".to_owned(),
        _ => "nothing: it was given up; send it again if it is still wanted".to_owned(),
    }
}
