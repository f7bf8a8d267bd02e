//! The message's row: settled after the stack has run, true at every moment before.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::time::Instant;

use super::counts::Counters;
use super::judgement::spends_a_round;
use super::{Counts, Delivery, End, Ending, Invalid, PAUSE};
use crate::config::{AfterServerError, BodyLog, OnUnknown, QueueSettings};
use crate::error::{Error, ErrorKind};
use crate::message::{MessageState, Outbound, Receipt};
use crate::stack::{AttemptLog, SendRequest, WallClock};
use crate::store::{Attempt, Doubt, DynStore, ErrorNote, Lease, Settlement};

/// What the ledger decides by.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) queue: QueueSettings,
    pub(crate) body: BodyLog,
    /// By the id of the provider.
    pub(crate) providers: BTreeMap<Arc<str>, Asking>,
    pub(crate) unknowns: UnknownPolicy,
}

/// What may follow a doubt at one provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    pub(crate) after_server_error: AfterServerError,
    /// Whether it can be asked for a message.
    pub(crate) can_ask: bool,
}

/// What becomes of messages whose fate nobody could settle.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnknownPolicy {
    pub(crate) default: OnUnknown,
    /// By the type of the message.
    pub(crate) by_type: BTreeMap<String, OnUnknown>,
}

impl UnknownPolicy {
    pub(crate) fn of(&self, message: &Outbound) -> OnUnknown {
        let own = message
            .message_type()
            .and_then(|kind| self.by_type.get(kind));
        own.copied().unwrap_or(self.default)
    }
}

/// Keeps the rows of a client's messages; without a store it keeps nothing and says so.
pub(crate) struct Ledger {
    pub(super) store: Option<DynStore>,
    /// What the configuration picked: a provider, or a route.
    pub(super) id: Arc<str>,
    pub(super) is_route: bool,
    pub(super) simulated: bool,
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

    pub(crate) fn store(&self) -> Option<&DynStore> {
        self.store.as_ref()
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

    /// When a provider is asked about a message of unknown fate for the first time.
    pub(crate) fn first_question(&self) -> Timestamp {
        self.clock.in_future(self.policy.queue.grace)
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

    /// Settles the row after the stack has run, and tells what that means for the message.
    pub(super) async fn settle(
        &self,
        request: &SendRequest,
        result: Result<Receipt, Error>,
    ) -> End {
        let mut end = self.end(request, result);
        request.trail().settles();
        let row = self.write(request, &end).await;
        if end.state == MessageState::Queued {
            end = match row {
                Row::Written => End {
                    result: end.result.map_err(Error::with_queued),
                    ..end
                },
                Row::Anothers => end.unknown(),
                Row::Missing if request.trail().doubt().is_some() => end.unknown(),
                // Its row is there, and can be claimed when its lease has run out.
                Row::Missing if request.round.is_some() => end,
                // There is nothing to try it from again.
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

    async fn write(&self, request: &SendRequest, end: &End) -> Row {
        let (Some(store), Some(row)) = (&self.store, request.trail().row()) else {
            return Row::Missing;
        };
        loop {
            match store.settle(self.settlement(row.lease, request, end)).await {
                Ok(true) => return Row::Written,
                Ok(false) => {
                    tracing::warn!(message_id = %request.message().id(), "its lease was lost while it was being sent: another process decides about it");
                    return Row::Anothers;
                }
                // Nobody waits for a round of the queue, and what it knows is worth a wait.
                Err(error) if request.round.is_some() && Instant::now() < row.ends => {
                    self.report(&error);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    self.report(&error);
                    return Row::Missing;
                }
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
        let what = match request.round {
            Some(_) => "its worker was stopped before it was sent",
            None => "the caller gave up before it was sent",
        };
        let error = Error::new(ErrorKind::Canceled, what);
        self.settle_soon(request, self.given_up(request, Err(error)));
    }

    /// Settles the row of a call that has no answer yet while its worker is stopped: nobody can say.
    pub(super) async fn stopped(&self, request: &SendRequest) {
        let (Some(store), Some(row)) = (&self.store, request.trail().row()) else {
            return;
        };
        let error = Error::new(
            ErrorKind::NoAnswer,
            "the worker was stopped before the provider answered",
        );
        let end = End {
            result: Err(error.with_provider(&row.provider)),
            state: MessageState::Unknown,
            provider: row.provider.as_ref().to_owned(),
            next_attempt_at: Some(self.first_question()),
        };
        let settlement = Settlement {
            doubt: Some(Doubt::NoAnswer),
            ..self.settlement(row.lease, request, &end)
        };
        if let Err(error) = store.settle(settlement).await {
            self.report(&error);
        }
    }

    fn settle_soon(&self, request: &SendRequest, end: End) {
        self.counters.count(&end.provider, self.ending(&end));
        if let (Some(store), Some(row)) = (&self.store, request.trail().row()) {
            store.settle_soon(self.settlement(row.lease, request, &end));
        }
    }

    fn settlement(&self, lease: Lease, request: &SendRequest, end: &End) -> Settlement {
        let receipt = end.result.as_ref().ok();
        let ids = receipt.map(|receipt| {
            receipt
                .provider_message_id
                .iter()
                .chain(&receipt.more_provider_message_ids)
                .cloned()
                .collect()
        });
        Settlement {
            lease,
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

    pub(super) fn report(&self, error: &Error) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("sms_log_failures_total").increment(1);
        if !self.reported.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "messages are sent but not logged: {error}; further failures are only counted"
            );
        }
    }
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
