//! Leasing messages whose time has come.

use diesel::prelude::*;
use diesel::result::{Error as DieselError, QueryResult};
use jiff::Timestamp;

use super::rows::MessageRow;
use super::schema::sms_messages::dsl;
use crate::error::ErrorKind;
use crate::message::{MessageId, MessageState};
use crate::store::Claimed;

const CLAIMABLE: [&str; 3] = [
    MessageState::Queued.as_str(),
    MessageState::Unknown.as_str(),
    MessageState::Sending.as_str(),
];

/// A row just leased, and when it was due before.
#[derive(Debug)]
pub(super) struct Leased {
    pub(super) message: Claimed,
    due: Option<i64>,
}

/// Leases up to `limit` due messages of `providers` for `holder`. It runs inside the writer's immediate
/// transaction, so no other store can see the same rows as due.
pub(super) fn claim(
    connection: &mut SqliteConnection,
    holder: &str,
    providers: &[String],
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
) -> QueryResult<Vec<Leased>> {
    let mut claimed = Vec::new();
    while claimed.len() < limit {
        let due = due(connection, providers, now, limit - claimed.len())?;
        if due.is_empty() {
            break;
        }
        for id in due {
            match read(connection, &id) {
                Ok(message) => {
                    lease(connection, &id, holder, lease_until)?;
                    claimed.push(message);
                }
                Err(DieselError::DeserializationError(why)) => {
                    give_up(connection, &id, &why.to_string(), now)?;
                }
                Err(other) => return Err(other),
            }
        }
    }
    Ok(claimed)
}

fn due(
    connection: &mut SqliteConnection,
    providers: &[String],
    now: Timestamp,
    limit: usize,
) -> QueryResult<Vec<String>> {
    dsl::sms_messages
        .filter(dsl::next_attempt_at.le(now.as_millisecond()))
        .filter(dsl::state.eq_any(CLAIMABLE))
        .filter(dsl::provider.eq_any(providers))
        .order((dsl::next_attempt_at, dsl::id))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(dsl::id)
        .load(connection)
}

fn read(connection: &mut SqliteConnection, id: &str) -> QueryResult<Leased> {
    let row: MessageRow = dsl::sms_messages
        .find(id)
        .select(MessageRow::as_select())
        .first(connection)?;
    Ok(Leased {
        due: row.due(),
        message: row.into_claimed()?,
    })
}

fn lease(
    connection: &mut SqliteConnection,
    id: &str,
    holder: &str,
    until: Timestamp,
) -> QueryResult<usize> {
    diesel::update(dsl::sms_messages.find(id))
        .set((
            dsl::state.eq(MessageState::Sending.as_str()),
            dsl::holder.eq(holder),
            dsl::next_attempt_at.eq(until.as_millisecond()),
        ))
        .execute(connection)
}

/// Notes who is handed a leased message next.
pub(super) fn hand_over(
    connection: &mut SqliteConnection,
    id: MessageId,
    holder: &str,
    provider: &str,
    (sender, is_chosen): (Option<&str>, bool),
) -> QueryResult<bool> {
    let leased = dsl::sms_messages
        .find(id.to_string())
        .filter(dsl::state.eq(MessageState::Sending.as_str()))
        .filter(dsl::holder.eq(holder));
    let changed = diesel::update(leased)
        .set((
            dsl::provider.eq(provider),
            dsl::sender.eq(sender),
            dsl::sender_is_chosen.eq(is_chosen),
        ))
        .execute(connection)?;
    Ok(changed > 0)
}

/// Makes rows due again as they were, for nobody heard that they were leased.
pub(super) fn release(
    connection: &mut SqliteConnection,
    holder: &str,
    rows: &[Leased],
) -> QueryResult<()> {
    for Leased { message, due } in rows {
        let leased = dsl::sms_messages
            .find(message.message.id().to_string())
            .filter(dsl::state.eq(MessageState::Sending.as_str()))
            .filter(dsl::holder.eq(holder));
        diesel::update(leased)
            .set((
                dsl::state.eq(message.was.as_str()),
                dsl::holder.eq(None::<String>),
                dsl::next_attempt_at.eq(*due),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// A row that cannot be read would be due for ever. It ends here, truthfully: as failed where it
/// only waited, as unknown where an earlier attempt may have gone out.
fn give_up(
    connection: &mut SqliteConnection,
    id: &str,
    why: &str,
    now: Timestamp,
) -> QueryResult<()> {
    let (state, doubt): (String, Option<String>) = dsl::sms_messages
        .find(id)
        .select((dsl::state, dsl::doubt))
        .first(connection)?;
    let may_be_out = doubt.is_some() || state != MessageState::Queued.as_str();
    let (end, certainty) = if may_be_out {
        (MessageState::Unknown, "MaybeSent")
    } else {
        (MessageState::Failed, "NotSent")
    };
    tracing::error!(message_id = id, why, state = %end, "a stored message cannot be sent: its row is unreadable");
    diesel::update(dsl::sms_messages.find(id))
        .set((
            dsl::state.eq(end.as_str()),
            dsl::next_attempt_at.eq(None::<i64>),
            dsl::holder.eq(None::<String>),
            dsl::error_code.eq(ErrorKind::Storage.code()),
            dsl::error_message.eq(format!("the stored message cannot be sent: {why}")),
            dsl::error_certainty.eq(certainty),
            dsl::error_provider_code.eq(None::<String>),
            dsl::updated_at.eq(now.as_millisecond()),
        ))
        .execute(connection)?;
    Ok(())
}
