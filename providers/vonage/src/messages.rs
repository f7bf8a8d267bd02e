//! The Messages API, version 1: one JSON object there, one id back.

use serde_json::{Value, json};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{Answer, callback_for};
use sms_framework::{Acceptance, Error, Outbound};

use crate::codes::CODES;
use crate::problem::Problem;

pub(crate) fn body(message: &Outbound, from: &str, callback: Option<&Url>) -> Value {
    let mut body = json!({
        "message_type": "text",
        "channel": "sms",
        "to": message.to().digits().to_string(),
        "from": from,
        "text": message.body(),
        "client_ref": message.id(),
    });
    if let Some(time) = message.valid_for() {
        // Rounded down: never held longer than the caller wants.
        body["ttl"] = json!(time.as_secs());
    }
    if let Some(callback) = callback {
        body["webhook_url"] = json!(callback_for(callback, message.id()));
        // The format that is read here, whatever the account's default is.
        body["webhook_version"] = json!("v1");
    }
    body
}

/// What an answer says about the message. Vonage's words are dropped where they repeat one of
/// `hidden`.
pub(crate) fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body = answer.json()?;
    match body["message_uuid"].as_str().filter(|id| !id.is_empty()) {
        Some(id) => Ok(Acceptance::new(id)),
        None => Err(answer.bad("the answer says success, yet names no message")),
    }
}

fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let problem = Problem(&body);
    let error = answer.refusal(CODES, problem.code().as_deref(), problem.said(hidden));
    match problem.blames(hidden) {
        Some(blamed) => error.with_help(blamed),
        None => error,
    }
}
