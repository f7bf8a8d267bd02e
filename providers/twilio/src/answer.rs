//! What an answer to the create call says about the message.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sms_framework::provider::error_for_status;
use sms_framework::provider::http::Answer;
use sms_framework::{Acceptance, Error, ErrorKind};

use crate::codes::{self, Code};
use crate::resource::{Resource, number};

/// Reads the answer to a create call. Twilio's own words are dropped where they repeat one of `hidden`.
pub(crate) fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body: Value = json(answer)?;
    Resource(&body)
        .acceptance()
        .ok_or_else(|| bad_answer(answer, "the answer says success, yet names no message SID"))
}

/// The body of an answer that must be JSON.
pub(crate) fn json(answer: &Answer) -> Result<Value, Error> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| bad_answer(answer, "the answer says success, yet is not JSON"))
}

pub(crate) fn bad_answer(answer: &Answer, what: &str) -> Error {
    let message = format!("{what} (HTTP {})", answer.status);
    Error::new(ErrorKind::BadAnswer, message).with_http_status(answer.status)
}

/// The error of an answer that is no success: by Twilio's code where it is known and the status
/// says that the call was refused, else by the status.
pub(crate) fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = number(body.get("code"));
    let known = code.and_then(codes::code);
    let error = match known {
        Some(known) if is_refusal(answer.status) => known.error(),
        _ => {
            let words = known.map(|known| known.meaning.to_owned());
            by_status(
                answer.status,
                words.or_else(|| twilios_words(&body, hidden)),
            )
        }
    };
    let error = error.with_http_status(answer.status);
    let error = match code {
        Some(code) => error
            .with_provider_code(code)
            .with_help(format!("see https://www.twilio.com/docs/errors/{code}")),
        None => error,
    };
    match wait(answer, known) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// A 4xx is Twilio's word that it did not take the message; 408 is its word that it gave up reading.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 408
}

fn by_status(status: u16, words: Option<String>) -> Error {
    let error = error_for_status(status);
    match words {
        Some(words) => Error::new(error.kind(), format!("{}: {words}", error.message())),
        None => error,
    }
}

/// `Retry-After` is not documented for this API; should it come, it is obeyed.
fn wait(answer: &Answer, known: Option<&Code>) -> Option<Duration> {
    let header = answer.retry_after();
    header.or_else(|| known?.wait(Timestamp::now()))
}

/// What Twilio wrote, made safe to show: digits masked (it quotes recipients), one line, 200
/// characters, and nothing at all where it repeats the text or a secret.
fn twilios_words(body: &Value, hidden: &[&str]) -> Option<String> {
    // `detail` and `title` are the fields of RFC 9457 bodies.
    let fields = ["message", "detail", "title"];
    let words = fields.iter().find_map(|field| body.get(field)?.as_str())?;
    let repeats = |hidden: &&str| !hidden.is_empty() && words.contains(*hidden);
    if words.trim().is_empty() || hidden.iter().any(repeats) {
        return None;
    }
    Some(mask_digits(words).chars().take(200).collect())
}

/// Every run of three or more digits becomes `***`, every line break a blank.
fn mask_digits(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_numeric() => digits.push(c),
            other => {
                let short = digits.chars().count() < 3;
                masked.push_str(if short { &digits } else { "***" });
                digits.clear();
                masked.extend(other.map(|c| if c.is_control() { ' ' } else { c }));
            }
        }
    }
    masked
}
