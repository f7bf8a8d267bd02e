//! What runs for every message: one statement for all of a kind in a group.
//!
//! Whether a row is leased is not asked as `holder IS NOT NULL` here: there is an index of just those, and
//! before the tables were analysed the planner would read all of it rather than look for a few ids.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};

use super::attempts::NewAttemptRow;
use super::backend::{Conn, Db, IdSql};
use super::begin::Written;
use super::hot_settle;
use super::job::{Done, Job};
use super::rows::NewMessageRow;
use super::schema::{sms_attempts, sms_messages};
use super::statement::statement;
use super::writer::Waiting;
use crate::store::id::Id;
use crate::store::{Begun, Lease, NewMessage, Settlement};

/// Runs a group: messages first, for what follows may be about them; then what decides about them, then
/// what only records, then what is rare.
pub(super) fn run(
    connection: &mut Conn,
    group: &[Waiting],
    holder: &str,
    again: bool,
) -> QueryResult<Vec<Done>> {
    let mut done: Vec<Option<Done>> = Vec::new();
    done.resize_with(group.len(), || None);
    let mut sorted = Sorted::default();
    for (at, waiting) in group.iter().enumerate() {
        sorted.add(at, &waiting.job);
    }
    begin(connection, &sorted.begins, holder, again, &mut done)?;
    hand_over(connection, &sorted.hand_overs, &mut done)?;
    renew(connection, &sorted.renewals, &mut done)?;
    hot_settle::settle_all(connection, &sorted.settlements, again, &mut done)?;
    record(connection, &sorted.attempts, &mut done)?;
    for (at, waiting) in group.iter().enumerate() {
        if done[at].is_none() {
            done[at] = Some(waiting.run(connection, holder)?);
        }
    }
    Ok(done
        .into_iter()
        .map(|done| done.unwrap_or(Done::Written))
        .collect())
}

