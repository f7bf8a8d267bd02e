//! Shares by weight: exact ones, in a fixed order that is as even as it can be.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes turns by weight: of any `total` turns in a row, each gets exactly its weight.
#[derive(Debug)]
pub(super) struct Schedule {
    turns: Vec<u16>,
    next: AtomicUsize,
}

impl Schedule {
    /// A schedule for these weights, which are not all zero.
    pub(super) fn new(weights: &[u32]) -> Self {
        let divisor = weights.iter().copied().fold(0, gcd).max(1);
        let weights: Vec<i64> = weights
            .iter()
            .map(|weight| i64::from(weight / divisor))
            .collect();
        let total: i64 = weights.iter().sum();
        let mut credit = vec![0_i64; weights.len()];
        let turns = (0..total).map(|_| {
            for (credit, weight) in credit.iter_mut().zip(&weights) {
                *credit += weight;
            }
            // Of equals the first: the more preferred one.
            let most = (0..credit.len()).rev().max_by_key(|at| credit[*at]);
            let most = most.unwrap_or_default();
            credit[most] -= total;
            most as u16
        });
        Self {
            turns: turns.collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// Whose turn it is.
    pub(super) fn turn(&self) -> usize {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        usize::from(self.turns[turn % self.turns.len()])
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Shares by weights that change: a sequence that fills the unit interval evenly picks among them.
#[derive(Debug, Default)]
pub(super) struct Shares(AtomicUsize);

impl Shares {
    /// One of the weights; `None` where all are zero.
    pub(super) fn pick(&self, weights: &[f64]) -> Option<usize> {
        /// The golden ratio's fraction: its multiples lie as evenly as those of any number.
        const STEP: f64 = 0.618_033_988_749_894_9;
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let turn = self.0.fetch_add(1, Ordering::Relaxed);
        let mut place = (turn as f64 * STEP).fract() * total;
        for (at, weight) in weights.iter().enumerate() {
            if place < *weight {
                return Some(at);
            }
            place -= weight;
        }
        weights.iter().rposition(|weight| *weight > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn of_any_turns_in_a_row_each_gets_its_weight(
            weights in prop::collection::vec(1_u32..20, 1..6),
            skip in 0_usize..100,
        ) {
            let schedule = Schedule::new(&weights);
            let total: u32 = weights.iter().sum();
            for _ in 0..skip {
                schedule.turn();
            }
            let mut got = vec![0_u32; weights.len()];
            for _ in 0..total {
                got[schedule.turn()] += 1;
            }
            prop_assert_eq!(got, weights);
        }

        #[test]
        fn shares_hold_within_a_few_turns(
            weights in prop::collection::vec(0.05_f64..4.0, 1..6),
            turns in 200_usize..2000,
        ) {
            let shares = Shares::default();
            let mut got = vec![0_usize; weights.len()];
            for _ in 0..turns {
                got[shares.pick(&weights).unwrap()] += 1;
            }
            let total: f64 = weights.iter().sum();
            for (got, weight) in got.iter().zip(&weights) {
                let due = turns as f64 * weight / total;
                prop_assert!((*got as f64 - due).abs() < 8.0, "{got} of {due}");
            }
        }
    }

    #[test]
    fn turns_alternate_instead_of_coming_in_blocks() {
        let schedule = Schedule::new(&[1, 2]);
        let turns: Vec<_> = (0..6).map(|_| schedule.turn()).collect();
        assert_eq!(turns, [1, 0, 1, 1, 0, 1]);
    }

    #[test]
    fn weights_of_nothing_pick_nobody() {
        assert_eq!(Shares::default().pick(&[0.0, 0.0]), None);
    }
}
