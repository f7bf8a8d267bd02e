//! Questions about messages.

use diesel::dsl::{exists, select, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::result::{Error as DieselError, QueryResult};
use diesel::sql_types::{Bool, Integer};
use jiff::Timestamp;

use super::backend::{Conn, Db};
use super::rows::MessageRow;
use super::schema::sms_messages::dsl;
use super::turns;
use crate::message::{MessageId, MessageState};
use crate::store::id::Id;
use crate::store::{MessageFilter, MessageRecord};

/// The rows of a page where the caller names no number.
const PAGE: usize = 50;

pub(super) fn message(connection: &mut Conn, id: MessageId) -> QueryResult<Option<MessageRecord>> {
    dsl::sms_messages
        .find(Id::from(id))
        .select(MessageRow::as_select())
        .first(connection)
        .optional()?
        .map(|row| row.into_record().map_err(|error| named(id, error)))
        .transpose()
}

pub(super) fn messages(
    connection: &mut Conn,
    filter: &MessageFilter,
) -> QueryResult<Vec<MessageRecord>> {
    let limit = if filter.limit == 0 {
        PAGE
    } else {
        filter.limit
    };
    let mut query = dsl::sms_messages
        .select(MessageRow::as_select())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .into_boxed::<Db>();
    if !filter.states.is_empty() {
        query = query.filter(in_states(&filter.states));
    }
    if let Some(owner) = &filter.owner {
        query = query.filter(dsl::owner.eq(owner));
    }
    if let Some(to) = &filter.to {
        query = query.filter(dsl::recipient.eq(to));
    }
    if let Some(broadcast) = filter.broadcast {
        query = query.filter(dsl::broadcast.eq(Id::from(broadcast)));
    }
    if let Some(before) = filter.before {
        let before = Id::from(before);
        let created_at: Option<i64> = dsl::sms_messages
            .find(before)
            .select(dsl::created_at)
            .first(connection)
            .optional()?;
        query = match created_at {
            Some(at) => query
                .filter(dsl::created_at.le(at))
                .filter(dsl::created_at.lt(at).or(dsl::id.lt(before))),
            // It is gone, but ids sort by time.
            None => query.filter(dsl::id.lt(before)),
        };
    }
    query = if filter.by_due {
        query.order((
            // What can go at once comes first, what is held last.
            sql::<Integer>(
                "CASE WHEN next_attempt_at IS NOT NULL THEN 1 WHEN state = 'queued' THEN 0 ELSE 2 END",
            ),
            dsl::next_attempt_at.asc(),
            dsl::id.asc(),
        ))
    } else {
        query.order((dsl::created_at.desc(), dsl::id.desc()))
    };
    query
        .load(connection)?
        .into_iter()
        .map(|row: MessageRow| row.into_record())
        .collect()
}

/// The states are written out, because only then the partial indexes serve them; what is being
/// sent always has a lease, so that the index of what is due has it.
pub(super) fn in_states(states: &[MessageState]) -> SqlLiteral<Bool> {
    let each: Vec<_> = states
        .iter()
        .map(|state| match state {
            MessageState::Sending => "(state = 'sending' AND holder IS NOT NULL)".to_owned(),
            other => format!("state = '{other}'"),
        })
        .collect();
    sql(&format!("({})", each.join(" OR ")))
}

/// The same error with the message that it is about.
fn named(id: MessageId, error: DieselError) -> DieselError {
    match error {
        DieselError::DeserializationError(why) => {
            DieselError::DeserializationError(format!("message {id}: {why}").into())
        }
        other => other,
    }
}

/// Asks the smallest question that touches the table.
pub(super) fn answers(connection: &mut Conn) -> QueryResult<()> {
    dsl::sms_messages
        .select(dsl::state)
        .first::<String>(connection)
        .optional()
        .map(|_| ())
}

/// Whether nothing is due for these providers, nor in anybody's hands.
pub(super) fn is_idle(
    connection: &mut Conn,
    providers: &[String],
    now: Timestamp,
) -> QueryResult<bool> {
    if turns::any(connection, providers)? {
        return Ok(false);
    }
    let at = now.as_millisecond();
    let due = "next_attempt_at IS NOT NULL AND holder IS NULL AND state";
    let found = |condition: SqlLiteral<Bool>, connection: &mut Conn| {
        let rows = dsl::sms_messages
            .filter(condition)
            .filter(dsl::provider.eq_any(providers));
        select(exists(rows)).get_result::<bool>(connection)
    };
    // Each is what one of the partial indexes holds.
    let conditions = [
        "holder IS NOT NULL".to_owned(),
        format!("{due} <> 'unknown' AND next_attempt_at <= {at}"),
        format!("{due} = 'unknown' AND next_attempt_at <= {at}"),
    ];
    for condition in conditions {
        if found(sql(&format!("({condition})")), connection)? {
            return Ok(false);
        }
    }
    Ok(true)
}
