//! What an answer says about the message.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;
use sms_framework::provider::http::{Answer, words};
use sms_framework::provider::{Code, Phase};
use sms_framework::{Acceptance, Error, ErrorKind};

use crate::codes::CODES;

/// How far our clock may be from AWS's before it is worth a word; how far AWS lets it be is not known.
const CLOCKS_APART: Duration = Duration::from_secs(5 * 60);

/// Reads the answer to a request that was signed at `signed_at`. AWS's words are dropped where they
/// repeat one of `hidden`.
pub(crate) fn read(
    answer: &Answer,
    signed_at: Timestamp,
    hidden: &[&str],
) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, signed_at, hidden));
    }
    let body = answer.json()?;
    match body["MessageId"].as_str() {
        Some(id) if !id.is_empty() => Ok(Acceptance::new(id)),
        _ => Err(answer.bad("the answer says success, yet names no message")),
    }
}

/// By the reason where it is known, else by the type, else by the HTTP status: a type covers reasons
/// that AWS adds later.
fn refusal(answer: &Answer, signed_at: Timestamp, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let kind = body["__type"]
        .as_str()
        .or_else(|| answer.headers.get("x-amzn-errortype")?.to_str().ok())
        .and_then(without_namespace);
    let reason = body["Reason"].as_str().and_then(name);
    let known = |code: &&str| Code::find(CODES, Phase::Request, code).is_some();
    let said = body["Message"]
        .as_str()
        .or_else(|| body["message"].as_str())
        .and_then(|said| words(said, hidden));
    let error = answer.refusal(CODES, reason.filter(known).or(kind), said);
    let error = match reason {
        Some(reason) => error.with_provider_code(reason),
        None => error,
    };
    let help = clock(answer, signed_at, kind, &error).or_else(|| about(&body, kind));
    match help {
        Some(help) => error.with_help(help),
        None => error,
    }
}

/// `namespace#Name` is the same as `Name`, and so is the header's `Name:http://…`.
fn without_namespace(kind: &str) -> Option<&str> {
    let kind = kind.split(':').next().unwrap_or_default();
    name(kind.rsplit('#').next().unwrap_or_default())
}

/// A name of AWS's, and nothing that only stands in its place.
fn name(text: &str) -> Option<&str> {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let named = (1..=100).contains(&text.len()) && text.chars().all(of_a_name);
    named.then_some(text)
}

/// What to do where the time of signing was the trouble, or may have been.
fn clock(
    answer: &Answer,
    signed_at: Timestamp,
    kind: Option<&str>,
    error: &Error,
) -> Option<String> {
    let credentials = error.kind() == ErrorKind::Unauthorized || answer.status == 403;
    if !credentials {
        return None;
    }
    let date = answer
        .headers
        .get("date")
        .and_then(|date| date.to_str().ok());
    let theirs = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let apart = theirs.map(|theirs| signed_at.duration_since(theirs));
    match apart {
        Some(apart) if apart.unsigned_abs() > CLOCKS_APART => {
            let side = if apart.is_negative() {
                "behind"
            } else {
                "ahead of"
            };
            let minutes = (apart.unsigned_abs().as_secs() + 30) / 60;
            Some(format!(
                "this machine's clock is {minutes} min {side} AWS's; set it, for a signature holds \
                 for some minutes only"
            ))
        }
        _ if kind == Some("RequestExpired") => {
            let help = "compare this machine's clock with the true time; a signature holds for some \
                        minutes only";
            Some(help.to_owned())
        }
        _ => None,
    }
}

/// What to do, or at least what AWS points at.
fn about(body: &Value, kind: Option<&str>) -> Option<String> {
    let known = match kind {
        Some("ExpiredTokenException") => {
            Some("get new temporary credentials and set AWS_SESSION_TOKEN with them")
        }
        Some("ThrottlingException") => Some(
            "AWS counts message parts: set rate_limit.unit = \"segment\", and rate_limit.rate to \
             what the sender may",
        ),
        _ => None,
    };
    if let Some(help) = known {
        return Some(help.to_owned());
    }
    if let Some(resource) = body["ResourceType"].as_str().and_then(name) {
        return Some(format!("AWS points at a resource of the type `{resource}`"));
    }
    let fields: Vec<_> = body["Fields"]
        .as_array()?
        .iter()
        .filter_map(|field| field["Name"].as_str().and_then(name))
        .take(5)
        .collect();
    (!fields.is_empty()).then(|| format!("AWS points at `{}` of the request", fields.join("`, `")))
}
