//! The worker: claims what can go, runs a round of each, and ends gracefully.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::{Delivery, Dispatcher, Ledger, PAUSE, QueueReport, clocks, round};
use crate::error::Error;
use crate::message::{MessageState, Priority};
use crate::stack::SendRequest;
use crate::store::{Claim, Claimed, Cursor, DynStore, Lease, QueueCounts, Room};

/// When a worker ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// When nothing is left of what was due at its start.
    Swept,
    /// When nothing is due, and nobody has anything in hand.
    Idle,
    /// Never.
    Stopped,
}

/// Works on the queue of one client.
pub(crate) struct Worker<'a> {
    dispatcher: &'a Dispatcher,
    store: &'a DynStore,
    name: String,
    until: Until,
    /// What is due by then, where the worker only sweeps.
    started: Timestamp,
    /// When it last looked at the clocks: at the one that nobody sets, and at the time of day.
    looked: (Instant, Timestamp),
    has_compared_clocks: bool,
    cursor: Cursor,
    rounds: JoinSet<Option<Delivery>>,
    running: HashMap<Id, Running>,
    report: QueueReport,
}

/// A round under way.
struct Running {
    lease: Lease,
    sort: Sort,
    request: SendRequest,
}

impl Running {
    fn is_in_call(&self) -> bool {
        self.request.trail().is_in_call()
    }

    /// Whether something would be lost if it ended now.
    fn is_busy(&self) -> bool {
        self.is_in_call() || self.request.trail().is_settling()
    }
}

