//! Where a message stands by everything that was reported of it and of its parts.

use std::collections::BTreeMap;

use super::{Received, Report};
use crate::message::{MessageState, Occurrence, Verdict};

/// One report of a message, as it is kept.
pub(crate) struct Known {
    /// The provider's id of the message, or of the part.
    pub(crate) subject: String,
    pub(crate) part: u32,
    pub(crate) parts: u32,
    pub(crate) state: Option<MessageState>,
    pub(crate) word: String,
}

/// What a report does to its message.
pub(crate) struct Judgement {
    pub(crate) state: MessageState,
    pub(crate) moves: bool,
    pub(crate) verdict: Received,
}

/// Judges `report` for a message that stands at `state`, has `ids` ids at the provider, and of which
/// `known` was reported, this report included.
pub(crate) fn judge(state: MessageState, report: &Report, ids: u32, known: &[Known]) -> Judgement {
    let parts = known
        .iter()
        .map(|one| one.parts)
        .max()
        .unwrap_or(0)
        .max(ids);
    let word = match report.state {
        // Whatever it says, the provider has the message.
        None if state.is_waiting() || state == MessageState::Canceled => MessageState::Accepted,
        None => return unmoved(state, Received::Noted),
        Some(word) => word,
    };
    let (word, part_contradicts) = if parts > 1 {
        let (of_part, contradicts) = by_part(report, known);
        let unheard = (parts as usize).saturating_sub(of_part.len());
        let mut states = of_part;
        states.extend(std::iter::repeat_n(MessageState::Accepted, unheard));
        (MessageState::of_parts(&states).unwrap_or(word), contradicts)
    } else {
        (word, false)
    };
    let step = state.after(Occurrence::Receipt(word));
    let moves = step.state != state;
    let verdict = match step.verdict {
        _ if part_contradicts => Received::Contradictory,
        Verdict::Contradictory if parts <= 1 => Received::Contradictory,
        _ if moves => Received::Applied,
        _ => Received::Noted,
    };
    Judgement {
        state: step.state,
        moves,
        verdict,
    }
}

fn unmoved(state: MessageState, verdict: Received) -> Judgement {
    Judgement {
        state,
        moves: false,
        verdict,
    }
}

/// Where each part stands, and whether this report contradicts what was said of its part.
fn by_part(report: &Report, known: &[Known]) -> (Vec<MessageState>, bool) {
    let mut parts: BTreeMap<(&str, u32), MessageState> = BTreeMap::new();
    let mut finals: Vec<MessageState> = Vec::new();
    let subject = report.provider_message_id.as_deref().unwrap_or_default();
    for one in known {
        let Some(state) = one.state else { continue };
        let part = parts
            .entry((&one.subject, one.part))
            .or_insert(MessageState::Accepted);
        *part = part.after(Occurrence::Receipt(state)).state;
        let same = one.subject == subject && one.part == report.part;
        if same && state.is_final() && one.word != report.provider_status {
            finals.push(state);
        }
    }
    let contradicts = report
        .state
        .is_some_and(|state| state.is_final() && finals.iter().any(|other| *other != state));
    (parts.into_values().collect(), contradicts)
}
