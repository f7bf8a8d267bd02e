//! A limit that processes share: the statement, the pace, the stock, and fleets of them in true time.

use std::time::Duration;

use proptest::prelude::*;
use sms_framework::limiter::{
    Block, BlockRequest, Pace, Quota, SharedSlot, Stock, Take, Tick, next_block,
};

use super::{ms, quota};

const PATIENT: Duration = Duration::from_secs(30);
const NOW_US: i64 = 1_800_000_000_000_000;

fn request() -> BlockRequest {
    Pace::new(&Quota::default(), PATIENT).request(1, 2, PATIENT)
}

#[test]
fn a_new_key_begins_with_its_initial_slots() {
    for (initial, first_us) in [(0, 100_000), (1, 0), (2, -100_000), (10, -800_000)] {
        let pace = Pace::new(&quota(10.0, 10, initial), PATIENT);
        let (block, _) = next_block(None, NOW_US, &pace.request(1, 0, PATIENT));
        assert_eq!(block.first_us - NOW_US, first_us, "initial = {initial}");
    }
}

#[test]
fn after_a_pause_there_is_the_allowance_and_no_more() {
    let (block, row) = next_block(Some(NOW_US - 86_400_000_000), NOW_US, &request());
    assert_eq!((block.first_us, block.slots), (NOW_US - 800_000, 2));
    assert_eq!(row, NOW_US - 600_000);
}

#[test]
fn beyond_the_horizon_nothing_is_taken_and_the_row_stays() {
    let row = NOW_US + 30_000_001;
    assert_eq!(
        next_block(Some(row), NOW_US, &request()),
        (
            Block {
                now_us: NOW_US,
                first_us: row,
                slots: 0
            },
            row
        )
    );
    // The last that fits is taken alone.
    let (block, _) = next_block(Some(row - 1), NOW_US, &request());
    assert_eq!(block.slots, 1);
    // Fewer than a call needs are of no use.
    let dear = Pace::new(&Quota::default(), PATIENT).request(3, 0, PATIENT);
    assert_eq!(next_block(Some(row - 1), NOW_US, &dear).0.slots, 0);
}

#[test]
fn a_clock_that_was_set_back_stops_the_fleet_for_the_longest_wait_at_most() {
    let (block, row) = next_block(Some(NOW_US + 3_600_000_000), NOW_US, &request());
    assert_eq!(block.slots, 0);
    assert!(row - NOW_US <= 30_400_000, "{}", row - NOW_US);
}

#[test]
fn nonsense_in_the_row_is_outlived() {
    for row in [i64::MIN, -1, 0, i64::MAX] {
        let (block, next) = next_block(Some(row), NOW_US, &request());
        assert!(block.first_us >= NOW_US - 800_000 && next <= NOW_US + 31_000_000);
    }
}

#[test]
fn a_small_burst_is_stretched_and_a_large_one_is_not() {
    let pace = |rate, burst| Pace::new(&quota(rate, burst, 1), PATIENT);
    let cases = [
        // rate, burst: interval, good for, allowance, in microseconds
        (10.0, 10, (100_000, 900_000, 800_000)),
        (10.0, 2, (100_000, 100_000, 50_000)),
        (10.0, 1, (103_125, 30_000, 0)),
        (0.5, 1, (2_062_500, 62_500, 31_250)),
        (100.0, 5, (10_313, 41_565, 11_565)),
        (1_000.0, 1_000, (1_000, 999_000, 899_000)),
    ];
    for (rate, burst, (interval, good, allowance)) in cases {
        let pace = pace(rate, burst);
        let found = (pace.interval(), pace.good_for(), pace.allowance());
        let wanted = [interval, good, allowance].map(Duration::from_micros);
        assert_eq!(
            [found.0, found.1, found.2],
            wanted,
            "{rate} a second, burst {burst}"
        );
    }
}

#[test]
fn a_lone_caller_takes_one_and_a_crowd_a_quarter_of_a_seconds_worth() {
    let pace = Pace::new(&quota(100.0, 100, 1), PATIENT);
    let asked = |cost, others| pace.request(cost, others, PATIENT).slots;
    assert_eq!([asked(1, 0), asked(1, 3), asked(1, 1_000)], [1, 4, 25]);
    assert_eq!([asked(3, 0), asked(3, 1_000), asked(40, 9)], [3, 24, 40]);
}

#[test]
fn a_call_too_dear_for_ever_is_told_so() {
    let pace = Pace::new(&quota(10.0, 10, 1), PATIENT);
    assert!(pace.admits(309, PATIENT).is_ok());
    assert_eq!(pace.admits(310, PATIENT).unwrap_err().retry_after(), None);
    assert!(pace.admits(u32::MAX, Duration::MAX).is_err());
}

