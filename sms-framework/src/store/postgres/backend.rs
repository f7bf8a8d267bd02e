//! What PostgreSQL says in its own words.

use std::collections::HashMap;
use std::time::Duration;

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{Error as DieselError, QueryResult};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};

use super::failure;
use super::rows::MessageRow;
use super::schema::sms_messages;
use super::statement::statement;
use super::turns::{Broadcasts, Way};
use crate::error::Error;
use crate::store::id::Id;

pub(super) use super::link::{Conn, Link, plan_anew};

pub(super) type Db = diesel::pg::Pg;
pub(super) type IdSql = diesel::sql_types::Uuid;

pub(super) const KIND: &str = "postgres";

/// How long a message may wait until it is noticed where nobody is notified.
pub(super) const POLL: Duration = Duration::from_millis(500);

/// What another worker is at, is not ours.
pub(super) const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";

pub(super) fn explain(place: &str, error: &DieselError) -> Error {
    failure::storage(place, error).error
}

/// One of these messages. Not as `= ANY($1)`: in a statement that is planned once that asks every week
/// for every id; joined, each id is looked for in its own.
#[derive(QueryId, ValidGrouping)]
struct Among {
    ids: Vec<Id>,
}

impl Expression for Among {
    type SqlType = Bool;
}

impl AppearsOnTable<sms_messages::table> for Among {}

impl QueryFragment<Db> for Among {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("sms_messages.id IN (SELECT unnest(");
        out.push_bind_param::<Array<IdSql>, _>(&self.ids)?;
        out.push_sql("))");
        Ok(())
    }
}

/// Leases rows in one statement: each with its id, as it is read, and its new fence, in their order.
pub(super) fn lease(
    connection: &mut Conn,
    ids: &[Id],
    holder: &str,
    until: i64,
) -> QueryResult<Vec<(Id, QueryResult<MessageRow>, i64)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let among = Among { ids: ids.to_vec() };
    let rows: Vec<(Id, MessageRow, i64)> = diesel::update(sms_messages::table.filter(among))
        .set((
            sms_messages::holder.eq(holder),
            sms_messages::fence.eq(sms_messages::fence + 1),
            sms_messages::next_attempt_at.eq(until),
        ))
        .returning((
            sms_messages::id,
            MessageRow::as_returning(),
            sms_messages::fence,
        ))
        .get_results(connection)?;
    let mut by_id: HashMap<Id, _> = rows.into_iter().map(|row| (row.0, row)).collect();
    let leased = ids.iter().filter_map(|id| by_id.remove(id));
    Ok(leased
        .map(|(id, row, fence)| (id, Ok(row), fence))
        .collect())
}

statement! {
    struct InLanes<'a> {
        providers: Vec<&'a str>,
        lanes: Vec<&'a str>,
        priority: i32,
        most: i64,
    } -> (BigInt, IdSql);
    r#"SELECT way.place, first.id
     FROM unnest("# [providers as Array<Text>] ", " [lanes as Array<Text>] r#") WITH ORDINALITY AS way (provider, lane, place)
     CROSS JOIN LATERAL (SELECT m.id FROM sms_messages m WHERE m.state = 'queued' AND m.next_attempt_at IS NULL
        AND m.provider = way.provider AND m.priority = "# [priority as Integer] r#"
        AND m.lane = way.lane COLLATE "C" ORDER BY m.id LIMIT "# [most as BigInt] " FOR UPDATE SKIP LOCKED) AS first
     ORDER BY way.place, first.id"
}

statement! {
    /// What nobody is moving stays as it is until the claim is written; nobody waits for who moves one.
    struct KeepBroadcasts { ids: Vec<Id>, } -> (IdSql, Nullable<Text>);
    "WITH kept AS MATERIALIZED (SELECT id, state FROM sms_broadcasts
        WHERE id IN (SELECT unnest(" [ids as Array<IdSql>] ")) FOR KEY SHARE SKIP LOCKED)
     SELECT b.id, kept.state FROM sms_broadcasts b LEFT JOIN kept ON kept.id = b.id
        WHERE b.id IN (SELECT unnest(" [ids as Array<IdSql>] "))"
}

/// Broadcasts whose messages are about to be claimed: whoever pauses or cancels one afterwards waits for
/// the claim, and takes back what it got. Otherwise what a claim had found would go for all that.
pub(super) fn keep_broadcasts(connection: &mut Conn, ids: Vec<Id>) -> QueryResult<Broadcasts> {
    KeepBroadcasts { ids }.load(connection)
}

/// The first messages of each lane that can go, in one statement.
pub(super) fn first_of_each(
    connection: &mut Conn,
    priority: i32,
    ways: &[&Way<'_>],
    most: i64,
) -> QueryResult<Vec<Vec<Id>>> {
    let mut firsts = vec![Vec::new(); ways.len()];
    if ways.is_empty() {
        return Ok(firsts);
    }
    let waiting = InLanes {
        providers: ways.iter().map(|(provider, _)| *provider).collect(),
        lanes: ways.iter().map(|(_, lane)| lane.as_str()).collect(),
        priority,
        most,
    };
    for (place, id) in waiting.load::<(i64, Id)>(connection)? {
        // Places count from one.
        let at = usize::try_from(place - 1).unwrap_or(usize::MAX);
        if let Some(first) = firsts.get_mut(at) {
            first.push(id);
        }
    }
    Ok(firsts)
}

statement! {
    struct LockMessage { id: Id, };
    "SELECT 1 FROM sms_messages WHERE id = " [id as IdSql] " FOR UPDATE"
}

statement! {
    struct LockBroadcast { id: Id, };
    "SELECT 1 FROM sms_broadcasts WHERE id = " [id as IdSql] " FOR UPDATE"
}

statement! {
    /// Locks a name until the transaction ends.
    struct LockName<'a> { name: &'a str, };
    "SELECT pg_advisory_xact_lock(hashtextextended(" [name as Text] ", 20011))"
}

statement! {
    struct Clock<'a> { unit: &'a str, } -> (BigInt,);
    "SELECT (extract(epoch FROM clock_timestamp()) * " [unit as Text] "::numeric)::bigint"
}

/// What is read of the message from now on is nobody else's to change.
pub(super) fn lock_message(connection: &mut Conn, id: Id) -> QueryResult<()> {
    LockMessage { id }.execute(connection).map(|_| ())
}

pub(super) fn lock_broadcast(connection: &mut Conn, id: Id) -> QueryResult<()> {
    LockBroadcast { id }.execute(connection).map(|_| ())
}

/// Of two messages that ask for one id of the provider's, the second waits for the first. In order, so
/// that two who ask for several do not wait for each other.
pub(super) fn lock_names(connection: &mut Conn, provider: &str, ids: &[String]) -> QueryResult<()> {
    let mut names: Vec<_> = ids.iter().map(|id| format!("{provider}/{id}")).collect();
    names.sort();
    for name in &names {
        LockName { name }.execute(connection)?;
    }
    Ok(())
}

/// Also where there is no row to lock yet.
pub(super) fn lock_limit(connection: &mut Conn, key: &str) -> QueryResult<()> {
    LockName { name: key }.execute(connection).map(|_| ())
}

/// The database's clock, not the transaction's beginning.
pub(super) fn now_us(connection: &mut Conn) -> QueryResult<i64> {
    Ok(Clock { unit: "1000000" }
        .get_result::<(i64,)>(connection)?
        .0)
}
