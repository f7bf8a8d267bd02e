//! Finding a message again by our id: the list of batches, by client reference.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::Lookup;
use sms_framework::provider::http::Answer;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::{Acceptance, Error, MessageState, Outbound};

use crate::Sinch;
use crate::send::milliseconds;

/// Sinch's clock and ours may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Rows on a page; Sinch allows no more.
const PAGE_SIZE: usize = 100;
/// Our id names one message, so that more rows than this cannot be its attempts.
const MOST_PAGES: usize = 5;

#[async_trait]
impl Lookup for Sinch {
    /// Without a start the list goes back one day only.
    async fn find(&self, message: &Outbound, since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let start = since.saturating_sub(SKEW).unwrap_or(Timestamp::MIN);
        let (mut found, mut looked_at) = (Vec::new(), 0);
        for page in 0..MOST_PAGES {
            let url = self.page(message, start, page);
            let get = || self.http.get(url.as_str());
            let (answer, token) = self.execute(get).await?;
            if !answer.is_success() {
                return Err(self.refusal(&answer, message, &token));
            }
            let body = answer.json()?;
            let Some(rows) = body["batches"].as_array() else {
                return Err(answer.bad("the answer is not a list of batches"));
            };
            for row in rows.iter().filter(|row| is_ours(row, message)) {
                found.push(acceptance(&answer, row)?);
            }
            looked_at += rows.len();
            let is_last = match body["count"].as_u64() {
                Some(count) => looked_at as u64 >= count,
                None => rows.len() < PAGE_SIZE,
            };
            if is_last || rows.is_empty() {
                return Ok(found);
            }
            if page + 1 == MOST_PAGES && found.is_empty() {
                // What was not looked at is no evidence of absence.
                return Err(answer.bad("there are more batches than can be looked through"));
            }
        }
        Ok(found)
    }
}

impl Sinch {
    fn page(&self, message: &Outbound, start: Timestamp, page: usize) -> Url {
        let mut url = self.batches.clone();
        url.query_pairs_mut()
            .append_pair("client_reference", &message.id().to_string())
            .append_pair("start_date", &milliseconds(start))
            .append_pair("page", &page.to_string())
            .append_pair("page_size", &PAGE_SIZE.to_string());
        url
    }
}

/// Sinch was asked for our reference alone; a row that does not repeat it has to be like the message.
fn is_ours(row: &Value, message: &Outbound) -> bool {
    if let Some(reference) = row["client_reference"].as_str() {
        return reference.parse().ok() == Some(message.id());
    }
    let is_recipient = |to: &Value| {
        let to = to.as_str().and_then(PhoneNumber::from_vendor);
        to.as_ref() == Some(message.to())
    };
    let to = row["to"].as_array();
    row["body"] == *message.body() && to.is_some_and(|to| to.iter().any(is_recipient))
}

fn acceptance(answer: &Answer, row: &Value) -> Result<Acceptance, Error> {
    let id = row["id"].as_str().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| answer.bad("a batch of the list has no id"))?;
    let state = match row["canceled"].as_bool() {
        Some(true) => MessageState::Canceled,
        _ => MessageState::Accepted,
    };
    Ok(Acceptance::new(id).with_state(state))
}
