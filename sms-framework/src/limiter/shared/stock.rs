//! The slots that a process holds, on its own clock.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Block, Pace};
use crate::limiter::{Refused, Tick};

/// How long a process believes that the next free slot lies far away without asking anew.
const BELIEVED_NANOS: i64 = 1_000_000_000;

/// The slots of one key that a process took from the database and nobody has used yet.
///
/// The caller brings the moments. What is not used in its time is thrown away.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use sms_framework::limiter::{Block, Pace, Quota, Stock, Take, Tick};
///
/// let patient = Duration::from_secs(30);
/// let mut stock = Stock::new(Pace::new(&Quota::default(), patient));
/// let (sent, received) = (Tick::from_nanos(0), Tick::from_nanos(2_000_000));
/// let block = Block { now_us: 77_000_000, first_us: 77_050_000, slots: 2 };
/// assert!(stock.receive(&block, sent, received));
///
/// let Take::Slot(slot) = stock.take(received, 1, patient) else { panic!("there are two") };
/// assert_eq!(slot.at().since(received), Duration::from_millis(50));
/// assert!(slot.is_good(slot.at()));
/// ```
#[derive(Debug)]
pub struct Stock {
    pace: Pace,
    /// In the order of their times.
    runs: VecDeque<Run>,
    far: Option<Far>,
}

/// Slots in a row, an interval apart. Moments are nanoseconds and may lie before the clock's
/// beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// The latest moment at which the first slot's time may come: nobody goes before.
    latest: i64,
    /// The earliest one: from here it is counted how late somebody is.
    earliest: i64,
    slots: u32,
}

/// The next free slot of all lay too far away to be taken.
#[derive(Debug, Clone, Copy)]
struct Far {
    first: i64,
    believed_until: i64,
}

/// What a caller gets from a [`Stock`].
#[derive(Debug)]
pub enum Take {
    /// A slot: go at its time.
    Slot(SharedSlot),
    /// The next one lies beyond the longest wait.
    TooFar(Refused),
    /// Nothing fits: the database is to be asked.
    Short,
}

/// A slot of the fleet that is a caller's: go between its time and the end of its use.
#[derive(Debug)]
#[must_use = "the slot is taken: wait for it and go, or give it back"]
pub struct SharedSlot {
    run: Run,
    at: i64,
    until: i64,
}

impl SharedSlot {
    /// The moment from which the caller may go.
    #[must_use]
    pub fn at(&self) -> Tick {
        tick(self.at)
    }

    /// Whether the caller may still go at `now`.
    #[must_use]
    pub fn is_good(&self, now: Tick) -> bool {
        nanos(now) <= self.until
    }
}

