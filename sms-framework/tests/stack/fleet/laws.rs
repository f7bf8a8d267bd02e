//! What holds for every fleet.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use sms_framework::config::{RateLimitSettings, Unit};
use sms_framework::stack::SlotKeeper;
use sms_framework::testkit::{MemorySlots, TokioClock};
use tokio::time::{sleep, timeout};

use super::support::{OwnClock, Seen, between, excess, limit, segments};
use crate::support::millis;

/// What one process does: when it begins, when it dies, and what its callers are like.
#[derive(Debug, Clone)]
struct Life {
    offset: u64,
    begins: u64,
    lasts: u64,
    queued: usize,
    direct: usize,
    pause: u64,
    patience: u64,
    cost: u32,
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    let times = (0..9_000_000_000_u64, 0..3_000_u64, 500..15_000_u64);
    let callers = (
        0..12_usize,
        0..12_usize,
        0..3_000_u64,
        20..3_000_u64,
        1..=4_u32,
    );
    let life = (times, callers).prop_map(
        |((offset, begins, lasts), (queued, direct, pause, patience, cost))| Life {
            offset,
            begins,
            lasts,
            queued,
            direct,
            pause,
            patience,
            cost,
        },
    );
    prop::collection::vec(life, 2..=8)
}

/// Callers who come again and again, wait for their patience, and are dropped then.
async fn live(life: Life, limit: RateLimitSettings, slots: MemorySlots, seen: Seen) {
    sleep(millis(life.begins)).await;
    let clock = OwnClock(TokioClock::new(), Duration::from_micros(life.offset));
    let keeper = SlotKeeper::shared("fake", &limit, clock, Arc::new(slots)).unwrap();
    let caller = |number: usize| {
        let (life, keeper, seen) = (life.clone(), &keeper, seen.clone());
        async move {
            let message = segments(life.cost);
            loop {
                let slot = async {
                    if number < life.queued {
                        let turn = keeper.turn(&message).await;
                        keeper.slot_in_turn(turn, &message, Duration::MAX).await
                    } else {
                        keeper.slot(&message).await
                    }
                };
                if let Ok(Ok(())) = timeout(millis(life.patience), slot).await {
                    seen.note(life.cost);
                }
                sleep(millis(1 + life.pause * (number as u64 % 4) / 3)).await;
            }
        }
    };
    let callers = futures_util::future::join_all((0..life.queued + life.direct).map(caller));
    let _ended: Result<Vec<()>, _> = timeout(millis(life.lasts), callers).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two to eight processes that come, go, fall silent and are dropped at any point, with clocks of
    /// their own and a database as slow as it likes: the law holds in true time.
    #[test]
    fn a_fleet_keeps_the_law(
        lives in lives(),
        rate in prop::sample::select(vec![1.0, 5.0, 20.0, 60.0]),
        burst in prop::sample::select(vec![1_u32, 2, 5, 10]),
        slowest in 0..80_u64,
        away in prop::option::of((0..8_000_u64, 0..4_000_u64)),
        back in prop::option::of(0..20_000_000_i64),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let mut limit = limit(rate, burst);
        limit.unit = Unit::Segment;
        let calls = runtime.block_on(async {
            let (seen, slots) = (Seen::new(), MemorySlots::with_latency(between(0, slowest)));
            let lives = lives.into_iter().map(|life| live(life, limit.clone(), slots.clone(), seen.clone()));
            let troubles = async {
                if let Some((at, lasts)) = away {
                    sleep(millis(at)).await;
                    slots.break_down(true);
                    sleep(millis(lasts)).await;
                    slots.break_down(false);
                }
                slots.set_clock(-back.unwrap_or(0));
            };
            tokio::join!(futures_util::future::join_all(lives), troubles);
            seen.calls()
        });
        prop_assert_eq!(excess(&calls, &limit), None);
    }
}
