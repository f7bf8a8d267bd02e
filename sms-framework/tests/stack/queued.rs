//! Messages of the queue on one limit: the more urgent goes first.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use sms_framework::Message;
use sms_framework::config::RateLimitSettings;
use sms_framework::message::Priority::{self, Bulk, Normal, Urgent};
use sms_framework::stack::SlotKeeper;
use sms_framework::testkit::{MemorySlots, TokioClock, outbound};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::support::{TO, keeper, millis};

type Keeper = Arc<SlotKeeper<TokioClock>>;

/// When each one went, in the order in which they went.
#[derive(Clone)]
struct Book {
    began: Instant,
    gone: Arc<Mutex<Vec<(usize, Duration)>>>,
}

impl Book {
    fn new() -> Self {
        let (began, gone) = (Instant::now(), Arc::default());
        Self { began, gone }
    }

    fn note(&self, who: usize) {
        let at = self.began.elapsed();
        self.gone.lock().unwrap().push((who, at));
    }

    fn gone(&self) -> Vec<(usize, Duration)> {
        self.gone.lock().unwrap().clone()
    }

    fn order(&self) -> Vec<usize> {
        self.gone().into_iter().map(|(who, _)| who).collect()
    }

    fn time_of(&self, wanted: usize) -> Duration {
        let gone = self.gone();
        let found = gone.iter().find(|(who, _)| *who == wanted);
        found.expect("it went").1
    }
}

async fn send(keeper: &Keeper, priority: Priority) {
    let message = outbound(Message::new(TO, "Hi").priority(priority));
    let turn = keeper.turn(&message).await;
    keeper
        .slot_in_turn(turn, &message, Duration::MAX)
        .await
        .unwrap();
}

fn queued(keeper: &Keeper, book: &Book, who: usize, priority: Priority) -> JoinHandle<()> {
    let (keeper, book) = (Arc::clone(keeper), book.clone());
    tokio::spawn(async move {
        send(&keeper, priority).await;
        book.note(who);
    })
}

/// Everybody who can take a step without the clock does.
async fn settle() {
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
}

fn own() -> Keeper {
    keeper(&RateLimitSettings::default())
}

