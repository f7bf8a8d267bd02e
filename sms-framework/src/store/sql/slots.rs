//! Slots of a limit that a fleet shares: one row a key.

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};

use super::backend::{self, Conn, Db};
use super::statement::statement;
use crate::limiter::{Block, BlockRequest, next_block};

statement! {
    /// Locks the row for the rest of the transaction, where there is one.
    struct Next<'a> { key: &'a str, } -> (BigInt,);
    "UPDATE sms_rate_limits SET next_at = next_at WHERE key = " [key as Text] " RETURNING next_at"
}

statement! {
    struct Keep<'a> { key: &'a str, next_at: i64, };
    "INSERT INTO sms_rate_limits (key, next_at) VALUES (" [key as Text] ", " [next_at as BigInt]
    ") ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at"
}

/// Takes a block of slots by the law of [`next_block`].
pub(super) fn reserve(
    connection: &mut Conn,
    key: &str,
    request: &BlockRequest,
) -> QueryResult<Block> {
    backend::lock_limit(connection, key)?;
    let row = Next { key }.get_result::<(i64,)>(connection).optional()?;
    let now_us = backend::now_us(connection)?;
    let (block, next_at) = next_block(row.map(|(next_at,)| next_at), now_us, request);
    Keep { key, next_at }.execute(connection)?;
    Ok(block)
}
