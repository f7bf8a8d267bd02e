//! What SQLite says in its own words.

use std::path::Path;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::{Error as DieselError, QueryResult};
use diesel::sql_types::{BigInt, Integer, Text};

use super::failure;
use super::rows::MessageRow;
use super::schema::sms_messages;
use super::statement::statement;
use super::turns::Way;
use crate::error::Error;
use crate::store::id::Id;

pub(super) type Conn = SqliteConnection;
pub(super) type Db = diesel::sqlite::Sqlite;
/// Ids are text.
pub(super) type IdSql = diesel::sql_types::Text;
pub(super) use super::transaction::Link;

pub(super) const KIND: &str = "sqlite";

/// How long another process's message may wait until it is noticed.
pub(super) const POLL: Duration = Duration::from_millis(250);

/// There is one writer at a time: nobody holds a row.
pub(super) const SKIP_LOCKED: &str = "";
/// And nobody moves a broadcast while messages are claimed.
pub(super) use super::turns::broadcasts as keep_broadcasts;

pub(super) fn explain(place: &str, error: &DieselError) -> Error {
    failure::storage(Path::new(place), error)
}

statement! {
    struct TakeLease<'a> { id: Id, holder: &'a str, until: i64, } -> (BigInt,);
    "UPDATE sms_messages SET holder = " [holder as Text] ", fence = fence + 1, next_attempt_at = " [until as BigInt]
    " WHERE id = " [id as IdSql] " RETURNING fence"
}

/// Leases rows one by one: each with its id, as it can be read, and its new fence.
pub(super) fn lease(
    connection: &mut Conn,
    ids: &[Id],
    holder: &str,
    until: i64,
) -> QueryResult<Vec<(Id, QueryResult<MessageRow>, i64)>> {
    let mut leased = Vec::with_capacity(ids.len());
    for id in ids {
        let row = sms_messages::table
            .find(*id)
            .select(MessageRow::as_select())
            .first(connection);
        let lease = TakeLease {
            id: *id,
            holder,
            until,
        };
        let fence = lease.get_result::<(i64,)>(connection)?.0;
        leased.push((*id, row, fence));
    }
    Ok(leased)
}

statement! {
    struct InLane<'a> { provider: &'a str, priority: i32, lane: &'a str, most: i64, } -> (IdSql,);
    "SELECT id FROM sms_messages WHERE state = 'queued' AND next_attempt_at IS NULL
        AND provider = " [provider as Text] " AND priority = " [priority as Integer]
    " AND lane = " [lane as Text] " ORDER BY id LIMIT " [most as BigInt]
}

/// The first messages of each lane that can go.
pub(super) fn first_of_each(
    connection: &mut Conn,
    priority: i32,
    ways: &[&Way<'_>],
    most: i64,
) -> QueryResult<Vec<Vec<Id>>> {
    let mut firsts = |&(provider, lane): &&Way<'_>| {
        let waiting = InLane {
            provider,
            priority,
            lane,
            most,
        };
        let ids = waiting.load::<(Id,)>(connection)?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    };
    ways.iter().map(&mut firsts).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "another database has to ask")]
pub(super) fn plan_anew(_connection: &mut Conn) -> QueryResult<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "another database has to ask")]
pub(super) fn lock_message(_connection: &mut Conn, _id: Id) -> QueryResult<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "another database has to ask")]
pub(super) fn lock_broadcast(_connection: &mut Conn, _id: Id) -> QueryResult<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "another database has to ask")]
pub(super) fn lock_names(
    _connection: &mut Conn,
    _provider: &str,
    _ids: &[String],
) -> QueryResult<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "another database has to ask")]
pub(super) fn lock_limit(_connection: &mut Conn, _key: &str) -> QueryResult<()> {
    Ok(())
}

/// This machine's clock is the database's.
#[expect(clippy::unnecessary_wraps, reason = "another database has to ask")]
pub(super) fn now_us(_connection: &mut Conn) -> QueryResult<i64> {
    Ok(jiff::Timestamp::now().as_microsecond())
}
