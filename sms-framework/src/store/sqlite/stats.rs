//! Counting messages.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::names::unreadable;
use super::schema::sms_messages::dsl;
use crate::message::MessageState;
use crate::store::{DayStats, DeliveryStats, ErrorCount, QueueCounts, StatsFilter};

/// Messages of one day, state and kind.
#[derive(QueryableByName)]
struct Group {
    /// Since 1970, UTC.
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    simulated: bool,
    #[diesel(sql_type = BigInt)]
    messages: i64,
    #[diesel(sql_type = BigInt)]
    segments: i64,
}

/// `days` of the answer is left at 0: how far back `since` lies is the caller's to say.
pub(super) fn stats(
    connection: &mut SqliteConnection,
    filter: &StatsFilter,
) -> QueryResult<DeliveryStats> {
    let mut stats = DeliveryStats {
        owner: filter.owner.clone(),
        by_error: by_error(connection, filter)?,
        ..DeliveryStats::default()
    };
    let mut days = BTreeMap::new();
    for group in groups(connection, filter)? {
        let state: MessageState = group.state.parse().map_err(|_| unreadable("state"))?;
        let messages = group.messages.unsigned_abs();
        let of_day = days.entry(group.day).or_insert_with(DayStats::default);
        if group.simulated {
            stats.simulated += messages;
            of_day.simulated += messages;
            continue;
        }
        let (total, daily) = match Fate::of(state) {
            Fate::Success => {
                stats.segments += group.segments.unsigned_abs();
                (&mut stats.successes, &mut of_day.successes)
            }
            Fate::Failure => (&mut stats.failures, &mut of_day.failures),
            Fate::Waiting => (&mut stats.waiting, &mut of_day.other),
            Fate::Unknown => (&mut stats.unknown, &mut of_day.other),
            Fate::Canceled => (&mut stats.canceled, &mut of_day.other),
        };
        *total += messages;
        *daily += messages;
    }
    stats.total_sent = stats.successes + stats.failures;
    stats.by_day = days
        .into_iter()
        .map(|(day, counts)| {
            Ok(DayStats {
                day: date(day)?,
                ..counts
            })
        })
        .collect::<QueryResult<_>>()?;
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

fn groups(connection: &mut SqliteConnection, filter: &StatsFilter) -> QueryResult<Vec<Group>> {
    let whose = filter.owner.as_ref().map_or("", |_| "AND owner = ?");
    let query = format!(
        "SELECT created_at / 86400000 AS day, state, simulated,
                COUNT(*) AS messages, SUM(segments) AS segments
         FROM sms_messages WHERE created_at >= ? {whose}
         GROUP BY 1, 2, 3"
    );
    let query = diesel::sql_query(query)
        .into_boxed::<Sqlite>()
        .bind::<BigInt, _>(filter.since.as_millisecond());
    match &filter.owner {
        Some(owner) => query.bind::<Text, _>(owner).load(connection),
        None => query.load(connection),
    }
}

fn by_error(
    connection: &mut SqliteConnection,
    filter: &StatsFilter,
) -> QueryResult<Vec<ErrorCount>> {
    let taken: Vec<_> = MessageState::ALL
        .iter()
        .filter(|state| matches!(Fate::of(**state), Fate::Success))
        .map(|state| state.as_str())
        .collect();
    let mut query = dsl::sms_messages
        .group_by((dsl::error_code, dsl::error_provider_code))
        .select((
            dsl::error_code.assume_not_null(),
            dsl::error_provider_code,
            count_star(),
        ))
        .filter(dsl::created_at.ge(filter.since.as_millisecond()))
        .filter(dsl::error_code.is_not_null())
        .filter(dsl::simulated.eq(false))
        .filter(dsl::state.ne_all(taken))
        .order((
            count_star().desc(),
            dsl::error_code,
            dsl::error_provider_code,
        ))
        .into_boxed::<Sqlite>();
    if let Some(owner) = &filter.owner {
        query = query.filter(dsl::owner.eq(owner));
    }
    let rows: Vec<(String, Option<String>, i64)> = query.load(connection)?;
    let counts = rows
        .into_iter()
        .map(|(code, provider_code, count)| ErrorCount {
            code,
            provider_code,
            count: count.unsigned_abs(),
        });
    Ok(counts.collect())
}

fn date(day: i64) -> QueryResult<String> {
    let start = Timestamp::from_second(day * 86_400).map_err(|_| unreadable("created_at"))?;
    Ok(start.to_zoned(TimeZone::UTC).date().to_string())
}

pub(super) fn queue_counts(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> QueryResult<QueueCounts> {
    let counts: Counts = diesel::sql_query(
        // The states are written out, because only then the partial indexes serve them.
        "SELECT
            (SELECT COUNT(*) FROM sms_messages WHERE state = 'queued') AS queued,
            (SELECT COUNT(*) FROM sms_messages WHERE state = 'queued' AND next_attempt_at <= ?) AS due,
            (SELECT COUNT(*) FROM sms_messages
                WHERE state = 'sending' AND next_attempt_at IS NOT NULL) AS sending,
            (SELECT COUNT(*) FROM sms_messages WHERE state = 'unknown') AS unknown",
    )
    .bind::<BigInt, _>(now.as_millisecond())
    .get_result(connection)?;
    Ok(QueueCounts {
        queued: counts.queued.unsigned_abs(),
        due: counts.due.unsigned_abs(),
        sending: counts.sending.unsigned_abs(),
        unknown: counts.unknown.unsigned_abs(),
    })
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    queued: i64,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    sending: i64,
    #[diesel(sql_type = BigInt)]
    unknown: i64,
}
