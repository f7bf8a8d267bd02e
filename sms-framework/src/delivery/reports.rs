//! What vendors report: applied to the messages that it is about, then passed on.

use std::sync::Arc;

use async_trait::async_trait;

use super::Ledger;
use crate::config::BodyLog;
use crate::error::{Error, ErrorKind};
use crate::provider::{DeliveryReceipt, Event, EventSink};
use crate::store::{ErrorNote, Received, Report};

/// Takes every event: receipts move their messages on in the store, and whoever the program brought
/// hears of all of them.
pub(crate) struct Reports {
    ledger: Arc<Ledger>,
    sink: Option<Arc<dyn EventSink>>,
}

impl Reports {
    pub(crate) fn new(ledger: Arc<Ledger>, sink: Option<Arc<dyn EventSink>>) -> Self {
        Self { ledger, sink }
    }

    /// Whether anybody takes what is reported.
    pub(crate) fn takes_any(&self) -> bool {
        self.sink.is_some() || self.ledger.store.is_some()
    }

    /// Takes one event of a call that somebody answers for; a message from a phone is theirs where the
    /// program brought nobody to take it.
    ///
    /// # Errors
    /// It could not be kept.
    pub(crate) async fn hear(&self, provider: &str, event: &Event) -> Result<(), Error> {
        if let Event::Receipt(receipt) = event {
            self.apply(provider, receipt).await?;
        }
        match &self.sink {
            Some(sink) => sink.take(provider, event.clone()).await,
            None => Ok(()),
        }
    }

    async fn apply(&self, provider: &str, receipt: &DeliveryReceipt) -> Result<(), Error> {
        let Some(store) = &self.ledger.store else {
            return Ok(());
        };
        let report = self.report(provider, receipt);
        let received = store.receive(report).await?;
        let said = receipt.provider_status.as_str();
        let theirs = receipt.provider_message_id.as_deref();
        match received {
            Received::Contradictory => tracing::warn!(
                provider,
                theirs,
                said,
                "a provider contradicts what it reported of a message before; both are kept"
            ),
            other => tracing::debug!(
                provider,
                theirs,
                said,
                outcome = other.as_str(),
                "a receipt"
            ),
        }
        metrics::counter!("sms_receipts_total", "provider" => provider.to_owned(), "outcome" => received.as_str())
            .increment(1);
        Ok(())
    }

    fn report(&self, provider: &str, receipt: &DeliveryReceipt) -> Report {
        Report {
            provider: provider.to_owned(),
            provider_message_id: receipt.provider_message_id.clone(),
            message_id: receipt.message_id,
            to: receipt.to.as_ref().map(ToString::to_string),
            state: receipt.state,
            provider_status: receipt.provider_status.clone(),
            error: receipt.error.as_ref().map(|error| ErrorNote {
                provider_code: receipt.provider_code.clone(),
                ..ErrorNote::from(error)
            }),
            part: receipt.part.map_or(0, |part| part.number),
            parts: receipt.part.map_or(0, |part| part.total),
            segments: receipt.segments,
            at: receipt.at,
            received_at: self.ledger.now(),
            drop_body: self.ledger.policy().body != BodyLog::Full,
        }
    }
}

#[async_trait]
impl EventSink for Reports {
    /// A message from a phone that nobody takes is left with the vendor.
    async fn take(&self, provider: &str, event: Event) -> Result<(), Error> {
        if self.sink.is_none() && matches!(event, Event::Inbound(_)) {
            let what = "nobody takes messages from phones here";
            return Err(Error::new(ErrorKind::Unsupported, what));
        }
        self.hear(provider, &event).await
    }
}

impl std::fmt::Debug for Reports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reports")
            .field("store", &self.ledger.store)
            .field("sink", &self.sink.is_some())
            .finish()
    }
}
