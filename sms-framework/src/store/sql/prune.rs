//! Deleting what need not be kept, and forgetting a number: some rows at a time, so that nobody waits
//! long for the writer.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};
use jiff::Timestamp;

use super::backend::{self, Conn, Db};
use super::query::in_states;
use super::schema::{sms_attempts, sms_idempotency, sms_messages, sms_part_ids, sms_receipts};
use super::statement::statement;
use crate::message::MessageState;
use crate::store::id::Id;
use crate::store::{Forgotten, Prune, Pruned};

/// How many messages one transaction looks at.
const AT_ONCE: i64 = 1_000;

/// Where to go on: after the message of that time and id.
pub(super) type Place = (i64, Id);

/// What is deleted of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    All,
    Body,
    Attempts,
}

/// One step: how much was deleted, and where the next one goes on; `None` where it is done.
pub(super) struct Step {
    pub(super) deleted: u64,
    pub(super) next: Option<Place>,
}

fn waiting() -> Vec<MessageState> {
    let all = MessageState::ALL.iter().copied();
    all.filter(|state| state.is_waiting()).collect()
}

/// Deletes of messages handed over before `before` and settled since, from `from` on.
pub(super) fn step(
    connection: &mut Conn,
    what: What,
    before: Timestamp,
    from: &Place,
) -> QueryResult<Step> {
    backend::plan_anew(connection)?;
    let (at, id) = *from;
    let old: Vec<(Id, i64, String)> = sms_messages::table
        .filter(sms_messages::created_at.lt(before.as_millisecond()))
        .filter(sms_messages::created_at.ge(at))
        .filter(sms_messages::created_at.gt(at).or(sms_messages::id.gt(id)))
        .order((sms_messages::created_at, sms_messages::id))
        .limit(AT_ONCE)
        .select((
            sms_messages::id,
            sms_messages::created_at,
            sms_messages::state,
        ))
        .load(connection)?;
    let next = old.last().map(|(id, at, _)| (*at, *id));
    let waiting: Vec<_> = waiting().into_iter().map(MessageState::as_str).collect();
    let settled = old
        .iter()
        .filter(|(_, _, state)| !waiting.contains(&state.as_str()));
    let ids: Vec<Id> = settled.map(|(id, _, _)| *id).collect();
    let deleted = match what {
        What::All => whole(connection, &ids)?,
        What::Body => bodies(connection, &ids)?,
        What::Attempts => attempts(connection, &ids)?,
    };
    Ok(Step {
        deleted: deleted as u64,
        next,
    })
}

/// What all steps would delete.
pub(super) fn count(connection: &mut Conn, prune: &Prune) -> QueryResult<Pruned> {
    let before = |time: Option<Timestamp>| time.map_or(i64::MIN, Timestamp::as_millisecond);
    let gone = before(prune.messages_before);
    // Handed over from `from` to `before`, and settled since.
    let old = |from: i64, before: i64| {
        sms_messages::table
            .filter(sms_messages::created_at.ge(from))
            .filter(sms_messages::created_at.lt(before))
            .filter(not(in_states(&waiting())))
    };
    let messages: i64 = old(i64::MIN, gone).count().get_result(connection)?;
    let bodies: i64 = old(gone, before(prune.bodies_before))
        .filter(sms_messages::body.is_not_null())
        .count()
        .get_result(connection)?;
    let stay = || old(gone, before(prune.attempts_before));
    let attempts: i64 = sms_attempts::table
        .filter(sms_attempts::message_id.eq_any(stay().select(sms_messages::id)))
        .count()
        .get_result(connection)?;
    let receipts: i64 = sms_receipts::table
        .filter(sms_receipts::message_id.eq_any(stay().select(sms_messages::id.nullable())))
        .count()
        .get_result(connection)?;
    Ok(Pruned {
        messages: messages.unsigned_abs(),
        bodies: bodies.unsigned_abs(),
        attempts: (attempts + receipts).unsigned_abs(),
        partitions: 0,
    })
}

fn whole(connection: &mut Conn, ids: &[Id]) -> QueryResult<usize> {
    attempts(connection, ids)?;
    let keys = sms_idempotency::table.filter(sms_idempotency::message_id.eq_any(ids));
    diesel::delete(keys).execute(connection)?;
    let parts = sms_part_ids::table.filter(sms_part_ids::message_id.eq_any(ids));
    diesel::delete(parts).execute(connection)?;
    diesel::delete(sms_messages::table.filter(sms_messages::id.eq_any(ids))).execute(connection)
}

fn bodies(connection: &mut Conn, ids: &[Id]) -> QueryResult<usize> {
    let kept = sms_messages::table
        .filter(sms_messages::id.eq_any(ids))
        .filter(sms_messages::body.is_not_null());
    diesel::update(kept)
        .set(sms_messages::body.eq(None::<String>))
        .execute(connection)
}

