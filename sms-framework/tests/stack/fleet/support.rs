//! Processes with clocks of their own, their load, and the law that they keep.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sms_framework::Message;
use sms_framework::config::RateLimitSettings;
use sms_framework::limiter::{Clock, Tick};
use sms_framework::message::Outbound;
use sms_framework::stack::SlotKeeper;
use sms_framework::testkit::{MemorySlots, TokioClock, outbound};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::support::{TO, millis};

/// A process's clock, which began at another time than the others'.
#[derive(Clone, Copy)]
pub(crate) struct OwnClock(pub(crate) TokioClock, pub(crate) Duration);

impl Clock for OwnClock {
    fn now(&self) -> Tick {
        self.0.now().after(self.1)
    }
}

pub(crate) type Keeper = Arc<SlotKeeper<OwnClock>>;

/// The calls that the provider saw: when, and what they cost.
#[derive(Clone)]
pub(crate) struct Seen {
    began: Instant,
    calls: Arc<Mutex<Vec<(Duration, u32)>>>,
}

impl Seen {
    pub(crate) fn new() -> Self {
        let (began, calls) = (Instant::now(), Arc::default());
        Self { began, calls }
    }

    pub(crate) fn note(&self, cost: u32) {
        self.calls
            .lock()
            .unwrap()
            .push((self.began.elapsed(), cost));
    }

    pub(crate) fn calls(&self) -> Vec<(Duration, u32)> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn between(&self, from: Duration, to: Duration) -> u32 {
        let calls = self.calls();
        let inside = calls.iter().filter(|(at, _)| (from..to).contains(at));
        inside.map(|(_, cost)| cost).sum()
    }
}

pub(crate) fn limit(rate: f64, burst: u32) -> RateLimitSettings {
    let mut limit = RateLimitSettings::default();
    (limit.rate, limit.burst) = (rate, burst);
    limit
}

pub(crate) fn process(number: u64, limit: &RateLimitSettings, slots: &MemorySlots) -> Keeper {
    let clock = OwnClock(
        TokioClock::new(),
        Duration::from_micros(number * 7_777_777_777),
    );
    let source = Arc::new(slots.clone());
    Arc::new(SlotKeeper::shared("fake", limit, clock, source).unwrap())
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(TO, "Doors open at eight."))
}

/// A message of that many segments.
pub(crate) fn segments(count: u32) -> Outbound {
    let message = outbound(Message::new(TO, "x".repeat(150 * count as usize)));
    assert_eq!(message.segments().count, count);
    message
}

/// Sends one after the other, from `many` tasks, until it is aborted: by the queue, or directly.
pub(crate) fn load(
    keeper: &Keeper,
    seen: &Seen,
    many: usize,
    is_queued: bool,
) -> Vec<JoinHandle<()>> {
    let task = |_| {
        let (keeper, seen, message) = (Arc::clone(keeper), seen.clone(), message());
        tokio::spawn(async move {
            loop {
                let slot = if is_queued {
                    let turn = keeper.turn(&message).await;
                    keeper.slot_in_turn(turn, &message, Duration::MAX).await
                } else {
                    keeper.slot(&message).await
                };
                match slot {
                    Ok(()) => seen.note(1),
                    Err(error) => sleep(error.retry_after().unwrap_or(millis(100))).await,
                }
            }
        })
    };
    (0..many).map(task).collect()
}

/// Milliseconds between the two, in an order that looks like chance and is always the same.
pub(crate) fn between(from: u64, to: u64) -> impl Fn() -> (Duration, Duration) {
    let random = Mutex::new(fastrand::Rng::with_seed(7));
    move || {
        let mut random = random.lock().unwrap();
        let mut way = || millis(random.u64(from..=to));
        (way(), way())
    }
}

/// No window sees more than burst + rate × length; a tight burst, none of 960 ms and more, and a
/// shorter one at most 30 ms' worth more.
pub(crate) fn excess(calls: &[(Duration, u32)], limit: &RateLimitSettings) -> Option<String> {
    let mut calls = calls.to_vec();
    calls.sort_unstable();
    let dearest = calls.iter().map(|(_, cost)| *cost).max()?;
    let burst = f64::from(limit.burst.max(dearest));
    let is_tight = f64::from(limit.burst - 1) / limit.rate < 0.060;
    for (index, (from, _)) in calls.iter().enumerate() {
        let mut cost = 0;
        for (to, more) in &calls[index..] {
            cost += more;
            let length = (*to - *from).as_secs_f64();
            let spare = if is_tight && length < 0.96 {
                0.030
            } else {
                0.0
            };
            let allowed = burst + (length + spare) * limit.rate;
            if f64::from(cost) > allowed + 1e-6 {
                return Some(format!("{cost} calls within {length} s, {allowed} allowed"));
            }
        }
    }
    None
}
