//! A limit for every key.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashbrown::DefaultHashBuilder;

use super::reservation::{Lender, Reservation};
use super::shard::Shard;
use super::single::Counts;
use super::slots::{self, Slot};
use super::{Clock, Quota, Refused, SystemClock, Tick, Usage};

/// A power of two, so that a mask picks the shard. 64 locks are more than any machine's cores
/// contend for, and 64 empty shards weigh 6 kB.
const SHARDS: usize = 64;

/// A rate limit for every key, such as provider and sender: keys never slow each other down.
///
/// A key's bucket is made when the key is first seen, with the quota's initial tokens. Buckets that
/// are full again are forgotten now and then, while new keys come in, so memory follows the keys
/// that were used lately (within the time a bucket takes to fill), not all that were ever seen. A
/// key that was forgotten starts with its initial tokens again: that is stricter than the full
/// bucket it had, never looser.
///
/// Clones are handles to the same limits.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use sms_framework::limiter::{KeyedLimiter, ManualClock, Quota};
///
/// let limiter = KeyedLimiter::with_clock(Quota::default(), ManualClock::new());
/// let none = Duration::ZERO;
///
/// limiter.reserve(&"+15550001", 1, none).expect("every key has its own first token").commit();
/// limiter.reserve(&"+15550002", 1, none).expect("every key has its own first token").commit();
/// let refused = limiter.reserve(&"+15550001", 1, none).unwrap_err();
/// assert_eq!(refused.retry_after(), Some(Duration::from_millis(100)));
/// assert_eq!(limiter.usage().refused, 1);
/// ```
pub struct KeyedLimiter<K, C = SystemClock> {
    inner: Arc<Inner<K, C>>,
}

struct Inner<K, C> {
    quotas: Quotas<K>,
    hasher: DefaultHashBuilder,
    shards: Box<[Mutex<Shard<K>>]>,
    clock: C,
    counts: Counts,
}

/// One quota for all, or each key its own.
enum Quotas<K> {
    Same(Quota),
    PerKey(Box<dyn Fn(&K) -> Quota + Send + Sync>),
}

impl<K> Quotas<K> {
    #[inline]
    fn of(&self, key: &K) -> Quota {
        match self {
            Self::Same(quota) => *quota,
            Self::PerKey(quota_of) => quota_of(key),
        }
    }
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static> KeyedLimiter<K> {
    /// The same `quota` for every key, on the machine's clock.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self::with_clock(quota, SystemClock::new())
    }

    /// For every key the quota that `quota_of` answers, on the machine's clock.
    /// See [`per_key_with_clock`](Self::per_key_with_clock).
    #[must_use]
    pub fn per_key(quota_of: impl Fn(&K) -> Quota + Send + Sync + 'static) -> Self {
        Self::per_key_with_clock(quota_of, SystemClock::new())
    }
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static, C: Clock> KeyedLimiter<K, C> {
    /// The same `quota` for every key, on a clock of your own.
    #[must_use]
    pub fn with_clock(quota: Quota, clock: C) -> Self {
        Self::build(Quotas::Same(quota), clock)
    }

    /// For every key the quota that `quota_of` answers, on a clock of your own.
    ///
    /// It is asked on every call and must always answer the same for the same key: quotas are not
    /// remembered, and the tokens a key has used are read by the quota of the moment. It must not
    /// call the limiter.
    #[must_use]
    pub fn per_key_with_clock(
        quota_of: impl Fn(&K) -> Quota + Send + Sync + 'static,
        clock: C,
    ) -> Self {
        Self::build(Quotas::PerKey(Box::new(quota_of)), clock)
    }

    fn build(quotas: Quotas<K>, clock: C) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        let hasher = DefaultHashBuilder::default();
        Self {
            inner: Arc::new(Inner {
                quotas,
                hasher,
                shards,
                clock,
                counts: Counts::default(),
            }),
        }
    }

