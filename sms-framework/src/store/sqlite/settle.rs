//! The statement that settles a message.
//!
//! diesel prepares every `UPDATE` of its own anew; this one runs for every message, so it is
//! written as a fragment with a fixed text, which diesel prepares once.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::names;
use super::proof::keep_ids;
use super::schema::sms_messages;
use crate::store::Settlement;

/// Settles the row where this store still leases it, or where the provider took the message after
/// all; true if it did.
pub(super) fn settle(
    connection: &mut SqliteConnection,
    settlement: &Settlement,
    holder: &str,
) -> QueryResult<bool> {
    let id = settlement.id.to_string();
    let update = Update::new(&id, settlement, holder);
    if update.execute(connection)? == 0 {
        return Ok(false);
    }
    if settlement.provider_message_ids.len() > 1 {
        keep_further_ids(connection, &id, &settlement.provider_message_ids[1..])?;
    }
    Ok(true)
}

/// Only vendors that split a message have ids beyond the first.
fn keep_further_ids(
    connection: &mut SqliteConnection,
    id: &str,
    further: &[String],
) -> QueryResult<()> {
    let provider: String = sms_messages::table
        .find(id)
        .select(sms_messages::provider)
        .first(connection)?;
    keep_ids(connection, id, &provider, further)
}

struct Update<'a> {
    id: &'a str,
    holder: &'a str,
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
}

impl<'a> Update<'a> {
    fn new(id: &'a str, settlement: &'a Settlement, holder: &'a str) -> Self {
        let error = settlement.error.as_ref();
        Self {
            id,
            holder,
            state: settlement.state.as_str(),
            provider: settlement.provider.as_deref(),
            set_sender: settlement.sender.is_some(),
            sender: settlement.sender.as_ref().and_then(Option::as_deref),
            attempts: names::count(settlement.attempts),
            rounds: i32::from(settlement.from_queue),
            doubt: settlement.doubt.map(names::doubt),
            provider_message_id: settlement.provider_message_ids.first().map(String::as_str),
            provider_status: settlement.provider_status.as_deref(),
            segments: settlement.segments.map(names::count),
            error_code: error.map(|error| error.code.as_str()),
            error_message: error.map(|error| error.message.as_str()),
            error_certainty: error.map(|error| names::certainty(error.certainty)),
            error_provider_code: error.and_then(|error| error.provider_code.as_deref()),
            next_attempt_at: settlement.next_attempt_at.map(|at| at.as_millisecond()),
            drop_body: settlement.drop_body,
            at: settlement.at.as_millisecond(),
            accepting: settlement.is_accepting(),
        }
    }
}

impl QueryFragment<Sqlite> for Update<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE sms_messages SET state = ");
        out.push_bind_param::<Text, _>(&self.state)?;
        out.push_sql(", provider = COALESCE(");
        out.push_bind_param::<Nullable<Text>, _>(&self.provider)?;
        out.push_sql(", provider), sender = CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.set_sender)?;
        out.push_sql(" THEN ");
        out.push_bind_param::<Nullable<Text>, _>(&self.sender)?;
        out.push_sql(" ELSE sender END, attempts = attempts + ");
        out.push_bind_param::<Integer, _>(&self.attempts)?;
        out.push_sql(", rounds = rounds + ");
        out.push_bind_param::<Integer, _>(&self.rounds)?;
        out.push_sql(", doubt = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.doubt)?;
        out.push_sql(", provider_message_id = COALESCE(");
        out.push_bind_param::<Nullable<Text>, _>(&self.provider_message_id)?;
        out.push_sql(", provider_message_id), provider_status = COALESCE(");
        out.push_bind_param::<Nullable<Text>, _>(&self.provider_status)?;
        out.push_sql(", provider_status), segments = COALESCE(");
        out.push_bind_param::<Nullable<Integer>, _>(&self.segments)?;
        out.push_sql(", segments), error_code = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.error_code)?;
        out.push_sql(", error_message = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.error_message)?;
        out.push_sql(", error_certainty = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.error_certainty)?;
        out.push_sql(", error_provider_code = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.error_provider_code)?;
        out.push_sql(", next_attempt_at = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.next_attempt_at)?;
        out.push_sql(", holder = NULL, body = CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.drop_body)?;
        out.push_sql(" THEN NULL ELSE body END, updated_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(&self.id)?;
        out.push_sql(" AND ((state = 'sending' AND holder = ");
        out.push_bind_param::<Text, _>(&self.holder)?;
        out.push_sql(") OR (");
        out.push_bind_param::<Bool, _>(&self.accepting)?;
        out.push_sql(" AND state IN ('sending', 'queued', 'unknown', 'canceled')))");
        Ok(())
    }
}

/// The text is the same for every value: one prepared statement serves all.
impl QueryId for Update<'_> {
    type QueryId = Update<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for Update<'_> {}
