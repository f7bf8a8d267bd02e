//! What Vonage reports: both APIs' receipts and messages from phones, at one URL.
//!
//! Which of the two formats comes is the dashboard's setting, not ours, so both are read, whichever
//! API sends.

mod messages;
mod proof;
mod sms;

use async_trait::async_trait;
use serde_json::Value;
use sms_framework::provider::{Event, WebhookCall, Webhooks};
use sms_framework::{Error, ErrorKind};

pub(crate) use proof::Proof;

use crate::Vonage;

#[async_trait]
impl Webhooks for Vonage {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.proof.check_path(call)?;
        // A token proves the body, and a GET has none.
        let has_body = !call.method().eq_ignore_ascii_case("GET");
        if let Some(token) = bearer(call).filter(|_| has_body) {
            self.proof.check_token(call, token)?;
            let body = call.json()?;
            return match is_of_messages(&body) {
                true => messages::events(&body, call),
                false => sms::events(&pairs(&body), call),
            };
        }
        let parameters = match call.json() {
            Ok(body) if has_body && body.is_object() => {
                if is_of_messages(&body) {
                    return Err(proof::unsigned("it has no token in Authorization"));
                }
                pairs(&body)
            }
            _ => call.parameters(),
        };
        self.proof.check_parameters(&parameters)?;
        sms::events(&parameters, call)
    }
}

/// The token in `Authorization`.
fn bearer(call: &WebhookCall) -> Option<&str> {
    let (scheme, token) = call.header_value("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Only the Messages API writes the name of its id like this.
fn is_of_messages(body: &Value) -> bool {
    body.get("message_uuid").is_some()
}

/// A JSON object in the form that the SMS API's other calls have.
fn pairs(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let fields = body.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect()
}

/// The error of a call whose `field` is not what Vonage promises.
fn bad(field: &str) -> Error {
    let message = format!("the webhook call has no readable `{field}`");
    Error::new(ErrorKind::BadWebhook, message)
}
