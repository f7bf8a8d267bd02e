//! One part of a keyed limiter's table: buckets by key, under one lock.

use std::cell::Cell;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::slots;
use super::{Quota, Tick};

/// Below this many keys a sweep is not worth its while.
const FEWEST_TO_SWEEP: usize = 64;

/// Keys with the number of their bucket; see [`slots`].
///
/// A bucket that is full again says nothing that a new one would not say more strictly (a new one
/// has `initial` tokens, a full one `burst`), so it can be forgotten. That is done when the table
/// has doubled since the last time, which costs each new key a constant amount and needs no task of
/// its own.
#[derive(Debug)]
pub(super) struct Shard<K> {
    table: HashTable<(K, Cell<u64>)>,
    sweep_at: usize,
    /// The moment of the last sweep. A clock set back must not let a forgotten key have its tokens
    /// twice: what is made anew begins no earlier than this.
    swept: Tick,
}

impl<K> Default for Shard<K> {
    fn default() -> Self {
        Self {
            table: HashTable::new(),
            sweep_at: FEWEST_TO_SWEEP,
            swept: Tick::default(),
        }
    }
}

impl<K: std::hash::Hash + Eq + Clone> Shard<K> {
    #[inline]
    pub(super) fn find(&self, hash: u64, key: &K) -> Option<&Cell<u64>> {
        self.table
            .find(hash, |(known, _)| known == key)
            .map(|(_, place)| place)
    }

    /// The place of `key`, made with the quota's initial tokens where it is new.
    #[inline]
    pub(super) fn place(
        &mut self,
        hasher: &DefaultHashBuilder,
        hash: u64,
        key: &K,
        quota: &Quota,
        now: Tick,
    ) -> &Cell<u64> {
        let index = match self
            .table
            .find_bucket_index(hash, |(known, _)| known == key)
        {
            Some(index) => index,
            None => self.insert(hasher, hash, key, quota, now),
        };
        let (_, place) = self
            .table
            .get_bucket(index)
            .expect("it was found or inserted just now");
        place
    }

    /// Answers where in the table the new key is.
    #[cold]
    fn insert(
        &mut self,
        hasher: &DefaultHashBuilder,
        hash: u64,
        key: &K,
        quota: &Quota,
        now: Tick,
    ) -> usize {
        if self.table.len() >= self.sweep_at {
            self.sweep(hasher, now);
        }
        let place = Cell::new(slots::fresh(quota, now.max(self.swept)));
        let rehash = |(known, _): &(K, _)| hasher.hash_one(known);
        self.table
            .insert_unique(hash, (key.clone(), place), rehash)
            .bucket_index()
    }

    /// Forgets every bucket that is full at `now`, and gives memory back where most were.
    fn sweep(&mut self, hasher: &DefaultHashBuilder, now: Tick) {
        self.table
            .retain(|(_, full_at)| full_at.get() > now.as_nanos());
        self.swept = self.swept.max(now);
        self.sweep_at = FEWEST_TO_SWEEP.max(2 * self.table.len());
        self.table
            .shrink_to(self.sweep_at, |(known, _)| hasher.hash_one(known));
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, Cell<u64>)> {
        self.table.iter()
    }
}
