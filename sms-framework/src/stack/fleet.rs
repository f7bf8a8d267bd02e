//! Slots of a limit that several processes share: asked for in blocks, handed out here.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Door, OwnedMutexGuard};
use tokio::time::timeout;

use crate::error::{Error, ErrorKind};
use crate::limiter::{
    BlockRequest, Clock, Pace, Quota, SharedSlot, SlotSource, Stock, Take, Tick, Usage,
};
use crate::message::Sender;

/// A question to the database that takes longer is given up.
const LONGEST_QUESTION: Duration = Duration::from_secs(5);
/// Whoever waits for no slot still waits for the answer, within reason.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);
/// For how long nobody asks again after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// An answer may be too late to be of use, or the slots in it may be used by the time; more often than
/// this in a row it is no accident.
const MOST_ANSWERS: u32 = 4;
/// Below this many keys it is not worth looking for idle ones.
const FEWEST_TO_SWEEP: usize = 64;

/// The slots of one provider's senders, from a source that other processes use as well.
pub(super) struct Fleet<C>(Arc<Inner<C>>);

struct Inner<C> {
    source: Arc<dyn SlotSource>,
    provider: Arc<str>,
    pace: Pace,
    clock: C,
    shelves: Mutex<HashMap<Option<Sender>, Arc<Shelf>>>,
    waiting: AtomicU64,
    refused: AtomicU64,
}

/// What there is for one key.
struct Shelf {
    key: String,
    stock: Mutex<Stock>,
    /// Callers take from the stock one after the other, in the order in which they came.
    door: Door<()>,
    /// How many callers stand at the door or in it.
    callers: AtomicU32,
    /// Held by the one question that is under way.
    asking: Arc<Door<()>>,
    answers: AtomicU32,
    /// Why there is nothing, and until when nobody asks again.
    away: Mutex<Option<(Tick, Error)>>,
}

impl<C: Clock> Fleet<C> {
    pub(super) fn new(
        provider: &Arc<str>,
        quota: &Quota,
        max_wait: Duration,
        clock: C,
        source: Arc<dyn SlotSource>,
    ) -> Self {
        Self(Arc::new(Inner {
            source,
            provider: Arc::clone(provider),
            pace: Pace::new(quota, max_wait),
            clock,
            shelves: Mutex::default(),
            waiting: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }))
    }

    /// Takes the next slot of `key`, unless it lies beyond `longest`. `behind` tells how many more
    /// calls like it are to come: slots are taken for them as well.
    ///
    /// The wait for the database is bounded by `longest` too, but is a second at least.
    pub(super) async fn reserve(
        &self,
        key: &Option<Sender>,
        cost: u32,
        longest: Duration,
        behind: usize,
    ) -> Result<Held<C>, Error> {
        let taken = match self.0.pace.admits(cost, longest) {
            Ok(()) => {
                let call = Call {
                    cost,
                    longest,
                    latest: self.0.clock.now().after(longest),
                    behind: u32::try_from(behind).unwrap_or(u32::MAX),
                };
                let taken = timeout(longest.max(LEAST_PATIENCE), self.take(key, &call)).await;
                taken.unwrap_or_else(|_| Err(no_answer(longest.max(LEAST_PATIENCE))))
            }
            Err(never) => Err(never.into()),
        };
        if taken.is_err() {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }

    async fn take(&self, key: &Option<Sender>, call: &Call) -> Result<Held<C>, Error> {
        let shelf = self.shelf(key);
        let _caller = Caller::at(&shelf);
        let _in_the_door = shelf.door.lock().await;
        for _ in 0..MOST_ANSWERS {
            let now = self.0.clock.now();
            // What was waited at the door is over; only what is left may be waited for the slot.
            let longest = call.latest.since(now);
            let taken = lock(&shelf.stock).take(now, call.cost, longest);
            match taken {
                Take::Slot(slot) => {
                    self.look_ahead(&shelf, call, now);
                    self.0.waiting.fetch_add(1, Ordering::Relaxed);
                    return Ok(Held {
                        fleet: Self(Arc::clone(&self.0)),
                        shelf: Arc::clone(&shelf),
                        slot: Some(slot),
                    });
                }
                Take::TooFar(refused) => return Err(refused.into()),
                Take::Short => {
                    shelf.fail_if_away(now)?;
                    let others = shelf.others(call);
                    let request = self.0.pace.request(call.cost, others, longest);
                    self.ask(&shelf, request).await;
                }
            }
        }
        Err(self.too_slow())
    }

    /// Asks for the next block before the last one is used up, where somebody waits for it.
    fn look_ahead(&self, shelf: &Arc<Shelf>, call: &Call, now: Tick) {
        let others = shelf.others(call);
        let enough = self.0.pace.block().div_ceil(2);
        let wanted = enough.min(others.saturating_mul(self.0.pace.price(call.cost)));
        if lock(&shelf.stock).slots(now) >= wanted || shelf.fail_if_away(now).is_err() {
            return;
        }
        if let Ok(permit) = Arc::clone(&shelf.asking).try_lock_owned() {
            let request = self.0.pace.request(call.cost, others - 1, call.longest);
            tokio::spawn(Arc::clone(&self.0).question(Arc::clone(shelf), request, permit));
        }
    }

    /// Asks once, or waits for the question that is under way. A caller who goes away meanwhile takes
    /// nothing along: what was asked for is put on the shelf.
    async fn ask(&self, shelf: &Arc<Shelf>, request: BlockRequest) {
        let before = shelf.answers.load(Ordering::Acquire);
        let permit = Arc::clone(&shelf.asking).lock_owned().await;
        if shelf.answers.load(Ordering::Acquire) != before {
            return;
        }
        let question = Arc::clone(&self.0).question(Arc::clone(shelf), request, permit);
        if tokio::spawn(question).await.is_err() {
            let what = "the shared rate limit's database failed without saying why (it panicked)";
            shelf.be_away(self.0.clock.now(), Error::new(ErrorKind::Storage, what));
        }
    }

    fn shelf(&self, key: &Option<Sender>) -> Arc<Shelf> {
        let mut shelves = lock(&self.0.shelves);
        if let Some(shelf) = shelves.get(key) {
            return Arc::clone(shelf);
        }
        if shelves.len() >= FEWEST_TO_SWEEP && shelves.len() == shelves.capacity() {
            let now = self.0.clock.now();
            shelves.retain(|_, shelf| !shelf.is_idle(now));
        }
        let shelf = Arc::new(Shelf::new(&self.0.provider, key, self.0.pace));
        shelves.insert(key.clone(), Arc::clone(&shelf));
        shelf
    }

    /// Nobody here knows how many tokens the fleet has left.
    pub(super) fn usage(&self) -> Usage {
        Usage {
            tokens: None,
            waiting: self.0.waiting.load(Ordering::Relaxed),
            refused: self.0.refused.load(Ordering::Relaxed),
        }
    }

    fn too_slow(&self) -> Error {
        let what = format!(
            "the shared rate limit's database answers too slowly: a slot is good for {:?} only, and was over by then",
            self.0.pace.good_for()
        );
        Error::new(ErrorKind::Storage, what)
            .with_retry_after(PAUSE)
            .with_help("raise rate_limit.burst, which makes slots good for longer, or bring the database nearer")
    }
}

impl<C: Clock> Inner<C> {
    async fn question(
        self: Arc<Self>,
        shelf: Arc<Shelf>,
        request: BlockRequest,
        _permit: OwnedMutexGuard<()>,
    ) {
        let sent = self.clock.now();
        let answer = timeout(LONGEST_QUESTION, self.source.reserve(&shelf.key, request)).await;
        let received = self.clock.now();
        match answer {
            Ok(Ok(block)) => {
                lock(&shelf.stock).receive(&block, sent, received);
                *lock(&shelf.away) = None;
            }
            Ok(Err(error)) => shelf.be_away(received, gave_none(error)),
            Err(_) => shelf.be_away(received, no_answer(LONGEST_QUESTION)),
        }
        shelf.answers.fetch_add(1, Ordering::AcqRel);
    }
}

/// What a caller asks of the shelf.
struct Call {
    cost: u32,
    longest: Duration,
    latest: Tick,
    behind: u32,
}

impl Shelf {
    /// A slash is in no sender's name but a service's: everything before the first is the provider.
    fn new(provider: &str, key: &Option<Sender>, pace: Pace) -> Self {
        let sender = key.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            key: format!("{provider}/{sender}"),
            stock: Mutex::new(Stock::new(pace)),
            door: Door::default(),
            callers: AtomicU32::new(0),
            asking: Arc::default(),
            answers: AtomicU32::new(0),
            away: Mutex::default(),
        }
    }

