//! Who of those that wait goes next: by priority, then by arrival.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::message::Priority;

/// A waiting room for every key, such as a sender: one at a time has the turn, the others wait.
///
/// The limiter hands out moments in the order of the calls, so whoever reserves ahead cannot be
/// overtaken. Messages of the queue wait here instead: the next to go to the limiter is always the
/// most urgent one that is there by then, and among equals the one that came first.
///
/// Whoever leaves the turn wakes the one that is next and nobody else. A waiter may be dropped at any
/// time, also when it has the turn without knowing yet: the turn is then the next one's. A key is
/// remembered only while somebody has its turn.
///
/// Clones are the same room.
///
/// # Examples
/// ```
/// use std::cell::RefCell;
/// use sms_framework::message::Priority::{self, Bulk, Urgent};
/// use sms_framework::stack::WaitingRoom;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (room, order) = (WaitingRoom::new(), RefCell::new(Vec::new()));
/// let go = async |priority: Priority| {
///     let _turn = room.enter("+14155550100", priority).await;
///     order.borrow_mut().push(priority);
/// };
/// let turn = room.enter("+14155550100", Bulk).await; // nobody else is there
/// tokio::join!(go(Bulk), go(Urgent), async { drop(turn) });
/// assert_eq!(order.into_inner(), [Urgent, Bulk]);
/// # });
/// # Ok::<_, std::io::Error>(())
/// ```
pub struct WaitingRoom<K: Eq + Hash + Clone>(Arc<Mutex<Lines<K>>>);

/// Those who wait, by key.
struct Lines<K: Eq + Hash + Clone> {
    /// A key is here exactly while somebody has its turn.
    lines: HashMap<K, Line<K>>,
    /// How many came so far, to any key: a place is never anybody else's later.
    arrivals: u64,
    waiting: usize,
}

type Line<K> = BTreeMap<Place, oneshot::Sender<Turn<K>>>;

/// The place in a line: the lowest is next.
type Place = (Priority, u64);

impl<K: Eq + Hash + Clone> WaitingRoom<K> {
    /// An empty room.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Lines {
            lines: HashMap::new(),
            arrivals: 0,
            waiting: 0,
        })))
    }

    /// Waits for the turn of `key`, which lasts until it is dropped.
    pub async fn enter(&self, key: K, priority: Priority) -> Turn<K> {
        loop {
            let (waiter, turn) = match self.join(&key, priority) {
                Joined::Turn(turn) => return turn,
                Joined::Waits(place, turn) => {
                    let (room, key) = (self, &key);
                    (Waiter { room, key, place }, turn)
                }
            };
            // The other end is in the line until it is called, so there is always an answer.
            if let Ok(turn) = turn.await {
                drop(waiter);
                return turn;
            }
        }
    }

    /// How many wait for the turn of `key`; who has it does not count.
    #[must_use]
    pub fn waiting(&self, key: &K) -> usize {
        self.lock().lines.get(key).map_or(0, BTreeMap::len)
    }

    /// How many wait for any turn.
    #[must_use]
    pub fn all_waiting(&self) -> usize {
        self.lock().waiting
    }

    /// How many keys are remembered: those whose turn somebody has.
    #[must_use]
    pub fn known_keys(&self) -> usize {
        self.lock().lines.len()
    }

    fn join(&self, key: &K, priority: Priority) -> Joined<K> {
        let mut room = self.lock();
        let place = (priority, room.arrivals);
        room.arrivals += 1;
        let Some(line) = room.lines.get_mut(key) else {
            room.lines.insert(key.clone(), Line::new());
            return Joined::Turn(Turn::of(self, key.clone()));
        };
        let (call, turn) = oneshot::channel();
        line.insert(place, call);
        room.waiting += 1;
        Joined::Waits(place, turn)
    }

    /// The call to the next in line; `None` where nobody waits, and the key is forgotten.
    fn next(&self, key: &K) -> Option<oneshot::Sender<Turn<K>>> {
        let mut room = self.lock();
        let next = room.lines.get_mut(key)?.pop_first();
        match next {
            Some((_, call)) => {
                room.waiting -= 1;
                Some(call)
            }
            None => {
                room.lines.remove(key);
                None
            }
        }
    }

    fn leave(&self, key: &K, place: Place) {
        let mut room = self.lock();
        let left = room.lines.get_mut(key).and_then(|line| line.remove(&place));
        room.waiting -= usize::from(left.is_some());
    }

    /// Nothing of the caller's runs under this lock but `Hash`, `Eq` and `Clone` of the key.
    fn lock(&self) -> MutexGuard<'_, Lines<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Default for WaitingRoom<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash + Clone> Clone for WaitingRoom<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Clone> fmt::Debug for WaitingRoom<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let room = self.lock();
        f.debug_struct("WaitingRoom")
            .field("keys", &room.lines.len())
            .field("waiting", &room.waiting)
            .finish()
    }
}

/// How a newcomer is received.
enum Joined<K: Eq + Hash + Clone> {
    Turn(Turn<K>),
    Waits(Place, oneshot::Receiver<Turn<K>>),
}

/// Takes a waiter that gave up out of its line, so that a line holds nobody who is gone.
struct Waiter<'a, K: Eq + Hash + Clone> {
    room: &'a WaitingRoom<K>,
    key: &'a K,
    place: Place,
}

impl<K: Eq + Hash + Clone> Drop for Waiter<'_, K> {
    fn drop(&mut self) {
        self.room.leave(self.key, self.place);
    }
}

/// The turn of a key: dropped, it is the next one's.
#[must_use = "dropping the turn passes it on"]
pub struct Turn<K: Eq + Hash + Clone>(Option<(WaitingRoom<K>, K)>);

impl<K: Eq + Hash + Clone> Turn<K> {
    fn of(room: &WaitingRoom<K>, key: K) -> Self {
        Self(Some((room.clone(), key)))
    }

    /// How many wait for this turn to end.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let held = self.0.as_ref();
        held.map_or(0, |(room, key)| room.waiting(key))
    }
}

impl<K: Eq + Hash + Clone> Drop for Turn<K> {
    /// The turn itself is what the next one is sent: where that one is dropped before it looks, so is
    /// the turn, and goes on to the one after it.
    fn drop(&mut self) {
        while let Some((room, key)) = self.0.take() {
            let Some(call) = room.next(&key) else { return };
            match call.send(Self(Some((room, key)))) {
                Ok(()) => return,
                // It went away just now. Its turn is ours again: a loop, for a thousand may go at once.
                Err(mut returned) => self.0 = returned.0.take(),
            }
        }
    }
}

impl<K: Eq + Hash + Clone + fmt::Debug> fmt::Debug for Turn<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.0.as_ref().map(|(_, key)| key);
        f.debug_tuple("Turn").field(&key).finish()
    }
}
