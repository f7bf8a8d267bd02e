//! Rows of `sms_broadcasts`, and the messages that belong to them.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use jiff::Timestamp;

use super::backend::{self, Conn, Db, IdSql};
use super::schema::{sms_broadcasts, sms_messages};
use super::statement::statement;
use crate::message::BroadcastId;
use crate::store::id::Id;
use crate::store::names::{self, unreadable};
use crate::store::{BroadcastRecord, BroadcastState, NewBroadcast, StateCount};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sms_broadcasts, check_for_backend(Db))]
struct BroadcastRow {
    id: Id,
    owner: Option<String>,
    name: Option<String>,
    state: String,
    created_at: i64,
    updated_at: i64,
}

pub(super) fn open(
    connection: &mut Conn,
    new: &NewBroadcast,
) -> QueryResult<Option<BroadcastRecord>> {
    let at = new.created_at.as_millisecond();
    diesel::insert_into(sms_broadcasts::table)
        .values((
            sms_broadcasts::id.eq(Id::from(new.id)),
            sms_broadcasts::owner.eq(&new.owner),
            sms_broadcasts::name.eq(&new.name),
            sms_broadcasts::state.eq(BroadcastState::Filling.as_str()),
            sms_broadcasts::created_at.eq(at),
            sms_broadcasts::updated_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    one(connection, new.id)
}

statement! {
    /// Takes from workers what they have not handed to a provider yet.
    struct TakeBack { broadcast: Id, };
    "UPDATE sms_messages SET holder = NULL, fence = fence + 1, next_attempt_at = NULL
     WHERE broadcast = " [broadcast as IdSql] " AND state = 'queued' AND holder IS NOT NULL"
}

statement! {
    struct CancelSome { broadcast: Id, now: i64, most: i64, };
    "UPDATE sms_messages SET state = 'canceled', error_code = 'CANCELED',
        error_message = 'its broadcast was canceled before it was sent', error_certainty = 'NotSent',
        error_provider_code = NULL, next_attempt_at = NULL, holder = NULL, fence = fence + 1,
        updated_at = " [now as BigInt]
    " WHERE id IN (SELECT id FROM sms_messages WHERE broadcast = " [broadcast as IdSql]
    " AND state IN ('queued', 'scheduled') LIMIT " [most as BigInt] ")"
}

/// How a move ended.
#[derive(Debug)]
pub(super) enum Moved {
    To(BroadcastRecord),
    /// It stands there, and cannot.
    Not(BroadcastState),
    Nowhere,
}

pub(super) fn move_to(
    connection: &mut Conn,
    id: BroadcastId,
    state: BroadcastState,
    now: Timestamp,
) -> QueryResult<Moved> {
    backend::lock_broadcast(connection, id.into())?;
    let Some(broadcast) = one(connection, id)? else {
        return Ok(Moved::Nowhere);
    };
    if broadcast.state != state && !broadcast.state.may_become(state) {
        return Ok(Moved::Not(broadcast.state));
    }
    diesel::update(sms_broadcasts::table.find(Id::from(id)))
        .set((
            sms_broadcasts::state.eq(state.as_str()),
            sms_broadcasts::updated_at.eq(now.as_millisecond()),
        ))
        .execute(connection)?;
    if state != BroadcastState::Running {
        TakeBack {
            broadcast: id.into(),
        }
        .execute(connection)?;
    }
    Ok(one(connection, id)?.map_or(Moved::Nowhere, Moved::To))
}

/// Cancels some of what waits; how many.
pub(super) fn cancel_some(
    connection: &mut Conn,
    id: BroadcastId,
    now: Timestamp,
    most: i64,
) -> QueryResult<usize> {
    let now = now.as_millisecond();
    CancelSome {
        broadcast: id.into(),
        now,
        most,
    }
    .execute(connection)
}

pub(super) fn one(connection: &mut Conn, id: BroadcastId) -> QueryResult<Option<BroadcastRecord>> {
    let row: Option<BroadcastRow> = sms_broadcasts::table
        .find(Id::from(id))
        .select(BroadcastRow::as_select())
        .first(connection)
        .optional()?;
    row.map(|row| row.into_record(connection)).transpose()
}

pub(super) fn last(connection: &mut Conn, limit: usize) -> QueryResult<Vec<BroadcastRecord>> {
    let rows: Vec<BroadcastRow> = sms_broadcasts::table
        .order(sms_broadcasts::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(BroadcastRow::as_select())
        .load(connection)?;
    rows.into_iter()
        .map(|row| row.into_record(connection))
        .collect()
}

impl BroadcastRow {
    fn into_record(self, connection: &mut Conn) -> QueryResult<BroadcastRecord> {
        let counts: Vec<(String, i64)> = sms_messages::table
            .filter(sms_messages::broadcast.eq(self.id))
            .group_by(sms_messages::state)
            .order(sms_messages::state)
            .select((sms_messages::state, count_star()))
            .load(connection)?;
        let read = |(state, count): (String, i64)| {
            let state = state.parse().map_err(|_| unreadable("state"))?;
            Ok(StateCount {
                state,
                count: count.unsigned_abs(),
            })
        };
        Ok(BroadcastRecord {
            id: self.id.into(),
            state: self.state.parse().map_err(|_| unreadable("state"))?,
            created_at: names::read_time(self.created_at)?,
            updated_at: names::read_time(self.updated_at)?,
            messages: counts.into_iter().map(read).collect::<QueryResult<_>>()?,
            owner: self.owner,
            name: self.name,
        })
    }
}
