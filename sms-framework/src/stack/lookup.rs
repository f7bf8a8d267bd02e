//! Asking the provider whether it has a message, and believing only what is ours.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::provider::{bounded, receipt};
use crate::error::{Error, ErrorKind};
use crate::message::{Outbound, Receipt};
use crate::provider::DynProvider;
use crate::store::{Attempt, DynStore, ErrorNote, Outcome};

/// Asks a provider's [`Lookup`](crate::provider::Lookup) for a message whose fate is unknown.
///
/// Of the candidates that the provider names, the first is believed that the store can note as this
/// message's own ([`Store::take_proof`](crate::store::Store::take_proof)): one text to one number may
/// have been sent twice. The question is recorded like an attempt.
#[derive(Debug, Clone)]
pub struct Inquiry {
    provider: DynProvider,
    id: Arc<str>,
    store: Option<DynStore>,
    timeout: Duration,
    simulated: bool,
}

impl Inquiry {
    /// Questions to `provider`, called `id` in the configuration; `None` where it cannot be asked.
    #[must_use]
    pub fn new(
        id: &str,
        provider: DynProvider,
        store: Option<DynStore>,
        timeout: Duration,
    ) -> Option<Self> {
        provider.lookup()?;
        let simulated = provider.capabilities().simulated;
        Some(Self {
            provider,
            id: id.into(),
            store,
            timeout,
            simulated,
        })
    }

    /// The receipt of `message` if the provider has it.
    ///
    /// `calls` is how many times it was called for the message so far.
    ///
    /// # Errors
    /// It could not be asked, or nobody can tell whose its candidates are: `STORAGE` where the store
    /// failed, `BAD_ANSWER` where there is none or it has no row of the message.
    pub async fn ask(&self, message: &Outbound, calls: u32) -> Result<Option<Receipt>, Error> {
        let (started_at, began) = (Timestamp::now(), Instant::now());
        let found = self.find(message, calls).await;
        if let Some(store) = &self.store {
            store.record(Attempt {
                message_id: message.id(),
                number: calls,
                provider: self.id.as_ref().to_owned(),
                started_at,
                duration: began.elapsed(),
                outcome: if matches!(found, Ok(Some(_))) {
                    Outcome::Found
                } else {
                    Outcome::NotFound
                },
                error: found.as_ref().err().map(ErrorNote::from),
                http_status: found.as_ref().err().and_then(Error::http_status),
                provider_message_id: found
                    .as_ref()
                    .ok()
                    .and_then(|found| found.as_ref()?.provider_message_id.clone()),
                simulated: self.simulated,
            });
        }
        tracing::info!(message_id = %message.id(), provider = %self.id, found = matches!(found, Ok(Some(_))), "asked the provider for a message of unknown fate");
        found
    }

    async fn find(&self, message: &Outbound, calls: u32) -> Result<Option<Receipt>, Error> {
        let Some(lookup) = self.provider.lookup() else {
            return Ok(None);
        };
        let question = async { lookup.find(message, message.created_at()).await };
        let candidates = bounded(question, self.timeout).await;
        let candidates = candidates.map_err(|error| error.with_provider(&self.id))?;
        if candidates.is_empty() {
            return Ok(None);
        }
        let Some(store) = &self.store else {
            return Err(self.nobody_can_tell("there is no store"));
        };
        for candidate in candidates {
            let ids = &candidate.provider_message_ids;
            if store.take_proof(message.id(), &self.id, ids).await? {
                return Ok(Some(receipt(
                    message,
                    &self.id,
                    candidate,
                    self.simulated,
                    calls,
                )));
            }
        }
        // Without a row nothing could be noted for it: that they are another's is not known.
        if store.message(message.id()).await?.is_none() {
            return Err(self.nobody_can_tell("the store has no row of ours"));
        }
        Ok(None)
    }

    fn nobody_can_tell(&self, why: &str) -> Error {
        let message = format!("nobody can tell whose the provider's message is: {why}");
        Error::new(ErrorKind::BadAnswer, message).with_provider(&self.id)
    }
}
