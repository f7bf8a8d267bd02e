//! The store itself: jobs for the writer, questions for the readers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::broadcasts::Moved;
use super::job::{Done, Job};
use super::{
    ThisStore, attempts, backend, broadcasts, decide, prune, query, receipts, receive, slots, stats,
};
use crate::error::Error;
use crate::limiter::{Block, BlockRequest};
use crate::message::{BroadcastId, MessageId, Outbound};
use crate::store::id::Id;
use crate::store::{
    Attempt, Begun, BroadcastRecord, BroadcastState, Claim, Claims, Decided, Decision,
    DeliveryStats, Forgotten, Lease, MessageFilter, MessageRecord, NewBroadcast, NewMessage, Prune,
    Pruned, QueueCounts, Received, Report, ReportRecord, Selection, Settlement, StatsFilter, Store,
    StoreInfo, immovable, no_broadcast,
};

impl ThisStore {
    async fn told(&self, job: Job) -> Result<bool, Error> {
        let done = self.writer.write(job).await?;
        Ok(matches!(done, Done::Told(true)))
    }

    async fn delete(&self, what: prune::What, before: Option<Timestamp>) -> Result<u64, Error> {
        let Some(before) = before else { return Ok(0) };
        let mut deleted = 0;
        let mut from = (i64::MIN, Id::FIRST);
        loop {
            let step = self
                .writer
                .run(move |connection| prune::step(connection, what, before, &from))
                .await?;
            deleted += step.deleted;
            match step.next {
                Some(next) => from = next,
                None => break,
            }
        }
        if what == prune::What::All {
            self.writer
                .run(move |connection| prune::leftovers(connection, before))
                .await?;
        }
        Ok(deleted)
    }

    async fn decide_part(
        &self,
        decision: Decision,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Decided, Error> {
        let meant = selection.clone();
        let fitting = self
            .readers
            .run(move |connection| decide::count(connection, decision, &meant))
            .await?;
        let (mut changed, mut last) = (0, None);
        loop {
            let (selection, after) = (selection.clone(), last.take());
            let step = self
                .writer
                .run(move |connection| decide::step(connection, decision, &selection, after, now))
                .await?;
            changed += step.changed;
            last = step.last;
            if last.is_none() {
                break;
            }
        }
        let meant = fitting.max(selection.ids.len() as u64);
        Ok(Decided {
            changed,
            unchanged: meant.saturating_sub(changed),
        })
    }

    /// Where the next attempt stands in the order: the time in microseconds, but never one that
    /// was given before.
    fn next_seq(&self) -> i64 {
        let now = Timestamp::now().as_microsecond();
        let after = |last: i64| now.max(last + 1);
        let last = self
            .last_seq
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(after(last))
            });
        after(last.unwrap_or_default())
    }
}

#[async_trait]
impl Store for ThisStore {
    async fn begin(&self, message: NewMessage) -> Result<Begun, Error> {
        let waits = message.lease_until.is_none();
        let (id, broadcast) = (message.message.id(), message.message.broadcast());
        let done = self.writer.write(Job::Begin(message)).await?;
        if waits {
            self.bell.notify_waiters();
        }
        match done {
            Done::Begun(written) => written.told(id, broadcast),
            _ => Ok(Begun::Waiting),
        }
    }

    fn record(&self, attempt: Attempt) {
        let seq = self.next_seq();
        self.writer.write_soon(Job::Record(attempt, seq));
    }

    async fn settle(&self, settlement: Settlement) -> Result<bool, Error> {
        self.told(Job::Settle(settlement)).await
    }

    fn settle_soon(&self, settlement: Settlement) {
        self.writer.write_soon(Job::Settle(settlement));
    }

