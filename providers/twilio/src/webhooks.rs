//! Receipts and messages from phones: signed forms, or the same fields in the query of a GET.

use async_trait::async_trait;
use sms_framework::Error;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::{
    Code, DeliveryReceipt, Event, Inbound, OptOut, Phase, Reply, WebhookCall, Webhooks, lacks,
};

use crate::Twilio;
use crate::answer::page_of;
use crate::codes::CODES;
use crate::resource::state_of;
use crate::signature::{self, Signed};

#[async_trait]
impl Webhooks for Twilio {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        let fields = match signature::check(call, &self.tokens)? {
            Signed::Fields => Fields(call.parameters()),
            // No message of this API comes so.
            Signed::Body => return Ok(Vec::new()),
        };
        Ok(match fields.kind() {
            Kind::Receipt => vec![Event::Receipt(receipt(call, &fields)?)],
            Kind::Inbound => vec![Event::Inbound(inbound(&fields)?)],
            Kind::Other => Vec::new(),
        })
    }

    /// TwiML that sends no answer to the phone; a receipt needs no more than the status.
    fn reply(&self) -> Reply {
        Reply::text(200, "text/xml", "<Response/>")
    }
}

/// What a call is about.
enum Kind {
    Receipt,
    Inbound,
    Other,
}

/// The fields of a call, decoded, in their order.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// A field that Twilio promises.
    fn promised(&self, name: &str) -> Result<&str, Error> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| lacks(name))
    }

    /// Calls about messages name one; what has content and no status is from a phone.
    fn kind(&self) -> Kind {
        let has = |name| self.get(name).is_some();
        let has_status = has("MessageStatus");
        if !has_status && (has("Body") || has("NumMedia")) {
            Kind::Inbound
        } else if has_status || has("MessageSid") {
            Kind::Receipt
        } else {
            Kind::Other
        }
    }

    /// `MediaUrl0` and so on, in the order of their numbers.
    fn media(&self) -> Vec<&str> {
        let mut media: Vec<(u32, &str)> = Vec::new();
        for (name, url) in &self.0 {
            let number = name.strip_prefix("MediaUrl").map(str::parse);
            if let Some(Ok(number)) = number {
                media.push((number, url));
            }
        }
        media.sort_by_key(|(number, _)| *number);
        media.into_iter().map(|(_, url)| url).collect()
    }
}

/// Only the SID and the status are sure to be there.
fn receipt(call: &WebhookCall, fields: &Fields) -> Result<DeliveryReceipt, Error> {
    let status = fields.promised("MessageStatus")?;
    let code = fields.get("ErrorCode").and_then(|code| code.parse().ok());
    let receipt = DeliveryReceipt::new(status)
        .id(fields.promised("MessageSid")?)
        .message_id(call.message_id())
        .to(fields.get("To").and_then(PhoneNumber::from_vendor))
        .state(state_of(status));
    Ok(match code {
        Some(code) => reason(receipt, code, call),
        None => receipt,
    })
}

/// What `code` says. Not of every code is it known when it comes, so the whole table is asked.
fn reason(receipt: DeliveryReceipt, code: u32, call: &WebhookCall) -> DeliveryReceipt {
    let code = code.to_string();
    let known = |phase| Code::find(CODES, phase, &code);
    let known = known(Phase::Delivery).or_else(|| known(Phase::Request));
    let known = known.map(|known| known.in_phase(Phase::Delivery));
    let mut receipt = receipt.reason(known.as_slice(), Some(&code), call.received_at());
    let error = receipt.error.take();
    receipt.error = error.map(|error| error.with_help(page_of(&code)));
    receipt
}

fn inbound(fields: &Fields) -> Result<Inbound, Error> {
    let text = fields.get("Body").unwrap_or_default();
    let message = Inbound::new(fields.promised("From")?, fields.promised("To")?, text)
        .id(fields.promised("MessageSid")?)
        .opt_out(fields.get("OptOutType").and_then(opt_out));
    Ok(fields.media().into_iter().fold(message, Inbound::media))
}

/// It comes with Advanced Opt-Out alone.
fn opt_out(word: &str) -> Option<OptOut> {
    Some(match word {
        "STOP" => OptOut::Stop,
        "START" => OptOut::Start,
        "HELP" => OptOut::Help,
        _ => return None,
    })
}
