//! Counting messages.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::backend::{Conn, Db};
use crate::message::MessageState;
use crate::store::names::unreadable;
use crate::store::{DayStats, DeliveryStats, ErrorCount, QueueCounts, StatsFilter};

/// Messages that share a day, a state and an error.
#[derive(QueryableByName)]
struct Group {
    /// Since 1970, UTC.
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    simulated: bool,
    #[diesel(sql_type = Nullable<Text>)]
    error_code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    error_provider_code: Option<String>,
    #[diesel(sql_type = BigInt)]
    messages: i64,
    #[diesel(sql_type = BigInt)]
    segments: i64,
}

/// `days` of the answer is left at 0: how far back `since` lies is the caller's to say.
pub(super) fn stats(connection: &mut Conn, filter: &StatsFilter) -> QueryResult<DeliveryStats> {
    let mut stats = DeliveryStats {
        owner: filter.owner.clone(),
        ..DeliveryStats::default()
    };
    let mut days = BTreeMap::new();
    let mut errors = BTreeMap::new();
    for group in groups(connection, filter)? {
        let fate = Fate::of(group.state.parse().map_err(|_| unreadable("state"))?);
        let messages = group.messages.unsigned_abs();
        let day = days.entry(group.day).or_insert_with(DayStats::default);
        if group.simulated {
            stats.simulated += messages;
            day.simulated += messages;
            continue;
        }
        let (total, daily) = match fate {
            Fate::Success => (&mut stats.successes, &mut day.successes),
            Fate::Failure => (&mut stats.failures, &mut day.failures),
            Fate::Waiting => (&mut stats.waiting, &mut day.other),
            Fate::Unknown => (&mut stats.unknown, &mut day.other),
            Fate::Canceled => (&mut stats.canceled, &mut day.other),
        };
        *total += messages;
        *daily += messages;
        if matches!(fate, Fate::Success) {
            stats.segments += group.segments.unsigned_abs();
        } else if let Some(code) = group.error_code {
            *errors.entry((code, group.error_provider_code)).or_default() += messages;
        }
    }
    stats.total_sent = stats.successes + stats.failures;
    stats.by_day = by_day(days)?;
    stats.by_error = by_error(errors);
    Ok(stats)
}

/// How [`DeliveryStats`] sorts the states.
enum Fate {
    Success,
    Failure,
    Waiting,
    Unknown,
    Canceled,
}

impl Fate {
    const fn of(state: MessageState) -> Self {
        match state {
            MessageState::Accepted | MessageState::Sent | MessageState::Delivered => Self::Success,
            MessageState::Failed
            | MessageState::Rejected
            | MessageState::Undelivered
            | MessageState::Expired => Self::Failure,
            MessageState::Scheduled | MessageState::Queued | MessageState::Sending => Self::Waiting,
            MessageState::Unknown => Self::Unknown,
            MessageState::Canceled => Self::Canceled,
        }
    }
}

fn groups(connection: &mut Conn, filter: &StatsFilter) -> QueryResult<Vec<Group>> {
    let whose = filter.owner.as_ref().map_or("", |_| "AND owner = $2");
    let query = format!(
        "SELECT created_at / 86400000 AS day, state, simulated, error_code, error_provider_code,
                COUNT(*) AS messages, SUM(segments) AS segments
         FROM sms_messages WHERE created_at >= $1 {whose}
         GROUP BY 1, 2, 3, 4, 5"
    );
    let query = diesel::sql_query(query)
        .into_boxed::<Db>()
        .bind::<BigInt, _>(filter.since.as_millisecond());
    match &filter.owner {
        Some(owner) => query.bind::<Text, _>(owner).load(connection),
        None => query.load(connection),
    }
}

fn by_day(days: BTreeMap<i64, DayStats>) -> QueryResult<Vec<DayStats>> {
    let dated = |(day, counts)| {
        Ok(DayStats {
            day: date(day)?,
            ..counts
        })
    };
    days.into_iter().map(dated).collect()
}

fn by_error(errors: BTreeMap<(String, Option<String>), u64>) -> Vec<ErrorCount> {
    let mut counts: Vec<_> = errors
        .into_iter()
        .map(|((code, provider_code), count)| ErrorCount {
            code,
            provider_code,
            count,
        })
        .collect();
    // A stable sort: equal counts stay in the order of their codes.
    counts.sort_by_key(|error| Reverse(error.count));
    counts
}

fn date(day: i64) -> QueryResult<String> {
    let start = Timestamp::from_second(day * 86_400).map_err(|_| unreadable("created_at"))?;
    Ok(start.to_zoned(TimeZone::UTC).date().to_string())
}

pub(super) fn queue_counts(connection: &mut Conn, now: Timestamp) -> QueryResult<QueueCounts> {
    let counts: Counts = diesel::sql_query(
        // The states are written out, because only then the partial indexes serve them.
        "SELECT
            (SELECT COUNT(*) FROM sms_messages WHERE state = 'scheduled') AS scheduled,
            (SELECT COUNT(*) FROM sms_messages WHERE state = 'queued') AS queued,
            (SELECT COUNT(*) FROM sms_messages
                WHERE state = 'queued' AND (next_attempt_at IS NULL OR next_attempt_at <= $1)) AS due,
            (SELECT COUNT(*) FROM sms_messages
                WHERE state = 'sending' AND holder IS NOT NULL) AS sending,
            (SELECT COUNT(*) FROM sms_messages WHERE state = 'unknown') AS unknown",
    )
    .bind::<BigInt, _>(now.as_millisecond())
    .get_result(connection)?;
    Ok(QueueCounts {
        scheduled: counts.scheduled.unsigned_abs(),
        queued: counts.queued.unsigned_abs(),
        due: counts.due.unsigned_abs(),
        sending: counts.sending.unsigned_abs(),
        unknown: counts.unknown.unsigned_abs(),
    })
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    scheduled: i64,
    #[diesel(sql_type = BigInt)]
    queued: i64,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    sending: i64,
    #[diesel(sql_type = BigInt)]
    unknown: i64,
}
