//! What providers report: kept once, and applied to the message that it is about.

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Text};

use super::backend::{self, Conn, Db};
use super::proof::keep_ids;
use super::prune::FORGOTTEN;
use super::receipts;
use super::schema::{sms_messages, sms_part_ids, sms_receipts};
use super::statement::statement;
use crate::message::MessageState;
use crate::store::id::Id;
use crate::store::names::{self, ErrorColumns, unreadable};
use crate::store::parts::{Known, judge};
use crate::store::{Received, Report};

/// Keeps a report and applies it, in one transaction.
pub(super) fn receive(connection: &mut Conn, report: &Report) -> QueryResult<Received> {
    // Who settles the message with that id waits, or sees the report.
    let theirs = report.provider_message_id.as_slice();
    backend::lock_names(connection, &report.provider, theirs)?;
    let message = whose(connection, report)?;
    let nameless = match message {
        Some(id) if report.to.is_some() && is_forgotten(connection, id)? => Some(Report {
            to: None,
            ..report.clone()
        }),
        _ => None,
    };
    let report = nameless.as_ref().unwrap_or(report);
    let fresh = keep(connection, report, message)?;
    match (message, fresh) {
        (None, true) => Ok(Received::Kept),
        (None, false) => Ok(Received::Repeated),
        (Some(id), true) => apply(connection, id, report),
        // It may have come before anybody knew whose it is.
        (Some(id), false) if adopt(connection, report, id)? => apply(connection, id, report),
        (Some(_), false) => Ok(Received::Repeated),
    }
}

/// The message that the report is about, if that is known.
fn whose(connection: &mut Conn, report: &Report) -> QueryResult<Option<Id>> {
    if let Some(id) = report.message_id {
        let row = sms_messages::table.find(Id::from(id));
        let known: Option<Id> = row.select(sms_messages::id).first(connection).optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }
    let Some(theirs) = &report.provider_message_id else {
        return Ok(None);
    };
    match first_under(connection, report, theirs)?.as_slice() {
        [] => {}
        [only] => return Ok(Some(*only)),
        // A batch's id without a number: it could be any of them.
        _ => return Ok(None),
    }
    let parts: Vec<Id> = sms_part_ids::table
        .filter(sms_part_ids::provider_message_id.eq(theirs))
        .filter(sms_part_ids::provider.eq(&report.provider))
        .select(sms_part_ids::message_id)
        .limit(2)
        .load(connection)?;
    Ok(match parts.len() {
        1 => parts.into_iter().next(),
        _ => None,
    })
}