fn shared() -> Keeper {
    let (limit, source) = (RateLimitSettings::default(), Arc::new(MemorySlots::new()));
    Arc::new(SlotKeeper::shared("fake", &limit, TokioClock::new(), source).unwrap())
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_bulk_messages_do_not_delay_an_urgent_one_by_more_than_a_slot() {
    for keeper in [own(), shared()] {
        let book = Book::new();
        let crowd: Vec<_> = (0..10_000)
            .map(|who| queued(&keeper, &book, who, Bulk))
            .collect();
        sleep(millis(5_042)).await;
        let before = book.gone().len();
        let came = book.began.elapsed();
        queued(&keeper, &book, 99_999, Urgent).await.unwrap();
        let waited = book.time_of(99_999) - came;
        assert!(waited <= millis(200), "the next slot but one: {waited:?}");
        assert!(
            book.gone().len() <= before + 2,
            "one bulk message went before it"
        );
        crowd.iter().for_each(JoinHandle::abort);
        futures_util::future::join_all(crowd).await;
        assert_eq!(keeper.in_room(), 0);
        assert_eq!(keeper.usage().waiting, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn they_go_by_priority_and_then_by_arrival_at_the_full_rate() {
    for keeper in [own(), shared()] {
        let book = Book::new();
        let wishes = [Bulk, Normal, Bulk, Urgent, Normal, Urgent];
        let mut tasks = Vec::new();
        for (who, wish) in wishes.into_iter().enumerate() {
            tasks.push(queued(&keeper, &book, who, wish));
            settle().await;
        }
        for task in tasks {
            task.await.unwrap();
        }
        // The first two were at the limiter before anybody else came.
        assert_eq!(book.order(), [0, 1, 3, 5, 4, 2]);
        assert_eq!(book.began.elapsed(), millis(500), "no slot was left empty");
    }
}

#[tokio::test(start_paused = true)]
async fn a_direct_send_passes_the_room_by() {
    let keeper = own();
    let book = Book::new();
    let crowd: Vec<_> = (0..100)
        .map(|who| queued(&keeper, &book, who, Urgent))
        .collect();
    settle().await;
    let direct = outbound(Message::new(TO, "Hi"));
    keeper.slot(&direct).await.unwrap();
    assert_eq!(
        book.began.elapsed(),
        millis(200),
        "one of the crowd holds a slot, no more"
    );
    crowd.iter().for_each(JoinHandle::abort);
}

#[tokio::test(start_paused = true)]
async fn what_is_waited_in_the_room_is_not_the_slots_wait() {
    let mut limit = RateLimitSettings::default();
    limit.max_wait = millis(150);
    let keeper = keeper(&limit);
    let book = Book::new();
    let tasks: Vec<_> = (0..50)
        .map(|who| queued(&keeper, &book, who, Normal))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(book.began.elapsed(), millis(4_900));
    assert_eq!(keeper.usage().refused, 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_refused_passes_the_turn_on() {
    let mut limit = RateLimitSettings::default();
    limit.max_wait = millis(250);
    let keeper = keeper(&limit);
    let direct = outbound(Message::new(TO, "Hi"));
    // Three direct sends hold slots as far ahead as anybody would wait.
    let ahead = futures_util::future::join_all((0..3).map(|_| keeper.slot(&direct)));
    let queued = async {
        let (message, mut refused) = (outbound(Message::new(TO, "Hi")), 0);
        for _ in 0..5 {
            let turn = keeper.turn(&message).await;
            let slot = keeper.slot_in_turn(turn, &message, Duration::MAX).await;
            refused += usize::from(slot.is_err());
        }
        refused
    };
    let (ahead, refused) = tokio::join!(ahead, queued);
    assert!(ahead.iter().all(Result::is_ok));
    assert_eq!((refused, keeper.in_room()), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn slots_closer_than_a_timer_ticks_are_all_used() {
    let mut limit = RateLimitSettings::default();
    (limit.rate, limit.burst) = (1_000.0, 1);
    let keeper = keeper(&limit);
    let book = Book::new();
    let tasks: Vec<_> = (0..2_000)
        .map(|who| queued(&keeper, &book, who, Bulk))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let took = book.began.elapsed();
    assert!(took <= millis(2_010), "{took:?}");
}

#[derive(Debug, Clone)]
struct Arrival {
    at: u64,
    priority: Priority,
    /// How long it waits before it is dropped.
    patience: Option<u64>,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let priority = prop::sample::select(Priority::ALL);
    let arrival = (0..3_000_u64, priority, prop::option::of(0..2_000_u64));
    let arrival = arrival.prop_map(|(at, priority, patience)| Arrival {
        at,
        priority,
        patience,
    });
    prop::collection::vec(arrival, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whoever is not dropped goes; never two hold a slot in the future; whoever goes later than
    /// another that was there a slot earlier is less urgent, or came later.
    #[test]
    fn nobody_is_lost_nobody_reserves_ahead_and_the_order_holds(
        arrivals in arrivals(),
        is_shared in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let (gone, most_ahead) = runtime.block_on(async {
            let keeper = if is_shared { shared() } else { own() };
            let book = Book::new();
            let tasks: Vec<_> = arrivals.iter().cloned().enumerate().map(|(who, arrival)| {
                let (keeper, book) = (Arc::clone(&keeper), book.clone());
                tokio::spawn(async move {
                    sleep(millis(arrival.at)).await;
                    let patience = arrival.patience.map_or(Duration::MAX, millis);
                    let sent = tokio::time::timeout(patience, send(&keeper, arrival.priority)).await;
                    if sent.is_ok() {
                        book.note(who);
                    }
                })
            }).collect();
            let watched = Arc::clone(&keeper);
            let mut most_ahead = 0;
            let all = futures_util::future::join_all(tasks);
            tokio::pin!(all);
            loop {
                tokio::select! {
                    _done = &mut all => break,
                    () = sleep(millis(7)) => most_ahead = most_ahead.max(watched.usage().waiting),
                }
            }
            assert_eq!((keeper.in_room(), keeper.usage().waiting), (0, 0));
            (book.gone(), most_ahead)
        });
        prop_assert!(most_ahead <= 1, "{} hold a slot in the future", most_ahead);
        for (who, arrival) in arrivals.iter().enumerate() {
            let went = gone.iter().any(|(other, _)| *other == who);
            prop_assert!(went || arrival.patience.is_some(), "{} is lost", who);
        }
        // Whoever went before somebody better was at the limiter already, at most a slot ago.
        let place = |who: usize| (arrivals[who].priority, arrivals[who].at);
        for (nth, (who, at)) in gone.iter().enumerate() {
            for (later, _) in &gone[nth + 1..] {
                let waits_since = millis(arrivals[*later].at);
                let was_there = waits_since + millis(100) < *at;
                prop_assert!(
                    !was_there || place(*who) <= place(*later),
                    "{:?} went before {:?}", arrivals[*who], arrivals[*later]
                );
            }
        }
    }
}
