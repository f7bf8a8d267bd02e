//! Row, stack, row: one send from begin to settled.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tower::{Service, ServiceExt};

use super::ledger::HasRow;
use super::{Delivery, Invalid, Ledger};
use crate::error::Error;
use crate::limiter::DynClock;
use crate::stack::{Log, ProviderService, RateLimit, Retry, SendRequest};

/// The layers around a provider, in their order.
pub(crate) type ProviderStack = RateLimit<Retry<Log<ProviderService>, DynClock>, DynClock>;

/// Writes the message's row, runs the stack, settles the row.
#[derive(Debug, Clone)]
pub(crate) struct Dispatcher {
    stack: ProviderStack,
    ledger: Arc<Ledger>,
}

impl Dispatcher {
    pub(crate) fn new(stack: ProviderStack, ledger: Arc<Ledger>) -> Self {
        Self { stack, ledger }
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Sends a message that has no row yet.
    pub(crate) async fn send(self, request: SendRequest) -> Delivery {
        let guard = Guard::new(&self.ledger, &request);
        match self.ledger.begin(request.message()).await {
            Ok(has_row) => self.run(request, has_row, guard).await,
            Err(handed_over_before) => {
                guard.disarm();
                let invalid = Invalid::from(request.message().as_ref());
                self.ledger.refuse(invalid, handed_over_before)
            }
        }
    }

    /// Sends a message whose row this process leases.
    pub(super) async fn resend(self, request: SendRequest, guard: Guard) -> Delivery {
        self.run(request, HasRow::Yes, guard).await
    }

    async fn run(self, request: SendRequest, has_row: HasRow, guard: Guard) -> Delivery {
        let result = self.stack.oneshot(request.clone()).await;
        guard.disarm();
        settle(&self.ledger, &request, result, has_row).await
    }
}

/// Settles the row and tells what became of the message.
pub(super) async fn settle(
    ledger: &Ledger,
    request: &SendRequest,
    result: Result<crate::message::Receipt, Error>,
    has_row: HasRow,
) -> Delivery {
    let end = ledger.settle(request, result, has_row).await;
    Delivery::ended(
        request.message(),
        ledger.provider(),
        ledger.simulated(),
        request.trail().calls(),
        end,
    )
}

/// Makes the row tell the truth when the send is dropped between attempts. An attempt under way is
/// the log layer's to finish.
pub(super) struct Guard {
    ledger: Arc<Ledger>,
    request: Option<SendRequest>,
}

impl Guard {
    pub(super) fn new(ledger: &Arc<Ledger>, request: &SendRequest) -> Self {
        Self {
            ledger: Arc::clone(ledger),
            request: Some(request.clone()),
        }
    }

    pub(super) fn disarm(mut self) {
        self.request = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(request) = self
            .request
            .take()
            .filter(|request| !request.trail().is_abandoned())
        {
            self.ledger.dropped(&request);
        }
    }
}

impl Service<SendRequest> for Dispatcher {
    type Response = Delivery;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Delivery, Error>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: SendRequest) -> Self::Future {
        self.clone().send(request).map(Ok).boxed()
    }
}