/// What room a round takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Send(Priority),
    Question,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        dispatcher: &'a Dispatcher,
        store: &'a DynStore,
        name: String,
        until: Until,
    ) -> Self {
        let now = dispatcher.ledger().now();
        Self {
            started: now,
            looked: (Instant::now(), now),
            dispatcher,
            store,
            name,
            until,
            has_compared_clocks: false,
            cursor: Cursor::default(),
            rounds: JoinSet::new(),
            running: HashMap::new(),
            report: QueueReport::default(),
        }
    }

    /// Works until it ends by itself, or `stop` is ready: then it claims nothing more, gives back what
    /// it has not handed to a provider, and waits for the rest within `queue.shutdown_timeout`.
    ///
    /// # Errors
    /// `STORAGE`: the database failed while it swept; a worker that goes on waits for it instead.
    pub(crate) async fn run(
        mut self,
        stop: impl Future<Output = ()>,
    ) -> Result<QueueReport, Error> {
        let mut stop = std::pin::pin!(stop.fuse());
        tracing::info!(worker = %self.name, "working on the queue");
        loop {
            self.reap();
            let done = tokio::select! {
                biased;
                () = &mut stop => break,
                done = self.go_on() => done,
            };
            match done {
                Ok(true) => return Ok(self.report),
                Ok(false) => {}
                Err(error) if self.until == Until::Swept => {
                    self.leave().await;
                    return Err(error);
                }
                Err(error) => {
                    tracing::error!("the queue cannot be read; it is tried again: {error}");
                    tokio::select! {
                        () = &mut stop => break,
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
            let something = self.store.changed(Duration::from_secs(60));
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = self.rounds.join_next_with_id(), if !self.rounds.is_empty() => self.ended(ended),
                () = something => {}
            }
        }
        self.leave().await;
        Ok(self.report)
    }

    /// Claims what there is; true where there is nothing more to do.
    async fn go_on(&mut self) -> Result<bool, Error> {
        let claimed = self.claim().await?;
        self.compare_clocks().await;
        if claimed > 0 || !self.running.is_empty() {
            return Ok(false);
        }
        self.is_done().await
    }

    /// Claims what there is room for, and starts a round of each.
    async fn claim(&mut self) -> Result<usize, Error> {
        self.keep_what_it_has().await;
        let room = self.room();
        if room == Room::default() {
            return Ok(0);
        }
        let ledger = self.dispatcher.ledger();
        let now = ledger.now();
        let providers = self.dispatcher.router().row_ids();
        let ends = ledger.lease_ends();
        let claims = self
            .store
            .claim(Claim {
                providers: providers.iter().map(ToString::to_string).collect(),
                worker: self.name.clone(),
                now: if self.until == Until::Swept {
                    self.started.min(now)
                } else {
                    now
                },
                lease_until: ledger.lease_end(),
                ask_at: ledger.first_question(),
                room,
                cursor: self.cursor.clone(),
            })
            .await?;
        self.cursor = claims.cursor;
        let claimed = claims.messages.len();
        for message in claims.messages {
            self.start(message, ends);
        }
        Ok(claimed)
    }

    /// Once, as soon as the database answers.
    async fn compare_clocks(&mut self) {
        if std::mem::replace(&mut self.has_compared_clocks, true) {
            return;
        }
        let question = clocks::disagreement(self.dispatcher.ledger(), self.store);
        // A database that is slow to answer keeps nobody from sending.
        if let Ok(Some(apart)) = tokio::time::timeout(PAUSE, question).await {
            tracing::warn!("{apart}");
        }
    }

    /// Where this process stood still, or somebody set its clock, it would take its own messages for
    /// abandoned: it says first that it is still at them.
    async fn keep_what_it_has(&mut self) {
        let ledger = self.dispatcher.ledger();
        let looked = (Instant::now(), ledger.now());
        let before = std::mem::replace(&mut self.looked, looked);
        let passed = looked.0.duration_since(before.0);
        let by_day = looked.1.duration_since(before.1).unsigned_abs();
        let a_while = ledger.policy().queue.lease / 3;
        if passed > a_while || by_day.abs_diff(passed) > a_while {
            for one in self.running.values() {
                ledger.renew(&one.request).await;
            }
        }
    }

    fn start(&mut self, claimed: Claimed, ends: Instant) {
        let sort = match claimed.state {
            MessageState::Unknown => Sort::Question,
            _ => Sort::Send(claimed.message.priority()),
        };
        let lease = claimed.lease;
        let request = round::request(&claimed, ends);
        let round = round::run(self.dispatcher.clone(), claimed, request.clone());
        let id = self.rounds.spawn(round).id();
        let running = Running {
            lease,
            sort,
            request,
        };
        self.running.insert(id, running);
    }

    /// `queue.concurrency` of each sort, less what is under way: bulk takes no room from what is urgent.
    fn room(&self) -> Room {
        let most = self.dispatcher.ledger().policy().queue.concurrency;
        let busy = |sort: Sort| self.running.values().filter(|one| one.sort == sort).count();
        let left = |sort: Sort| most.saturating_sub(busy(sort));
        Room {
            urgent: left(Sort::Send(Priority::Urgent)),
            normal: left(Sort::Send(Priority::Normal)),
            bulk: left(Sort::Send(Priority::Bulk)),
            questions: left(Sort::Question),
        }
    }

    /// Counts what has ended meanwhile.
    fn reap(&mut self) {
        while let Some(ended) = self.rounds.try_join_next_with_id() {
            self.ended(ended);
        }
    }

    fn ended(&mut self, ended: Result<(Id, Option<Delivery>), tokio::task::JoinError>) {
        match ended {
            Ok((id, delivery)) => {
                self.running.remove(&id);
                if let Some(delivery) = delivery {
                    tell(&delivery);
                    self.report.count(&delivery);
                }
            }
            Err(failed) => {
                self.running.remove(&failed.id());
                if failed.is_panic() {
                    tracing::error!("a round of the queue panicked; its lease tells the rest");
                }
            }
        }
    }

    async fn is_done(&self) -> Result<bool, Error> {
        match self.until {
            Until::Stopped => Ok(false),
            Until::Swept => Ok(true),
            Until::Idle => {
                let ledger = self.dispatcher.ledger();
                self.store
                    .is_idle(&self.dispatcher.router().row_ids(), ledger.now())
                    .await
            }
        }
    }

    /// Ends: what was not handed to a provider goes back, and providers that are being called are
    /// waited for. What waits for another call goes back to be tried later.
    async fn leave(&mut self) {
        self.give_back().await;
        let patience = self.dispatcher.ledger().policy().queue.shutdown_timeout;
        let end = Instant::now() + patience;
        while self.running.values().any(Running::is_busy) {
            match tokio::time::timeout_at(end, self.rounds.join_next_with_id()).await {
                Ok(Some(ended)) => self.ended(ended),
                Ok(None) | Err(_) => break,
            }
        }
        // A call under way runs on as long as the process does; until it tells, nobody can say.
        let unanswered = self.running.values().filter(|one| one.is_in_call());
        for one in unanswered {
            self.dispatcher.ledger().stopped(&one.request).await;
            self.report.unknown += 1;
            self.report.processed += 1;
        }
        self.running.clear();
        self.rounds.abort_all();
        while self.rounds.join_next().await.is_some() {}
        self.store.flush().await;
    }

    async fn give_back(&self) {
        let unsent = self.running.values().filter(|one| !one.is_busy());
        let leases: Vec<_> = unsent.map(|one| one.lease).collect();
        if leases.is_empty() {
            return;
        }
        if let Err(error) = self.store.release(&leases).await {
            tracing::warn!("what was claimed goes back when its lease runs out: {error}");
        }
    }
}

/// What became of a message, for whoever watches.
fn tell(delivery: &Delivery) {
    let (id, provider, status) = (&delivery.id, &delivery.provider, delivery.status);
    match &delivery.error {
        None => tracing::info!(message_id = %id, %provider, "{status}"),
        Some(error) => {
            let due = delivery.next_attempt_at.map(tracing::field::display);
            tracing::info!(message_id = %id, %provider, due, "{status}: {error}");
        }
    }
}

/// How many messages wait; the depth is reported as it is seen.
pub(crate) async fn count(ledger: &Ledger, store: &DynStore) -> Result<QueueCounts, Error> {
    let counts = store.queue_counts(ledger.now()).await?;
    metrics::gauge!("sms_queue_depth").set(counts.queued as f64);
    Ok(counts)
}
