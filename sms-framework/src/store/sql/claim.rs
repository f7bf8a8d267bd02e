//! Leasing messages to workers, and freeing what workers left that went away.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::result::{Error as DieselError, QueryResult};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use jiff::Timestamp;

use super::backend::{self, Conn, Db, IdSql, SKIP_LOCKED};
use super::broadcasts::cancel_some;
use super::prune::{FORGOTTEN, FORGOTTEN_BEFORE};
use super::rows::MessageRow;
use super::schema::sms_messages::dsl;
use super::statement::statement;
use super::turns;
use crate::error::ErrorKind;
use crate::message::{MessageId, MessageState, Outbound, Priority};
use crate::store::id::Id;
use crate::store::{Claim, Claimed, Claims, Cursor, Lease};

/// How many rows are found due in one claim: more wait for the next.
const AT_ONCE: i64 = 1_000;

statement! {
    /// What was handed to a provider by somebody who went away: nobody can say.
    struct Doubt<'a> { from: i64, to: i64, now: i64, ask_at: i64, routes: &'a str, };
    "UPDATE sms_messages SET state = 'unknown', doubt = 'no_answer', rounds = rounds + 1,
        holder = NULL, fence = fence + 1,
        error_code = 'NO_ANSWER', error_certainty = 'MaybeSent', error_provider_code = NULL,
        error_message = 'the process that was sending it went away before it could note the outcome',
        next_attempt_at = " [ask_at as BigInt] ", updated_at = " [now as BigInt]
    " WHERE id IN (SELECT id FROM sms_messages WHERE holder IS NOT NULL
        AND next_attempt_at BETWEEN " [from as BigInt] " AND " [to as BigInt]
    " AND state = 'sending' AND provider NOT LIKE " [routes as Text] "" {SKIP_LOCKED} ")"
}

statement! {
    /// What nobody was handed: it can go, or be asked about, again.
    struct Free<'a> { from: i64, to: i64, now: i64, ask_at: i64, queued: &'a str, };
    "UPDATE sms_messages SET holder = NULL, fence = fence + 1,
        next_attempt_at = CASE state WHEN 'unknown' THEN " [ask_at as BigInt] " END,
        state = CASE state WHEN 'sending' THEN " [queued as Text] " ELSE state END,
        updated_at = " [now as BigInt]
    " WHERE id IN (SELECT id FROM sms_messages WHERE holder IS NOT NULL
        AND next_attempt_at BETWEEN " [from as BigInt] " AND " [to as BigInt] "" {SKIP_LOCKED} ")"
}

statement! {
    /// What waited for its time can go.
    struct Promote<'a> { now: i64, at_once: i64, queued: &'a str, };
    "UPDATE sms_messages SET state = " [queued as Text] ", next_attempt_at = NULL, updated_at = " [now as BigInt]
    " WHERE id IN (SELECT id FROM sms_messages WHERE next_attempt_at IS NOT NULL AND holder IS NULL
        AND state <> 'unknown' AND next_attempt_at <= " [now as BigInt] " AND state IN ('queued', 'scheduled')
        ORDER BY next_attempt_at LIMIT " [at_once as BigInt] "" {SKIP_LOCKED} ")"
}

statement! {
    struct HandOver<'a> {
        id: Id,
        fence: i64,
        provider: &'a str,
        sender: Option<&'a str>,
        sender_is_chosen: bool,
    };
    "UPDATE sms_messages SET state = 'sending', provider = " [provider as Text]
    ", sender = " [sender as Nullable<Text>] ", sender_is_chosen = " [sender_is_chosen as Bool]
    " WHERE id = " [id as IdSql] " AND fence = " [fence as BigInt]
    " AND holder IS NOT NULL AND state IN ('queued', 'sending', 'unknown')"
}

statement! {
    struct Renew { id: Id, fence: i64, until: i64, };
    "UPDATE sms_messages SET next_attempt_at = " [until as BigInt]
    " WHERE id = " [id as IdSql] " AND fence = " [fence as BigInt] " AND holder IS NOT NULL"
}

statement! {
    /// What was not handed to a provider can go again, or be asked about again, at once.
    struct Release { id: Id, fence: i64, };
    "UPDATE sms_messages SET holder = NULL,
        next_attempt_at = CASE state WHEN 'unknown' THEN updated_at END
     WHERE id = " [id as IdSql] " AND fence = " [fence as BigInt]
    " AND holder IS NOT NULL AND state IN ('queued', 'unknown')"
}

/// Rows that belong to a route, and to nobody in it yet: see `row_id` of the router.
const ROUTES: &str = "route:%";

/// Leases what `claim` has room for. It runs inside the writer's immediate transaction, so no other
/// store can see the same rows as free.
pub(super) fn claim(connection: &mut Conn, claim: &Claim) -> QueryResult<Claims> {
    free(connection, claim)?;
    Promote {
        now: claim.now.as_millisecond(),
        at_once: AT_ONCE,
        queued: MessageState::Queued.as_str(),
    }
    .execute(connection)?;
    let mut claims = Claims::default();
    for &priority in Priority::ALL {
        let turn = turns::take(connection, claim, priority)?;
        claims.messages.extend(lease(connection, claim, &turn.ids)?);
        if let Some(last) = turn.last {
            claims.cursor.0.insert(priority, last);
        }
        // What came back to a broadcast after it was canceled.
        for broadcast in turn.canceled {
            cancel_some(connection, broadcast, claim.now, AT_ONCE)?;
        }
    }
    let asked = questions(connection, claim)?;
    claims.messages.extend(lease(connection, claim, &asked)?);
    claims.cursor = going_on(&claim.cursor, claims.cursor);
    Ok(claims)
}

