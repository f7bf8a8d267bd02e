//! The power to hear from a vendor on a connection of its own.

use std::sync::Arc;

use async_trait::async_trait;

use super::Event;
use crate::error::Error;

/// The power to hear from a vendor on a connection of its own, as SMPP does: receipts and messages
/// from phones come without a webhook.
pub trait Feed: Send + Sync {
    /// From now on hands every event to `sink`, and tells the vendor that an event was taken only
    /// once the sink took it. Called once, when the client is built: build it inside the runtime, so
    /// that the connection can be made at once. Events that came before are not lost: the vendor is
    /// asked to repeat them.
    fn start(&self, sink: Arc<dyn EventSink>);
}

/// Takes what vendors report.
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Takes one event of the provider called `provider`; once this returns, the vendor is told
    /// that it need not repeat it.
    ///
    /// # Errors
    /// It could not be kept: the vendor is asked to repeat it.
    async fn take(&self, provider: &str, event: Event) -> Result<(), Error>;
}
