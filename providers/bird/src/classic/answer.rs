//! What the classic API says about a message: in an answer, in a row of a list.

use serde_json::Value;
use sms_framework::provider::http::{Answer, words};
use sms_framework::provider::{Code, Phase};
use sms_framework::{Acceptance, Class, Error, MessageState};

use crate::codes::CODES;

/// What an answer to the send says. The vendor's words are dropped where they repeat one of `hidden`.
pub(super) fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body = answer.json()?;
    if let Some(worst) = worst(&body) {
        return Err(match known(worst) {
            Some(known) => answer.hidden_refusal(CODES, Some(known.code), None),
            None => answer.bad("the answer says success, and lists errors"),
        });
    }
    let acceptance = acceptance(&body)
        .ok_or_else(|| answer.bad("the answer says success, yet names no message"))?;
    match acceptance.state {
        MessageState::Undelivered | MessageState::Expired => {
            let said = "it failed as soon as it was taken".to_owned();
            Err(answer.hidden_refusal(CODES, None, Some(said)))
        }
        _ => Ok(acceptance),
    }
}

/// The error of an answer that is no success.
pub(super) fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let worst = worst(&body);
    let code = worst.and_then(code_of);
    let said = worst
        .and_then(|error| error["description"].as_str())
        .and_then(|said| words(said, hidden));
    answer.refusal(CODES, code.as_deref(), said)
}

/// The one of several errors that matters: a person must act first, then the message is at fault,
/// then it is a matter of time; one that is not in the table comes last.
fn worst(body: &Value) -> Option<&Value> {
    let rank = |error: &&Value| match known(error).map(|known| known.class) {
        Some(Class::Account) => 0,
        Some(Class::Permanent) => 1,
        Some(_) => 2,
        None => 3,
    };
    body["errors"].as_array()?.iter().min_by_key(rank)
}

fn known(error: &Value) -> Option<&'static Code> {
    Code::find(CODES, Phase::Request, &code_of(error)?)
}

fn code_of(error: &Value) -> Option<String> {
    error["code"].as_i64().map(|code| code.to_string())
}

/// The message that an answer or a row of a list is about; it has one recipient.
pub(super) fn acceptance(body: &Value) -> Option<Acceptance> {
    let id = body["id"].as_str().filter(|id| !id.is_empty())?;
    let recipient = &body["recipients"]["items"][0];
    let mut acceptance = Acceptance::new(id);
    if let Some(status) = recipient["status"].as_str() {
        acceptance = acceptance.with_provider_status(status);
        // The first word is `sent`, although no network has the message yet.
        match state_of(status) {
            None | Some(MessageState::Sent) => {}
            Some(state) => acceptance = acceptance.with_state(state),
        }
    }
    let parts = recipient["messagePartCount"].as_u64();
    match parts.and_then(|parts| parts.try_into().ok()) {
        Some(parts) => Some(acceptance.with_segments(parts)),
        None => Some(acceptance),
    }
}

/// The vendor's words; one that it adds later is no state.
pub(super) fn state_of(status: &str) -> Option<MessageState> {
    Some(match status {
        "scheduled" => MessageState::Accepted,
        "sent" | "buffered" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "expired" => MessageState::Expired,
        "delivery_failed" => MessageState::Undelivered,
        _ => return None,
    })
}