fn attempts(connection: &mut Conn, ids: &[Id]) -> QueryResult<usize> {
    let receipts = sms_receipts::table.filter(sms_receipts::message_id.eq_any(ids));
    let receipts = diesel::delete(receipts).execute(connection)?;
    let attempts = sms_attempts::table.filter(sms_attempts::message_id.eq_any(ids));
    Ok(receipts + diesel::delete(attempts).execute(connection)?)
}

statement! {
    struct Empty { before: i64, };
    "DELETE FROM sms_broadcasts WHERE created_at < " [before as BigInt] " AND NOT EXISTS
        (SELECT 1 FROM sms_messages WHERE broadcast = sms_broadcasts.id)"
}

statement! {
    struct Unreported { before: i64, };
    "DELETE FROM sms_receipts WHERE message_id IS NOT NULL AND received_at < " [before as BigInt] " AND NOT EXISTS
        (SELECT 1 FROM sms_messages WHERE sms_messages.id = sms_receipts.message_id)"
}

statement! {
    struct Unkeyed<'a> { no_owner: &'a str, };
    "DELETE FROM sms_idempotency WHERE owner >= " [no_owner as Text] " AND NOT EXISTS
        (SELECT 1 FROM sms_messages WHERE sms_messages.id = sms_idempotency.message_id)"
}

/// Reports that nobody claimed, what belonged to messages that went with their partition, and
/// broadcasts without messages.
pub(super) fn leftovers(connection: &mut Conn, before: Timestamp) -> QueryResult<()> {
    backend::plan_anew(connection)?;
    let before = before.as_millisecond();
    let orphans = sms_receipts::table
        .filter(sms_receipts::message_id.is_null())
        .filter(sms_receipts::received_at.lt(before));
    diesel::delete(orphans).execute(connection)?;
    Unreported { before }.execute(connection)?;
    Unkeyed { no_owner: "" }.execute(connection)?;
    Empty { before }.execute(connection)?;
    Ok(())
}

/// Stands where a number stood.
pub(super) const FORGOTTEN: &str = "forgotten";
/// Why a message whose recipient was forgotten is not sent.
pub(super) const FORGOTTEN_BEFORE: &str = "its recipient was forgotten before it was sent";

/// Forgets some of a number's messages.
pub(super) fn forget_some(
    connection: &mut Conn,
    number: &str,
    now: Timestamp,
) -> QueryResult<Forgotten> {
    backend::plan_anew(connection)?;
    let ids: Vec<Id> = sms_messages::table
        .filter(sms_messages::recipient.eq(number))
        .limit(AT_ONCE)
        .select(sms_messages::id)
        .load(connection)?;
    let unsent = in_states(&[MessageState::Queued, MessageState::Scheduled]);
    let waiting = sms_messages::table
        .filter(sms_messages::id.eq_any(&ids))
        .filter(unsent);
    let canceled = diesel::update(waiting)
        .set((
            sms_messages::state.eq(MessageState::Canceled.as_str()),
            sms_messages::holder.eq(None::<String>),
            sms_messages::fence.eq(sms_messages::fence + 1),
            sms_messages::error_code.eq("CANCELED"),
            sms_messages::error_message.eq(FORGOTTEN_BEFORE),
            sms_messages::error_certainty.eq("NotSent"),
            sms_messages::error_provider_code.eq(None::<String>),
            sms_messages::next_attempt_at.eq(None::<i64>),
            sms_messages::updated_at.eq(now.as_millisecond()),
        ))
        .execute(connection)?;
    // Nobody can be asked about what has no recipient any more.
    let asked = sms_messages::table
        .filter(sms_messages::id.eq_any(&ids))
        .filter(sms_messages::holder.is_null());
    diesel::update(asked)
        .set(sms_messages::next_attempt_at.eq(None::<i64>))
        .execute(connection)?;
    let messages = diesel::update(sms_messages::table.filter(sms_messages::id.eq_any(&ids)))
        .set((
            sms_messages::recipient.eq(FORGOTTEN),
            sms_messages::body.eq(None::<String>),
            sms_messages::body_hash.eq(None::<String>),
            sms_messages::tags.eq(None::<String>),
            sms_messages::media.eq(None::<String>),
        ))
        .execute(connection)?;
    diesel::update(sms_receipts::table.filter(sms_receipts::message_id.eq_any(&ids)))
        .set(sms_receipts::error_message.eq(None::<String>))
        .execute(connection)?;
    let named = sms_receipts::table.filter(sms_receipts::recipient.eq(number));
    diesel::delete(named.filter(sms_receipts::message_id.eq_any(&ids))).execute(connection)?;
    diesel::delete(named.filter(sms_receipts::message_id.is_null())).execute(connection)?;
    let keys = sms_idempotency::table.filter(sms_idempotency::message_id.eq_any(&ids));
    diesel::delete(keys).execute(connection)?;
    Ok(Forgotten {
        messages: messages as u64,
        canceled: canceled as u64,
    })
}
