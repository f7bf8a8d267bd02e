//! Settling all messages of a group in one statement.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};

use super::backend::{Conn, Db, IdSql};
use super::hot::ids;
use super::job::Done;
use super::settle;
use super::statement::statement;
use crate::store::Settlement;
use crate::store::id::Id;
use crate::store::names::{self, ErrorColumns};

statement! {
    /// The same as for one, see `settle.rs`.
    struct SettleAll<'a> {
        ids: Vec<Id>,
        fences: Vec<i64>,
        states: Vec<&'a str>,
        providers: Vec<Option<&'a str>>,
        set_sender: Vec<bool>,
        senders: Vec<Option<&'a str>>,
        attempts: Vec<i32>,
        rounds: Vec<i32>,
        doubts: Vec<Option<&'a str>>,
        theirs: Vec<Option<&'a str>>,
        words: Vec<Option<&'a str>>,
        segments: Vec<Option<i32>>,
        codes: Vec<Option<&'a str>>,
        messages: Vec<Option<&'a str>>,
        certainties: Vec<Option<&'a str>>,
        provider_codes: Vec<Option<&'a str>>,
        due: Vec<Option<i64>>,
        drop_body: Vec<bool>,
        at: Vec<i64>,
        accepting: Vec<bool>,
    } -> (IdSql,);
    "UPDATE sms_messages m SET state = n.state, provider = COALESCE(n.provider, m.provider),
        sender = CASE WHEN n.set_sender THEN n.sender ELSE m.sender END,
        attempts = m.attempts + n.attempts, rounds = m.rounds + n.rounds, doubt = n.doubt,
        provider_message_id = COALESCE(n.theirs, m.provider_message_id),
        provider_status = COALESCE(n.word, m.provider_status),
        segments = COALESCE(n.segments, m.segments), error_code = n.code, error_message = n.message,
        error_certainty = n.certainty, error_provider_code = n.provider_code,
        next_attempt_at = n.due, holder = NULL,
        body = CASE WHEN n.drop_body THEN NULL ELSE m.body END, updated_at = n.at
     FROM unnest(" [ids as Array<IdSql>] ", " [fences as Array<BigInt>] ", " [states as Array<Text>]
    ", " [providers as Array<Nullable<Text>>] ", " [set_sender as Array<Bool>]
    ", " [senders as Array<Nullable<Text>>] ", " [attempts as Array<Integer>]
    ", " [rounds as Array<Integer>] ", " [doubts as Array<Nullable<Text>>]
    ", " [theirs as Array<Nullable<Text>>] ", " [words as Array<Nullable<Text>>]
    ", " [segments as Array<Nullable<Integer>>] ", " [codes as Array<Nullable<Text>>]
    ", " [messages as Array<Nullable<Text>>] ", " [certainties as Array<Nullable<Text>>]
    ", " [provider_codes as Array<Nullable<Text>>] ", " [due as Array<Nullable<BigInt>>]
    ", " [drop_body as Array<Bool>] ", " [at as Array<BigInt>] ", " [accepting as Array<Bool>]
    ") AS n (id, fence, state, provider, set_sender, sender, attempts, rounds, doubt, theirs, word, segments,
        code, message, certainty, provider_code, due, drop_body, at, accepting)
     WHERE m.id = n.id AND ((m.fence = n.fence AND num_nulls(m.holder) = 0
            AND (m.state IN ('queued', 'sending') OR (m.state = 'unknown' AND n.state = 'unknown')))
        OR (n.accepting AND m.state IN ('scheduled', 'queued', 'sending', 'unknown', 'canceled')))
     RETURNING m.id"
}

statement! {
    /// What was settled so before the connection broke.
    struct Settled<'a> { ids: Vec<Id>, fences: Vec<i64>, states: Vec<&'a str>, at: Vec<i64>, } -> (IdSql,);
    "SELECT m.id FROM sms_messages m JOIN unnest(" [ids as Array<IdSql>] ", " [fences as Array<BigInt>]
    ", " [states as Array<Text>] ", " [at as Array<BigInt>] ") AS n (id, fence, state, at) ON m.id = n.id
     WHERE m.fence = n.fence AND m.holder IS NULL AND m.state = n.state AND m.updated_at = n.at"
}

statement! {
    /// Ids of the provider's under which something was reported before anybody knew whose they are.
    struct Orphans<'a> { theirs: Vec<&'a str>, } -> (Text,);
    "SELECT DISTINCT subject FROM sms_receipts WHERE message_id IS NULL
        AND subject = ANY(" [theirs as Array<Text>] ")"
}

