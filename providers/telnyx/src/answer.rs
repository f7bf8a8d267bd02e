//! What an answer to a send says about the message.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::http::{Answer, words};
use sms_framework::provider::{Code, Phase};
use sms_framework::{Acceptance, Error, MessageState};

use crate::fault::{faults, weightiest};
use crate::status::state_of;

/// Reads an answer. Telnyx's words are dropped where they repeat one of `hidden`.
pub(crate) fn read(
    answer: &Answer,
    to: &PhoneNumber,
    hidden: &[&str],
) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body = answer.json()?;
    let data = &body["data"];
    let status = recipient(&data["to"], to)["status"].as_str();
    let state = status.and_then(|status| state_of(status, std::iter::empty()));
    if let Some(error) = failure(answer, &body, state) {
        return Err(error);
    }
    let Some(id) = data["id"].as_str().filter(|id| !id.is_empty()) else {
        return Err(answer.bad("the answer says success, yet names no message"));
    };
    let mut acceptance = Acceptance::new(id);
    if let Some(status) = status {
        acceptance = acceptance
            .with_state(state.unwrap_or(MessageState::Accepted))
            .with_provider_status(status);
    }
    let parts = data["parts"]
        .as_u64()
        .and_then(|parts| parts.try_into().ok());
    Ok(match parts {
        Some(parts) if parts > 0 => acceptance.with_segments(parts),
        _ => acceptance,
    })
}

/// The entry of our recipient: where a message stands is told of each.
fn recipient<'a>(list: &'a Value, to: &PhoneNumber) -> &'a Value {
    const NONE: &Value = &Value::Null;
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_ours = |entry: &&Value| {
        let number = entry["phone_number"].as_str();
        number.and_then(PhoneNumber::from_vendor).as_ref() == Some(to)
    };
    list.iter().find(is_ours).or(list.first()).unwrap_or(NONE)
}

/// The failure that an answer of success hides, if it does.
fn failure(answer: &Answer, body: &Value, state: Option<MessageState>) -> Option<Error> {
    let mut listed = faults(&body["data"]["errors"]);
    listed.extend(faults(&body["errors"]));
    let fault = weightiest(&listed, Phase::Request);
    let failed = state.is_some_and(|state| state.is_final() && state != MessageState::Delivered);
    let code = fault.map(|(fault, _)| fault.code.as_str());
    let code = code.filter(|code| !code.is_empty());
    Some(match (fault, code) {
        (Some((_, Some(known))), _) => {
            answer.hidden_refusal(std::slice::from_ref(known), code, None)
        }
        // Telnyx's word that the message has failed weighs more than a code without a meaning.
        _ if failed => answer.hidden_refusal(&[], code, None),
        (Some(_), code) => {
            let error = answer.bad("the answer says success, and lists an error");
            match code {
                Some(code) => error.with_provider_code(code),
                None => error,
            }
        }
        (None, _) => return None,
    })
}

fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let faults = faults(&body["errors"]);
    let error = match weightiest(&faults, Phase::Request) {
        Some((fault, known)) => {
            // Only the entry that is meant: the same number may mean something else.
            let table: &[Code] = known.map(std::slice::from_ref).unwrap_or_default();
            let code = Some(fault.code.as_str()).filter(|code| !code.is_empty());
            answer.refusal(table, code, words(&fault.said(), hidden))
        }
        None => answer.refusal(&[], None, None),
    };
    match wait(answer, Timestamp::now()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// How long Telnyx wants us to wait. The state of the limit comes with every answer, and means
/// something only where the limit was hit.
fn wait(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let header = |name: &str| seconds(answer.headers.get(name)?.to_str().ok()?, now);
    header("retry-after").or_else(|| {
        let was_hit = answer.status == 429 && answer.retry_after().is_none();
        was_hit.then(|| header("x-ratelimit-reset"))?
    })
}

/// A wait in seconds; so many of them that they must be a point in time are one.
fn seconds(text: &str, now: Timestamp) -> Option<Duration> {
    let seconds: u64 = text.trim().parse().ok()?;
    if seconds <= 1_000_000 {
        return Some(Duration::from_secs(seconds));
    }
    let now = u64::try_from(now.as_second()).ok()?;
    Some(Duration::from_secs(seconds.saturating_sub(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_number_of_seconds_is_a_point_in_time() {
        let now = Timestamp::from_second(1_770_091_506).unwrap();
        for (text, wait) in [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("1000000", Some(1_000_000)),
            ("1770091513", Some(7)),
            ("1770091500", Some(0)),
            ("-1", None),
            ("7.5", None),
            ("soon", None),
        ] {
            assert_eq!(seconds(text, now), wait.map(Duration::from_secs), "{text}");
        }
    }
}
