//! What an answer to the create call says about the message.

use serde_json::Value;
use sms_framework::provider::http::{Answer, words};
use sms_framework::{Acceptance, Error};

use crate::codes::CODES;
use crate::resource::{Resource, number};

/// Reads the answer to a create call. Twilio's own words are dropped where they repeat one of `hidden`.
pub(crate) fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    Resource(&answer.json()?)
        .acceptance()
        .ok_or_else(|| answer.bad("the answer says success, yet names no message SID"))
}

/// The error of an answer that is no success.
pub(crate) fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = number(body.get("code")).map(|code| code.to_string());
    let error = answer.refusal(CODES, code.as_deref(), said(&body, hidden));
    match code {
        Some(code) => error.with_help(page_of(&code)),
        None => error,
    }
}

/// Where Twilio says more about a code.
pub(crate) fn page_of(code: &str) -> String {
    format!("see https://www.twilio.com/docs/errors/{code}")
}

/// What Twilio wrote; `detail` and `title` are the fields of RFC 9457 bodies.
fn said(body: &Value, hidden: &[&str]) -> Option<String> {
    let fields = ["message", "detail", "title"];
    let said = fields.iter().find_map(|field| body.get(field)?.as_str())?;
    words(said, hidden)
}