/// Frees what workers left that went away: leases that ran out, and those that reach impossibly far,
/// for a clock was set back.
fn free(connection: &mut Conn, claim: &Claim) -> QueryResult<()> {
    let now = claim.now.as_millisecond();
    let far = claim.impossible_lease().as_millisecond();
    let ask_at = claim.ask_at.as_millisecond();
    // Two ranges of the index: one condition on both would read all leases.
    for (from, to) in [(i64::MIN, now), (far.saturating_add(1), i64::MAX)] {
        Doubt {
            from,
            to,
            now,
            ask_at,
            routes: ROUTES,
        }
        .execute(connection)?;
        Free {
            from,
            to,
            now,
            ask_at,
            queued: MessageState::Queued.as_str(),
        }
        .execute(connection)?;
    }
    Ok(())
}

/// Where a priority had no turn, the earlier one stands.
fn going_on(earlier: &Cursor, now: Cursor) -> Cursor {
    let mut cursor = earlier.clone();
    cursor.0.extend(now.0);
    cursor
}

statement! {
    struct Questions<'a> { provider: &'a str, now: i64, most: i64, } -> (IdSql,);
    "SELECT id FROM sms_messages WHERE next_attempt_at IS NOT NULL AND holder IS NULL
        AND next_attempt_at <= " [now as BigInt] " AND state = 'unknown'
        AND provider = " [provider as Text] " ORDER BY next_attempt_at, id LIMIT " [most as BigInt] "" {SKIP_LOCKED}
}

/// Messages of unknown fate whose provider is to be asked now, longest due first.
fn questions(connection: &mut Conn, claim: &Claim) -> QueryResult<Vec<Id>> {
    let mut asked = Vec::new();
    for provider in &claim.providers {
        let room = claim.room.questions.saturating_sub(asked.len());
        let questions = Questions {
            provider,
            now: claim.now.as_millisecond(),
            most: i64::try_from(room).unwrap_or(i64::MAX),
        };
        let ids = questions.load::<(Id,)>(connection)?;
        asked.extend(ids.into_iter().map(|(id,)| id));
    }
    Ok(asked)
}

/// Leases rows, and ends those that cannot be read.
fn lease(connection: &mut Conn, claim: &Claim, ids: &[Id]) -> QueryResult<Vec<Claimed>> {
    let until = claim.lease_until.as_millisecond();
    let mut claimed = Vec::with_capacity(ids.len());
    for (id, row, fence) in backend::lease(connection, ids, &claim.worker, until)? {
        match row.and_then(MessageRow::into_claimed) {
            Ok(message) => {
                let lease = Lease {
                    fence,
                    ..message.lease
                };
                claimed.push(Claimed { lease, ..message });
            }
            Err(DieselError::DeserializationError(why)) => {
                give_up(connection, id, &why.to_string(), claim.now)?;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(claimed)
}

/// Notes who is handed a leased message next.
pub(super) fn hand_over(
    connection: &mut Conn,
    lease: Lease,
    message: &Arc<Outbound>,
    provider: &str,
) -> QueryResult<bool> {
    let sender = message.from().map(ToString::to_string);
    let changed = HandOver {
        id: lease.id.into(),
        fence: lease.fence,
        provider,
        sender: sender.as_deref(),
        sender_is_chosen: message.sender_is_chosen,
    }
    .execute(connection)?;
    Ok(changed > 0)
}

pub(super) fn renew(connection: &mut Conn, lease: Lease, until: Timestamp) -> QueryResult<bool> {
    let id = lease.id.into();
    let renew = Renew {
        id,
        fence: lease.fence,
        until: until.as_millisecond(),
    };
    Ok(renew.execute(connection)? > 0)
}

/// Gives leases back, for nobody heard of them or nobody will send them.
pub(super) fn release(connection: &mut Conn, leases: &[Lease]) -> QueryResult<()> {
    for lease in leases {
        let id = lease.id.into();
        Release {
            id,
            fence: lease.fence,
        }
        .execute(connection)?;
    }
    Ok(())
}

/// A row that cannot be read would be due for ever. It ends here, truthfully: as failed (or canceled,
/// where its recipient was forgotten meanwhile) where it only waited, as unknown where an earlier
/// attempt may have gone out.
fn give_up(connection: &mut Conn, id: Id, why: &str, now: Timestamp) -> QueryResult<()> {
    let (state, doubt, recipient): (String, Option<String>, String) = dsl::sms_messages
        .find(id)
        .select((dsl::state, dsl::doubt, dsl::recipient))
        .first(connection)?;
    let may_be_out = doubt.is_some() || state != MessageState::Queued.as_str();
    let is_forgotten = recipient == FORGOTTEN;
    let (end, certainty) = match (may_be_out, is_forgotten) {
        (true, _) => (MessageState::Unknown, "MaybeSent"),
        (false, true) => (MessageState::Canceled, "NotSent"),
        (false, false) => (MessageState::Failed, "NotSent"),
    };
    let (kind, message) = if is_forgotten {
        (ErrorKind::Canceled, FORGOTTEN_BEFORE.to_owned())
    } else {
        tracing::error!(message_id = %MessageId::from(id), why, state = %end, "a stored message cannot be sent: its row is unreadable");
        let message = format!("the stored message cannot be sent: {why}");
        (ErrorKind::Storage, message)
    };
    diesel::update(dsl::sms_messages.find(id))
        .set((
            dsl::state.eq(end.as_str()),
            dsl::next_attempt_at.eq(None::<i64>),
            dsl::holder.eq(None::<String>),
            dsl::error_code.eq(kind.code()),
            dsl::error_message.eq(message),
            dsl::error_certainty.eq(certainty),
            dsl::error_provider_code.eq(None::<String>),
            dsl::updated_at.eq(now.as_millisecond()),
        ))
        .execute(connection)?;
    Ok(())
}
