//! Finding a message again: the list of messages to its recipient, of which ours has our reference.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sms_framework::provider::Lookup;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::{Acceptance, Error, ErrorKind, Outbound};

use super::Classic;
use super::answer::{acceptance, refusal};
use crate::rows::rows;

/// The vendor's clock and ours may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Rows on a page.
const PAGE_SIZE: usize = 100;
/// Messages to one recipient since the attempt are few.
const MOST_PAGES: usize = 10;

#[async_trait]
impl Lookup for Classic {
    /// There is no filter on the reference, so every message to the recipient in the window is read.
    ///
    /// A page may hold fewer rows than it was asked for, so only one that brings nothing new is the
    /// end.
    async fn find(&self, message: &Outbound, since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let reference = message.id().to_string();
        let window = self.window(message, since);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut offset = 0;
        for _ in 0..MOST_PAGES {
            let mut url = window.clone();
            url.query_pairs_mut()
                .append_pair("limit", &PAGE_SIZE.to_string())
                .append_pair("offset", &offset.to_string());
            let answer = self.wire.execute(self.wire.get(&url)).await?;
            if !answer.is_success() {
                return Err(refusal(&answer, &self.wire.hidden(message)));
            }
            let page = rows(&answer)?;
            let new: Vec<&Value> = page
                .iter()
                .filter(|row| {
                    row["id"]
                        .as_str()
                        .is_some_and(|id| seen.insert(id.to_owned()))
                })
                .collect();
            if new.is_empty() {
                return Ok(found);
            }
            let ours = new.iter().filter(|row| row["reference"] == *reference);
            found.extend(ours.filter_map(|row| acceptance(row)));
            offset += page.len();
        }
        if found.is_empty() {
            // What was not looked at is no evidence of absence.
            return Err(Error::new(
                ErrorKind::BadAnswer,
                "there are more messages to this recipient than can be looked through",
            ));
        }
        Ok(found)
    }
}

impl Classic {
    /// The messages to the recipient from the attempt until now.
    fn window(&self, message: &Outbound, since: Timestamp) -> Url {
        let from = since.checked_sub(SKEW).unwrap_or(Timestamp::MIN);
        let until = Timestamp::now().checked_add(SKEW).unwrap_or(Timestamp::MAX);
        let mut url = self.wire.messages().clone();
        url.query_pairs_mut()
            .append_pair("recipient", &message.to().digits().to_string())
            .append_pair("from", &seconds(from))
            .append_pair("until", &seconds(until));
        url
    }
}

/// RFC 3339 to the second, like every other date of this API; `Z` needs no escape.
fn seconds(at: Timestamp) -> String {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    whole.to_string()
}
