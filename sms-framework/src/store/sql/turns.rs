//! Whose turn it is: round robin between owners, and first come, first served within each.
//!
//! What can go stands in an index by lane: an owner's own messages are one, each of their broadcasts is
//! another. Lanes are found by skipping from one to the next, so that a lane of a million messages
//! costs what a lane of one does, and a broadcast that is paused is passed over in one step.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Integer, Text};

use super::backend::{Conn, Db, IdSql, SKIP_LOCKED};
use super::begin::state_of;
use super::statement::statement;
use crate::message::{BroadcastId, Priority};
use crate::store::id::Id;
use crate::store::lane::{SIDE_BY_SIDE, after_owner, broadcast_of, in_turns, owner_of};
use crate::store::{BroadcastState, Claim};

statement! {
    struct NextLane<'a> { provider: &'a str, priority: i32, from: &'a str, } -> (Text,);
    "SELECT lane FROM sms_messages WHERE state = 'queued' AND next_attempt_at IS NULL
        AND provider = " [provider as Text] " AND priority = " [priority as Integer]
    " AND lane >= " [from as Text] " ORDER BY lane LIMIT 1"
}

statement! {
    struct InLane<'a> { provider: &'a str, priority: i32, lane: &'a str, most: i64, } -> (IdSql,);
    "SELECT id FROM sms_messages WHERE state = 'queued' AND next_attempt_at IS NULL
        AND provider = " [provider as Text] " AND priority = " [priority as Integer]
    " AND lane = " [lane as Text] " ORDER BY id LIMIT " [most as BigInt] "" {SKIP_LOCKED}
}

/// Whose messages go next.
#[derive(Default)]
pub(super) struct Turn {
    pub(super) ids: Vec<Id>,
    /// The owner who was served last.
    pub(super) last: Option<String>,
    /// Canceled broadcasts that something came back to.
    pub(super) canceled: Vec<BroadcastId>,
}

/// A lane, and the provider through which it goes.
type Way<'a> = (&'a str, String);

/// The messages of `priority` that go next, as many as there is room for.
pub(super) fn take(connection: &mut Conn, claim: &Claim, priority: Priority) -> QueryResult<Turn> {
    let room = claim.room.of(priority);
    let last = claim.cursor.0.get(&priority).map(String::as_str);
    let mut turn = Turn::default();
    // From the owner after the last one on and round; of all providers, so that none keeps another's
    // owners waiting.
    let mut owners: BTreeMap<(bool, String), Vec<Way<'_>>> = BTreeMap::new();
    for provider in &claim.providers {
        let mut walk = Walk::new(provider, priority);
        for lanes in walk.owners(connection, last, room)? {
            let owner = owner_of(&lanes[0]).to_owned();
            let is_next_round = last.is_some_and(|last| owner.as_str() <= last);
            let ways = lanes.into_iter().map(|lane| (provider.as_str(), lane));
            owners
                .entry((is_next_round, owner))
                .or_default()
                .extend(ways);
        }
        turn.canceled.append(&mut walk.canceled);
    }
    let owners: Vec<_> = owners.into_iter().take(room).collect();
    turn.last = owners.last().map(|((_, owner), _)| owner.clone());
    turn.ids = in_shares(&owners, room, &mut |(_, ways), most| {
        in_shares(ways, most, &mut |(provider, lane), most| {
            first_of(connection, provider, priority, lane, most)
        })
    })?;
    Ok(turn)
}

