//! One limit for several processes, kept in a database that they share.
//!
//! The database holds one number for each key: the time of the next free slot, in microseconds of
//! its own clock. A process takes a *block* of slots in one statement ([`next_block`] is the law of
//! that statement) and hands them out by itself at their times ([`Stock`]). No two slots of a key are
//! ever closer than an interval, whoever has them.
//!
//! | type | what it is |
//! |---|---|
//! | [`SlotSource`] | the database's part; implemented by a store |
//! | [`BlockRequest`], [`Block`] | what is asked, and what is given |
//! | [`Pace`] | a [`Quota`](super::Quota) as it is kept by a fleet: interval, and how long a slot is good |
//! | [`Stock`] | the slots that a process holds, on its own clock |
//!
//! # The law
//! A slot of the time *s* is used at a true time between *s* and *s + D* on the database's clock, or
//! never. With an interval *I* between slots, the calls in a window of length *W* then have their
//! slots within *W + D*, which are at most *(W + D) / I + 1*.
//!
//! * **Burst of two and more**, where *(burst − 1) · I* is at least 60 ms: *D* = *(burst − 1) · I*, so
//!   a window sees at most **burst + rate · W** calls, in true time, whatever the offsets of the
//!   clocks, the latencies, and the moments at which processes die. What *D* leaves for a process
//!   that is late comes off the burst: a fleet that paused sends *burst* − 30 to 100 ms' worth at
//!   once (half of *D* where that is in between).
//! * **Burst of one**, and bursts worth less than that: there is no *D* to be late in, and nobody is
//!   never late. The interval is stretched by one part in 32 (3.1 %), and a slot is good for at least
//!   30 ms. A window of 960 ms and more (so any second) sees at most **burst + rate · W** calls; a
//!   shorter one at most *rate* · 30 ms more. At one a second and slower it holds for every window.
//! * **A call that costs *n* slots** takes them in a row and goes at the last one's time; read *burst*
//!   as the larger of burst and *n*, as everywhere. Where the burst leaves it no 30 ms to be late, it
//!   pays so many slots more.
//!
//! # Clocks
//! A process learns from each answer what the database's clock showed at some moment between question
//! and answer, and nothing more: a slot is not used before the latest, nor after the earliest moment
//! at which its time may be (or be over). The uncertainty is the round trip, so a slow database costs
//! slots, never the law. Clocks must only run equally fast.
//!
//! Where the database's clock is set **back**, slots continue where they were, in true time; nothing
//! is closer together. Where they would lie further ahead than any can have been given out (the
//! longest wait), they begin there: the fleet waits that long once, and no longer. Where it is set
//! **forward** by *J*, what was handed out before is still used: a window that holds that moment sees
//! as many calls more as slots were given out ahead, at most *rate · J*.
//!
//! # Use
//! Slots are taken for those who wait, so under load none is left over. A process that dies takes the
//! slots it held with it: at most those that its callers waited for, and a quarter of a second's worth.

mod block;
mod pace;
mod source;
mod stock;

pub use block::next_block;
pub use pace::Pace;
pub use source::{Block, BlockRequest, SlotSource};
pub use stock::{SharedSlot, Stock, Take};
