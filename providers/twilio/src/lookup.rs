//! Finding a message again, by the list of messages to its recipient.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::Lookup;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};

use crate::Twilio;
use crate::answer;
use crate::resource::Resource;

/// Twilio's clock and ours may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Rows on a page; Twilio allows 1000.
const PAGE_SIZE: &str = "100";
/// Five hundred messages to one recipient since the attempt are more than anybody sends.
const MOST_PAGES: usize = 5;
/// What Twilio puts before the texts of trial accounts.
const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";

#[async_trait]
impl Lookup for Twilio {
    /// Asks for the messages to the recipient and walks on until a whole page is older than `since`:
    /// that the newest come first is nowhere promised.
    ///
    /// There is no filter on the date: `DateSent`, the only one, hides messages that are still queued.
    async fn find(&self, message: &Outbound, since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let oldest = since.saturating_sub(SKEW).unwrap_or(Timestamp::MIN);
        let mut found = Vec::new();
        let mut next = Some(self.first_page(message.to()));
        for _ in 0..MOST_PAGES {
            let Some(url) = next.take() else { break };
            let answer = self.execute(self.get(&url)).await?;
            if !answer.is_success() {
                return Err(answer::refusal(&answer, &self.hidden(message)));
            }
            let page = answer.json()?;
            let Some(rows) = page.get("messages").and_then(Value::as_array) else {
                return Err(answer.bad("the answer is not a list of messages"));
            };
            let rows: Vec<_> = rows.iter().map(Resource).collect();
            // A row without a readable date may be ours.
            let is_recent = |row: &Resource<'_>| row.created_at().is_none_or(|at| at >= oldest);
            let candidates = rows
                .iter()
                .filter(|row| is_recent(row) && self.is_like(row, message));
            found.extend(candidates.filter_map(Resource::acceptance));
            if rows.is_empty() || rows.iter().any(is_recent) {
                next = self.next_page(&page)?;
            }
        }
        if next.is_some() {
            // What was not looked at is no evidence of absence, and what was found may all be of other
            // messages.
            return Err(Error::new(
                ErrorKind::BadAnswer,
                "there are more messages to this recipient than can be looked through",
            ));
        }
        Ok(found)
    }
}

impl Twilio {
    fn first_page(&self, to: &PhoneNumber) -> String {
        // A plus in a query means a blank.
        let to = to.as_str().replace('+', "%2B");
        format!("{}?To={to}&PageSize={PAGE_SIZE}", self.messages_url())
    }

    /// The next page, on the same host only: the credentials go with the request.
    fn next_page(&self, page: &Value) -> Result<Option<String>, Error> {
        let uri = match page.get("next_page_uri").and_then(Value::as_str) {
            None | Some("") => return Ok(None),
            Some(uri) => uri,
        };
        let base = self.base();
        let joined = format!("{}{uri}", base.as_str().trim_end_matches('/'));
        let stays = |url: &Url| url.origin() == base.origin() && url.username().is_empty();
        let url = Url::parse(&joined)
            .ok()
            .filter(|url| uri.starts_with('/') && stays(url));
        match url {
            Some(url) => Ok(Some(url.into())),
            None => Err(Error::new(
                ErrorKind::BadAnswer,
                "the list of messages goes on at another address, which is not followed",
            )),
        }
    }

    fn is_like(&self, row: &Resource<'_>, message: &Outbound) -> bool {
        let body = row
            .0
            .get("body")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let same_text =
            body == message.body() || body.strip_prefix(TRIAL_PREFIX) == Some(message.body());
        let same_recipient = row.text("to").is_none_or(|to| to == message.to().as_str());
        let inbound = row.text("direction") == Some("inbound");
        same_text && same_recipient && !inbound && self.is_from(row, self.sender_of(message))
    }

    /// `from` is null until a messaging service has picked one.
    fn is_from(&self, row: &Resource<'_>, sender: &Sender) -> bool {
        let service = self.service_of(sender);
        let same_service = service
            .is_some_and(|service| row.text("messaging_service_sid") == Some(service.as_str()));
        match (sender, row.text("from")) {
            (Sender::MessagingService(_), _) | (_, None) => same_service,
            (sender, Some(from)) => from == sender.to_string(),
        }
    }
}