/// Whether anything could go through one of these providers now.
pub(super) fn any(connection: &mut Conn, providers: &[String]) -> QueryResult<bool> {
    for provider in providers {
        for &priority in Priority::ALL {
            let owners = Walk::new(provider, priority).owners(connection, None, 1)?;
            if !owners.is_empty() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `most` in all, one of each source in turn; what a short one leaves goes to the others.
fn in_shares<S>(
    sources: &[S],
    most: usize,
    load: &mut dyn FnMut(&S, usize) -> QueryResult<Vec<Id>>,
) -> QueryResult<Vec<Id>> {
    let mut lists: Vec<Vec<Id>> = vec![Vec::new(); sources.len()];
    let (mut had, mut share) = (0, most.div_ceil(sources.len().max(1)));
    while had < share {
        for (list, source) in lists.iter_mut().zip(sources) {
            // A list that was short has no more.
            if list.len() == had {
                *list = load(source, share)?;
            }
        }
        let missing = most.saturating_sub(lists.iter().map(Vec::len).sum());
        had = share;
        if missing > 0 {
            share = (share * 2).min(most);
        }
    }
    Ok(in_turns(lists, most))
}

/// The first messages of one lane.
fn first_of(
    connection: &mut Conn,
    provider: &str,
    priority: Priority,
    lane: &str,
    most: usize,
) -> QueryResult<Vec<Id>> {
    let waiting = InLane {
        provider,
        priority: i32::from(priority.rank()),
        lane,
        most: i64::try_from(most).unwrap_or(i64::MAX),
    };
    let ids = waiting.load::<(Id,)>(connection)?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// A walk over the lanes of what can go through one provider.
struct Walk<'a> {
    provider: &'a str,
    priority: i32,
    /// Canceled broadcasts on the way.
    canceled: Vec<BroadcastId>,
}

impl<'a> Walk<'a> {
    fn new(provider: &'a str, priority: Priority) -> Self {
        Self {
            provider,
            priority: i32::from(priority.rank()),
            canceled: Vec::new(),
        }
    }

    /// The lanes of up to `most` owners, from the one after `last` on and round.
    fn owners(
        &mut self,
        connection: &mut Conn,
        last: Option<&str>,
        most: usize,
    ) -> QueryResult<Vec<Vec<String>>> {
        let mut owners = Vec::new();
        let start = last.map(after_owner).unwrap_or_default();
        self.collect(connection, start.clone(), None, most, &mut owners)?;
        if !start.is_empty() {
            self.collect(connection, String::new(), Some(&start), most, &mut owners)?;
        }
        Ok(owners)
    }

    fn collect(
        &mut self,
        connection: &mut Conn,
        mut from: String,
        end: Option<&str>,
        most: usize,
        owners: &mut Vec<Vec<String>>,
    ) -> QueryResult<()> {
        while owners.len() < most {
            let Some(lane) = self.lane(connection, &from)? else {
                break;
            };
            if end.is_some_and(|end| lane.as_str() > end) {
                break;
            }
            let past = after_owner(owner_of(&lane));
            let lanes = self.lanes_until(connection, lane, &past)?;
            if !lanes.is_empty() {
                owners.push(lanes);
            }
            from = past;
        }
        Ok(())
    }

    /// The lanes of one owner that are not held, from `lane` on.
    fn lanes_until(
        &mut self,
        connection: &mut Conn,
        lane: String,
        past: &str,
    ) -> QueryResult<Vec<String>> {
        let mut lanes = Vec::new();
        let mut next = Some(lane);
        while let Some(lane) = next.filter(|lane| lane.as_str() < past) {
            // The least that sorts after it.
            let from = format!("{lane}\u{1}");
            if !self.is_held(connection, &lane)? {
                lanes.push(lane);
            }
            if lanes.len() == SIDE_BY_SIDE {
                break;
            }
            next = self.lane(connection, &from)?;
        }
        Ok(lanes)
    }

    fn lane(&self, connection: &mut Conn, from: &str) -> QueryResult<Option<String>> {
        let (provider, priority) = (self.provider, self.priority);
        let lane = NextLane {
            provider,
            priority,
            from,
        };
        let lane = lane.get_result::<(String,)>(connection).optional()?;
        Ok(lane.map(|(lane,)| lane))
    }

    /// A broadcast that is filled, paused or canceled has no turn.
    fn is_held(&mut self, connection: &mut Conn, lane: &str) -> QueryResult<bool> {
        let Some(broadcast) = broadcast_of(lane) else {
            return Ok(false);
        };
        let state = state_of(connection, broadcast)?;
        if state == Some(BroadcastState::Canceled) {
            self.canceled.push(broadcast);
        }
        Ok(state.is_some_and(|state| state != BroadcastState::Running))
    }
}
