//! Rows of `sms_receipts`, read back.

use diesel::prelude::*;
use diesel::result::QueryResult;

use super::backend::{Conn, Db};
use super::rows::error_note;
use super::schema::sms_receipts;
use crate::message::MessageState;
use crate::store::id::Id;
use crate::store::names::{self, unreadable};
use crate::store::{Report, ReportRecord};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sms_receipts, check_for_backend(Db))]
struct ReceiptRow {
    provider: String,
    subject: String,
    part: i32,
    provider_status: String,
    recipient: String,
    parts: i32,
    state: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    error_certainty: Option<String>,
    error_provider_code: Option<String>,
    segments: Option<i32>,
    verdict: String,
    happened_at: Option<i64>,
    received_at: i64,
}

impl ReceiptRow {
    fn state(&self) -> QueryResult<Option<MessageState>> {
        let state = self.state.as_deref().map(str::parse).transpose();
        state.map_err(|_| unreadable("state"))
    }

    fn theirs(&self) -> Option<String> {
        let nameless = self.subject.is_empty() || self.subject.starts_with('#');
        (!nameless).then(|| self.subject.clone())
    }

    fn into_report(self) -> QueryResult<Report> {
        Ok(Report {
            provider_message_id: self.theirs(),
            message_id: self
                .subject
                .strip_prefix('#')
                .and_then(|id| id.parse().ok()),
            state: self.state()?,
            to: (!self.recipient.is_empty()).then_some(self.recipient),
            part: names::read_count("part", self.part)?,
            parts: names::read_count("parts", self.parts)?,
            segments: self
                .segments
                .map(|count| names::read_count("segments", count))
                .transpose()?,
            error: error_note(
                self.error_code,
                self.error_message,
                self.error_certainty,
                self.error_provider_code,
            )?,
            at: self.happened_at.map(names::read_time).transpose()?,
            received_at: names::read_time(self.received_at)?,
            provider: self.provider,
            provider_status: self.provider_status,
            drop_body: false,
        })
    }

    fn into_record(self) -> QueryResult<ReportRecord> {
        Ok(ReportRecord {
            provider_message_id: self.theirs(),
            state: self.state()?,
            part: names::read_count("part", self.part)?,
            verdict: names::read_received(&self.verdict)?,
            received_at: names::read_time(self.received_at)?,
            provider: self.provider,
            provider_status: self.provider_status,
            provider_code: self.error_provider_code,
        })
    }
}

/// Reports under an id of the provider's that are nobody's yet, and may be this recipient's.
pub(super) fn orphans(
    connection: &mut Conn,
    provider: &str,
    theirs: &str,
    recipient: &str,
) -> QueryResult<Vec<Report>> {
    let rows: Vec<ReceiptRow> = sms_receipts::table
        .filter(sms_receipts::provider.eq(provider))
        .filter(sms_receipts::subject.eq(theirs))
        .filter(sms_receipts::message_id.is_null())
        .filter(sms_receipts::recipient.eq_any(["", recipient]))
        .order(sms_receipts::received_at)
        .select(ReceiptRow::as_select())
        .load(connection)?;
    rows.into_iter().map(ReceiptRow::into_report).collect()
}

/// The reports about one message, as they came.
pub(super) fn of(connection: &mut Conn, id: Id) -> QueryResult<Vec<ReportRecord>> {
    let rows: Vec<ReceiptRow> = sms_receipts::table
        .filter(sms_receipts::message_id.eq(id))
        .order((
            sms_receipts::received_at,
            sms_receipts::subject,
            sms_receipts::part,
        ))
        .select(ReceiptRow::as_select())
        .load(connection)?;
    rows.into_iter().map(ReceiptRow::into_record).collect()
}
