//! Weeks as ranges of message ids: a UUIDv7 begins with its time in milliseconds.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;
/// Weeks begin on Mondays, 1970 on a Thursday.
const FIRST_MONDAY: i64 = 4 * 24 * 60 * 60 * 1000;

/// A week from Monday, 00:00 UTC, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Week {
    from: i64,
}

impl Week {
    /// The week that holds `time`.
    pub(super) fn of(time: Timestamp) -> Self {
        let since = time.as_millisecond() - FIRST_MONDAY;
        Self {
            from: since.div_euclid(WEEK) * WEEK + FIRST_MONDAY,
        }
    }

    pub(super) fn next(self) -> Self {
        Self {
            from: self.from + WEEK,
        }
    }

    pub(super) fn from(self) -> Timestamp {
        timestamp(self.from)
    }

    pub(super) fn until(self) -> Timestamp {
        timestamp(self.from + WEEK)
    }

    /// Its Monday, as `20261123`.
    pub(super) fn name(self) -> String {
        self.from().strftime("%Y%m%d").to_string()
    }
}

/// The weeks of everything made from `now` until so much later.
pub(super) fn ahead(now: Timestamp, reach: SignedDuration) -> impl Iterator<Item = Week> {
    let last = Week::of(now.saturating_add(reach).unwrap_or(Timestamp::MAX));
    std::iter::successors(Some(Week::of(now)), |week| Some(week.next()))
        .take_while(move |week| week.from <= last.from)
}

/// The least id of a message made at `time`, or later.
pub(super) fn first_id(time: Timestamp) -> Uuid {
    let milliseconds = u128::try_from(time.as_millisecond()).unwrap_or_default();
    Uuid::from_u128(milliseconds << 80)
}

/// The time at the front of an id; the last one there is for ids that no clock can have made.
pub(super) fn time_of(id: Uuid) -> Timestamp {
    i64::try_from(id.as_u128() >> 80).map_or(Timestamp::MAX, timestamp)
}

fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_is_from_monday_to_monday() {
        let week = Week::of(time("2026-11-25T12:00:00Z"));
        assert_eq!(week.name(), "20261123");
        assert_eq!(week.from(), time("2026-11-23T00:00:00Z"));
        assert_eq!(week.until(), time("2026-11-30T00:00:00Z"));
        assert_eq!(Week::of(week.from()), week);
        assert_eq!(Week::of(week.until()), week.next());
        assert_eq!(Week::of(time("1969-12-31T23:59:59Z")).name(), "19691229");
    }

    #[test]
    fn the_bounds_hold_the_ids_of_their_time_and_no_other() {
        let week = Week::of(Timestamp::now());
        let id = Uuid::now_v7();
        assert!(first_id(week.from()) <= id && id < first_id(week.until()));
        assert_eq!(time_of(first_id(week.until())), week.until());
        assert_eq!(time_of(Uuid::max()), Timestamp::MAX);
    }

    #[test]
    fn eight_weeks_ahead_are_nine_with_the_one_that_has_begun() {
        let weeks = ahead(
            time("2026-11-25T12:00:00Z"),
            SignedDuration::from_hours(8 * 7 * 24),
        );
        let names: Vec<_> = weeks.map(Week::name).collect();
        assert_eq!(names.first().map(String::as_str), Some("20261123"));
        assert_eq!(names.last().map(String::as_str), Some("20270118"));
        assert_eq!(names.len(), 9);
    }
}
