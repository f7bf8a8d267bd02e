//! Row, providers, row: one send from begin to settled.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tower::Service;

use super::begin::Start;
use super::router::{Resting, Stop, Way, more_hopeful};
use super::{Delivery, Invalid, Ledger, Router};
use crate::error::{Class, Error, ErrorKind};
use crate::message::{Hop, Outbound, Receipt};
use crate::route::{Left, blame, goes_on};
use crate::stack::SendRequest;
use crate::store::NewMessage;

/// Writes the message's row, sends it through the providers of its way, settles the row.
#[derive(Debug, Clone)]
pub(crate) struct Dispatcher {
    router: Arc<Router>,
    ledger: Arc<Ledger>,
}

impl Dispatcher {
    pub(crate) fn new(router: Arc<Router>, ledger: Arc<Ledger>) -> Self {
        Self { router, ledger }
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    pub(crate) fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// Sends a message that has no row yet.
    pub(crate) async fn send(self, request: SendRequest) -> Delivery {
        let guard = Guard::new(&self.ledger, &request);
        let refuse = |error| {
            let invalid = Invalid::from(request.message().as_ref());
            self.ledger.refuse(invalid, error)
        };
        let way = match self.way_now(request.message()) {
            Ok(way) => way,
            Err(refused) => {
                guard.disarm();
                return refuse(refused);
            }
        };
        let mut journey = Journey::new(way);
        let first = journey.next(&self.router, &request);
        let (message, provider) = match &first {
            Some(stop) => (&stop.message, &stop.chain.id),
            None => (request.message(), self.router.id()),
        };
        match self.ledger.begin(&request, message, provider).await {
            Ok(Start::Go) => {
                let travel = self.travel(&request, journey, first);
                let result = self.ledger.keeping(&request, travel).await;
                guard.disarm();
                settle(&self.ledger, &request, result).await
            }
            Ok(Start::Before(record)) => {
                guard.disarm();
                Delivery::before(*record)
            }
            Err(refused) => {
                guard.disarm();
                refuse(refused)
            }
        }
    }

    /// The row of a message that waits for a worker.
    ///
    /// # Errors
    /// No provider takes such a message.
    pub(crate) fn row_to_wait(&self, message: Arc<Outbound>) -> Result<NewMessage, Error> {
        self.router.way(&message)?;
        Ok(self.ledger.new_row(message, self.router.id(), None))
    }

    /// The way of a message that goes at once.
    fn way_now(&self, message: &Outbound) -> Result<Way, Error> {
        if message.due_at() > message.created_at() {
            let what = "a message with a time to be sent at is enqueued, not sent";
            return Err(Error::new(ErrorKind::Unsupported, what).with_help(
                "use enqueue(), or `sms enqueue`; a worker sends it when its time comes",
            ));
        }
        self.router.way(message)
    }

    /// Sends a message whose row this process leases: where it may be out already, through the
    /// provider that may have it.
    pub(super) async fn resend(self, request: SendRequest, guard: Guard) -> Delivery {
        let row = request.trail().row().map(|row| row.provider);
        let doubtful = request.trail().doubt().is_some();
        let way = match row.as_deref().filter(|_| doubtful) {
            Some(provider) => self.router.way_to(provider).ok_or_else(|| {
                let what =
                    format!("`{provider}`, which may have it, is no provider of this client");
                Error::new(ErrorKind::NoRoute, what)
            }),
            None => self.router.way(request.message()),
        };
        let result = match way {
            Ok(way) => {
                let mut journey = Journey::new(way);
                let first = journey.next(&self.router, &request);
                self.travel(&request, journey, first).await
            }
            Err(error) => Err(error),
        };
        guard.disarm();
        settle(&self.ledger, &request, result).await
    }

    /// From provider to provider, as long as that cannot double the message.
    async fn travel<'a>(
        &'a self,
        request: &SendRequest,
        mut journey: Journey,
        mut stop: Option<Stop<'a>>,
    ) -> Result<Receipt, Error> {
        let trail = request.trail();
        let mut failed = None;
        loop {
            journey.passed.drain(..).for_each(|hop| trail.add_hop(hop));
            let Some(Stop {
                chain,
                message,
                leave,
            }) = stop.take()
            else {
                return Err(self.router.exhausted(failed, &journey.resting));
            };
            let attempt = request.at_provider(message, leave.clone(), chain.deadline);
            let before = trail.calls();
            let result = chain.send(attempt).await;
            let error = result.as_ref().err();
            if self.router.is_route() {
                let to = request.message().to();
                match leave {
                    Some(leave) => leave.report(error, to),
                    None => chain.health.note(blame(error), to),
                }
                trail.add_hop(Hop {
                    provider: chain.id.to_string(),
                    calls: trail.calls() - before,
                    code: error.map(Error::code),
                    error: error.map(|error| error.message().to_owned()),
                });
            }
            let error = match result {
                Ok(receipt) => return Ok(with_path(receipt, request)),
                Err(error) if trail.is_lost() => return Err(error),
                Err(error) => error,
            };
            let left = Left {
                doubt: trail.doubt(),
                asked_in_vain: trail.was_asked_in_vain(),
            };
            let on = !journey.way.is_pinned() && goes_on(&error, left, chain.after_server_error);
            let error = more_hopeful(failed.take(), error);
            if !on {
                return Err(error);
            }
            if request.started().elapsed() >= chain.deadline {
                return Err(out_of_time(error));
            }
            stop = journey.next(&self.router, request);
            if let Some(next) = &stop {
                let (id, next) = (request.message().id(), &next.chain.id);
                tracing::warn!(message_id = %id, "it goes on to {next}: {error}");
            }
            failed = Some(error);
        }
    }
}

/// Another provider might have taken it, had there been time.
fn out_of_time(error: Error) -> Error {
    if error.class() != Class::Account {
        return error;
    }
    let what = format!("send.deadline passed before another provider could be tried: {error}");
    Error::new(ErrorKind::DeadlineExceeded, what)
}

/// The receipt of a message that went through several providers tells which.
fn with_path(receipt: Receipt, request: &SendRequest) -> Receipt {
    let path = request.trail().hops();
    if path.len() < 2 {
        return receipt;
    }
    Receipt {
        attempts: request.trail().calls(),
        path,
        ..receipt
    }
}

/// What is known of a message on its way.
#[derive(Debug)]
struct Journey {
    way: Way,
    /// Providers that were passed over since the last stop.
    passed: Vec<Hop>,
    /// Those that were passed over at all.
    resting: Resting,
}

impl Journey {
    fn new(way: Way) -> Self {
        Self {
            way,
            passed: Vec::new(),
            resting: Resting::default(),
        }
    }

    fn next<'a>(&mut self, router: &'a Router, request: &SendRequest) -> Option<Stop<'a>> {
        let message = request.message();
        router.next(&mut self.way, message, &mut self.passed, &mut self.resting)
    }
}

/// Settles the row and tells what became of the message.
pub(super) async fn settle(
    ledger: &Ledger,
    request: &SendRequest,
    result: Result<Receipt, Error>,
) -> Delivery {
    let end = ledger.settle(request, result).await;
    Delivery::ended(request, ledger.simulated(), end)
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