fn stock(burst: u32, slots: u32) -> Stock {
    let mut stock = Stock::new(Pace::new(&quota(10.0, burst, 1), PATIENT));
    let block = Block {
        now_us: NOW_US,
        first_us: NOW_US,
        slots,
    };
    assert!(stock.receive(&block, at(0), at(4)));
    stock
}

fn at(millis: u64) -> Tick {
    Tick::from_nanos(0).after(ms(1_000 + millis))
}

fn taken(take: Take) -> SharedSlot {
    match take {
        Take::Slot(slot) => slot,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_round_trip_is_the_uncertainty() {
    let slot = taken(stock(2, 1).take(at(4), 1, PATIENT));
    assert_eq!(slot.at(), at(4), "no earlier than the answer can have been");
    assert!(
        slot.is_good(at(100)) && !slot.is_good(at(101)),
        "counted from the question"
    );
}

#[test]
fn what_is_slept_past_is_thrown_away() {
    let mut stock = stock(2, 5);
    assert_eq!(stock.slots(at(100)), 5);
    assert_eq!(stock.slots(at(101)), 4);
    assert_eq!(taken(stock.take(at(301), 1, PATIENT)).at(), at(304));
    assert_eq!(stock.slots(at(10_000)), 0);
}

#[test]
fn what_is_given_back_is_taken_again_and_in_a_row() {
    let mut stock = stock(10, 6);
    let (one, two) = (
        taken(stock.take(at(4), 1, PATIENT)),
        taken(stock.take(at(4), 2, PATIENT)),
    );
    stock.give_back(one);
    assert!(
        matches!(stock.take(at(4), 4, PATIENT), Take::Short),
        "one, and three in a row"
    );
    stock.give_back(two);
    assert_eq!(taken(stock.take(at(4), 4, PATIENT)).at(), at(304));
    assert_eq!(stock.slots(at(4)), 2);
}

#[test]
fn an_answer_that_comes_too_late_is_of_no_use() {
    let mut stock = Stock::new(Pace::new(&quota(10.0, 1, 1), PATIENT));
    let block = Block {
        now_us: NOW_US,
        first_us: NOW_US,
        slots: 3,
    };
    assert!(!stock.receive(&block, at(0), at(31)));
    assert!(stock.receive(&block, at(0), at(30)));
}

#[test]
fn far_away_is_believed_for_a_second() {
    let mut stock = Stock::new(Pace::new(&Quota::default(), PATIENT));
    let block = Block {
        now_us: NOW_US,
        first_us: NOW_US + 31_000_000,
        slots: 0,
    };
    assert!(stock.receive(&block, at(0), at(0)));
    let Take::TooFar(refused) = stock.take(at(500), 1, PATIENT) else {
        panic!()
    };
    assert_eq!(refused.retry_after(), Some(ms(500)));
    assert!(matches!(stock.take(at(500), 1, ms(30_500)), Take::Short));
    assert!(matches!(stock.take(at(1_001), 1, PATIENT), Take::Short));
}

/// One call of a process in the fleet below.
#[derive(Debug, Clone)]
struct Call {
    process: usize,
    pause: u64,
    cost: u32,
    others: u32,
    /// The way of the question and of its answer, and how late the caller is: microseconds.
    there: u64,
    back: u64,
    late: u64,
    gives_back: bool,
}

fn calls(dearest: u32) -> impl Strategy<Value = Vec<Call>> {
    let pause = prop_oneof![3 => Just(0_u64), 3 => 0..40_000_u64, 1 => 0..4_000_000_u64];
    let late = prop_oneof![4 => 0..3_000_u64, 1 => 0..2_000_000_u64];
    let ways = (0..60_000_u64, 0..60_000_u64);
    let call = (
        0..8_usize,
        pause,
        1..=dearest,
        0..9_u32,
        ways,
        late,
        prop::bool::weighted(0.1),
    );
    let call = call.prop_map(
        |(process, pause, cost, others, (there, back), late, gives_back)| Call {
            process,
            pause,
            cost,
            others,
            there,
            back,
            late,
            gives_back,
        },
    );
    prop::collection::vec(call, 1..150)
}

fn quotas() -> impl Strategy<Value = Quota> {
    let rate = prop::sample::select(vec![0.5, 1.0, 3.0, 7.3, 10.0, 50.0, 333.0]);
    (rate, prop::sample::select(vec![1, 1, 2, 3, 10, 40]))
        .prop_flat_map(|(rate, burst)| (Just(rate), Just(burst), 0..=burst))
        .prop_map(|(rate, burst, initial)| quota(rate, burst, initial))
}

/// What a fleet of eight with clocks of their own does, in microseconds of true time, with the cost.
/// Processes run one after the other here, as far as their clocks let them overlap: what matters is
/// which slot is used when.
fn used(quota: &Quota, calls: &[Call], offsets: &[u64]) -> Vec<(i64, u32)> {
    let pace = Pace::new(quota, PATIENT);
    let mut stocks: Vec<_> = (0..8).map(|_| Stock::new(pace)).collect();
    // Each process is at a moment of its own; the database sees questions in the order of true time.
    let (mut moments, mut row, mut asked, mut used) = ([0_u64; 8], None, 0, Vec::new());
    for call in calls {
        let process = call.process;
        let tick = |true_us: u64| Tick::from_nanos((true_us + offsets[process]) * 1_000);
        let mut now = moments[process].max(asked) + call.pause;
        for _ in 0..3 {
            match stocks[process].take(tick(now), call.cost, PATIENT) {
                Take::Slot(slot) => {
                    let at = slot.at().as_nanos().div_ceil(1_000);
                    let at = at.saturating_sub(offsets[process]);
                    let go = at.max(now) + call.late;
                    if call.gives_back {
                        stocks[process].give_back(slot);
                    } else if slot.is_good(tick(go)) {
                        used.push((go as i64, call.cost));
                    }
                    break;
                }
                Take::TooFar(_) => break,
                Take::Short => {
                    let sent = now;
                    asked = sent + call.there;
                    let request = pace.request(call.cost, call.others, PATIENT);
                    let (block, next) = next_block(row, NOW_US + asked as i64, &request);
                    row = Some(next);
                    now = asked + call.back;
                    stocks[process].receive(&block, tick(sent), tick(now));
                }
            }
        }
        moments[process] = now;
    }
    used.sort_unstable();
    used
}

/// The law, strictly: in no window more than burst + rate × length; for a tight burst, in none of
/// 960 ms and more, and in a shorter one at most 30 ms' worth more.
fn within_the_law(used: &[(i64, u32)], quota: &Quota) -> Result<(), TestCaseError> {
    let dearest = used.iter().map(|(_, cost)| *cost).max().unwrap_or(0);
    let burst = f64::from(quota.burst().max(dearest));
    let interval = quota.interval();
    let is_tight = interval * (quota.burst() - 1) < ms(60);
    for (index, (from, _)) in used.iter().enumerate() {
        let mut cost = 0;
        for (to, more) in &used[index..] {
            cost += more;
            let length = (to - from) as f64 / 1e6;
            // A window may begin just before its first call and end just after its last.
            let spare = if is_tight && length < 0.96 {
                0.030
            } else {
                0.0
            };
            let allowed = burst + (length + spare) * quota.rate();
            prop_assert!(
                f64::from(cost) <= allowed + 1e-6,
                "{cost} calls within {length} s, {allowed} allowed"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_fleet_keeps_the_law_in_true_time(
        quota in quotas(),
        calls in calls(1),
        offsets in prop::collection::vec(0..1_000_000_000_000_u64, 8),
    ) {
        within_the_law(&used(&quota, &calls, &offsets), &quota)?;
    }

    #[test]
    fn a_fleet_whose_calls_cost_several_slots_keeps_it_too(
        quota in quotas(),
        calls in calls(14),
        offsets in prop::collection::vec(0..1_000_000_000_000_u64, 8),
    ) {
        within_the_law(&used(&quota, &calls, &offsets), &quota)?;
    }

    /// In true time: blocks do not overlap however far the database's clock is set back, nothing lies
    /// outside of allowance and horizon, and the fleet stands still for the longest wait at most.
    #[test]
    fn blocks_never_overlap_though_the_clock_is_set_back(
        quota in quotas(),
        asks in prop::collection::vec(
            (0..2_000_000_i64, prop::option::weighted(0.2, 0..10_000_000_000_i64), 1..9_u32, 0..20_u32, 0..40_u64),
            1..60,
        ),
    ) {
        let pace = Pace::new(&quota, PATIENT);
        let interval = pace.interval().as_micros() as i64;
        let (mut row, mut now, mut set_back, mut end) = (None, NOW_US, 0, i64::MIN);
        for (step, back, cost, others, longest) in asks {
            now += step;
            set_back += back.unwrap_or(0);
            let request = pace.request(cost, others, Duration::from_secs(longest));
            let (block, next) = next_block(row, now - set_back, &request);
            row = Some(next);
            prop_assert!(block.slots == 0 || block.slots >= request.least);
            let first = block.first_us + set_back;
            prop_assert!(first >= now - request.allowance_us);
            prop_assert!(first <= now + request.furthest_us);
            if block.slots > 0 {
                let last = first + (i64::from(block.slots) - 1) * interval;
                prop_assert!(last <= now + request.horizon_us);
                prop_assert!(first >= end, "{} us too early", end - first);
                end = last + interval;
                prop_assert_eq!(next + set_back, end);
            }
        }
    }
}