    /// Takes the next free slot of `key` for `cost` tokens; 0 counts as 1. With a `max_wait` of
    /// zero, it is there at once or not at all.
    ///
    /// # Errors
    /// [`Refused`] where that slot lies more than `max_wait` away. Nothing is taken then.
    #[inline]
    pub fn reserve(&self, key: &K, cost: u32, max_wait: Duration) -> Result<Reservation, Refused> {
        let inner = &*self.inner;
        let quota = inner.quotas.of(key);
        let hash = inner.hasher.hash_one(key);
        let now = inner.clock.now();
        let taken = {
            let mut shard = inner.shard(hash);
            slots::reserve(
                shard.place(&inner.hasher, hash, key, &quota, now),
                &quota,
                now,
                cost,
                max_wait,
            )
        };
        let slot = inner.counts.note(taken)?;
        Ok(Reservation::new(slot, now, || self.lender(hash, key)))
    }

    #[cold]
    fn lender(&self, hash: u64, key: &K) -> Box<dyn Lender> {
        self.inner.counts.began_waiting();
        Box::new(KeyLender {
            inner: Arc::clone(&self.inner),
            hash,
            key: key.clone(),
        })
    }

    /// The tokens `key` has left; below zero is debt that waiting callers already took.
    /// A key that is not known has its initial tokens.
    #[must_use]
    pub fn tokens(&self, key: &K) -> f64 {
        let inner = &*self.inner;
        let quota = inner.quotas.of(key);
        let hash = inner.hasher.hash_one(key);
        let now = inner.clock.now();
        match inner.shard(hash).find(hash, key) {
            Some(place) => slots::tokens(place, &quota, now),
            None => f64::from(quota.initial()),
        }
    }

    /// The fewest tokens any key has left, callers waiting, calls refused.
    ///
    /// It looks at every key that is known: fine for a status page, not for every send.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let inner = &*self.inner;
        let now = inner.clock.now();
        let fewest_in = |shard: &Mutex<Shard<K>>| {
            let shard = lock(shard);
            let tokens = shard
                .iter()
                .map(|(key, place)| slots::tokens(place, &inner.quotas.of(key), now));
            tokens.reduce(f64::min)
        };
        inner
            .counts
            .usage(inner.shards.iter().filter_map(fewest_in).reduce(f64::min))
    }

    /// How many keys are known at the moment; idle ones are forgotten now and then.
    #[must_use]
    pub fn known_keys(&self) -> usize {
        self.inner
            .shards
            .iter()
            .map(|shard| lock(shard).len())
            .sum()
    }

    /// The quota of `key`.
    #[must_use]
    pub fn quota(&self, key: &K) -> Quota {
        self.inner.quotas.of(key)
    }
}

impl<K, C> Inner<K, C> {
    /// The table takes its place from the lowest bits and its tag from the highest seven: the shard
    /// comes from between them.
    #[inline]
    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<K>> {
        lock(&self.shards[(hash >> 48) as usize % SHARDS])
    }
}

/// A panic in a key's own code while the lock was held leaves the table as it was or with one key
/// more.
#[inline]
fn lock<K>(shard: &Mutex<Shard<K>>) -> MutexGuard<'_, Shard<K>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K, C> Clone for KeyedLimiter<K, C> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K, C> fmt::Debug for KeyedLimiter<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys may be senders' numbers: they stay out.
        let mut out = f.debug_struct("KeyedLimiter");
        if let Quotas::Same(quota) = &self.inner.quotas {
            out.field("quota", quota);
        }
        out.field("counts", &self.inner.counts)
            .finish_non_exhaustive()
    }
}

/// Remembers whose slot it was.
struct KeyLender<K, C> {
    inner: Arc<Inner<K, C>>,
    hash: u64,
    key: K,
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static, C: Clock> Lender for KeyLender<K, C> {
    fn now(&self) -> Tick {
        self.inner.clock.now()
    }

    fn waited(&self) {
        self.inner.counts.ended_waiting();
    }

    /// A bucket with a slot in the future is not full, so it is still there; where the slot's
    /// moment has long gone by and the bucket was forgotten, there is nothing to give back.
    fn give_back(&self, slot: Slot) {
        if let Some(place) = self.inner.shard(self.hash).find(self.hash, &self.key) {
            slots::give_back(place, slot);
        }
    }
}
