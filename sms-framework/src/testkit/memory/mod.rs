//! A store without a database.

mod stats;

use self::stats::count;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind};
use crate::message::{MessageId, MessageState, Outbound};
use crate::store::{
    Attempt, Claimed, DeliveryStats, Doubt, MessageFilter, MessageRecord, NewMessage, QueueCounts,
    Settlement, StatsFilter, Store, StoreInfo, begun_before,
};

/// A store that forgets everything with the program, and can be told to break.
///
/// It behaves like the SQLite store as one process sees it; clones are the same store. As a second
/// process it can be asked to [take a lease over](Self::take_over).
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    rows: Mutex<BTreeMap<MessageId, Row>>,
    attempts: Mutex<Vec<Attempt>>,
    broken: AtomicBool,
    lost_writes: AtomicU64,
}

#[derive(Debug)]
struct Row {
    record: MessageRecord,
    message: Arc<Outbound>,
    /// The ids that are its own, each with the provider that gave it.
    provider_ids: BTreeSet<(String, String)>,
    /// False where another process leases it.
    ours: bool,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call fails (`true`), or none does.
    pub fn break_down(&self, broken: bool) {
        self.0.broken.store(broken, Ordering::Relaxed);
    }

    /// Another process takes the lease of a message: this one can no longer settle it.
    pub fn take_over(&self, id: MessageId) {
        if let Some(row) = self.rows().get_mut(&id) {
            row.ours = false;
        }
    }

