//! A store with somebody looking over its shoulder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::error::Error;
use crate::limiter::{Block, BlockRequest};
use crate::message::{BroadcastId, MessageId, Outbound};
use crate::store::{
    Attempt, Begun, BroadcastRecord, BroadcastState, Claim, Claims, Decided, Decision,
    DeliveryStats, DynStore, Forgotten, Lease, MessageFilter, MessageRecord, NewBroadcast,
    NewMessage, Prune, Pruned, QueueCounts, Received, Report, ReportRecord, Selection, Settlement,
    StatsFilter, Store, StoreInfo,
};

/// A moment in the life of a store: around the call of the method of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Nothing was done yet.
    Before(&'static str),
    /// It is on disk, and nobody was told.
    After(&'static str),
}

/// Any store, with a hook around each call that writes: it may fail there, or end the process.
///
/// An error after the write is that of a caller who was not told that it was done.
#[derive(Clone)]
pub struct HookedStore {
    inner: DynStore,
    hook: Arc<dyn Fn(Moment) -> Result<(), Error> + Send + Sync>,
}

impl HookedStore {
    /// `inner` with `hook` around its writes.
    pub fn new(
        inner: DynStore,
        hook: impl Fn(Moment) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            hook: Arc::new(hook),
        }
    }

    async fn around<T>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        (self.hook)(Moment::Before(name))?;
        let done = call.await?;
        (self.hook)(Moment::After(name))?;
        Ok(done)
    }
}

impl fmt::Debug for HookedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HookedStore").field(&self.inner).finish()
    }
}

#[async_trait]
impl Store for HookedStore {
    async fn begin(&self, message: NewMessage) -> Result<Begun, Error> {
        self.around("begin", self.inner.begin(message)).await
    }

    fn record(&self, attempt: Attempt) {
        if (self.hook)(Moment::Before("record")).is_ok() {
            self.inner.record(attempt);
        }
    }

    async fn settle(&self, settlement: Settlement) -> Result<bool, Error> {
        self.around("settle", self.inner.settle(settlement)).await
    }

    fn settle_soon(&self, settlement: Settlement) {
        if (self.hook)(Moment::Before("settle_soon")).is_ok() {
            self.inner.settle_soon(settlement);
        }
    }

    async fn hand_over(
        &self,
        lease: Lease,
        message: &Arc<Outbound>,
        provider: &str,
    ) -> Result<bool, Error> {
        let call = self.inner.hand_over(lease, message, provider);
        self.around("hand_over", call).await
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, Error> {
        self.around("renew", self.inner.renew(lease, until)).await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), Error> {
        self.around("release", self.inner.release(leases)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claims, Error> {
        self.around("claim", self.inner.claim(claim)).await
    }

    async fn is_idle(&self, providers: &[&str], now: Timestamp) -> Result<bool, Error> {
        self.inner.is_idle(providers, now).await
    }

    async fn changed(&self, longest: Duration) {
        self.inner.changed(longest).await;
    }

    async fn take_proof(
        &self,
        id: MessageId,
        provider: &str,
        provider_message_ids: &[String],
    ) -> Result<bool, Error> {
        let call = self.inner.take_proof(id, provider, provider_message_ids);
        self.around("take_proof", call).await
    }

    async fn receive(&self, report: Report) -> Result<Received, Error> {
        self.around("receive", self.inner.receive(report)).await
    }

    async fn reports(&self, id: MessageId) -> Result<Vec<ReportRecord>, Error> {
        self.inner.reports(id).await
    }

    async fn decide(
        &self,
        decision: Decision,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Decided, Error> {
        let call = self.inner.decide(decision, selection, now);
        self.around("decide", call).await
    }

    async fn open_broadcast(&self, broadcast: NewBroadcast) -> Result<BroadcastRecord, Error> {
        let call = self.inner.open_broadcast(broadcast);
        self.around("open_broadcast", call).await
    }

    async fn move_broadcast(
        &self,
        id: BroadcastId,
        state: BroadcastState,
        now: Timestamp,
    ) -> Result<BroadcastRecord, Error> {
        let call = self.inner.move_broadcast(id, state, now);
        self.around("move_broadcast", call).await
    }

    async fn broadcast(&self, id: BroadcastId) -> Result<Option<BroadcastRecord>, Error> {
        self.inner.broadcast(id).await
    }

    async fn broadcasts(&self, limit: usize) -> Result<Vec<BroadcastRecord>, Error> {
        self.inner.broadcasts(limit).await
    }

    async fn prune(&self, prune: Prune) -> Result<Pruned, Error> {
        self.around("prune", self.inner.prune(prune)).await
    }

    async fn prunable(&self, prune: Prune) -> Result<Pruned, Error> {
        self.inner.prunable(prune).await
    }

    async fn forget(&self, number: &str, now: Timestamp) -> Result<Forgotten, Error> {
        self.around("forget", self.inner.forget(number, now)).await
    }

    async fn reserve_slots(&self, key: &str, request: BlockRequest) -> Result<Block, Error> {
        let call = self.inner.reserve_slots(key, request);
        self.around("reserve_slots", call).await
    }

    async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, Error> {
        self.inner.message(id).await
    }

    async fn attempts(&self, id: MessageId) -> Result<Vec<Attempt>, Error> {
        self.inner.attempts(id).await
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageRecord>, Error> {
        self.inner.messages(filter).await
    }

    async fn stats(&self, filter: StatsFilter) -> Result<DeliveryStats, Error> {
        self.inner.stats(filter).await
    }

    async fn queue_counts(&self, now: Timestamp) -> Result<QueueCounts, Error> {
        self.inner.queue_counts(now).await
    }

    async fn clock(&self) -> Result<Timestamp, Error> {
        self.inner.clock().await
    }

    async fn check(&self) -> Result<(), Error> {
        self.inner.check().await
    }

    fn info(&self) -> StoreInfo {
        self.inner.info()
    }

    async fn flush(&self) {
        self.inner.flush().await;
    }
}
