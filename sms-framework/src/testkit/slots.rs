//! A shared rate limit without a database.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use crate::error::{Error, ErrorKind};
use crate::limiter::{Block, BlockRequest, SlotSource, next_block};

/// What the database of a shared rate limit does, on tokio's time: it may be slow, go away, and have
/// its clock set.
///
/// Clones are the same database.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use sms_framework::config::RateLimitSettings;
/// use sms_framework::stack::SlotKeeper;
/// use sms_framework::testkit::{MemorySlots, TokioClock, outbound};
/// use sms_framework::Message;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let (slots, limit) = (MemorySlots::new(), RateLimitSettings::default());
/// let one = SlotKeeper::shared("fake", &limit, TokioClock::new(), Arc::new(slots.clone()))?;
/// let other = SlotKeeper::shared("fake", &limit, TokioClock::new(), Arc::new(slots))?;
/// let (clock, message) = (TokioClock::new(), outbound(Message::new("+14155550123", "Hello")));
/// one.slot(&message).await?;
/// other.slot(&message).await?;
/// assert_eq!(clock.elapsed().as_millis(), 100);
/// # Ok::<_, sms_framework::Error>(()) })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MemorySlots(Arc<Inner>);

struct Inner {
    began: Instant,
    /// What the clock shows at the beginning, and by how much it was set since.
    clock_us: AtomicI64,
    rows: Mutex<HashMap<String, i64>>,
    latency: Latency,
    broken: AtomicBool,
    asked: AtomicU64,
}

/// The way of a question to the database, and that of the answer back.
type Latency = Box<dyn Fn() -> (Duration, Duration) + Send + Sync>;

impl MemorySlots {
    /// A database that answers at once.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs each time misleads"
    )]
    pub fn new() -> Self {
        Self::with_latency(|| (Duration::ZERO, Duration::ZERO))
    }

    /// A database to which a question, and from which its answer, takes as long as `latency` says
    /// each time.
    #[must_use]
    pub fn with_latency(
        latency: impl Fn() -> (Duration, Duration) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            began: Instant::now(),
            clock_us: AtomicI64::new(1_800_000_000_000_000),
            rows: Mutex::default(),
            latency: Box::new(latency),
            broken: AtomicBool::new(false),
            asked: AtomicU64::new(0),
        }))
    }

    /// From now on every question fails (`true`), or none does.
    pub fn break_down(&self, broken: bool) {
        self.0.broken.store(broken, Ordering::Relaxed);
    }

    /// Sets its clock forward by so many microseconds, or back.
    pub fn set_clock(&self, by_us: i64) {
        self.0.clock_us.fetch_add(by_us, Ordering::Relaxed);
    }

    /// How many questions came so far.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// How far after now the next free slot of `key` lies, in microseconds; `None` where it was never
    /// asked for.
    #[must_use]
    pub fn next_in_us(&self, key: &str) -> Option<i64> {
        let rows = self.0.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.get(key).map(|next| next - self.now_us())
    }

    fn now_us(&self) -> i64 {
        let elapsed = i64::try_from(self.0.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        elapsed.saturating_add(self.0.clock_us.load(Ordering::Relaxed))
    }

    fn take(&self, key: &str, request: &BlockRequest) -> Block {
        let now_us = self.now_us();
        let mut rows = self.0.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let (block, row) = next_block(rows.get(key).copied(), now_us, request);
        rows.insert(key.to_owned(), row);
        block
    }
}

#[async_trait]
impl SlotSource for MemorySlots {
    async fn reserve(&self, key: &str, request: BlockRequest) -> Result<Block, Error> {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        let (there, back) = (self.0.latency)();
        travel(there).await;
        if self.0.broken.load(Ordering::Relaxed) {
            let what = "the database is away, as the test told it to";
            return Err(Error::new(ErrorKind::Storage, what));
        }
        let block = self.take(key, &request);
        travel(back).await;
        Ok(block)
    }
}

/// No way takes no time: a timer of no length may still tick.
async fn travel(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

impl fmt::Debug for MemorySlots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySlots")
            .field("asked", &self.asked())
            .finish_non_exhaustive()
    }
}
