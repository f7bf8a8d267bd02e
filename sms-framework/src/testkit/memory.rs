//! A store that is gone with the test.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use jiff::Timestamp;

use crate::error::{Error, ErrorKind};
use crate::limiter::{Block, BlockRequest};
use crate::message::{BroadcastId, MessageId, Outbound};
use crate::store::sqlite::SqliteStore;
use crate::store::{
    Attempt, Begun, BroadcastRecord, BroadcastState, Claim, Claims, Decided, Decision,
    DeliveryStats, Forgotten, Lease, MessageFilter, MessageRecord, NewBroadcast, NewMessage, Prune,
    Pruned, QueueCounts, Received, Report, ReportRecord, Selection, Settlement, StatsFilter, Store,
    StoreInfo,
};

/// The SQLite store in memory: it forgets everything with the program, and can be told to break.
///
/// It does everything on the thread that calls, so that a paused clock stands still meanwhile. Clones
/// are the same store. As a second process it can be asked to [take a lease over](Self::take_over).
#[derive(Debug, Clone)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: SqliteStore,
    /// Every attempt, as it was handed over.
    attempts: Mutex<Vec<Attempt>>,
    broken: AtomicBool,
    lost_writes: AtomicU64,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store.
    ///
    /// # Panics
    /// SQLite cannot be used.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            store: SqliteStore::in_memory().expect("SQLite in memory"),
            attempts: Mutex::default(),
            broken: AtomicBool::new(false),
            lost_writes: AtomicU64::new(0),
        }))
    }

    /// From now on every call fails (`true`), or none does.
    pub fn break_down(&self, broken: bool) {
        self.0.broken.store(broken, Ordering::Relaxed);
    }

    /// Another process takes the lease of a message: this one can no longer settle it.
    pub fn take_over(&self, id: MessageId) {
        self.meddle(&format!(
            "UPDATE sms_messages SET fence = fence + 1 WHERE id = '{id}'"
        ));
    }

    /// Runs SQL on the rows, for what no program of ours would do.
    ///
    /// # Panics
    /// SQLite refuses it.
    pub fn meddle(&self, sql: &str) {
        at_once(self.0.store.meddle(sql.to_owned())).expect("SQL that SQLite takes");
    }

    /// The rows as they are, oldest first.
    ///
    /// # Panics
    /// SQLite cannot be used.
    #[must_use]
    pub fn records(&self) -> Vec<MessageRecord> {
        let all = MessageFilter {
            limit: usize::MAX,
            ..MessageFilter::default()
        };
        let records = at_once(self.0.store.messages(all)).expect("SQLite in memory");
        let by_id = records.into_iter().map(|record| (record.id, record));
        by_id.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// The attempts of all messages, in the order in which they were recorded.
    #[must_use]
    pub fn all_attempts(&self) -> Vec<Attempt> {
        let attempts = self.0.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn works(&self) -> Result<&SqliteStore, Error> {
        if self.0.broken.load(Ordering::Relaxed) {
            return Err(Error::new(
                ErrorKind::Storage,
                "the memory store was told to break",
            ));
        }
        Ok(&self.0.store)
    }

    fn lose(&self) {
        self.0.lost_writes.fetch_add(1, Ordering::Relaxed);
    }
}

/// What does everything on the thread that calls is done when it was polled once.
fn at_once<T>(done: impl Future<Output = T>) -> T {
    done.now_or_never()
        .expect("a store in memory waits for nobody")
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self, message: NewMessage) -> Result<Begun, Error> {
        self.works()?.begin(message).await
    }

    fn record(&self, attempt: Attempt) {
        match self.works() {
            Ok(store) => {
                let attempts = self.0.attempts.lock();
                attempts
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(attempt.clone());
                store.record(attempt);
            }
            Err(_) => self.lose(),
        }
    }

    async fn settle(&self, settlement: Settlement) -> Result<bool, Error> {
        self.works()?.settle(settlement).await
    }

    fn settle_soon(&self, settlement: Settlement) {
        match self.works() {
            Ok(store) => store.settle_soon(settlement),
            Err(_) => self.lose(),
        }
    }

    async fn hand_over(
        &self,
        lease: Lease,
        message: &Arc<Outbound>,
        provider: &str,
    ) -> Result<bool, Error> {
        self.works()?.hand_over(lease, message, provider).await
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, Error> {
        self.works()?.renew(lease, until).await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), Error> {
        self.works()?.release(leases).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claims, Error> {
        self.works()?.claim(claim).await
    }

    async fn is_idle(&self, providers: &[&str], now: Timestamp) -> Result<bool, Error> {
        self.works()?.is_idle(providers, now).await
    }

    async fn changed(&self, longest: Duration) {
        self.0.store.changed(longest).await;
    }

    async fn take_proof(
        &self,
        id: MessageId,
        provider: &str,
        provider_message_ids: &[String],
    ) -> Result<bool, Error> {
        let store = self.works()?;
        store.take_proof(id, provider, provider_message_ids).await
    }

    async fn receive(&self, report: Report) -> Result<Received, Error> {
        self.works()?.receive(report).await
    }

    async fn reports(&self, id: MessageId) -> Result<Vec<ReportRecord>, Error> {
        self.works()?.reports(id).await
    }

    async fn decide(
        &self,
        decision: Decision,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Decided, Error> {
        self.works()?.decide(decision, selection, now).await
    }

    async fn open_broadcast(&self, broadcast: NewBroadcast) -> Result<BroadcastRecord, Error> {
        self.works()?.open_broadcast(broadcast).await
    }

    async fn move_broadcast(
        &self,
        id: BroadcastId,
        state: BroadcastState,
        now: Timestamp,
    ) -> Result<BroadcastRecord, Error> {
        self.works()?.move_broadcast(id, state, now).await
    }

    async fn broadcast(&self, id: BroadcastId) -> Result<Option<BroadcastRecord>, Error> {
        self.works()?.broadcast(id).await
    }

    async fn broadcasts(&self, limit: usize) -> Result<Vec<BroadcastRecord>, Error> {
        self.works()?.broadcasts(limit).await
    }

    async fn prune(&self, prune: Prune) -> Result<Pruned, Error> {
        self.works()?.prune(prune).await
    }

    async fn prunable(&self, prune: Prune) -> Result<Pruned, Error> {
        self.works()?.prunable(prune).await
    }

    async fn forget(&self, number: &str, now: Timestamp) -> Result<Forgotten, Error> {
        self.works()?.forget(number, now).await
    }

    async fn reserve_slots(&self, key: &str, request: BlockRequest) -> Result<Block, Error> {
        self.works()?.reserve_slots(key, request).await
    }

    async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, Error> {
        self.works()?.message(id).await
    }

    async fn attempts(&self, id: MessageId) -> Result<Vec<Attempt>, Error> {
        self.works()?.attempts(id).await
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageRecord>, Error> {
        self.works()?.messages(filter).await
    }

    async fn stats(&self, filter: StatsFilter) -> Result<DeliveryStats, Error> {
        self.works()?.stats(filter).await
    }

    async fn queue_counts(&self, now: Timestamp) -> Result<QueueCounts, Error> {
        self.works()?.queue_counts(now).await
    }

    async fn clock(&self) -> Result<Timestamp, Error> {
        self.works()?.clock().await
    }

    async fn check(&self) -> Result<(), Error> {
        self.works().map(|_| ())
    }

    fn info(&self) -> StoreInfo {
        let told_to = self.0.lost_writes.load(Ordering::Relaxed);
        let refused = self.0.store.info();
        let why = (told_to > 0).then(|| "the memory store was told to break".to_owned());
        StoreInfo {
            kind: "memory",
            location: "this process".to_owned(),
            lost_writes: told_to + refused.lost_writes,
            last_error: why.or(refused.last_error),
        }
    }

    async fn flush(&self) {}
}