/// The messages (two are as good as many) whose first id it is: to the number that the report names,
/// else to one that was forgotten.
fn first_under(connection: &mut Conn, report: &Report, theirs: &str) -> QueryResult<Vec<Id>> {
    let mut query = sms_messages::table
        .filter(sms_messages::provider_message_id.eq(theirs))
        .filter(sms_messages::provider.eq(&report.provider))
        .select((sms_messages::id, sms_messages::recipient))
        // Numbers sort before what stands where one was forgotten.
        .order(sms_messages::recipient)
        .limit(2)
        .into_boxed::<Db>();
    if let Some(to) = report.to.as_deref() {
        query = query.filter(sms_messages::recipient.eq_any([to, FORGOTTEN]));
    }
    let mut found: Vec<(Id, String)> = query.load(connection)?;
    let is_named = |to: &str| report.to.as_deref() == Some(to);
    if found.first().is_some_and(|(_, to)| is_named(to)) {
        found.retain(|(_, to)| is_named(to));
    }
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// Whether the message's recipient was forgotten: a report must not bring the number back.
fn is_forgotten(connection: &mut Conn, id: Id) -> QueryResult<bool> {
    let row = sms_messages::table.find(id);
    let recipient: String = row.select(sms_messages::recipient).first(connection)?;
    Ok(recipient == FORGOTTEN)
}

fn subject(report: &Report) -> String {
    match (&report.provider_message_id, report.message_id) {
        (Some(theirs), _) => theirs.clone(),
        (None, Some(ours)) => format!("#{ours}"),
        (None, None) => String::new(),
    }
}

/// True if the same was not reported before.
fn keep(connection: &mut Conn, report: &Report, message: Option<Id>) -> QueryResult<bool> {
    let error = ErrorColumns::of(report.error.as_ref());
    let kept = diesel::insert_into(sms_receipts::table)
        .values((
            sms_receipts::provider.eq(&report.provider),
            sms_receipts::subject.eq(subject(report)),
            sms_receipts::part.eq(names::count(report.part)),
            sms_receipts::provider_status.eq(&report.provider_status),
            sms_receipts::recipient.eq(report.to.as_deref().unwrap_or_default()),
            sms_receipts::parts.eq(names::count(report.parts)),
            sms_receipts::state.eq(report.state.map(MessageState::as_str)),
            sms_receipts::message_id.eq(message),
            (
                sms_receipts::error_code.eq(error.code),
                sms_receipts::error_message.eq(error.message),
                sms_receipts::error_certainty.eq(error.certainty),
                sms_receipts::error_provider_code.eq(error.provider_code),
                sms_receipts::segments.eq(report.segments.map(names::count)),
                sms_receipts::verdict.eq(Received::Kept.as_str()),
                sms_receipts::happened_at.eq(report.at.map(|at| at.as_millisecond())),
                sms_receipts::received_at.eq(report.received_at.as_millisecond()),
            ),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(kept > 0)
}

/// Notes whose the report is; true if nobody knew.
fn adopt(connection: &mut Conn, report: &Report, id: Id) -> QueryResult<bool> {
    let orphan = this(report).filter(sms_receipts::message_id.is_null());
    let adopted = diesel::update(orphan)
        .set(sms_receipts::message_id.eq(id))
        .execute(connection)?;
    Ok(adopted > 0)
}

type This<'a> = diesel::dsl::Find<sms_receipts::table, (&'a str, String, i32, &'a str, &'a str)>;

fn this(report: &Report) -> This<'_> {
    sms_receipts::table.find((
        report.provider.as_str(),
        subject(report),
        names::count(report.part),
        report.provider_status.as_str(),
        report.to.as_deref().unwrap_or_default(),
    ))
}

/// Moves the message on by a report that is kept with it.
fn apply(connection: &mut Conn, id: Id, report: &Report) -> QueryResult<Received> {
    backend::lock_message(connection, id)?;
    let (state, provider, first): (String, String, Option<String>) = sms_messages::table
        .find(id)
        .select((
            sms_messages::state,
            sms_messages::provider,
            sms_messages::provider_message_id,
        ))
        .first(connection)?;
    let state: MessageState = state.parse().map_err(|_| unreadable("state"))?;
    let first = first.map(|first| (provider, first));
    let ids = ids_at(connection, id, &report.provider, first.as_ref())?;
    let step = judge(state, report, ids, &known(connection, id)?);
    if step.moves {
        if let Some((other, theirs)) = first.filter(|(provider, _)| *provider != report.provider) {
            pass_on(connection, id, &other, theirs)?;
        }
        advance(connection, id, step.state, report)?;
    }
    diesel::update(this(report))
        .set(sms_receipts::verdict.eq(step.verdict.as_str()))
        .execute(connection)?;
    Ok(step.verdict)
}

/// How many ids the message has at a provider: its `first`, and those beside it.
fn ids_at(
    connection: &mut Conn,
    id: Id,
    provider: &str,
    first: Option<&(String, String)>,
) -> QueryResult<u32> {
    let first = first.filter(|(of, _)| of == provider);
    // What was taken as proof stands in both places.
    let beside: i64 = sms_part_ids::table
        .filter(sms_part_ids::message_id.eq(id))
        .filter(sms_part_ids::provider.eq(provider))
        .filter(sms_part_ids::provider_message_id.ne(first.map_or("", |(_, first)| first)))
        .count()
        .get_result(connection)?;
    Ok(u32::from(first.is_some()) + u32::try_from(beside).unwrap_or(u32::MAX))
}

/// Another provider has the message than the row says: the id that it has at that one is kept beside,
/// so that what that one still reports is found.
fn pass_on(connection: &mut Conn, id: Id, provider: &str, theirs: String) -> QueryResult<()> {
    keep_ids(connection, id, provider, &[theirs])?;
    diesel::update(sms_messages::table.find(id))
        .set(sms_messages::provider_message_id.eq(None::<String>))
        .execute(connection)
        .map(|_| ())
}

/// What was reported of the message so far.
fn known(connection: &mut Conn, id: Id) -> QueryResult<Vec<Known>> {
    let rows: Vec<(String, i32, i32, Option<String>, String)> = sms_receipts::table
        .filter(sms_receipts::message_id.eq(id))
        .select((
            sms_receipts::subject,
            sms_receipts::part,
            sms_receipts::parts,
            sms_receipts::state,
            sms_receipts::provider_status,
        ))
        .load(connection)?;
    let read = |(subject, part, parts, state, word): (_, _, _, Option<String>, _)| {
        let state = state.map(|state| state.parse()).transpose();
        Ok(Known {
            subject,
            part: names::read_count("part", part)?,
            parts: names::read_count("parts", parts)?,
            state: state.map_err(|_| unreadable("state"))?,
            word,
        })
    };
    rows.into_iter().map(read).collect()
}

fn advance(connection: &mut Conn, id: Id, state: MessageState, report: &Report) -> QueryResult<()> {
    let error = ErrorColumns::of(report.error.as_ref());
    diesel::update(sms_messages::table.find(id))
        .set((
            sms_messages::state.eq(state.as_str()),
            sms_messages::provider.eq(&report.provider),
            sms_messages::provider_status.eq(&report.provider_status),
            sms_messages::doubt.eq(None::<String>),
            sms_messages::error_code.eq(error.code),
            sms_messages::error_message.eq(error.message),
            sms_messages::error_certainty.eq(error.certainty),
            sms_messages::error_provider_code.eq(error.provider_code),
            sms_messages::next_attempt_at.eq(None::<i64>),
            sms_messages::holder.eq(None::<String>),
            sms_messages::updated_at.eq(report.received_at.as_millisecond()),
        ))
        .execute(connection)?;
    if let Some(theirs) = &report.provider_message_id {
        let nameless = sms_messages::table
            .find(id)
            .filter(sms_messages::provider_message_id.is_null());
        diesel::update(nameless)
            .set(sms_messages::provider_message_id.eq(theirs))
            .execute(connection)?;
    }
    if let Some(segments) = report.segments {
        diesel::update(sms_messages::table.find(id))
            .set(sms_messages::segments.eq(names::count(segments)))
            .execute(connection)?;
    }
    if report.drop_body {
        diesel::update(sms_messages::table.find(id))
            .set(sms_messages::body.eq(None::<String>))
            .execute(connection)?;
    }
    Ok(())
}

/// Applies what was reported under ids that nobody knew until now.
pub(super) fn apply_kept(
    connection: &mut Conn,
    id: Id,
    provider: &str,
    provider_message_ids: &[String],
    drop_body: bool,
) -> QueryResult<()> {
    for theirs in provider_message_ids {
        if !(Orphans { provider, theirs })
            .get_result::<(bool,)>(connection)?
            .0
        {
            continue;
        }
        let recipient: String = sms_messages::table
            .find(id)
            .select(sms_messages::recipient)
            .first(connection)?;
        for report in receipts::orphans(connection, provider, theirs, &recipient)? {
            let report = Report {
                drop_body,
                ..report
            };
            if adopt(connection, &report, id)? {
                apply(connection, id, &report)?;
            }
        }
    }
    Ok(())
}

statement! {
    struct Orphans<'a> { provider: &'a str, theirs: &'a str, } -> (Bool,);
    "SELECT EXISTS (SELECT 1 FROM sms_receipts WHERE provider = " [provider as Text]
    " AND subject = " [theirs as Text] " AND message_id IS NULL)"
}
