//! Whose a provider's message is.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::result::QueryResult;

use super::schema::{sms_messages, sms_part_ids};
use crate::message::MessageId;

/// Notes that the provider's ids belong to the message, unless one of them belongs to another; true
/// if they are its own. It runs inside the writer's immediate transaction, so that nobody else
/// takes the same ids in between.
pub(super) fn take(
    connection: &mut SqliteConnection,
    id: MessageId,
    provider: &str,
    provider_message_ids: &[String],
) -> QueryResult<bool> {
    let id = id.to_string();
    let row = sms_messages::table.find(&id);
    if provider_message_ids.is_empty() || !select(exists(row)).get_result(connection)? {
        return Ok(false);
    }
    for theirs in provider_message_ids {
        if is_anothers(connection, &id, provider, theirs)? {
            return Ok(false);
        }
    }
    keep_ids(connection, &id, provider, provider_message_ids)?;
    Ok(true)
}

/// True if a message other than `id` has the provider's id: as its first, or among those kept here.
fn is_anothers(
    connection: &mut SqliteConnection,
    id: &str,
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
    connection: &mut SqliteConnection,
    id: &str,
    provider: &str,
    provider_message_ids: &[String],
) -> QueryResult<()> {
    for provider_message_id in provider_message_ids {
        diesel::insert_or_ignore_into(sms_part_ids::table)
            .values((
                sms_part_ids::provider_message_id.eq(provider_message_id),
                sms_part_ids::provider.eq(provider),
                sms_part_ids::message_id.eq(id),
            ))
            .execute(connection)?;
    }
    Ok(())
}
