//! Writing a message's row on a connection of the application's.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::begin::Written;
use super::rows::{MessageRow, NewMessageRow};
use super::schema::{sms_idempotency, sms_messages};
use super::{bell, failure};
use crate::error::{Error, ErrorKind};
use crate::store::id::Id;
use crate::store::{Begun, NewMessage, StoreInfo, begun_before, closed, conflict};

/// Writes the row in whatever transaction the connection is in; a failure undoes nothing but itself.
///
/// # Errors
/// `CONFIG`: the store is no PostgreSQL database. Else as [`begin`](crate::store::Store::begin).
pub(crate) async fn enqueue_in(
    connection: &mut AsyncPgConnection,
    store: &StoreInfo,
    row: &NewMessage,
) -> Result<Begun, Error> {
    if store.kind != "postgres" {
        let message = format!(
            "the connection is to PostgreSQL, and messages are kept in {} ({}): no worker would see this one",
            store.location, store.kind
        );
        return Err(Error::new(ErrorKind::Config, message)
            .with_help("give database.url the database of the application, or use enqueue()"));
    }
    let written = connection
        .transaction(async |connection| write(connection, row).await)
        .await;
    match written {
        Ok(Written::Begun(begun)) => Ok(begun),
        Ok(Written::Conflict(first)) => Err(conflict(first)),
        Ok(Written::Closed(state)) => Err(closed(row.message.broadcast(), state)),
        Ok(Written::Twice)
        | Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(begun_before(row.message.id()))
        }
        Err(error) => Err(failure::storage(&store.location, &error).error),
    }
}

async fn write(connection: &mut AsyncPgConnection, new: &NewMessage) -> QueryResult<Written> {
    let row = NewMessageRow::new(new, "");
    if let Some(key) = new.message.idempotency_key()
        && let Some(before) = keep_key(connection, row.id, key, new).await?
    {
        return Ok(before);
    }
    diesel::insert_into(sms_messages::table)
        .values(&row)
        .execute(connection)
        .await?;
    // Workers hear of it when the application commits.
    let notify = format!("NOTIFY {}", bell::CHANNEL);
    connection.batch_execute(&notify).await?;
    Ok(Written::Begun(Begun::Waiting))
}

async fn keep_key(
    connection: &mut AsyncPgConnection,
    id: Id,
    key: &str,
    new: &NewMessage,
) -> QueryResult<Option<Written>> {
    let owner = new.message.owner().unwrap_or_default();
    let hash = new.message.content_hash();
    let fresh = diesel::insert_into(sms_idempotency::table)
        .values((
            sms_idempotency::owner.eq(owner),
            sms_idempotency::key.eq(key),
            sms_idempotency::message_id.eq(id),
            sms_idempotency::content_hash.eq(&hash),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    if fresh > 0 {
        return Ok(None);
    }
    let (first, content): (Id, String) = sms_idempotency::table
        .find((owner, key))
        .select((sms_idempotency::message_id, sms_idempotency::content_hash))
        .first(connection)
        .await?;
    if content != hash {
        return Ok(Some(Written::Conflict(first.into())));
    }
    let before: Option<MessageRow> = sms_messages::table
        .find(first)
        .select(MessageRow::as_select())
        .first(connection)
        .await
        .optional()?;
    let record = before.map(MessageRow::into_record).transpose()?;
    Ok(record.map(|record| Written::Begun(Begun::Before(Box::new(record)))))
}
