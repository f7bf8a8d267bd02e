//! The rate limiter: callers *reserve* a slot in time, then sleep until it.
//!
//! Taking a slot is one compare-and-swap on one number. Nobody queues behind a lock, nobody is
//! woken to compete, and slots are handed out first come, first served. Slots further away than the
//! caller is willing to wait are not taken: the caller is [`Refused`], with the time to come back.
//!
//! | type | what it is |
//! |---|---|
//! | [`Quota`] | the limit: rate, burst, and the tokens there are at the start |
//! | [`Bucket`] | one atomic token bucket; the caller brings the time |
//! | [`Limiter`] | a bucket with a clock and counters |
//! | [`KeyedLimiter`] | a bucket for every key (such as provider and sender) |
//! | [`Reservation`] | a slot taken: wait, commit; dropped before that, it is given back |
//! | [`shared`] | the same limit for several processes, which take blocks of slots from one database |
//! | [`Clock`] | where time comes from; [`ManualClock`] for tests that never sleep |
//!
//! # The law
//! With burst *b* and rate *r*, no window of *L* seconds sees more than *b + r × L* tokens used,
//! wherever the window starts and whatever was given back in between. Where one call costs more
//! than *b* tokens, read *b* as the largest cost: such a call starts when its debt is paid.
//!
//! # Examples
//! ```
//! use std::time::Duration;
//! use sms_framework::limiter::{Limiter, ManualClock, Quota};
//!
//! let clock = ManualClock::new();
//! let limiter = Limiter::with_clock(Quota::new(10.0, 10, 1)?, clock.clone());
//! let patient = Duration::from_secs(5);
//!
//! let first = limiter.reserve(1, patient).expect("a fresh bucket holds one token");
//! assert_eq!(first.wait(), Duration::ZERO);
//! first.commit();
//!
//! let second = limiter.reserve(1, patient).expect("100 ms is less than 5 s");
//! assert_eq!(second.wait(), Duration::from_millis(100)); // sleep this long, with any timer
//! clock.advance(Duration::from_millis(100));
//! second.commit();
//! # Ok::<(), sms_framework::Error>(())
//! ```

mod bucket;
mod clock;
mod keyed;
mod quota;
mod refused;
mod reservation;
mod shard;
pub mod shared;
mod single;
mod slots;

pub use bucket::Bucket;
pub use clock::{Clock, DynClock, ManualClock, SystemClock, Tick};
pub use keyed::KeyedLimiter;
pub use quota::Quota;
pub use refused::Refused;
pub use reservation::Reservation;
pub use shared::{Block, BlockRequest, Pace, SharedSlot, SlotSource, Stock, Take, next_block};
pub use single::{Limiter, Usage};
pub use slots::Slot;
