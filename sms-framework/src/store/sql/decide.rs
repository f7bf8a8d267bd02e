//! What a person decides: some messages at a time, so that a million do not hold the writer.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};
use jiff::Timestamp;

use super::backend::{self, Conn, Db, IdSql};
use super::query::in_states;
use super::schema::{sms_messages, sms_part_ids, sms_receipts};
use super::statement::statement;
use crate::message::{MessageId, MessageState};
use crate::store::id::Id;
use crate::store::{Decision, Selection};

/// How many messages one transaction changes.
pub(super) const AT_ONCE: i64 = 1_000;

/// One step of a decision: how many messages changed, and after which the next step goes on.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) changed: u64,
    pub(super) last: Option<Id>,
}

statement! {
    struct Accept { id: Id, now: i64, };
    "UPDATE sms_messages SET state = 'accepted', doubt = NULL, error_code = NULL, error_message = NULL,
        error_certainty = NULL, error_provider_code = NULL, next_attempt_at = NULL, holder = NULL,
        fence = fence + 1, updated_at = " [now as BigInt] " WHERE id = " [id as IdSql] " AND state = 'unknown'"
}

statement! {
    /// It can go at once, and its age and its rounds count anew.
    struct SendAnew<'a> { id: Id, now: i64, from: &'a str, };
    "UPDATE sms_messages SET state = 'queued', doubt = NULL, rounds = 0, next_attempt_at = NULL,
        holder = NULL, fence = fence + 1, replayed_at = " [now as BigInt]
    ", updated_at = " [now as BigInt] " WHERE id = " [id as IdSql] " AND state = " [from as Text]
}

statement! {
    struct Cancel { id: Id, now: i64, };
    "UPDATE sms_messages SET state = 'canceled', error_code = 'CANCELED',
        error_message = 'it was canceled before it was sent', error_certainty = 'NotSent',
        error_provider_code = NULL, next_attempt_at = NULL, holder = NULL, fence = fence + 1,
        updated_at = " [now as BigInt] " WHERE id = " [id as IdSql] " AND state IN ('queued', 'scheduled')"
}

/// A selection that names more messages than one statement can, in selections that do not.
pub(super) fn in_parts(mut selection: Selection) -> Vec<Selection> {
    let mut ids = std::mem::take(&mut selection.ids);
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return vec![selection];
    }
    let part = |ids: &[MessageId]| Selection {
        ids: ids.to_vec(),
        ..selection.clone()
    };
    ids.chunks(AT_ONCE as usize).map(part).collect()
}

/// Decides about the next messages of `selection` after `last`, in the order of their ids.
pub(super) fn step(
    connection: &mut Conn,
    decision: Decision,
    selection: &Selection,
    last: Option<Id>,
    now: Timestamp,
) -> QueryResult<Step> {
    backend::plan_anew(connection)?;
    let mut query = fitting(decision, selection)
        .select((sms_messages::id, sms_messages::state))
        .order(sms_messages::id)
        .limit(AT_ONCE);
    if let Some(last) = last {
        query = query.filter(sms_messages::id.gt(last));
    }
    if matches!(decision, Decision::Replay | Decision::SendAgain) {
        // What is of a canceled broadcast has no turn any more.
        let can_go = "NOT EXISTS (SELECT 1 FROM sms_broadcasts AS ended
            WHERE ended.id = sms_messages.broadcast AND ended.state = 'canceled')";
        query = query
            .filter(sms_messages::body.is_not_null())
            .filter(sql::<Bool>(can_go));
    }
    if decision == Decision::Replay {
        // What the provider had, or reported on, may be on a phone.
        let reports =
            sms_receipts::table.filter(sms_receipts::message_id.eq(sms_messages::id.nullable()));
        let ids = sms_part_ids::table.filter(sms_part_ids::message_id.eq(sms_messages::id));
        query = query
            .filter(sms_messages::provider_message_id.is_null())
            .filter(not(exists(reports)))
            .filter(not(exists(ids)));
    }
    let rows: Vec<(Id, String)> = query.load(connection)?;
    let now = now.as_millisecond();
    let mut changed = 0;
    for (id, from) in &rows {
        let id = *id;
        // Somebody may have moved it on since it was read.
        changed += match decision {
            Decision::FoundSent => Accept { id, now }.execute(connection)?,
            Decision::SendAgain | Decision::Replay => {
                SendAnew { id, now, from }.execute(connection)?
            }
            Decision::Cancel => Cancel { id, now }.execute(connection)?,
        };
    }
    Ok(Step {
        changed: changed as u64,
        last: rows.last().map(|(id, _)| *id),
    })
}

/// How many messages fit, whether or not the decision can be carried out.
pub(super) fn count(
    connection: &mut Conn,
    decision: Decision,
    selection: &Selection,
) -> QueryResult<u64> {
    let fitting: i64 = fitting(decision, selection)
        .count()
        .get_result(connection)?;
    Ok(fitting.unsigned_abs())
}

type Query<'a> = sms_messages::BoxedQuery<'a, Db>;

fn fitting<'a>(decision: Decision, selection: &Selection) -> Query<'a> {
    let able = decision.applies_to();
    let states: Vec<MessageState> = match selection.states.as_slice() {
        [] => able,
        wished => wished
            .iter()
            .copied()
            .filter(|state| able.contains(state))
            .collect(),
    };
    let mut query = sms_messages::table.into_boxed::<Db>();
    query = if states.is_empty() {
        query.filter(sql::<Bool>("FALSE"))
    } else {
        query.filter(in_states(&states))
    };
    if !selection.ids.is_empty() {
        let ids: Vec<_> = selection.ids.iter().copied().map(Id::from).collect();
        query = query.filter(sms_messages::id.eq_any(ids));
    }
    if let Some(owner) = selection.owner.clone() {
        query = query.filter(sms_messages::owner.eq(owner));
    }
    if let Some(message_type) = selection.message_type.clone() {
        query = query.filter(sms_messages::message_type.eq(message_type));
    }
    if let Some(code) = selection.error_code.clone() {
        query = query.filter(sms_messages::error_code.eq(code));
    }
    if let Some(provider) = selection.provider.clone() {
        query = query.filter(sms_messages::provider.eq(provider));
    }
    if let Some(priority) = selection.priority {
        query = query.filter(sms_messages::priority.eq(i32::from(priority.rank())));
    }
    if let Some(since) = selection.since {
        query = query.filter(sms_messages::created_at.ge(since.as_millisecond()));
    }
    if let Some(until) = selection.until {
        query = query.filter(sms_messages::created_at.lt(until.as_millisecond()));
    }
    query
}
