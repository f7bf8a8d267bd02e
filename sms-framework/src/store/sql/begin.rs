//! Writing the row of a message.

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::Text;

use super::backend::{Conn, Db, IdSql};
use super::rows::{MessageRow, NewMessageRow};
use super::schema::{sms_broadcasts, sms_idempotency, sms_messages};
use super::statement::statement;
use crate::message::{BroadcastId, MessageId};
use crate::store::id::Id;
use crate::store::{Begun, BroadcastState, Lease, MessageRecord, NewMessage};

/// What became of a message that was handed over.
#[derive(Debug)]
pub(super) enum Written {
    Begun(Begun),
    /// There is a row of its id.
    #[allow(dead_code, reason = "SQLite says so by an error")]
    Twice,
    /// Its key was used for other content: by this message.
    Conflict(MessageId),
    /// Its broadcast takes no messages: it stands there, or nowhere.
    Closed(Option<BroadcastState>),
}

statement! {
    /// Writes the key, unless it is there.
    struct Key<'a> { owner: &'a str, key: &'a str, id: Id, hash: &'a str, };
    "INSERT INTO sms_idempotency (owner, key, message_id, content_hash) VALUES ("
    [owner as Text] ", " [key as Text] ", " [id as IdSql] ", " [hash as Text] ") ON CONFLICT DO NOTHING"
}

statement! {
    /// Gives the key to another message.
    struct Rekey<'a> { owner: &'a str, key: &'a str, id: Id, hash: &'a str, };
    "UPDATE sms_idempotency SET message_id = " [id as IdSql] ", content_hash = " [hash as Text]
    " WHERE owner = " [owner as Text] " AND key = " [key as Text]
}

pub(super) fn begin(connection: &mut Conn, new: &NewMessage, holder: &str) -> QueryResult<Written> {
    let row = NewMessageRow::new(new, holder);
    // Before the key: what is refused keeps none.
    if let Some(broadcast) = new.message.broadcast() {
        let state = state_of(connection, broadcast)?;
        if state != Some(BroadcastState::Filling) {
            return Ok(Written::Closed(state));
        }
    }
    if let Some(key) = new.message.idempotency_key()
        && let Some(before) = keep_key(connection, row.id, key, new)?
    {
        return Ok(before);
    }
    if new.message.broadcast().is_some() {
        // Adding a recipient twice is adding them once.
        let known = sms_messages::table.find(row.id);
        if diesel::select(diesel::dsl::exists(known)).get_result(connection)? {
            return Ok(Written::Begun(Begun::Waiting));
        }
    }
    diesel::insert_into(sms_messages::table)
        .values(&row)
        .execute(connection)?;
    Ok(Written::Begun(match new.lease_until {
        Some(_) => Begun::Leased(Lease {
            id: new.message.id(),
            fence: row.fence,
        }),
        None => Begun::Waiting,
    }))
}

/// Keeps the owner's key for the message; what came before it where there is something.
fn keep_key(
    connection: &mut Conn,
    id: Id,
    key: &str,
    new: &NewMessage,
) -> QueryResult<Option<Written>> {
    let owner = new.message.owner().unwrap_or_default();
    let hash = new.message.content_hash();
    let fresh = Key {
        owner,
        key,
        id,
        hash: &hash,
    }
    .execute(connection)?;
    if fresh > 0 {
        return Ok(None);
    }
    let (first, content): (Id, String) = sms_idempotency::table
        .find((owner, key))
        .select((sms_idempotency::message_id, sms_idempotency::content_hash))
        .first(connection)?;
    let Some(record) = record(connection, first)? else {
        // Its message is gone: the key is free again.
        return Rekey {
            owner,
            key,
            id,
            hash: &hash,
        }
        .execute(connection)
        .map(|_| None);
    };
    Ok(Some(if content == hash {
        Written::Begun(Begun::Before(Box::new(record)))
    } else {
        Written::Conflict(first.into())
    }))
}

fn record(connection: &mut Conn, id: Id) -> QueryResult<Option<MessageRecord>> {
    sms_messages::table
        .find(id)
        .select(MessageRow::as_select())
        .first(connection)
        .optional()?
        .map(MessageRow::into_record)
        .transpose()
}

pub(super) fn state_of(
    connection: &mut Conn,
    broadcast: BroadcastId,
) -> QueryResult<Option<BroadcastState>> {
    let state: Option<String> = sms_broadcasts::table
        .find(Id::from(broadcast))
        .select(sms_broadcasts::state)
        .first(connection)
        .optional()?;
    Ok(state.and_then(|state| state.parse().ok()))
}
