//! Finding a message again, by the tag that holds our id.

use async_trait::async_trait;
use jiff::Timestamp;
use sms_framework::provider::Lookup;
use sms_framework::{Acceptance, Error, Outbound};

use super::answer::{acceptance, our_id, refusal};
use super::{OUR_ID, Platform};
use crate::rows::rows;

#[async_trait]
impl Lookup for Platform {
    /// Our id is in nobody else's message, so that time, text and further pages do not matter.
    async fn find(&self, message: &Outbound, _since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let mut url = self.wire.messages().clone();
        url.query_pairs_mut()
            .append_pair("tag", &format!("{OUR_ID}:{}", message.id()));
        let answer = self.wire.execute(self.wire.get(&url)).await?;
        if !answer.is_success() {
            return Err(refusal(&answer, &self.wire.hidden(message)));
        }
        let rows = rows(&answer)?;
        let ours = rows.iter().filter(|row| our_id(row) == Some(message.id()));
        let found: Vec<_> = ours.filter_map(acceptance).collect();
        if found.is_empty() && !rows.is_empty() {
            // A list of other messages is no evidence that ours is not there.
            return Err(answer.bad("the list was not filtered by our tag"));
        }
        Ok(found)
    }
}
