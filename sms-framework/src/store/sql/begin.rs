//! Writing the row of a message.

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::Text;

use super::backend::{Conn, Db, IdSql};
use super::rows::{MessageRow, NewMessageRow};
use super::schema::{sms_broadcasts, sms_messages};
use super::statement::statement;
use crate::error::Error;
use crate::message::{BroadcastId, MessageId};
use crate::store::id::Id;
use crate::store::{Begun, BroadcastState, Lease, NewMessage, begun_before, closed, conflict};

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

impl Written {
    /// What whoever handed the message over is told.
    pub(super) fn told(
        self,
        id: MessageId,
        broadcast: Option<BroadcastId>,
    ) -> Result<Begun, Error> {
        match self {
            Self::Begun(begun) => Ok(begun),
            Self::Twice => Err(begun_before(id)),
            Self::Conflict(first) => Err(conflict(first)),
            Self::Closed(state) => Err(closed(broadcast, state)),
        }
    }
}

/// The idempotency key of a message, which its owner may use once.
pub(super) struct OwnKey<'a> {
    owner: &'a str,
    key: &'a str,
    id: Id,
    hash: String,
}

impl<'a> OwnKey<'a> {
    pub(super) fn of(new: &'a NewMessage) -> Option<Self> {
        Some(Self {
            owner: new.message.owner().unwrap_or_default(),
            key: new.message.idempotency_key()?,
            id: new.message.id().into(),
            hash: new.message.content_hash(),
        })
    }

    /// Writes it, unless it is there.
    pub(super) fn keep(&self) -> Keep<'_> {
        Keep {
            owner: self.owner,
            key: self.key,
            id: self.id,
            hash: &self.hash,
        }
    }

    /// The message that used it first, and the hash of that one's content.
    pub(super) fn first(&self) -> First<'_> {
        First {
            owner: self.owner,
            key: self.key,
        }
    }

    /// Takes it from a message that is gone.
    pub(super) fn take(&self) -> Take<'_> {
        Take {
            owner: self.owner,
            key: self.key,
            id: self.id,
            hash: &self.hash,
        }
    }

    /// What it means that the message in `row` used it first; `None` where that one is gone.
    pub(super) fn used(
        &self,
        content: &str,
        row: Option<MessageRow>,
    ) -> QueryResult<Option<Written>> {
        let record = row.map(MessageRow::into_record).transpose()?;
        Ok(record.map(|first| {
            if content == self.hash {
                Written::Begun(Begun::Before(Box::new(first)))
            } else {
                Written::Conflict(first.id)
            }
        }))
    }
}

statement! {
    pub(super) struct Keep<'a> { owner: &'a str, key: &'a str, id: Id, hash: &'a str, };
    "INSERT INTO sms_idempotency (owner, key, message_id, content_hash) VALUES ("
    [owner as Text] ", " [key as Text] ", " [id as IdSql] ", " [hash as Text] ") ON CONFLICT DO NOTHING"
}

statement! {
    pub(super) struct First<'a> { owner: &'a str, key: &'a str, } -> (IdSql, Text);
    "SELECT message_id, content_hash FROM sms_idempotency WHERE owner = " [owner as Text]
    " AND key = " [key as Text]
}

statement! {
    pub(super) struct Take<'a> { owner: &'a str, key: &'a str, id: Id, hash: &'a str, };
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
    if let Some(key) = OwnKey::of(new)
        && let Some(before) = keep_key(connection, &key)?
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
fn keep_key(connection: &mut Conn, key: &OwnKey<'_>) -> QueryResult<Option<Written>> {
    if key.keep().execute(connection)? > 0 {
        return Ok(None);
    }
    let (first, content): (Id, String) = key.first().get_result(connection)?;
    let row = sms_messages::table
        .find(first)
        .select(MessageRow::as_select())
        .first(connection)
        .optional()?;
    let used = key.used(&content, row)?;
    if used.is_none() {
        key.take().execute(connection)?;
    }
    Ok(used)
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
