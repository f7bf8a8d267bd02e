//! One provider with everything that is its own: limit, retries, log rows, senders, health.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{AfterServerError, Need};
use crate::error::Error;
use crate::limiter::DynClock;
use crate::message::{Outbound, Receipt, Sender};
use crate::provider::{Capabilities, DynProvider};
use crate::route::Health;
use crate::stack::{
    HandOver, Inquiry, Limits, Log, ProviderService, RateLimit, Retry, SendRequest, SenderChoice,
    SlotKeeper,
};
use tower::ServiceExt;

/// The layers around a provider, in their order.
pub(crate) type ProviderStack =
    RateLimit<Retry<HandOver<Log<ProviderService>>, DynClock>, DynClock>;

/// One provider with everything that is its own.
pub(crate) struct Chain {
    pub(crate) id: Arc<str>,
    pub(crate) kind: String,
    pub(crate) provider: DynProvider,
    pub(crate) stack: ProviderStack,
    pub(crate) slots: Option<Arc<SlotKeeper<DynClock>>>,
    pub(crate) inquiry: Option<Inquiry>,
    pub(crate) senders: SenderChoice,
    pub(crate) limits: Limits,
    pub(crate) deadline: Duration,
    pub(crate) after_server_error: AfterServerError,
    pub(crate) health: Arc<Health>,
}

impl Chain {
    pub(crate) fn capabilities(&self) -> &Capabilities {
        self.limits.capabilities()
    }

    /// The sender of messages that name none and go to nowhere in particular.
    pub(crate) fn default_sender(&self) -> Option<Sender> {
        self.provider.default_sender()
    }

    pub(super) fn meets(&self, need: Need) -> bool {
        need.is_met_by(self.capabilities())
    }

    /// Whom the message comes from at this provider: its own wish, else this provider's choice.
    pub(super) fn sender_of<'a>(&'a self, message: &'a Outbound) -> Option<&'a Sender> {
        match message.from() {
            Some(wish) if !message.sender_is_chosen => Some(wish),
            _ => self.senders.sender_for(message.to()),
        }
    }

    /// The message as it goes to this provider.
    pub(super) fn addressed(&self, message: &Arc<Outbound>) -> Arc<Outbound> {
        let sender = self.sender_of(message);
        if sender == message.from() {
            return Arc::clone(message);
        }
        Arc::new(message.with_chosen_sender(sender.cloned()))
    }

    pub(super) async fn send(&self, request: SendRequest) -> Result<Receipt, Error> {
        self.stack.clone().oneshot(request).await
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("capabilities", self.capabilities())
            .finish_non_exhaustive()
    }
}