pub(super) fn settle_all(
    connection: &mut Conn,
    settlements: &[(usize, &Settlement)],
    again: bool,
    done: &mut [Option<Done>],
) -> QueryResult<()> {
    let mut open: Vec<(usize, &Settlement)> = settlements.to_vec();
    if again && !open.is_empty() {
        let before = settled_before(connection, &open)?;
        open.retain(|(at, one)| {
            let was = before.contains(&one.lease.id.into());
            if was {
                done[*at] = Some(Done::Told(true));
            }
            !was
        });
    }
    if open.is_empty() {
        return Ok(());
    }
    lock_names(connection, &open)?;
    let settled = ids(statement_of(&open).get_results(connection)?);
    let is_settled = |one: &Settlement| settled.contains(&one.lease.id.into());
    let reported = orphans(connection, open.iter().map(|(_, one)| *one))?;
    for (at, one) in open {
        if !is_settled(one) {
            // Somebody else decided meanwhile; what the provider took is noted all the same.
            let told = one.is_accepting() && settle::settle(connection, one)?;
            done[at] = Some(Done::Told(told));
            continue;
        }
        let theirs = &one.provider_message_ids;
        if theirs.len() > 1 || theirs.iter().any(|theirs| reported.contains(theirs)) {
            settle::note_ids(connection, one.lease.id.into(), one)?;
        }
        done[at] = Some(Done::Told(true));
    }
    Ok(())
}

statement! {
    /// The same locks as `backend::lock_names` takes, in the same order.
    struct LockAll { names: Vec<String>, };
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 20011))
     FROM (SELECT unnest(" [names as Array<Text>] ") AS name ORDER BY 1) AS sorted"
}

/// What is reported under these ids meanwhile waits, and finds them.
fn lock_names(connection: &mut Conn, open: &[(usize, &Settlement)]) -> QueryResult<()> {
    let names: Vec<_> = open
        .iter()
        .filter_map(|(_, one)| Some((one.provider.as_deref()?, &one.provider_message_ids)))
        .flat_map(|(provider, theirs)| theirs.iter().map(move |id| format!("{provider}/{id}")))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    LockAll { names }.execute(connection).map(|_| ())
}

fn settled_before(
    connection: &mut Conn,
    open: &[(usize, &Settlement)],
) -> QueryResult<HashSet<Id>> {
    let all = || open.iter().map(|(_, one)| *one);
    let settled = Settled {
        ids: all().map(|one| one.lease.id.into()).collect(),
        fences: all().map(|one| one.lease.fence).collect(),
        states: all().map(|one| one.stands().as_str()).collect(),
        at: all().map(|one| one.at.as_millisecond()).collect(),
    };
    Ok(ids(settled.get_results(connection)?))
}

fn orphans<'a>(
    connection: &mut Conn,
    settlements: impl Iterator<Item = &'a Settlement>,
) -> QueryResult<HashSet<String>> {
    let theirs: Vec<_> = settlements
        .flat_map(|one| one.provider_message_ids.iter().map(String::as_str))
        .collect();
    if theirs.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = Orphans { theirs }.get_results::<(String,)>(connection)?;
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}

fn statement_of<'a>(open: &[(usize, &'a Settlement)]) -> SettleAll<'a> {
    let all = || open.iter().map(|(_, one)| *one);
    let errors = || all().map(|one| ErrorColumns::of(one.error.as_ref()));
    SettleAll {
        ids: all().map(|one| one.lease.id.into()).collect(),
        fences: all().map(|one| one.lease.fence).collect(),
        states: all().map(|one| one.stands().as_str()).collect(),
        providers: all().map(|one| one.provider.as_deref()).collect(),
        set_sender: all().map(|one| one.sender.is_some()).collect(),
        senders: all()
            .map(|one| one.sender.as_ref().and_then(Option::as_deref))
            .collect(),
        attempts: all().map(|one| names::count(one.attempts)).collect(),
        rounds: all().map(|one| i32::from(one.from_queue)).collect(),
        doubts: all().map(|one| one.doubt.map(names::doubt)).collect(),
        theirs: all()
            .map(|one| one.provider_message_ids.first().map(String::as_str))
            .collect(),
        words: all().map(|one| one.provider_status.as_deref()).collect(),
        segments: all().map(|one| one.segments.map(names::count)).collect(),
        codes: errors().map(|error| error.code).collect(),
        messages: errors().map(|error| error.message).collect(),
        certainties: errors().map(|error| error.certainty).collect(),
        provider_codes: errors().map(|error| error.provider_code).collect(),
        due: all()
            .map(|one| one.next_attempt_at.map(|at| at.as_millisecond()))
            .collect(),
        drop_body: all().map(|one| one.drop_body).collect(),
        at: all().map(|one| one.at.as_millisecond()).collect(),
        accepting: all().map(Settlement::is_accepting).collect(),
    }
}
