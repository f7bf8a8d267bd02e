//! The SMS API: a form there, a list of parts back, and 200 whatever became of them.

use serde_json::Value;
use sms_framework::message::Encoding;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{Answer, words};
use sms_framework::provider::{Code, Phase};
use sms_framework::{Acceptance, Certainty, Error, ErrorKind, Outbound};

use crate::codes::CODES;
use crate::problem::Problem;

pub(crate) fn form(
    message: &Outbound,
    from: &str,
    callback: Option<&Url>,
) -> Vec<(&'static str, String)> {
    // The vendor does not look at the text: what GSM-7 lacks arrives as something else.
    let kind = match message.segments().encoding {
        Encoding::Gsm7 => "text",
        Encoding::Ucs2 => "unicode",
    };
    let mut form = vec![
        ("to", message.to().digits().to_string()),
        ("from", from.to_owned()),
        ("text", message.body().to_owned()),
        ("type", kind.to_owned()),
        ("client-ref", message.id().to_string()),
    ];
    if let Some(time) = message.valid_for() {
        form.push(("ttl", time.as_millis().to_string()));
    }
    if let Some(callback) = callback {
        form.push(("callback", callback.as_str().to_owned()));
    }
    form
}

/// What an answer says about the message. Vonage's words are dropped where they repeat one of
/// `hidden`.
pub(crate) fn read(answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
    if !answer.is_success() {
        return Err(refusal(answer, hidden));
    }
    let body = answer.json()?;
    let parts = parts(&body).ok_or_else(|| {
        answer.bad("the answer says success, yet does not say what became of each part")
    })?;
    let total = parts.len();
    let (taken, refused): (Vec<_>, Vec<_>) = parts.into_iter().partition(Part::is_taken);
    if refused.is_empty() {
        return accepted(answer, &taken);
    }
    if !taken.is_empty() {
        return Err(broken(answer, taken.len(), total, &refused[0]));
    }
    if count(&body).is_some_and(|count| count != total) {
        return Err(answer.bad("the answer does not say what became of every part"));
    }
    let errors = refused.iter().map(|part| part.error(answer, hidden));
    let errors: Vec<_> = errors.collect();
    // One part that may be out is enough.
    let doubtful = |error: &&Error| error.certainty() == Certainty::MaybeSent;
    let worst = errors.iter().find(doubtful).or(errors.first());
    Err(worst
        .cloned()
        .unwrap_or_else(|| answer.bad("the answer names no part")))
}

/// One part of the message, in an answer.
struct Part<'a> {
    status: String,
    id: Option<&'a str>,
    said: Option<&'a str>,
}

impl Part<'_> {
    fn is_taken(&self) -> bool {
        self.status == "0"
    }

    /// The error of a part that was not taken.
    fn error(&self, answer: &Answer, hidden: &[&str]) -> Error {
        let said = self.said.and_then(|said| words(said, hidden));
        let code = Some(self.status.as_str());
        match Code::find(CODES, Phase::Request, &self.status) {
            Some(_) => answer.hidden_refusal(CODES, code, said),
            // A number that nobody knows may stand for anything.
            None => answer.refusal(CODES, code, said),
        }
    }
}

/// The parts; `None` where there are none, or one does not say what became of it.
fn parts(body: &Value) -> Option<Vec<Part<'_>>> {
    let parts = body["messages"]
        .as_array()
        .filter(|parts| !parts.is_empty());
    let part = |part| {
        let part: &Value = part;
        Some(Part {
            status: code(&part["status"])?,
            id: part["message-id"].as_str().filter(|id| !id.is_empty()),
            said: part["error-text"].as_str(),
        })
    };
    parts?.iter().map(part).collect()
}

/// A number of few digits, as text or as one.
fn code(value: &Value) -> Option<String> {
    let code = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_code = (1..=4).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(code)
}

/// How many parts there are, by the vendor's count.
fn count(body: &Value) -> Option<usize> {
    code(&body["message-count"])?.parse().ok()
}

fn accepted(answer: &Answer, parts: &[Part<'_>]) -> Result<Acceptance, Error> {
    let ids: Option<Vec<_>> = parts.iter().map(|part| part.id).collect();
    let ids = ids.ok_or_else(|| answer.bad("the answer says success, yet names no message"))?;
    let segments = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    Ok(Acceptance::of_parts(ids).with_segments(segments))
}

/// Some parts go out, some do not: a second try would send the first ones twice.
fn broken(answer: &Answer, taken: usize, total: usize, first_refused: &Part<'_>) -> Error {
    let why = Code::find(CODES, Phase::Request, &first_refused.status);
    let why = why.map_or(String::new(), |code| format!(" ({})", code.meaning));
    let message = format!(
        "{taken} of {total} parts were taken and the others refused{why}: the phone may get a broken text"
    );
    Error::new(ErrorKind::BadAnswer, message)
        .with_http_status(answer.status)
        .with_provider_code(&first_refused.status)
        .with_help("look at the phone's side before you send it again: the parts that were taken arrive and are paid for")
}

/// The edge in front of the API answers with statuses of its own.
fn refusal(answer: &Answer, hidden: &[&str]) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let problem = Problem(&body);
    let part = parts(&body).and_then(|parts| parts.into_iter().find(|part| !part.is_taken()));
    let code = problem.code();
    let code = code
        .as_deref()
        .or(part.as_ref().map(|part| part.status.as_str()));
    let said = part.as_ref().and_then(|part| words(part.said?, hidden));
    answer.refusal(CODES, code, problem.said(hidden).or(said))
}
