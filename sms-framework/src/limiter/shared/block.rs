//! The one statement that a database runs for a block.

use super::{Block, BlockRequest};

/// What a request gets where the key's row is `row` (the time of the next free slot; `None` where
/// there is none yet) and the database's clock shows `now_us`; and the row afterwards, which is written
/// also where none was taken.
///
/// The first slot is the next free one, but no earlier than the allowance before now. As many follow
/// as are wanted and lie within the horizon; where those are fewer than the least, none are taken.
/// Every implementation of [`SlotSource`](super::SlotSource) does exactly this.
///
/// # Examples
/// ```
/// use sms_framework::limiter::{BlockRequest, next_block};
///
/// let request = BlockRequest {
///     slots: 3,
///     least: 1,
///     interval_us: 100_000,
///     allowance_us: 0,
///     initial_us: 0,
///     horizon_us: 30_000_000,
///     furthest_us: 30_200_000,
/// };
/// let (block, row) = next_block(None, 5_000_000, &request);
/// assert_eq!((block.first_us, block.slots, row), (5_000_000, 3, 5_300_000));
///
/// let (next, _row) = next_block(Some(row), 5_000_001, &request);
/// assert_eq!(next.first_us, 5_300_000);
/// ```
#[must_use]
pub fn next_block(row: Option<i64>, now_us: i64, request: &BlockRequest) -> (Block, i64) {
    let interval = request.interval_us.max(1);
    let first_us = row
        .unwrap_or_else(|| now_us.saturating_add(request.initial_us))
        .min(now_us.saturating_add(request.furthest_us))
        .max(now_us.saturating_sub(request.allowance_us));
    let room = now_us
        .saturating_add(request.horizon_us)
        .saturating_sub(first_us);
    let fitting = if room < 0 { 0 } else { room / interval + 1 };
    let fitting = u32::try_from(fitting).unwrap_or(u32::MAX);
    let slots = match request.slots.min(fitting) {
        too_few if too_few < request.least => 0,
        slots => slots,
    };
    let block = Block {
        now_us,
        first_us,
        slots,
    };
    let taken = interval.saturating_mul(i64::from(slots));
    (block, first_us.saturating_add(taken))
}
