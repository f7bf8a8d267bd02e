//! The room alone: order, drops, and threads.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use proptest::prelude::*;
use sms_framework::message::Priority::{self, Bulk, Normal, Urgent};
use sms_framework::stack::{Turn, WaitingRoom};

type Room = WaitingRoom<&'static str>;

/// Counts how often it is woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Somebody on the way to the turn, polled by hand.
struct Guest {
    way: Pin<Box<dyn Future<Output = Turn<&'static str>> + Send>>,
    bell: Arc<Bell>,
}

impl Guest {
    /// Enters the room, and stands in line where there is one.
    fn enter(
        room: &Room,
        key: &'static str,
        priority: Priority,
    ) -> (Self, Option<Turn<&'static str>>) {
        let room = room.clone();
        let way = Box::pin(async move { room.enter(key, priority).await });
        let bell = Arc::default();
        let mut guest = Self { way, bell };
        let turn = guest.look();
        (guest, turn)
    }

    fn waits(room: &Room, priority: Priority) -> Self {
        let (guest, turn) = Self::enter(room, "a", priority);
        assert!(turn.is_none(), "somebody else has the turn");
        guest
    }

    fn look(&mut self) -> Option<Turn<&'static str>> {
        let waker = Waker::from(Arc::clone(&self.bell));
        match self.way.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    fn rings(&self) -> usize {
        self.bell.0.load(Ordering::Relaxed)
    }
}

fn first(room: &Room) -> Turn<&'static str> {
    let (_guest, turn) = Guest::enter(room, "a", Bulk);
    turn.expect("nobody else is there")
}

#[test]
fn the_most_urgent_goes_first_and_among_equals_who_came_first() {
    let room = Room::new();
    let mut turn = first(&room);
    let wishes = [Bulk, Normal, Urgent, Bulk, Urgent, Normal];
    let mut guests: Vec<_> = wishes
        .iter()
        .map(|wish| Guest::waits(&room, *wish))
        .collect();
    for next in [2, 4, 1, 5, 0, 3] {
        drop(turn);
        let mut looked = guests.iter_mut().map(Guest::look);
        turn = looked.nth(next).flatten().expect("it is this one's turn");
        // A future that has ended must not be polled again.
        guests[next].way = Box::pin(std::future::pending());
        assert!(guests.iter_mut().all(|guest| guest.look().is_none()));
    }
}

#[test]
fn only_the_next_one_is_woken() {
    let room = Room::new();
    let turn = first(&room);
    let guests: Vec<_> = (0..1_000).map(|_| Guest::waits(&room, Bulk)).collect();
    let urgent = Guest::waits(&room, Urgent);
    drop(turn);
    assert_eq!(urgent.rings(), 1);
    assert!(guests.iter().all(|guest| guest.rings() == 0));
}

#[test]
fn whoever_is_dropped_leaves_no_hole() {
    let room = Room::new();
    let turn = first(&room);
    let (waiting, called, mut last) = (
        Guest::waits(&room, Normal),
        Guest::waits(&room, Urgent),
        Guest::waits(&room, Bulk),
    );
    assert_eq!((turn.waiting(), room.all_waiting()), (3, 3));
    drop(waiting); // while it waits
    drop(turn);
    assert_eq!((called.rings(), last.rings()), (1, 0));
    drop(called); // when it has the turn and does not know
    assert_eq!(last.rings(), 1);
    let turn = last.look().expect("nobody else is left");
    assert_eq!((room.all_waiting(), room.known_keys()), (0, 1));
    drop(turn); // with the turn
    assert_eq!(room.known_keys(), 0);
    drop(first(&room));
}

#[test]
fn keys_do_not_wait_for_each_other_and_are_forgotten() {
    let room = Room::new();
    let _turn = first(&room);
    let (_guest, other) = Guest::enter(&room, "b", Bulk);
    assert!(other.is_some());
    assert_eq!(room.known_keys(), 2);
    drop(other);
    assert_eq!((room.known_keys(), room.waiting(&"b")), (1, 0));
}

#[test]
fn a_hundred_thousand_that_go_at_once_need_no_stack() {
    let room = Room::new();
    let turn = first(&room);
    let guests: Vec<_> = (0..100_000).map(|_| Guest::waits(&room, Bulk)).collect();
    drop(turn);
    drop(guests); // in order: each one is given the turn as it goes
    assert_eq!((room.known_keys(), room.all_waiting()), (0, 0));
}

