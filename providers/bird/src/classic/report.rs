//! Reports and messages from phones: a call with everything in its query, or in a form.

use async_trait::async_trait;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::signature::unchecked;
use sms_framework::provider::{
    Code, DeliveryReceipt, Event, Inbound, WebhookCall, Webhooks, lacks,
};
use sms_framework::{Error, MessageState};

use super::Classic;
use super::answer::state_of;
use super::signature;
use crate::codes::CODES;

#[async_trait]
impl Webhooks for Classic {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        let Some(key) = &self.signing_key else {
            return Err(unchecked("webhook_secret"));
        };
        signature::check(call, key)?;
        let fields = Fields::of(call);
        let event = if fields.has(&["status", "statusDatetime"]) || call.message_id().is_some() {
            Event::Receipt(receipt(call, &fields)?)
        } else if fields.has(&["shortcode", "mid"]) {
            Event::Inbound(to_short_code(&fields)?)
        } else if fields.has(&["originator", "body"]) {
            Event::Inbound(to_number(&fields)?)
        } else {
            return Ok(Vec::new());
        };
        Ok(vec![event])
    }
}

/// What a call says: its query, then its form.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(call: &WebhookCall) -> Self {
        let mut pairs = call.query();
        if !call.method().eq_ignore_ascii_case("GET") {
            pairs.extend(call.form());
        }
        Self(pairs)
    }

    /// A field, where it is not empty.
    fn get(&self, name: &str) -> Option<&str> {
        let filled = |(known, value): &&(String, String)| known == name && !value.is_empty();
        self.0.iter().find(filled).map(|(_, value)| value.as_str())
    }

    fn has(&self, names: &[&str]) -> bool {
        self.0
            .iter()
            .any(|(name, _)| names.contains(&name.as_str()))
    }

    /// A field that the vendor promises.
    fn text(&self, name: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| lacks(name))
    }

    /// The text of a message, which may be empty.
    fn body(&self, name: &str) -> Result<&str, Error> {
        let named = |(known, _): &&(String, String)| known == name;
        let found = self.0.iter().find(named).map(|(_, value)| value.as_str());
        found.ok_or_else(|| lacks(name))
    }

    /// A date. Its offset comes with a raw plus, which reading a query turns into a blank.
    fn date(&self, name: &str) -> Option<jiff::Timestamp> {
        self.get(name)?.replace(' ', "+").parse().ok()
    }
}

fn receipt(call: &WebhookCall, fields: &Fields) -> Result<DeliveryReceipt, Error> {
    let status = fields.text("status")?;
    let state = state_of(status);
    let reference = fields.get("reference").and_then(|id| id.parse().ok());
    // A code that comes with good news says nothing of it.
    let table: &[Code] = match state {
        Some(MessageState::Undelivered | MessageState::Expired) => CODES,
        _ => &[],
    };
    Ok(DeliveryReceipt::new(status)
        .id(fields.text("id")?)
        .message_id(call.message_id().or(reference))
        .to(fields.get("recipient").and_then(PhoneNumber::from_vendor))
        .state(state)
        .reason(table, fields.get("statusErrorCode"), call.received_at())
        .at(fields.date("statusDatetime")))
}

fn to_number(fields: &Fields) -> Result<Inbound, Error> {
    let (from, to) = (fields.text("originator")?, fields.text("recipient")?);
    Ok(Inbound::new(from, to, fields.body("body")?)
        .id(fields.text("id")?)
        .at(fields.date("createdDatetime")))
}

/// Its `receive_datetime` names no zone, so when it came is not known.
fn to_short_code(fields: &Fields) -> Result<Inbound, Error> {
    let (from, to) = (fields.text("originator")?, fields.text("shortcode")?);
    Ok(Inbound::new(from, to, fields.body("message")?).id(fields.text("mid")?))
}
