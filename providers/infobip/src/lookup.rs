//! Finding a message again by its id, in the log of what was sent.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use sms_framework::provider::Lookup;
use sms_framework::{Acceptance, Certainty, Error, MessageState, Outbound};

use crate::Infobip;
use crate::send::acceptance;
use crate::status::Status;

#[async_trait]
impl Lookup for Infobip {
    /// The id is the message's own, so the time of the attempt narrows nothing.
    async fn find(&self, message: &Outbound, _since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let logged = self.logged(message).await?;
        let told = logged.into_iter().filter(|logged| !logged.passing);
        Ok(told.map(|logged| logged.entry).collect())
    }
}

/// What the log has under the id of a message.
pub(crate) struct Logged {
    /// The message, and where it stands.
    pub(crate) entry: Acceptance,
    /// An attempt that was refused for the moment: a later one with the same id may have been taken, so
    /// it says nothing of the message.
    passing: bool,
}

impl Infobip {
    /// What the log says of our id. It can be read again and again; reports cannot.
    pub(crate) async fn logged(&self, message: &Outbound) -> Result<Vec<Logged>, Error> {
        let id = message.id().to_string();
        let mut url = self.url("logs");
        url.query_pairs_mut().append_pair("messageId", &id);
        let answer = self.execute(self.get(&url)).await?;
        if !answer.is_success() {
            return Err(self.refusal(&answer, message));
        }
        let body = answer.json()?;
        let rows = body["results"].as_array();
        let rows = rows.ok_or_else(|| answer.bad("the answer is not a list of messages"))?;
        let mut found = Vec::new();
        for row in rows.iter().filter(|row| row["messageId"] == *id) {
            let status = Status::of(&row["status"]);
            let status = status.ok_or_else(|| answer.bad("a message of the log has no status"))?;
            found.push((status.is_duplicate(), logged(&id, row, &status)));
        }
        // Second requests with the id tell of the message only that it is there.
        if found.iter().any(|(duplicate, _)| !duplicate) {
            found.retain(|(duplicate, _)| !duplicate);
        }
        Ok(found.into_iter().map(|(_, logged)| logged).collect())
    }
}

fn logged(id: &str, row: &Value, status: &Status<'_>) -> Logged {
    let state = status.state().unwrap_or(MessageState::Accepted);
    let entry = acceptance(id, state, status, row);
    let refusal = status.known();
    Logged {
        entry: match row["error"]["id"].as_u64() {
            Some(code) if code != 0 => entry.with_provider_code(code.to_string()),
            _ => entry,
        },
        passing: refusal.is_some_and(|known| known.certainty == Certainty::NotSent),
    }
}