    /// How many others wait for slots like this caller's: at the door, and behind it.
    fn others(&self, call: &Call) -> u32 {
        let callers = self.callers.load(Ordering::Relaxed);
        callers.saturating_sub(1).saturating_add(call.behind)
    }

    fn be_away(&self, now: Tick, error: Error) {
        *lock(&self.away) = Some((now.after(PAUSE), error));
    }

    fn fail_if_away(&self, now: Tick) -> Result<(), Error> {
        match &*lock(&self.away) {
            Some((until, error)) if now < *until => {
                Err(error.clone().with_retry_after(until.since(now)))
            }
            _ => Ok(()),
        }
    }

    fn is_idle(self: &Arc<Self>, now: Tick) -> bool {
        Arc::strong_count(self) == 1 && lock(&self.stock).slots(now) == 0
    }
}

/// Counts a caller for as long as it is there.
struct Caller<'a>(&'a Shelf);

impl<'a> Caller<'a> {
    fn at(shelf: &'a Shelf) -> Self {
        shelf.callers.fetch_add(1, Ordering::Relaxed);
        Self(shelf)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.callers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A slot of the fleet that is a caller's; dropped before it is used, it goes back on the shelf.
pub(super) struct Held<C: Clock> {
    fleet: Fleet<C>,
    shelf: Arc<Shelf>,
    slot: Option<SharedSlot>,
}

impl<C: Clock> Held<C> {
    pub(super) fn wait(&self) -> Duration {
        let at = self.slot.as_ref().map(SharedSlot::at);
        at.map_or(Duration::ZERO, |at| at.since(self.fleet.0.clock.now()))
    }

    /// Uses the slot; false where its time is over, and another one has to be taken.
    pub(super) fn commit(mut self) -> bool {
        let slot = self.slot.take();
        self.fleet.0.waiting.fetch_sub(1, Ordering::Relaxed);
        slot.is_some_and(|slot| slot.is_good(self.fleet.0.clock.now()))
    }
}

impl<C: Clock> Drop for Held<C> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.fleet.0.waiting.fetch_sub(1, Ordering::Relaxed);
            lock(&self.shelf.stock).give_back(slot);
        }
    }
}

fn gave_none(error: Error) -> Error {
    let what = format!(
        "the shared rate limit's database gave no slot: {}",
        error.message()
    );
    Error::new(ErrorKind::Storage, what).with_source(error)
}

fn no_answer(within: Duration) -> Error {
    let what = format!("the shared rate limit's database gave no slot within {within:?}");
    Error::new(ErrorKind::Storage, what).with_retry_after(PAUSE)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
