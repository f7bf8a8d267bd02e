//! Writing a message's row on a connection of the application's.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::begin::{OwnKey, Written};
use super::rows::{MessageRow, NewMessageRow};
use super::schema::sms_messages;
use super::{bell, failure};
use crate::error::{Error, ErrorKind};
use crate::store::id::Id;
use crate::store::{Begun, NewMessage, StoreInfo};

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
    let written = match written {
        Ok(written) => written,
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Written::Twice,
        Err(error) => return Err(failure::storage(&store.location, &error).error),
    };
    written.told(row.message.id(), row.message.broadcast())
}

async fn write(connection: &mut AsyncPgConnection, new: &NewMessage) -> QueryResult<Written> {
    let row = NewMessageRow::new(new, "");
    if let Some(key) = OwnKey::of(new)
        && let Some(before) = keep_key(connection, &key).await?
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

/// As the store keeps it, on a connection that cannot be waited for on a thread.
async fn keep_key(
    connection: &mut AsyncPgConnection,
    key: &OwnKey<'_>,
) -> QueryResult<Option<Written>> {
    if key.keep().execute(connection).await? > 0 {
        return Ok(None);
    }
    let (first, content): (Id, String) = key.first().get_result(connection).await?;
    let row = sms_messages::table
        .find(first)
        .select(MessageRow::as_select())
        .first(connection)
        .await
        .optional()?;
    let used = key.used(&content, row)?;
    if used.is_none() {
        key.take().execute(connection).await?;
    }
    Ok(used)
}
