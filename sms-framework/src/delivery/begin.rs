//! The first thing that happens to a message: its row is written.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::Ledger;
use crate::config::BodyLog;
use crate::error::{Error, ErrorKind};
use crate::message::Outbound;
use crate::stack::{Held, SendRequest};
use crate::store::{Begun, Lease, MessageRecord, NewMessage};

/// How a send begins.
pub(super) enum Start {
    Go,
    /// Its owner's key was used before, for the same content.
    Before(Box<MessageRecord>),
}

impl Ledger {
    /// Writes the row of a message about to be sent; a broken log never fails a send.
    ///
    /// # Errors
    /// The message was handed over before: sending it now could double it.
    pub(super) async fn begin(
        self: &Arc<Self>,
        request: &SendRequest,
        message: &Arc<Outbound>,
        provider: &Arc<str>,
    ) -> Result<Start, Error> {
        let Some(store) = &self.store else {
            return Ok(Start::Go);
        };
        let ends = self.lease_ends();
        let row = self.new_row(Arc::clone(message), provider, Some(self.lease_end()));
        let store = Arc::clone(store);
        let beginning = Beginning(Some(Begins {
            answer: async move { store.begin(row).await }.boxed(),
            ledger: Arc::clone(self),
            request: request.clone(),
            provider: Arc::clone(provider),
            ends,
        }));
        match beginning.await {
            Ok(Begun::Leased(lease)) => {
                request.trail().hold(held(lease, provider, ends));
                Ok(Start::Go)
            }
            Ok(Begun::Before(record)) => Ok(Start::Before(record)),
            Ok(Begun::Waiting) => Ok(Start::Go),
            // Under a key it may have been sent before, and nobody can tell.
            Err(error)
                if error.kind() == ErrorKind::Storage && message.idempotency_key().is_none() =>
            {
                self.report(&error);
                Ok(Start::Go)
            }
            Err(refused) => Err(refused),
        }
    }

    /// A message as it is handed to the store.
    pub(super) fn new_row(
        &self,
        message: Arc<Outbound>,
        provider: &str,
        lease_until: Option<Timestamp>,
    ) -> NewMessage {
        NewMessage {
            message,
            provider: provider.to_owned(),
            simulated: self.simulated,
            hash_body: self.policy.body == BodyLog::Hash,
            lease_until,
        }
    }
}

/// What is known of a row that was just written by who sends its message at once.
fn held(lease: Lease, provider: &Arc<str>, ends: Instant) -> Held {
    Held {
        lease,
        provider: Arc::clone(provider),
        is_sending: true,
        ends,
    }
}

/// The store's answer to a new row. The row is written whoever waits: where the send is dropped
/// before the answer came, somebody has to hear it, for only that tells by what right the row can be
/// settled.
struct Beginning(Option<Begins>);

struct Begins {
    answer: BoxFuture<'static, Result<Begun, Error>>,
    ledger: Arc<Ledger>,
    request: SendRequest,
    provider: Arc<str>,
    ends: Instant,
}

impl Future for Beginning {
    type Output = Result<Begun, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let begins = self.0.as_mut().expect("polled after it was ready");
        let begun = ready!(begins.answer.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(begun)
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        // Without a runtime there is nobody to hear it: the row's lease tells the rest.
        let (Some(begins), Ok(runtime)) = (self.0.take(), Handle::try_current()) else {
            return;
        };
        begins.request.trail().abandon();
        runtime.spawn(begins.in_vain());
    }
}

impl Begins {
    /// Nobody sends the message any more.
    async fn in_vain(self) {
        if let Ok(Begun::Leased(lease)) = self.answer.await {
            let row = held(lease, &self.provider, self.ends);
            self.request.trail().hold(row);
            self.ledger.dropped(&self.request);
        }
    }
}
