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
        (MessageState::Scheduled, Some(when)) => format!("a worker (`sms work`) sends it; due {when}"),
        (MessageState::Queued, when) if message.holder.is_some() => {
            let when = when.unwrap_or_else(|| "soon".to_owned());
            format!("a worker has it, and sends it next; if it does not, another one may, {when}")
        }
        (MessageState::Queued, None) => "a worker (`sms work`) sends it as soon as its turn comes".to_owned(),
        (MessageState::Queued, Some(when)) => match message.doubt {
            None => format!("a worker (`sms work`) tries again; due {when}"),
            Some(_) => format!(
                "a worker (`sms work`) asks the provider whether it has it, and tries again if not; due {when}"
            ),
        },
        (MessageState::Unknown, Some(when)) => format!(
            "a worker (`sms work`) asks the provider whether it has it; due {when}"
        ),
        (MessageState::Unknown, None) => {
            "nothing by itself: look it up at the provider, then `sms queue resolve ID --sent`, or `--resend` if it is not there".to_owned()
        }
        (MessageState::Sending, Some(when)) => format!(
            "a process is sending it; if that does not come back, a worker asks the provider, from {when}"
        ),
        (MessageState::Sending, None) | (MessageState::Scheduled, None) => "it waits".to_owned(),
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
        (MessageState::Canceled, _) => "nothing: it was canceled before it was sent; `sms queue retry ID` sends it after all".to_owned(),
        (MessageState::Expired, _) => "nothing: its time ran out".to_owned(),
        _ => "nothing: it was given up; `sms queue retry ID` tries it anew".to_owned(),
    }
}