#[derive(Debug, Clone)]
enum Step {
    Arrive(Priority),
    /// The holder leaves; whoever was called does not look yet.
    Leave,
    /// Everybody looks.
    Look,
    /// Somebody who waits, or was called, goes away.
    Drop(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let priority = prop::sample::select(Priority::ALL);
    let step = prop_oneof![
        4 => priority.prop_map(Step::Arrive),
        3 => Just(Step::Leave),
        3 => Just(Step::Look),
        2 => any::<usize>().prop_map(Step::Drop),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    /// One turn at a time, nobody lost, and always to the first by priority and arrival of those
    /// that are there when it comes free.
    #[test]
    fn nobody_is_lost_and_the_order_holds(steps in steps()) {
        let room = Room::new();
        let mut guests: Vec<(u64, Guest)> = Vec::new();
        // The model: who waits, whose turn it is, and whether that one looked.
        let mut line = BTreeSet::new();
        let mut whose: Option<u64> = None;
        let mut held = None;
        for (number, step) in (0..).zip(steps) {
            match step {
                Step::Arrive(priority) => {
                    let (guest, turn) = Guest::enter(&room, "a", priority);
                    prop_assert_eq!(turn.is_some(), whose.is_none());
                    match turn {
                        Some(turn) => (whose, held) = (Some(number), Some(turn)),
                        None => {
                            line.insert((priority, number));
                            guests.push((number, guest));
                        }
                    }
                }
                Step::Leave => if held.take().is_some() {
                    whose = line.pop_first().map(|(_, number)| number);
                },
                Step::Look => {
                    for (number, guest) in &mut guests {
                        if let Some(turn) = guest.look() {
                            prop_assert_eq!(whose, Some(*number), "out of turn");
                            prop_assert!(held.replace(turn).is_none(), "two have the turn");
                            guest.way = Box::pin(std::future::pending());
                        }
                    }
                    prop_assert_eq!(held.is_some(), whose.is_some(), "a lost call");
                    guests.retain(|(number, _)| line.iter().any(|(_, other)| other == number));
                }
                Step::Drop(which) if !guests.is_empty() => {
                    let (number, guest) = guests.swap_remove(which % guests.len());
                    drop(guest);
                    line.retain(|(_, other)| *other != number);
                    // It was called and had not looked.
                    if held.is_none() && whose == Some(number) {
                        whose = line.pop_first().map(|(_, number)| number);
                    }
                }
                Step::Drop(_) => {}
            }
            prop_assert_eq!(room.all_waiting(), line.len());
            prop_assert_eq!(room.known_keys(), usize::from(whose.is_some()));
        }
        drop((guests, held));
        prop_assert_eq!((room.known_keys(), room.all_waiting()), (0, 0));
    }
}

#[test]
fn threads_that_come_go_and_give_up_have_the_turn_one_at_a_time() {
    const EACH: u64 = 3_000;
    let room = Room::new();
    let inside = AtomicUsize::new(0);
    let served = AtomicU64::new(0);
    let dropped = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..6_u64 {
            let (room, inside, served, dropped) = (&room, &inside, &served, &dropped);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    for round in 0..EACH {
                        let priority = Priority::ALL[(round % 3) as usize];
                        let enter = room.enter("a", priority);
                        if (thread + round) % 3 == 0 {
                            // Gives up after a few looks, at whatever point that is.
                            tokio::select! {
                                biased;
                                turn = enter => drop(turn),
                                () = tokio::task::yield_now() => {}
                            }
                            dropped.fetch_add(1, Ordering::Relaxed);
                            continue;
                        }
                        let turn = enter.await;
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "one at a time");
                        inside.fetch_sub(1, Ordering::SeqCst);
                        served.fetch_add(1, Ordering::Relaxed);
                        drop(turn);
                    }
                });
            });
        }
    });
    let all = served.into_inner() + dropped.into_inner();
    assert_eq!(all, 6 * EACH, "nobody waits for ever");
    assert_eq!((room.known_keys(), room.all_waiting()), (0, 0));
}

/// A turn may be passed on by a thread that holds nothing else, and be dropped by another.
#[test]
fn a_turn_may_go_to_another_thread() {
    let room = Room::new();
    let held = Mutex::new(Some(first(&room)));
    let mut next = Guest::waits(&room, Normal);
    std::thread::scope(|scope| {
        scope.spawn(|| drop(held.lock().unwrap().take()));
    });
    assert!(next.look().is_some());
}
