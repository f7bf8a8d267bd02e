//! Whose turn it is: round robin between owners, and first come, first served within each.
//!
//! What can go stands in an index by lane: an owner's own messages are one, each of their broadcasts is
//! another. Lanes are found by skipping from one to the next, so that a lane of a million messages
//! costs what a lane of one does, and a broadcast that is paused is passed over in one step.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Integer, Text};

use super::backend::{self, Conn, Db};
use super::schema::sms_broadcasts;
use super::statement::statement;
use crate::message::{BroadcastId, Priority};
use crate::store::id::Id;
use crate::store::lane::{SIDE_BY_SIDE, after_owner, broadcast_of, in_turns, owner_of};
use crate::store::{BroadcastState, Claim};

/// How many lanes are looked up at once, at most.
const AHEAD: usize = 32;

statement! {
    /// The first lanes from `from` on: a step in the index for each, however many messages it has.
    struct Lanes<'a> { provider: &'a str, priority: i32, from: &'a str, most: i64, } -> (Text,);
    "WITH RECURSIVE lanes (lane) AS (
        SELECT (SELECT lane FROM sms_messages WHERE state = 'queued' AND next_attempt_at IS NULL
            AND provider = " [provider as Text] " AND priority = " [priority as Integer]
            " AND lane >= " [from as Text] " ORDER BY lane LIMIT 1)
        UNION ALL
        SELECT (SELECT m.lane FROM sms_messages m WHERE m.state = 'queued' AND m.next_attempt_at IS NULL
            AND m.provider = " [provider as Text] " AND m.priority = " [priority as Integer]
            " AND m.lane > lanes.lane ORDER BY m.lane LIMIT 1)
        FROM lanes WHERE lane IS NOT NULL)
     SELECT lane FROM lanes WHERE lane IS NOT NULL LIMIT " [most as BigInt]
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
pub(super) type Way<'a> = (&'a str, String);

/// The messages of `priority` that go next, as many as there is room for.
pub(super) fn take(connection: &mut Conn, claim: &Claim, priority: Priority) -> QueryResult<Turn> {
    let room = claim.room.of(priority);
    let last = claim.cursor.0.get(&priority).map(String::as_str);
    let mut turn = Turn::default();
    // From the owner after the last one on and round; of all providers, so that none keeps another's
    // owners waiting.
    let mut owners: BTreeMap<(bool, String), Vec<Way<'_>>> = BTreeMap::new();
    for provider in &claim.providers {
        let mut walk = Walk::new(provider, priority, room, backend::keep_broadcasts);
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
    let share = room.div_ceil(owners.len().max(1));
    let mut firsts = Firsts::load(connection, priority, &owners, share)?;
    turn.ids = in_shares(&owners, room, &mut |(_, ways), most| {
        in_shares(ways, most, &mut |way, most| {
            firsts.of(connection, way, most)
        })
    })?;
    Ok(turn)
}

/// Whether anything could go through one of these providers now.
pub(super) fn any(connection: &mut Conn, providers: &[String]) -> QueryResult<bool> {
    for provider in providers {
        for &priority in Priority::ALL {
            let mut walk = Walk::new(provider, priority, 1, broadcasts);
            let owners = walk.owners(connection, None, 1)?;
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

/// The first messages of lanes: those of all are looked up together.
struct Firsts<'a> {
    priority: i32,
    lists: HashMap<&'a Way<'a>, List>,
}

struct List {
    ids: Vec<Id>,
    /// How many were asked for: a shorter list has no more.
    most: usize,
}

impl<'a> Firsts<'a> {
    /// `share` of each owner.
    fn load<O>(
        connection: &mut Conn,
        priority: Priority,
        owners: &'a [(O, Vec<Way<'a>>)],
        share: usize,
    ) -> QueryResult<Self> {
        let priority = i32::from(priority.rank());
        let mut by_share: BTreeMap<usize, Vec<&'a Way<'a>>> = BTreeMap::new();
        for (_, ways) in owners {
            let most = share.div_ceil(ways.len().max(1));
            by_share.entry(most).or_default().extend(ways);
        }
        let mut lists = HashMap::new();
        for (most, ways) in by_share {
            let firsts = backend::first_of_each(connection, priority, &ways, limit(most))?;
            let firsts = firsts.into_iter().map(|ids| List { ids, most });
            lists.extend(ways.into_iter().zip(firsts));
        }
        Ok(Self { priority, lists })
    }

    fn of(&mut self, connection: &mut Conn, way: &Way<'_>, most: usize) -> QueryResult<Vec<Id>> {
        if let Some(list) = self.lists.get(way)
            && (most <= list.most || list.ids.len() < list.most)
        {
            return Ok(list.ids.iter().copied().take(most).collect());
        }
        let firsts = backend::first_of_each(connection, self.priority, &[way], limit(most))?;
        Ok(firsts.into_iter().flatten().collect())
    }
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// A walk over the lanes of what can go through one provider.
struct Walk<'a> {
    provider: &'a str,
    priority: i32,
    /// How many lanes it looks up at once.
    stride: usize,
    read_broadcasts: ReadBroadcasts,
    ahead: Ahead,
    /// Canceled broadcasts on the way.
    canceled: Vec<BroadcastId>,
}

/// Lanes that were looked up.
#[derive(Default)]
struct Ahead {
    /// From where on; `None` before the first.
    from: Option<String>,
    lanes: Vec<String>,
    /// Whether there is none after them.
    ends: bool,
    broadcasts: HashMap<BroadcastId, Option<BroadcastState>>,
}

impl Ahead {
    /// Whether it tells what comes from `from` on.
    fn covers(&self, from: &str) -> bool {
        let reaches = self.ends || self.lanes.last().is_some_and(|last| from <= last.as_str());
        reaches && self.from.as_deref().is_some_and(|start| start <= from)
    }
}

impl<'a> Walk<'a> {
    /// A walk to about `wanted` lanes.
    fn new(
        provider: &'a str,
        priority: Priority,
        wanted: usize,
        read_broadcasts: ReadBroadcasts,
    ) -> Self {
        Self {
            provider,
            priority: i32::from(priority.rank()),
            stride: wanted.clamp(1, AHEAD),
            read_broadcasts,
            ahead: Ahead::default(),
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
            if !self.is_held(&lane) {
                lanes.push(lane);
            }
            if lanes.len() == SIDE_BY_SIDE {
                break;
            }
            next = self.lane(connection, &from)?;
        }
        Ok(lanes)
    }

    fn lane(&mut self, connection: &mut Conn, from: &str) -> QueryResult<Option<String>> {
        if !self.ahead.covers(from) {
            self.ahead = self.look_ahead(connection, from)?;
        }
        let lanes = &self.ahead.lanes;
        let at = lanes.partition_point(|lane| lane.as_str() < from);
        Ok(lanes.get(at).cloned())
    }

    fn look_ahead(&self, connection: &mut Conn, from: &str) -> QueryResult<Ahead> {
        let lanes = Lanes {
            provider: self.provider,
            priority: self.priority,
            from,
            most: limit(self.stride),
        };
        let lanes: Vec<(String,)> = lanes.load(connection)?;
        let lanes: Vec<_> = lanes.into_iter().map(|(lane,)| lane).collect();
        let found = lanes.iter().filter_map(|lane| broadcast_of(lane));
        let found: Vec<_> = found.map(Id::from).collect();
        let broadcasts = if found.is_empty() {
            Vec::new()
        } else {
            (self.read_broadcasts)(connection, found)?
        };
        Ok(Ahead {
            from: Some(from.to_owned()),
            ends: lanes.len() < self.stride,
            lanes,
            broadcasts: broadcasts.into_iter().map(standing).collect(),
        })
    }

    /// A broadcast that is filled, paused, canceled or just being moved has no turn.
    fn is_held(&mut self, lane: &str) -> bool {
        let Some(broadcast) = broadcast_of(lane) else {
            return false;
        };
        match self.ahead.broadcasts.get(&broadcast) {
            None | Some(Some(BroadcastState::Running)) => false,
            Some(Some(BroadcastState::Canceled)) => {
                self.canceled.push(broadcast);
                true
            }
            Some(_) => true,
        }
    }
}

/// Broadcasts and their states: none where somebody is moving it at this moment.
pub(super) type Broadcasts = Vec<(Id, Option<String>)>;

type ReadBroadcasts = fn(&mut Conn, Vec<Id>) -> QueryResult<Broadcasts>;

/// As they stand.
pub(super) fn broadcasts(connection: &mut Conn, ids: Vec<Id>) -> QueryResult<Broadcasts> {
    sms_broadcasts::table
        .filter(sms_broadcasts::id.eq_any(ids))
        .select((sms_broadcasts::id, sms_broadcasts::state.nullable()))
        .load(connection)
}

fn standing((id, state): (Id, Option<String>)) -> (BroadcastId, Option<BroadcastState>) {
    (id.into(), state.and_then(|state| state.parse().ok()))
}