impl Stock {
    /// A stock without slots.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            runs: VecDeque::new(),
            far: None,
        }
    }

    /// Puts in what the database answered to a question of the moment `sent`, received at `received`.
    /// False where the answer took so long that its slots can never be used.
    pub fn receive(&mut self, block: &Block, sent: Tick, received: Tick) -> bool {
        let ahead = block
            .first_us
            .saturating_sub(block.now_us)
            .saturating_mul(1_000);
        let run = Run {
            latest: nanos(received).saturating_add(ahead),
            earliest: nanos(sent).saturating_add(ahead),
            slots: block.slots,
        };
        self.far = (run.slots == 0).then(|| Far {
            first: run.latest,
            believed_until: nanos(received).saturating_add(BELIEVED_NANOS),
        });
        if run.slots == 0 {
            return true;
        }
        let is_of_use = run.latest <= self.end_of(&run, 1);
        if is_of_use {
            self.insert(run);
        }
        is_of_use
    }

    /// Takes the next slot for a call of `cost` (0 counts as 1), unless it lies beyond `longest`.
    pub fn take(&mut self, now: Tick, cost: u32, longest: Duration) -> Take {
        self.throw_away(now);
        let cost = cost.max(1);
        let price = self.pace.price(cost);
        let fits =
            |run: &Run| run.slots >= price && self.time_of(run, cost) <= self.end_of(run, cost);
        let Some(index) = self.runs.iter().position(fits) else {
            return match self.far {
                Some(far) if nanos(now) < far.believed_until => {
                    let at = far
                        .first
                        .saturating_add(self.pace.span_us(cost).saturating_mul(1_000));
                    self.too_far(at, now, longest)
                        .map_or(Take::Short, Take::TooFar)
                }
                _ => Take::Short,
            };
        };
        let at = self.time_of(&self.runs[index], cost);
        if let Some(refused) = self.too_far(at, now, longest) {
            return Take::TooFar(refused);
        }
        let run = self.split(index, price);
        Take::Slot(SharedSlot {
            run,
            at,
            until: self.end_of(&run, cost),
        })
    }

    /// Puts back a slot that its caller did not use.
    pub fn give_back(&mut self, slot: SharedSlot) {
        self.insert(slot.run);
    }

    /// How many slots there are that can be used at `now` or later.
    pub fn slots(&mut self, now: Tick) -> u32 {
        self.throw_away(now);
        let slots = self.runs.iter().map(|run| run.slots);
        slots.fold(0, u32::saturating_add)
    }

    fn too_far(&self, at: i64, now: Tick, longest: Duration) -> Option<Refused> {
        let wait = tick(at).since(now);
        let over = wait.checked_sub(longest)?;
        (!over.is_zero()).then(|| Refused::until(over))
    }

    /// Throws away the slots whose time is over.
    fn throw_away(&mut self, now: Tick) {
        let interval = self.interval();
        let late = self.pace.late_us(1).saturating_mul(1_000);
        for run in &mut self.runs {
            let over = nanos(now).saturating_sub(run.earliest.saturating_add(late));
            if over > 0 {
                let gone = (over - 1) / interval + 1;
                run.drop_first(u32::try_from(gone).unwrap_or(u32::MAX), interval);
            }
        }
        self.runs.retain(|run| run.slots > 0);
    }

    /// Takes the first `slots` of a run.
    fn split(&mut self, index: usize, slots: u32) -> Run {
        let interval = self.interval();
        let run = &mut self.runs[index];
        let taken = Run { slots, ..*run };
        run.drop_first(slots, interval);
        if run.slots == 0 {
            self.runs.remove(index);
        }
        taken
    }

    /// Puts a run in its place, as one with the run that it was a part of.
    fn insert(&mut self, mut run: Run) {
        let interval = self.interval();
        let at = self.runs.partition_point(|other| other.latest < run.latest);
        if let Some(next) = self.runs.get(at)
            && run.goes_on_with(next, interval)
        {
            run.slots = run.slots.saturating_add(next.slots);
            self.runs.remove(at);
        }
        match at.checked_sub(1).map(|before| &mut self.runs[before]) {
            Some(before) if before.goes_on_with(&run, interval) => {
                before.slots = before.slots.saturating_add(run.slots);
            }
            _ => self.runs.insert(at, run),
        }
    }

    /// When a call of `cost` may go with the first slots of `run`.
    fn time_of(&self, run: &Run, cost: u32) -> i64 {
        run.latest
            .saturating_add(self.pace.span_us(cost).saturating_mul(1_000))
    }

    /// Until when.
    fn end_of(&self, run: &Run, cost: u32) -> i64 {
        let good = self
            .pace
            .span_us(cost)
            .saturating_add(self.pace.late_us(cost));
        run.earliest.saturating_add(good.saturating_mul(1_000))
    }

    fn interval(&self) -> i64 {
        self.pace.interval_us().saturating_mul(1_000)
    }
}

impl Run {
    fn drop_first(&mut self, slots: u32, interval: i64) {
        let dropped = slots.min(self.slots);
        let on = interval.saturating_mul(i64::from(dropped));
        self.latest = self.latest.saturating_add(on);
        self.earliest = self.earliest.saturating_add(on);
        self.slots -= dropped;
    }

    /// Whether `next` begins where this one ends, by the same answer of the database.
    fn goes_on_with(&self, next: &Self, interval: i64) -> bool {
        let mut end = *self;
        end.drop_first(self.slots, interval);
        (end.latest, end.earliest) == (next.latest, next.earliest)
    }
}

fn nanos(tick: Tick) -> i64 {
    i64::try_from(tick.as_nanos()).unwrap_or(i64::MAX)
}

fn tick(nanos: i64) -> Tick {
    Tick::from_nanos(u64::try_from(nanos).unwrap_or(0))
}
