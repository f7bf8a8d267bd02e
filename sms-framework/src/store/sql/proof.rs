//! Whose a provider's message is.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::result::QueryResult;

use super::backend::{self, Conn};
use super::schema::{sms_messages, sms_part_ids};
use crate::message::MessageId;
use crate::store::id::Id;

/// Notes that the provider's ids belong to the message, unless one of them belongs to another; true
/// if they are its own. Nobody else takes the same ids in between: SQLite
/// has one writer at a time, PostgreSQL locks the names.
pub(super) fn take(
    connection: &mut Conn,
    id: MessageId,
    provider: &str,
    provider_message_ids: &[String],
) -> QueryResult<bool> {
    let id = Id::from(id);
    let row = sms_messages::table.find(id);
    if provider_message_ids.is_empty() || !select(exists(row)).get_result(connection)? {
        return Ok(false);
    }
    backend::lock_names(connection, provider, provider_message_ids)?;
    for theirs in provider_message_ids {
        if is_anothers(connection, id, provider, theirs)? {
            return Ok(false);
        }
    }
    keep_ids(connection, id, provider, provider_message_ids)?;
    Ok(true)
}

/// True if a message other than `id` has the provider's id: as its first, or among those kept here.
fn is_anothers(
    connection: &mut Conn,
    id: Id,
    provider: &str,
    provider_message_id: &str,
) -> QueryResult<bool> {
    let first = sms_messages::table
        .filter(sms_messages::provider_message_id.eq(provider_message_id))
        .filter(sms_messages::provider.eq(provider))
        .filter(sms_messages::id.ne(id));
    let kept = sms_part_ids::table
        .filter(sms_part_ids::provider_message_id.eq(provider_message_id))
        .filter(sms_part_ids::provider.eq(provider))
        .filter(sms_part_ids::message_id.ne(id));
    Ok(select(exists(first)).get_result(connection)?
        || select(exists(kept)).get_result(connection)?)
}

/// Keeps ids beside the one in the message's row: of further parts, and those taken as proof.
pub(super) fn keep_ids(
    connection: &mut Conn,
    id: Id,
    provider: &str,
    provider_message_ids: &[String],
) -> QueryResult<()> {
    for provider_message_id in provider_message_ids {
        diesel::insert_into(sms_part_ids::table)
            .values((
                sms_part_ids::provider_message_id.eq(provider_message_id),
                sms_part_ids::provider.eq(provider),
                sms_part_ids::message_id.eq(id),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
    }
    Ok(())
}