/// The jobs of a group by kind, each with its place; a second one about the same message is left to
/// run by itself, later.
#[derive(Default)]
struct Sorted<'a> {
    begins: Vec<(usize, &'a NewMessage)>,
    hand_overs: Vec<(usize, HandedOver<'a>)>,
    renewals: Vec<(usize, Lease, i64)>,
    settlements: Vec<(usize, &'a Settlement)>,
    attempts: Vec<(usize, NewAttemptRow<'a>)>,
    settled: HashSet<Id>,
    begun: HashSet<Id>,
}

struct HandedOver<'a> {
    lease: Lease,
    provider: &'a str,
    sender: Option<String>,
    sender_is_chosen: bool,
}

impl<'a> Sorted<'a> {
    fn add(&mut self, at: usize, job: &'a Job) {
        match job {
            Job::Begin(new) if is_plain(new) && self.begun.insert(new.message.id().into()) => {
                self.begins.push((at, new));
            }
            Job::Record(attempt, seq) => {
                self.attempts.push((at, NewAttemptRow::new(attempt, *seq)));
            }
            Job::Settle(settlement) if self.settled.insert(settlement.lease.id.into()) => {
                self.settlements.push((at, settlement));
            }
            Job::HandOver {
                lease,
                message,
                provider,
            } => {
                let handed = HandedOver {
                    lease: *lease,
                    provider,
                    sender: message.from().map(ToString::to_string),
                    sender_is_chosen: message.sender_is_chosen,
                };
                self.hand_overs.push((at, handed));
            }
            Job::Renew(lease, until) => {
                self.renewals.push((at, *lease, until.as_millisecond()));
            }
            _ => {}
        }
    }
}

/// Neither a key nor a broadcast has to be looked up.
fn is_plain(new: &NewMessage) -> bool {
    new.message.idempotency_key().is_none() && new.message.broadcast().is_none()
}

fn begin(
    connection: &mut Conn,
    begins: &[(usize, &NewMessage)],
    holder: &str,
    again: bool,
    done: &mut [Option<Done>],
) -> QueryResult<()> {
    if begins.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = begins
        .iter()
        .map(|(_, new)| NewMessageRow::new(new, holder))
        .collect();
    let written: HashSet<Id> = diesel::insert_into(sms_messages::table)
        .values(&rows)
        .on_conflict_do_nothing()
        .returning(sms_messages::id)
        .get_results::<Id>(connection)?
        .into_iter()
        .collect();
    let missing: Vec<Id> = rows
        .iter()
        .map(|row| row.id)
        .filter(|id| !written.contains(id))
        .collect();
    let before = if again {
        holders(connection, &missing)?
    } else {
        HashMap::new()
    };
    for (at, new) in begins {
        let id = Id::from(new.message.id());
        let ours = written.contains(&id)
            || before.get(&id).is_some_and(|held_by| {
                new.lease_until.is_none() || held_by.as_deref() == Some(holder)
            });
        done[*at] = Some(Done::Begun(match (ours, new.lease_until) {
            (false, _) => Written::Twice,
            (true, None) => Written::Begun(Begun::Waiting),
            (true, Some(_)) => Written::Begun(Begun::Leased(Lease {
                id: new.message.id(),
                fence: 1,
            })),
        }));
    }
    Ok(())
}

/// Who holds rows that are there already: they may be those that we wrote before the connection broke.
fn holders(connection: &mut Conn, ids: &[Id]) -> QueryResult<HashMap<Id, Option<String>>> {
    let rows: Vec<(Id, Option<String>)> = sms_messages::table
        .filter(sms_messages::id.eq_any(ids))
        .select((sms_messages::id, sms_messages::holder))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

statement! {
    struct HandOverAll<'a> {
        ids: Vec<Id>,
        fences: Vec<i64>,
        providers: Vec<&'a str>,
        senders: Vec<Option<&'a str>>,
        chosen: Vec<bool>,
    } -> (IdSql,);
    "UPDATE sms_messages m SET state = 'sending', provider = n.provider, sender = n.sender,
        sender_is_chosen = n.chosen
     FROM unnest(" [ids as Array<IdSql>] ", " [fences as Array<BigInt>] ", " [providers as Array<Text>]
    ", " [senders as Array<Nullable<Text>>] ", " [chosen as Array<Bool>] ") AS n (id, fence, provider, sender, chosen)
     WHERE m.id = n.id AND m.fence = n.fence AND num_nulls(m.holder) = 0
        AND m.state IN ('queued', 'sending', 'unknown') RETURNING m.id"
}

fn hand_over(
    connection: &mut Conn,
    hand_overs: &[(usize, HandedOver<'_>)],
    done: &mut [Option<Done>],
) -> QueryResult<()> {
    if hand_overs.is_empty() {
        return Ok(());
    }
    let all = || hand_overs.iter().map(|(_, one)| one);
    let note = HandOverAll {
        ids: all().map(|one| one.lease.id.into()).collect(),
        fences: all().map(|one| one.lease.fence).collect(),
        providers: all().map(|one| one.provider).collect(),
        senders: all().map(|one| one.sender.as_deref()).collect(),
        chosen: all().map(|one| one.sender_is_chosen).collect(),
    };
    let noted = ids(note.get_results(connection)?);
    for (at, one) in hand_overs {
        done[*at] = Some(Done::Told(noted.contains(&one.lease.id.into())));
    }
    Ok(())
}

statement! {
    struct RenewAll { ids: Vec<Id>, fences: Vec<i64>, untils: Vec<i64>, } -> (IdSql,);
    "UPDATE sms_messages m SET next_attempt_at = n.until
     FROM unnest(" [ids as Array<IdSql>] ", " [fences as Array<BigInt>] ", " [untils as Array<BigInt>]
    ") AS n (id, fence, until)
     WHERE m.id = n.id AND m.fence = n.fence AND num_nulls(m.holder) = 0 RETURNING m.id"
}

fn renew(
    connection: &mut Conn,
    renewals: &[(usize, Lease, i64)],
    done: &mut [Option<Done>],
) -> QueryResult<()> {
    if renewals.is_empty() {
        return Ok(());
    }
    let renew = RenewAll {
        ids: renewals
            .iter()
            .map(|(_, lease, _)| lease.id.into())
            .collect(),
        fences: renewals.iter().map(|(_, lease, _)| lease.fence).collect(),
        untils: renewals.iter().map(|(_, _, until)| *until).collect(),
    };
    let renewed = ids(renew.get_results(connection)?);
    for (at, lease, _) in renewals {
        done[*at] = Some(Done::Told(renewed.contains(&lease.id.into())));
    }
    Ok(())
}

pub(super) fn ids(rows: Vec<(Id,)>) -> HashSet<Id> {
    rows.into_iter().map(|(id,)| id).collect()
}

fn record(
    connection: &mut Conn,
    attempts: &[(usize, NewAttemptRow<'_>)],
    done: &mut [Option<Done>],
) -> QueryResult<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = attempts.iter().map(|(_, row)| row).collect();
    diesel::insert_into(sms_attempts::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    for (at, _) in attempts {
        done[*at] = Some(Done::Written);
    }
    Ok(())
}