    async fn hand_over(
        &self,
        lease: Lease,
        message: &Arc<Outbound>,
        provider: &str,
    ) -> Result<bool, Error> {
        self.told(Job::HandOver {
            lease,
            message: Arc::clone(message),
            provider: provider.to_owned(),
        })
        .await
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, Error> {
        self.told(Job::Renew(lease, until)).await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), Error> {
        self.writer.write(Job::Release(leases.to_vec())).await?;
        self.bell.notify_waiters();
        Ok(())
    }

    async fn claim(&self, claim: Claim) -> Result<Claims, Error> {
        match self.writer.write(Job::Claim(claim)).await? {
            Done::Claimed(claims) => Ok(claims),
            _ => Ok(Claims::default()),
        }
    }

    async fn is_idle(&self, providers: &[&str], now: Timestamp) -> Result<bool, Error> {
        let providers: Vec<_> = providers.iter().map(ToString::to_string).collect();
        self.readers
            .run(move |connection| query::is_idle(connection, &providers, now))
            .await
    }

    async fn changed(&self, longest: Duration) {
        let _heard = tokio::time::timeout(longest.min(backend::POLL), self.bell.notified()).await;
    }

    async fn take_proof(
        &self,
        id: MessageId,
        provider: &str,
        provider_message_ids: &[String],
    ) -> Result<bool, Error> {
        self.told(Job::TakeProof {
            id,
            provider: provider.to_owned(),
            provider_message_ids: provider_message_ids.to_vec(),
        })
        .await
    }

    async fn receive(&self, report: Report) -> Result<Received, Error> {
        self.writer
            .run(move |connection| receive::receive(connection, &report))
            .await
    }

    async fn reports(&self, id: MessageId) -> Result<Vec<ReportRecord>, Error> {
        self.readers
            .run(move |connection| receipts::of(connection, id.into()))
            .await
    }

    async fn decide(
        &self,
        decision: Decision,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Decided, Error> {
        let mut all = Decided::default();
        for part in decide::in_parts(selection) {
            let decided = self.decide_part(decision, part, now).await?;
            all.changed += decided.changed;
            all.unchanged += decided.unchanged;
        }
        self.bell.notify_waiters();
        Ok(all)
    }

    async fn open_broadcast(&self, broadcast: NewBroadcast) -> Result<BroadcastRecord, Error> {
        let id = broadcast.id;
        let opened = self
            .writer
            .run(move |connection| broadcasts::open(connection, &broadcast))
            .await?;
        opened.ok_or_else(|| no_broadcast(id))
    }

    async fn move_broadcast(
        &self,
        id: BroadcastId,
        state: BroadcastState,
        now: Timestamp,
    ) -> Result<BroadcastRecord, Error> {
        let moved = self
            .writer
            .run(move |connection| broadcasts::move_to(connection, id, state, now))
            .await?;
        let record = match moved {
            Moved::To(record) => record,
            Moved::Not(stands) => return Err(immovable(id, stands, state)),
            Moved::Nowhere => return Err(no_broadcast(id)),
        };
        self.bell.notify_waiters();
        if state != BroadcastState::Canceled {
            return Ok(record);
        }
        let most = decide::AT_ONCE;
        while 0 < self
            .writer
            .run(move |connection| broadcasts::cancel_some(connection, id, now, most))
            .await?
        {}
        let canceled = self.broadcast(id).await?;
        Ok(canceled.unwrap_or(record))
    }

    async fn broadcast(&self, id: BroadcastId) -> Result<Option<BroadcastRecord>, Error> {
        self.readers
            .run(move |connection| broadcasts::one(connection, id))
            .await
    }

    async fn broadcasts(&self, limit: usize) -> Result<Vec<BroadcastRecord>, Error> {
        self.readers
            .run(move |connection| broadcasts::last(connection, limit))
            .await
    }

    async fn prune(&self, prune: Prune) -> Result<Pruned, Error> {
        let partitions = match prune.messages_before {
            Some(before) => self.drop_partitions(before).await?,
            None => 0,
        };
        Ok(Pruned {
            partitions,
            messages: self.delete(prune::What::All, prune.messages_before).await?,
            bodies: self.delete(prune::What::Body, prune.bodies_before).await?,
            attempts: self
                .delete(prune::What::Attempts, prune.attempts_before)
                .await?,
        })
    }

    async fn prunable(&self, prune: Prune) -> Result<Pruned, Error> {
        self.readers
            .run(move |connection| prune::count(connection, &prune))
            .await
    }

    async fn forget(&self, number: &str, now: Timestamp) -> Result<Forgotten, Error> {
        let mut all = Forgotten::default();
        loop {
            let number = number.to_owned();
            let some = self
                .writer
                .run(move |connection| prune::forget_some(connection, &number, now))
                .await?;
            if some.messages == 0 {
                return Ok(all);
            }
            all.messages += some.messages;
            all.canceled += some.canceled;
        }
    }

    async fn reserve_slots(&self, key: &str, request: BlockRequest) -> Result<Block, Error> {
        let key = key.to_owned();
        self.writer
            .run(move |connection| slots::reserve(connection, &key, &request))
            .await
    }

    async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, Error> {
        self.readers
            .run(move |connection| query::message(connection, id))
            .await
    }

    async fn attempts(&self, id: MessageId) -> Result<Vec<Attempt>, Error> {
        self.readers
            .run(move |connection| attempts::of(connection, id))
            .await
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageRecord>, Error> {
        self.readers
            .run(move |connection| query::messages(connection, &filter))
            .await
    }

    async fn stats(&self, filter: StatsFilter) -> Result<DeliveryStats, Error> {
        self.readers
            .run(move |connection| stats::stats(connection, &filter))
            .await
    }

    async fn queue_counts(&self, now: Timestamp) -> Result<QueueCounts, Error> {
        self.readers
            .run(move |connection| stats::queue_counts(connection, now))
            .await
    }

    async fn clock(&self) -> Result<Timestamp, Error> {
        let now = self.readers.run(backend::now_us).await?;
        Ok(Timestamp::from_microsecond(now).unwrap_or(Timestamp::MAX))
    }

    async fn check(&self) -> Result<(), Error> {
        self.is_there()?;
        self.readers.run(query::answers).await
    }

    fn info(&self) -> StoreInfo {
        StoreInfo {
            kind: backend::KIND,
            location: self.location(),
            lost_writes: self.lost.total(),
            last_error: self.lost.last_error(),
        }
    }

    async fn flush(&self) {
        // A writer that cannot answer has nothing more to write.
        let _ = self.writer.write(Job::Flush).await;
    }
}
