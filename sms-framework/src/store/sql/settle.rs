//! Settling a message: by the right of a lease, or by the provider's word that it took it.

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

use super::backend::{Conn, Db, IdSql};
use super::proof::keep_ids;
use super::schema::sms_messages;
use super::statement::statement;
use super::{backend, receive};
use crate::message::{MessageState, Occurrence};
use crate::store::Settlement;
use crate::store::id::Id;
use crate::store::names::{self, ErrorColumns, unreadable};

statement! {
    /// By the right of the lease, or by the provider's word. A message of unknown fate stays so until
    /// the provider's word, or another call, settles it.
    struct Settle<'a> {
        id: Id,
        fence: i64,
        state: &'static str,
        provider: Option<&'a str>,
        set_sender: bool,
        sender: Option<&'a str>,
        attempts: i32,
        rounds: i32,
        doubt: Option<&'static str>,
        provider_message_id: Option<&'a str>,
        provider_status: Option<&'a str>,
        segments: Option<i32>,
        error_code: Option<&'a str>,
        error_message: Option<&'a str>,
        error_certainty: Option<&'static str>,
        error_provider_code: Option<&'a str>,
        next_attempt_at: Option<i64>,
        drop_body: bool,
        at: i64,
        accepting: bool,
    };
    "UPDATE sms_messages SET state = " [state as Text]
    ", provider = COALESCE(" [provider as Nullable<Text>]
    ", provider), sender = CASE WHEN " [set_sender as Bool]
    " THEN " [sender as Nullable<Text>]
    " ELSE sender END, attempts = attempts + " [attempts as Integer]
    ", rounds = rounds + " [rounds as Integer]
    ", doubt = " [doubt as Nullable<Text>]
    ", provider_message_id = COALESCE(" [provider_message_id as Nullable<Text>]
    ", provider_message_id), provider_status = COALESCE(" [provider_status as Nullable<Text>]
    ", provider_status), segments = COALESCE(" [segments as Nullable<Integer>]
    ", segments), error_code = " [error_code as Nullable<Text>]
    ", error_message = " [error_message as Nullable<Text>]
    ", error_certainty = " [error_certainty as Nullable<Text>]
    ", error_provider_code = " [error_provider_code as Nullable<Text>]
    ", next_attempt_at = " [next_attempt_at as Nullable<BigInt>]
    ", holder = NULL, body = CASE WHEN " [drop_body as Bool]
    " THEN NULL ELSE body END, updated_at = " [at as BigInt]
    " WHERE id = " [id as IdSql]
    " AND ((fence = " [fence as BigInt]
    " AND holder IS NOT NULL AND (state IN ('queued', 'sending') OR (state = 'unknown' AND " [state as Text]
    " = 'unknown'))) OR (" [accepting as Bool]
    " AND state IN ('scheduled', 'queued', 'sending', 'unknown', 'canceled')))"
}

statement! {
    /// What is known of a message that had moved on before the provider's word came: the row keeps its
    /// own, and gets what it lacks.
    struct Late<'a> {
        id: Id,
        provider: &'a str,
        provider_message_id: Option<&'a str>,
        provider_status: Option<&'a str>,
        segments: Option<i32>,
        attempts: i32,
        rounds: i32,
        drop_body: bool,
    };
    "UPDATE sms_messages SET provider_message_id = CASE WHEN provider = " [provider as Text]
    " THEN COALESCE(provider_message_id, " [provider_message_id as Nullable<Text>]
    ") ELSE provider_message_id END, provider_status = COALESCE(provider_status, " [provider_status as Nullable<Text>]
    "), segments = COALESCE(" [segments as Nullable<Integer>]
    ", segments), attempts = attempts + " [attempts as Integer]
    ", rounds = rounds + " [rounds as Integer]
    ", body = CASE WHEN " [drop_body as Bool] " THEN NULL ELSE body END WHERE id = " [id as IdSql]
}

statement! {
    /// Where the provider says that it stands is stronger evidence than what the row says.
    struct MoveOn<'a> {
        id: Id,
        state: &'static str,
        provider_status: Option<&'a str>,
        error_code: Option<&'a str>,
        error_message: Option<&'a str>,
        error_certainty: Option<&'static str>,
        error_provider_code: Option<&'a str>,
        at: i64,
    };
    "UPDATE sms_messages SET state = " [state as Text]
    ", provider_status = COALESCE(" [provider_status as Nullable<Text>]
    ", provider_status), error_code = " [error_code as Nullable<Text>]
    ", error_message = " [error_message as Nullable<Text>]
    ", error_certainty = " [error_certainty as Nullable<Text>]
    ", error_provider_code = " [error_provider_code as Nullable<Text>]
    ", updated_at = " [at as BigInt] " WHERE id = " [id as IdSql]
}

