//! What vendors report: webhooks in, events out.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::SmsClient;
use crate::error::{Error, ErrorKind};
use crate::provider::{Event, Reply, WebhookCall};

impl SmsClient {
    /// Reads a call that a vendor made to one of our URLs. Receipts move their messages on in the store,
    /// and the sink that the client was built with gets every event. What comes back is the events, and
    /// what to answer the vendor.
    ///
    /// `provider` is the id of the provider whose URL was called: give each one of its own.
    ///
    /// # Errors
    /// `CONFIG`: there is no such provider, or it has no webhooks; `WEBHOOK_REFUSED`,
    /// `BAD_WEBHOOK`: see [`Webhooks`](crate::provider::Webhooks); what the sink says. Answer with
    /// [`Reply::for_error`].
    pub async fn webhook(
        &self,
        provider: &str,
        call: &WebhookCall,
    ) -> Result<(Vec<Event>, Reply), Error> {
        let mut chains = self.dispatcher().router().chains().iter();
        let chain = chains.find(|chain| *chain.id == *provider);
        let webhooks = chain.and_then(|chain| chain.provider.webhooks());
        let Some(webhooks) = webhooks else {
            let message = format!("`{provider}` is no provider in use that has webhooks");
            return Err(Error::new(ErrorKind::Config, message).with_http_status(404));
        };
        // A plugin may panic at what somebody sends; that somebody must not take us down.
        let reading = AssertUnwindSafe(async { webhooks.events(call).await });
        let events = reading.catch_unwind().await.unwrap_or_else(|_panic| {
            let message = format!("the provider plugin `{provider}` panicked at a webhook call");
            Err(Error::new(ErrorKind::ProviderFault, message))
        });
        let events = events.map_err(|error| error.with_provider(provider))?;
        for event in &events {
            self.0.reports.hear(provider, event).await?;
        }
        Ok((events, webhooks.reply()))
    }
}
