//! The message's row: written before the stack runs, settled after it, true at every moment between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jiff::Timestamp;

use super::counts::Counters;
use super::judgement::spends_a_round;
use super::{Counts, Delivery, End, Ending, Invalid};
use crate::config::{AfterServerError, BodyLog, QueueSettings};
use crate::error::{Error, ErrorKind};
use crate::message::{MessageState, Outbound, Receipt};
use crate::stack::{AttemptLog, SendRequest, WallClock};
use crate::store::{Attempt, DynStore, ErrorNote, NewMessage, Settlement};

/// What the ledger decides by.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) queue: QueueSettings,
    pub(crate) body: BodyLog,
    /// By the id of the provider.
    pub(crate) providers: BTreeMap<Arc<str>, Asking>,
}

/// What may follow a doubt at one provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    pub(crate) after_server_error: AfterServerError,
    /// Whether it can be asked for a message.
    pub(crate) can_ask: bool,
}

impl Asking {
    /// Whether a message may be sent again after a 5xx answer, once nobody found it.
    pub(super) fn may_resend(self) -> bool {
        self.after_server_error.allows(self.can_ask)
    }
}

/// Keeps the rows of a client's messages; without a store it keeps nothing and says so.
pub(crate) struct Ledger {
    store: Option<DynStore>,
    /// What the configuration picked: a provider, or a route.
    pub(super) id: Arc<str>,
    pub(super) is_route: bool,
    simulated: bool,
    pub(super) policy: Policy,
    pub(super) clock: WallClock,
    counters: Counters,
    failures: AtomicU64,
    reported: AtomicBool,
}

impl Ledger {
    pub(crate) fn new(
        store: Option<DynStore>,
        (id, is_route): (&str, bool),
        simulated: bool,
        policy: Policy,
        clock: WallClock,
    ) -> Self {
        Self {
            store,
            id: id.into(),
            is_route,
            simulated,
            policy,
            clock,
            counters: Counters::default(),
            failures: AtomicU64::new(0),
            reported: AtomicBool::new(false),
        }
    }

    pub(crate) fn simulated(&self) -> bool {
        self.simulated
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// When a lease taken now runs out.
    pub(crate) fn lease_end(&self) -> Timestamp {
        self.clock.in_future(self.policy.queue.lease)
    }

    /// What became of sends since start.
    pub(crate) fn counts(&self) -> Counts {
        self.counters.read()
    }

    /// A message that never got past validation: it has no row.
    pub(crate) fn refuse(&self, message: Invalid, error: Error) -> Delivery {
        let delivery = Delivery::invalid(message, &self.id, self.simulated, error);
        let ending = Ending {
            state: delivery.status,
            accepted: false,
            simulated: self.simulated,
        };
        self.counters.count(&self.id, ending);
        delivery
    }

    /// Writes that did not reach the database since start.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
            + self
                .store
                .as_ref()
                .map_or(0, |store| store.info().lost_writes)
    }

    /// Writes the row of a message about to be sent; a broken log never fails a send.
    ///
    /// # Errors
    /// The message was handed over before: sending it now could double it.
    pub(super) async fn begin(
        &self,
        message: &Arc<Outbound>,
        provider: &str,
    ) -> Result<HasRow, Error> {
        let Some(store) = &self.store else {
            return Ok(HasRow::No);
        };
        let row = NewMessage {
            message: Arc::clone(message),
            provider: provider.to_owned(),
            simulated: self.simulated,
            hash_body: self.policy.body == BodyLog::Hash,
            lease_until: self.lease_end(),
        };
        match store.begin(row).await {
            Ok(()) => Ok(HasRow::Yes),
            Err(error) if error.kind() == ErrorKind::InvalidMessage => Err(error),
            Err(error) => {
                self.report(&error);
                Ok(HasRow::No)
            }
        }
    }

