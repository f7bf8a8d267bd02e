//! Rows of `sms_attempts`.

use std::time::Duration;

use diesel::prelude::*;
use diesel::result::QueryResult;

use super::backend::{Conn, Db};
use super::rows::error_note;
use super::schema::sms_attempts;
use crate::message::MessageId;
use crate::store::Attempt;
use crate::store::id::Id;
use crate::store::names::{self, ErrorColumns, unreadable};

/// What is written of an attempt; `None` as NULL, see [`super::rows::NewMessageRow`].
#[derive(Insertable)]
#[diesel(table_name = sms_attempts, treat_none_as_default_value = false)]
pub(super) struct NewAttemptRow<'a> {
    message_id: Id,
    seq: i64,
    number: i32,
    provider: &'a str,
    started_at: i64,
    duration_us: i64,
    outcome: &'static str,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
    error_certainty: Option<&'static str>,
    error_provider_code: Option<&'a str>,
    http_status: Option<i32>,
    provider_message_id: Option<&'a str>,
    simulated: bool,
}

impl<'a> NewAttemptRow<'a> {
    pub(super) fn new(attempt: &'a Attempt, seq: i64) -> Self {
        let error = ErrorColumns::of(attempt.error.as_ref());
        Self {
            message_id: attempt.message_id.into(),
            seq,
            number: names::count(attempt.number),
            provider: &attempt.provider,
            started_at: attempt.started_at.as_millisecond(),
            duration_us: names::microseconds(attempt.duration),
            outcome: attempt.outcome.as_str(),
            error_code: error.code,
            error_message: error.message,
            error_certainty: error.certainty,
            error_provider_code: error.provider_code,
            http_status: attempt.http_status.map(i32::from),
            provider_message_id: attempt.provider_message_id.as_deref(),
            simulated: attempt.simulated,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sms_attempts, check_for_backend(Db))]
struct AttemptRow {
    number: i32,
    provider: String,
    started_at: i64,
    duration_us: i64,
    outcome: String,
    error_code: Option<String>,
    error_message: Option<String>,
    error_certainty: Option<String>,
    error_provider_code: Option<String>,
    http_status: Option<i32>,
    provider_message_id: Option<String>,
    simulated: bool,
}

impl AttemptRow {
    fn into_attempt(self, message_id: MessageId) -> QueryResult<Attempt> {
        let duration = u64::try_from(self.duration_us).map_err(|_| unreadable("duration_us"))?;
        let http_status = self.http_status.map(u16::try_from).transpose();
        Ok(Attempt {
            message_id,
            number: names::read_count("number", self.number)?,
            provider: self.provider,
            started_at: names::read_time(self.started_at)?,
            duration: Duration::from_micros(duration),
            outcome: names::read_outcome(&self.outcome)?,
            error: error_note(
                self.error_code,
                self.error_message,
                self.error_certainty,
                self.error_provider_code,
            )?,
            http_status: http_status.map_err(|_| unreadable("http_status"))?,
            provider_message_id: self.provider_message_id,
            simulated: self.simulated,
        })
    }
}

/// The attempts of one message, in the order in which they were handed over.
pub(super) fn of(connection: &mut Conn, id: MessageId) -> QueryResult<Vec<Attempt>> {
    let rows = sms_attempts::table
        .filter(sms_attempts::message_id.eq(Id::from(id)))
        .order(sms_attempts::seq)
        .select(AttemptRow::as_select())
        .load(connection)?;
    rows.into_iter().map(|row| row.into_attempt(id)).collect()
}
