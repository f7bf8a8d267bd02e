//! What a process asks the database, and what it is given.

use async_trait::async_trait;

use crate::error::Error;

/// Where the slots of a fleet come from: a row for each key in a database that all of it shares.
#[async_trait]
pub trait SlotSource: Send + Sync {
    /// Takes a block of slots for `key`, by the law of [`next_block`](super::next_block), in one
    /// statement or transaction that no other can come between.
    ///
    /// [`Block::now_us`] must be read from the *database's* clock at some moment between call and
    /// answer, while the row is locked: in PostgreSQL `clock_timestamp()`, not `now()`, which is the
    /// transaction's beginning.
    ///
    /// The call may be dropped; a block that was taken then is lost, which breaks no limit.
    ///
    /// # Errors
    /// `STORAGE`: the database cannot be used, or it cannot be told whether the block was taken.
    async fn reserve(&self, key: &str, request: BlockRequest) -> Result<Block, Error>;
}

/// What is asked for. All times are microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRequest {
    /// How many slots are wanted.
    pub slots: u32,
    /// With fewer than so many nothing is begun: none are taken then.
    pub least: u32,
    /// From one slot to the next; at least 1.
    pub interval_us: i64,
    /// How far before now the first slot may lie: what the fleet has saved up while nobody sent.
    pub allowance_us: i64,
    /// Where the first slot of a new key lies, from now; negative is before.
    pub initial_us: i64,
    /// How far after now the last slot may lie: beyond it none are taken.
    pub horizon_us: i64,
    /// How far after now slots may have been given out at all. A row that says more is of a clock that
    /// was set back since.
    pub furthest_us: i64,
}

/// What is given: `slots` slots from `first_us` on, an interval apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// What the database's clock showed, in microseconds of its own.
    pub now_us: i64,
    /// The time of the first slot on the same clock; of the first free one where none was taken.
    pub first_us: i64,
    /// How many slots were taken: `least` at least, or none.
    pub slots: u32,
}