/// Settles the row where the lease still holds, or where the provider took the message after all;
/// true if it did. What the provider reported before its answer is applied now.
pub(super) fn settle(connection: &mut Conn, settlement: &Settlement) -> QueryResult<bool> {
    let id = Id::from(settlement.lease.id);
    if update(id, settlement).execute(connection)? == 0 {
        return Ok(settlement.is_accepting() && late(connection, id, settlement)?);
    }
    note_ids(connection, id, settlement)?;
    Ok(true)
}

/// Notes the ids under which the provider has a message that was just settled so, and applies what it
/// reported under them.
pub(super) fn note_ids(connection: &mut Conn, id: Id, settlement: &Settlement) -> QueryResult<()> {
    let ids = settlement.provider_message_ids.as_slice();
    if ids.is_empty() {
        return Ok(());
    }
    let provider: String = match &settlement.provider {
        Some(provider) => provider.clone(),
        None => sms_messages::table
            .find(id)
            .select(sms_messages::provider)
            .first(connection)?,
    };
    // The first stands in the row; only vendors that split a message have more.
    keep_ids(connection, id, &provider, &ids[1..])?;
    receive::apply_kept(connection, id, &provider, ids, settlement.drop_body)
}

/// The provider took a message that had moved on before: by its own report, or by what another holder
/// did. False where there is no such message.
fn late(connection: &mut Conn, id: Id, settlement: &Settlement) -> QueryResult<bool> {
    backend::lock_message(connection, id)?;
    let row: Option<(String, String)> = sms_messages::table
        .find(id)
        .select((sms_messages::state, sms_messages::provider))
        .first(connection)
        .optional()?;
    let Some((state, holds)) = row else {
        return Ok(false);
    };
    let state: MessageState = state.parse().map_err(|_| unreadable("state"))?;
    let step = state.after(Occurrence::Taken(settlement.state));
    if step.state != state {
        move_on(id, step.state, settlement).execute(connection)?;
    }
    let provider = settlement.provider.as_deref().unwrap_or(&holds);
    let ids = settlement.provider_message_ids.as_slice();
    Late {
        id,
        provider,
        provider_message_id: ids.first().map(String::as_str),
        provider_status: settlement.provider_status.as_deref(),
        segments: settlement.segments.map(names::count),
        attempts: names::count(settlement.attempts),
        rounds: i32::from(settlement.from_queue),
        drop_body: settlement.drop_body,
    }
    .execute(connection)?;
    // The row's first may be another.
    keep_ids(connection, id, provider, ids)?;
    receive::apply_kept(connection, id, provider, ids, settlement.drop_body)?;
    Ok(true)
}

fn update(id: Id, settlement: &Settlement) -> Settle<'_> {
    let error = ErrorColumns::of(settlement.error.as_ref());
    Settle {
        id,
        fence: settlement.lease.fence,
        state: settlement.stands().as_str(),
        provider: settlement.provider.as_deref(),
        set_sender: settlement.sender.is_some(),
        sender: settlement.sender.as_ref().and_then(Option::as_deref),
        attempts: names::count(settlement.attempts),
        rounds: i32::from(settlement.from_queue),
        doubt: settlement.doubt.map(names::doubt),
        provider_message_id: settlement.provider_message_ids.first().map(String::as_str),
        provider_status: settlement.provider_status.as_deref(),
        segments: settlement.segments.map(names::count),
        error_code: error.code,
        error_message: error.message,
        error_certainty: error.certainty,
        error_provider_code: error.provider_code,
        next_attempt_at: settlement.next_attempt_at.map(|at| at.as_millisecond()),
        drop_body: settlement.drop_body,
        at: settlement.at.as_millisecond(),
        accepting: settlement.is_accepting(),
    }
}

fn move_on(id: Id, state: MessageState, settlement: &Settlement) -> MoveOn<'_> {
    let error = ErrorColumns::of(settlement.error.as_ref());
    MoveOn {
        id,
        state: state.as_str(),
        provider_status: settlement.provider_status.as_deref(),
        error_code: error.code,
        error_message: error.message,
        error_certainty: error.certainty,
        error_provider_code: error.provider_code,
        at: settlement.at.as_millisecond(),
    }
}
