//! A message's status as Infobip writes it, in answers, receipts and logs alike.

use serde_json::Value;
use sms_framework::MessageState;
use sms_framework::provider::http::words;
use sms_framework::provider::{Code, Phase};

use crate::codes::CODES;

/// The id of the status that says: this message id was used before.
const DUPLICATE: u64 = 23;

/// A message's status: its id counts, then the id of its group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status<'a> {
    id: Option<u64>,
    group: Option<u64>,
    word: &'a str,
}

impl<'a> Status<'a> {
    /// `None` where it has no name.
    pub(crate) fn of(status: &'a Value) -> Option<Self> {
        let name = |field: &str| status[field].as_str().filter(|name| !name.is_empty());
        let group_name = name("groupName");
        let group = status["groupId"].as_u64().or(match group_name {
            Some("PENDING") => Some(1),
            Some("UNDELIVERABLE") => Some(2),
            Some("DELIVERED") => Some(3),
            Some("EXPIRED") => Some(4),
            Some("REJECTED") => Some(5),
            _ => None,
        });
        Some(Self {
            id: status["id"].as_u64(),
            // A group whose id is not public. It says what pending says.
            group: if group_name == Some("ACCEPTED") {
                Some(1)
            } else {
                group
            },
            word: name("name").or(group_name)?,
        })
    }

    /// Infobip's word for it.
    pub(crate) fn word(&self) -> &'a str {
        self.word
    }

    /// It is about a second request with the message's id, not about the message.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.id == Some(DUPLICATE)
    }

    /// Where the message stands; `None` of a status of no known group.
    pub(crate) fn state(&self) -> Option<MessageState> {
        Some(match (self.id, self.group) {
            (Some(DUPLICATE), _) => return None,
            (Some(26), _) => MessageState::Accepted,
            // 2 is called delivered, and means: to the operator.
            (Some(2 | 3 | 7), _) => MessageState::Sent,
            (Some(5), _) => MessageState::Delivered,
            (Some(4 | 9 | 31), _) => MessageState::Undelivered,
            (Some(15 | 29), _) => MessageState::Expired,
            // It is listed under two groups.
            (Some(87), _) => MessageState::Rejected,
            (_, Some(1)) => MessageState::Accepted,
            (_, Some(2)) => MessageState::Undelivered,
            (_, Some(3)) => MessageState::Delivered,
            (_, Some(4)) => MessageState::Expired,
            (_, Some(5)) => MessageState::Rejected,
            _ => return None,
        })
    }

    /// Its id, as the table has them.
    pub(crate) fn code(&self) -> Option<String> {
        self.id.map(|id| id.to_string())
    }

    /// Its word, safe to show.
    pub(crate) fn said(&self) -> Option<String> {
        words(self.word, &[])
    }

    /// What the table says of it: that the message was refused, and why.
    pub(crate) fn known(&self) -> Option<&'static Code> {
        known(Phase::Request, &self.code()?)
    }

    /// True where it refuses the message, as the answer to a send.
    pub(crate) fn refuses(&self) -> bool {
        self.known().is_some() || matches!(self.group, Some(2 | 5))
    }
}

/// The entry of a code: status ids come with the answer, error ids with the delivery.
pub(crate) fn known(phase: Phase, code: &str) -> Option<&'static Code> {
    Code::find(CODES, phase, code)
}

/// How many parts Infobip counted: `messageCount` since version 3 (of an answer, among its details),
/// `smsCount` before.
pub(crate) fn segments(entry: &Value) -> Option<u32> {
    let counts = [
        &entry["details"]["messageCount"],
        &entry["messageCount"],
        &entry["smsCount"],
    ];
    let count = counts.into_iter().find_map(Value::as_u64)?;
    count.try_into().ok().filter(|count| *count > 0)
}