    /// Notes in the row that `provider` is tried next.
    ///
    /// A broken log stops no send that its caller waits for; a round from the queue waits until the
    /// log works again, for the row tells the next process whom to ask.
    ///
    /// # Errors
    /// `STORAGE`: another process has taken the message over, or nothing could be noted.
    pub(super) async fn hand_over(
        &self,
        request: &SendRequest,
        provider: &str,
    ) -> Result<(), Error> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        match store.hand_over(request.message(), provider).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::new(
                ErrorKind::Storage,
                "its lease ran out before it was sent: another process decides about it",
            )),
            Err(error) => {
                self.report(&error);
                request.round.as_ref().map_or(Ok(()), |_| Err(error))
            }
        }
    }

    /// Settles the row after the stack has run, and tells what that means for the message.
    pub(super) async fn settle(
        &self,
        request: &SendRequest,
        result: Result<Receipt, Error>,
        has_row: HasRow,
    ) -> End {
        let mut end = self.end(request, result);
        let row = self.write(request, &end, has_row).await;
        if end.state == MessageState::Queued {
            end = match row {
                Row::Written => End {
                    result: end.result.map_err(Error::with_queued),
                    ..end
                },
                Row::Anothers => end.unknown(),
                // There is nothing to try it from again.
                Row::Missing if request.trail().doubt().is_some() => end.unknown(),
                Row::Missing => End {
                    state: MessageState::Failed,
                    next_attempt_at: None,
                    ..end
                },
            };
        }
        self.counters.count(&end.provider, self.ending(&end));
        end
    }

    async fn write(&self, request: &SendRequest, end: &End, has_row: HasRow) -> Row {
        let Some(store) = self.store.as_ref().filter(|_| has_row == HasRow::Yes) else {
            return Row::Missing;
        };
        match store.settle(self.settlement(request, end)).await {
            Ok(true) => Row::Written,
            Ok(false) => {
                tracing::warn!(message_id = %request.message().id(), "its lease ran out while it was being sent: another process decides about it");
                Row::Anothers
            }
            Err(error) => {
                self.report(&error);
                Row::Missing
            }
        }
    }

    fn ending(&self, end: &End) -> Ending {
        Ending {
            state: end.state,
            accepted: end.error().is_none(),
            simulated: self.simulated,
        }
    }

    /// Settles the row of a send that was dropped between its attempts.
    pub(super) fn dropped(&self, request: &SendRequest) {
        let error = Error::new(ErrorKind::Canceled, "the caller gave up before it was sent");
        self.settle_soon(request, self.given_up(request, Err(error)));
    }

    fn settle_soon(&self, request: &SendRequest, end: End) {
        self.counters.count(&end.provider, self.ending(&end));
        if let Some(store) = &self.store {
            store.settle_soon(self.settlement(request, &end));
        }
    }

    fn settlement(&self, request: &SendRequest, end: &End) -> Settlement {
        let receipt = end.result.as_ref().ok();
        let ids = receipt.map(|receipt| {
            receipt
                .provider_message_id
                .iter()
                .chain(&receipt.more_provider_message_ids)
                .cloned()
                .collect()
        });
        let message = request.message();
        Settlement {
            id: message.id(),
            state: end.state,
            provider: Some(end.provider.clone()),
            sender: self.whose_number(request, end),
            attempts: request.trail().calls(),
            from_queue: request.round.is_some()
                && end
                    .result
                    .as_ref()
                    .err()
                    .is_none_or(|error| spends_a_round(request, error)),
            doubt: if receipt.is_some() {
                None
            } else {
                request.trail().doubt()
            },
            provider_message_ids: ids.unwrap_or_default(),
            provider_status: receipt.and_then(|receipt| receipt.provider_status.clone()),
            segments: receipt.map(|receipt| receipt.segments),
            error: end.error().as_ref().map(ErrorNote::from),
            next_attempt_at: end.next_attempt_at,
            drop_body: self.policy.body != BodyLog::Full && !end.state.is_waiting(),
            at: self.now(),
        }
    }

    fn report(&self, error: &Error) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("sms_log_failures_total").increment(1);
        if !self.reported.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "messages are sent but not logged: {error}; further failures are only counted"
            );
        }
    }
}

/// Whether the message of a send has a row to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HasRow {
    Yes,
    No,
}

/// What became of a settlement.
enum Row {
    Written,
    /// Its lease ran out, and another process took it over.
    Anothers,
    Missing,
}

impl AttemptLog for Ledger {
    fn record(&self, attempt: Attempt) {
        if let Some(store) = &self.store {
            store.record(attempt);
        }
    }

    fn abandoned(&self, request: &SendRequest, result: Result<Receipt, Error>) {
        if let Some(leave) = &request.leave {
            leave.report(result.as_ref().err(), request.message().to());
        }
        let end = self.given_up(request, result);
        tracing::info!(message_id = %request.message().id(), status = %end.state, "an attempt ended after its caller had gone");
        self.settle_soon(request, end);
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("id", &self.id)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