    /// The rows as they are, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<MessageRecord> {
        self.rows().values().map(|row| row.record.clone()).collect()
    }

    /// The attempts of all messages, in the order in which they were recorded.
    #[must_use]
    pub fn all_attempts(&self) -> Vec<Attempt> {
        lock(&self.0.attempts).clone()
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<MessageId, Row>> {
        lock(&self.0.rows)
    }

    fn works(&self) -> Result<(), Error> {
        if self.0.broken.load(Ordering::Relaxed) {
            return Err(Error::new(
                ErrorKind::Storage,
                "the memory store was told to break",
            ));
        }
        Ok(())
    }

    fn keep(&self, settlement: Settlement) -> bool {
        let mut rows = self.rows();
        let open = |row: &&mut Row| match row.record.status {
            MessageState::Sending => row.ours || settlement.is_accepting(),
            MessageState::Queued | MessageState::Unknown | MessageState::Canceled => {
                settlement.is_accepting()
            }
            _ => false,
        };
        let Some(row) = rows.get_mut(&settlement.id).filter(open) else {
            return false;
        };
        let record = &mut row.record;
        record.status = settlement.state;
        if let Some(provider) = settlement.provider {
            record.provider = provider;
        }
        if let Some(sender) = settlement.sender {
            let chosen = sender.as_deref().and_then(|sender| sender.parse().ok());
            row.message = Arc::new(row.message.with_chosen_sender(chosen));
            record.from = sender;
        }
        record.attempts += settlement.attempts;
        record.rounds += u32::from(settlement.from_queue);
        record.doubt = settlement.doubt;
        if let Some(id) = settlement.provider_message_ids.first() {
            record.provider_message_id = Some(id.clone());
        }
        let provider = &record.provider;
        let ids = settlement.provider_message_ids.into_iter();
        row.provider_ids
            .extend(ids.map(|id| (provider.clone(), id)));
        record.provider_status = settlement.provider_status.or(record.provider_status.take());
        record.segments = settlement.segments.unwrap_or(record.segments);
        record.error = settlement.error;
        record.next_attempt_at = settlement.next_attempt_at;
        record.updated_at = settlement.at;
        if settlement.drop_body {
            record.body = None;
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn row(new: NewMessage) -> Row {
    let message = new.message;
    let hash = |body: &str| {
        let digest = Sha256::digest(body.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let record = MessageRecord {
        id: message.id(),
        status: MessageState::Sending,
        provider: new.provider,
        provider_message_id: None,
        provider_status: None,
        simulated: new.simulated,
        to: message.to().to_string(),
        from: message.from().map(ToString::to_string),
        body: Some(message.body().to_owned()),
        body_hash: new.hash_body.then(|| hash(message.body())),
        segments: message.segments().count,
        encoding: message.segments().encoding,
        owner: message.owner().map(str::to_owned),
        message_type: message.message_type().map(str::to_owned),
        tags: message.tags().clone(),
        attempts: 0,
        rounds: 0,
        doubt: None,
        error: None,
        next_attempt_at: Some(new.lease_until),
        created_at: message.created_at(),
        updated_at: message.created_at(),
    };
    Row {
        record,
        message,
        provider_ids: BTreeSet::new(),
        ours: true,
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self, message: NewMessage) -> Result<(), Error> {
        self.works()?;
        match self.rows().entry(message.message.id()) {
            Entry::Occupied(row) => Err(begun_before(*row.key())),
            Entry::Vacant(place) => {
                place.insert(row(message));
                Ok(())
            }
        }
    }

    fn record(&self, attempt: Attempt) {
        match self.works() {
            Ok(()) => lock(&self.0.attempts).push(attempt),
            Err(_) => drop(self.0.lost_writes.fetch_add(1, Ordering::Relaxed)),
        }
    }

    async fn settle(&self, settlement: Settlement) -> Result<bool, Error> {
        self.works()?;
        Ok(self.keep(settlement))
    }

    fn settle_soon(&self, settlement: Settlement) {
        match self.works() {
            Ok(()) => drop(self.keep(settlement)),
            Err(_) => drop(self.0.lost_writes.fetch_add(1, Ordering::Relaxed)),
        }
    }

    async fn hand_over(&self, message: &Outbound, provider: &str) -> Result<bool, Error> {
        self.works()?;
        let mut rows = self.rows();
        let leased = |row: &&mut Row| row.ours && row.record.status == MessageState::Sending;
        let Some(row) = rows.get_mut(&message.id()).filter(leased) else {
            return Ok(false);
        };
        provider.clone_into(&mut row.record.provider);
        row.record.from = message.from().map(ToString::to_string);
        row.message = Arc::new(message.clone());
        Ok(true)
    }

    async fn claim_due(
        &self,
        providers: &[&str],
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, Error> {
        self.works()?;
        let mut rows = self.rows();
        let claimable = [
            MessageState::Queued,
            MessageState::Unknown,
            MessageState::Sending,
        ];
        let mut due: Vec<_> = rows
            .values_mut()
            .filter(|row| providers.contains(&row.record.provider.as_str()))
            .filter(|row| claimable.contains(&row.record.status))
            .filter(|row| row.record.next_attempt_at.is_some_and(|at| at <= now))
            .collect();
        due.sort_by_key(|row| (row.record.next_attempt_at, row.record.id));
        let claim = |row: &mut Row| {
            let was = std::mem::replace(&mut row.record.status, MessageState::Sending);
            row.record.next_attempt_at = Some(lease_until);
            row.ours = true;
            Claimed {
                message: Arc::clone(&row.message),
                provider: row.record.provider.clone(),
                was,
                doubt: if was == MessageState::Sending {
                    Some(Doubt::NoAnswer)
                } else {
                    row.record.doubt
                },
                attempts: row.record.attempts,
                rounds: row.record.rounds,
            }
        };
        Ok(due.into_iter().take(limit).map(claim).collect())
    }

    async fn take_proof(
        &self,
        id: MessageId,
        provider: &str,
        provider_message_ids: &[String],
    ) -> Result<bool, Error> {
        self.works()?;
        let mut rows = self.rows();
        let ids: Vec<_> = provider_message_ids
            .iter()
            .map(|theirs| (provider.to_owned(), theirs.clone()))
            .collect();
        let anothers = rows.iter().any(|(other, row)| {
            *other != id && ids.iter().any(|one| row.provider_ids.contains(one))
        });
        match rows.get_mut(&id) {
            Some(row) if !anothers && !ids.is_empty() => {
                row.provider_ids.extend(ids);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, Error> {
        self.works()?;
        Ok(self.rows().get(&id).map(|row| row.record.clone()))
    }

    async fn attempts(&self, id: MessageId) -> Result<Vec<Attempt>, Error> {
        self.works()?;
        let of_message = |attempt: &Attempt| attempt.message_id == id;
        Ok(self.all_attempts().into_iter().filter(of_message).collect())
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageRecord>, Error> {
        self.works()?;
        let wanted = |record: &MessageRecord| {
            (filter.states.is_empty() || filter.states.contains(&record.status))
                && (filter.owner.is_none() || filter.owner == record.owner)
                && filter.to.as_ref().is_none_or(|to| *to == record.to)
                && filter.before.is_none_or(|before| record.id < before)
        };
        let mut found = self.records();
        found.retain(wanted);
        found.reverse();
        if filter.by_due {
            found.sort_by_key(|record| record.next_attempt_at.unwrap_or(Timestamp::MAX));
        }
        found.truncate(if filter.limit == 0 { 50 } else { filter.limit });
        Ok(found)
    }

    async fn stats(&self, filter: StatsFilter) -> Result<DeliveryStats, Error> {
        self.works()?;
        let mut stats = DeliveryStats {
            owner: filter.owner.clone(),
            ..DeliveryStats::default()
        };
        let wanted = |record: &MessageRecord| {
            record.created_at >= filter.since
                && (filter.owner.is_none() || filter.owner == record.owner)
        };
        for record in self.records().into_iter().filter(wanted) {
            count(&mut stats, &record);
        }
        stats.total_sent = stats.successes + stats.failures;
        stats
            .by_error
            .sort_by_key(|error| std::cmp::Reverse(error.count));
        Ok(stats)
    }

    async fn queue_counts(&self, now: Timestamp) -> Result<QueueCounts, Error> {
        self.works()?;
        let mut counts = QueueCounts::default();
        for record in self.records() {
            match record.status {
                MessageState::Queued => {
                    counts.queued += 1;
                    counts.due += u64::from(record.next_attempt_at.is_some_and(|at| at <= now));
                }
                MessageState::Sending => counts.sending += 1,
                MessageState::Unknown => counts.unknown += 1,
                _ => {}
            }
        }
        Ok(counts)
    }

    async fn check(&self) -> Result<(), Error> {
        self.works()
    }

    fn info(&self) -> StoreInfo {
        let lost_writes = self.0.lost_writes.load(Ordering::Relaxed);
        StoreInfo {
            kind: "memory",
            location: "this process".to_owned(),
            lost_writes,
            last_error: (lost_writes > 0).then(|| "the memory store was told to break".to_owned()),
        }
    }

    async fn flush(&self) {}
}
