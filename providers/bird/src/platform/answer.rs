//! What the platform says about a message: in an answer, in a row of a list, in an event.

use serde_json::Value;
use sms_framework::message::MessageId;
use sms_framework::provider::http::{Answer, words};
use sms_framework::provider::{Code, Phase};
use sms_framework::{Acceptance, Certainty, Error, MessageState};

use super::OUR_ID;
use crate::codes::CODES;

/// What an answer to the send says. The vendor's words are dropped where they repeat one of `hidden`.
pub(super) fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body = answer.json()?;
    if let Some("rejected" | "failed") = body["status"].as_str() {
        return Err(refused_later(answer, &body));
    }
    acceptance(&body).ok_or_else(|| answer.bad("the answer says success, yet names no message"))
}

/// A 202 is only the beginning: balance, suppression and policy are looked at after it, and the
/// answer may already hold what came of it.
fn refused_later(answer: &Answer, body: &Value) -> Error {
    let code = body["last_error"]["code"].as_str();
    let known = code.and_then(|code| Code::find(CODES, Phase::Delivery, code));
    let known = known.map(|known| known.in_phase(Phase::Request));
    answer
        .hidden_refusal(known.as_slice(), code, None)
        .with_certainty(Certainty::Rejected)
}

/// The error of an answer that is no success.
pub(super) fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let field = |name: &str| body["error"][name].as_str();
    // From the narrowest to the widest.
    let names = || ["code", "name", "type"].into_iter().filter_map(field);
    let find = |name: &str| Code::find(CODES, Phase::Request, name);
    let known = names().find_map(find);
    let shown = known.map(|known| known.code).or_else(|| names().next());
    let said = field("message").and_then(|said| words(said, hidden));
    let error = answer.refusal(CODES, shown, said);
    match known {
        // Any 503 may come from something in front of the API; with these words the API itself says
        // that it did nothing.
        Some(known) if answer.status == 503 && known.certainty == Certainty::NotSent => {
            error.with_certainty(Certainty::NotSent)
        }
        _ => error,
    }
}

/// The message that an answer or a row of a list is about.
pub(super) fn acceptance(body: &Value) -> Option<Acceptance> {
    let id = body["id"].as_str().filter(|id| !id.is_empty())?;
    let mut acceptance = Acceptance::new(id);
    if let Some(status) = body["status"].as_str() {
        acceptance = acceptance.with_provider_status(status);
        if let Some(state) = state_of(status) {
            acceptance = acceptance.with_state(state);
        }
    }
    if let Some(segments) = segments(body) {
        acceptance = acceptance.with_segments(segments);
    }
    if let Some(code) = body["last_error"]["code"].as_str() {
        acceptance = acceptance.with_provider_code(code);
    }
    Some(acceptance)
}

/// The vendor's words; the list is open, and one that it adds later is no state.
pub(super) fn state_of(status: &str) -> Option<MessageState> {
    Some(match status {
        "scheduled" => MessageState::Scheduled,
        "accepted" => MessageState::Accepted,
        "sent" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "undelivered" => MessageState::Undelivered,
        "failed" => MessageState::Failed,
        "rejected" => MessageState::Rejected,
        "expired" => MessageState::Expired,
        "canceled" => MessageState::Canceled,
        _ => return None,
    })
}

pub(super) fn segments(body: &Value) -> Option<u32> {
    body["segments"]["count"].as_u64()?.try_into().ok()
}

/// Our id, where the metadata or a tag carries it.
pub(super) fn our_id(body: &Value) -> Option<MessageId> {
    let in_metadata = body["metadata"][OUR_ID].as_str();
    let tagged = || {
        let mut tags = body["tags"].as_array()?.iter();
        tags.find(|tag| tag["name"] == OUR_ID)?["value"].as_str()
    };
    in_metadata.or_else(tagged)?.parse().ok()
}
