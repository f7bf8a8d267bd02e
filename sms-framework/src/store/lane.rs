//! Lanes: who takes turns in the queue.
//!
//! An owner's own messages are one lane, each of their broadcasts is another. Turns go round between
//! owners, and within an owner's turn between their lanes, so that neither an owner with a million
//! messages nor one with a hundred broadcasts keeps others waiting.

use crate::message::{BroadcastId, Outbound};

/// Between an owner and a broadcast: no name holds it, and it sorts before what names hold.
const BROADCAST: char = '\u{1f}';
/// Sorts after every lane of the owner before it.
const END: char = '\u{10ffff}';

/// How many lanes of one owner go side by side; of more broadcasts the oldest go first.
pub(crate) const SIDE_BY_SIDE: usize = 32;

/// The lane of a message.
pub(crate) fn of(message: &Outbound) -> String {
    let owner = message.owner().unwrap_or_default();
    match message.broadcast() {
        Some(broadcast) => format!("{owner}{BROADCAST}{broadcast}"),
        None => owner.to_owned(),
    }
}

/// Whose lane it is.
pub(crate) fn owner_of(lane: &str) -> &str {
    lane.rsplit_once(BROADCAST).map_or(lane, |(owner, _)| owner)
}

/// The broadcast whose lane it is.
pub(crate) fn broadcast_of(lane: &str) -> Option<BroadcastId> {
    lane.rsplit_once(BROADCAST)?.1.parse().ok()
}

/// After every lane of `owner`, before those of the next one.
pub(crate) fn after_owner(owner: &str) -> String {
    format!("{owner}{BROADCAST}{END}")
}

/// One from each in turn, until `most` or nothing is left.
pub(crate) fn in_turns<T>(lists: Vec<Vec<T>>, most: usize) -> Vec<T> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut taken = Vec::new();
    while taken.len() < most {
        let before = taken.len();
        let room = most - before;
        taken.extend(lists.iter_mut().filter_map(Iterator::next).take(room));
        if taken.len() == before {
            break;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_of_an_owner_stand_together_and_tell_whose_they_are() {
        let broadcast = BroadcastId::new();
        let lane = format!("ann{BROADCAST}{broadcast}");
        assert_eq!(
            (owner_of(&lane), broadcast_of(&lane)),
            ("ann", Some(broadcast))
        );
        assert_eq!((owner_of("ann"), broadcast_of("ann")), ("ann", None));
        assert!("ann" < lane.as_str() && lane < after_owner("ann"));
        assert!(after_owner("ann").as_str() < "anna");
    }

    #[test]
    fn turns_go_round_and_a_short_list_gives_its_turns_away() {
        let lists = vec![vec![1, 2, 3, 4], vec![10], vec![20, 21]];
        assert_eq!(in_turns(lists.clone(), 5), [1, 10, 20, 2, 21]);
        assert_eq!(in_turns(lists, 100), [1, 10, 20, 2, 21, 3, 4]);
        assert!(in_turns(Vec::<Vec<u8>>::new(), 3).is_empty());
    }
}
