//! Receipts and messages from phones: a form by `POST`, or the same in the query of a `GET`.

use async_trait::async_trait;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::{
    DeliveryReceipt, Event, Inbound, OptOut, WebhookCall, Webhooks, lacks,
};
use sms_framework::{Error, MessageState};

use crate::Plivo;
use crate::codes::CODES;

#[async_trait]
impl Webhooks for Plivo {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        self.check_call(call)?;
        let fields = Fields(call.parameters());
        Ok(match fields.kind() {
            Kind::Receipt => vec![Event::Receipt(receipt(call, &fields)?)],
            Kind::Inbound => vec![Event::Inbound(inbound(&fields)?)],
            Kind::Other => Vec::new(),
        })
    }
}

/// What a call is about: Plivo does not say it in a word.
enum Kind {
    Receipt,
    Inbound,
    Other,
}

/// What Plivo posted.
struct Fields(Vec<(String, String)>);

impl Fields {
    /// The field, where it is there and not blank.
    fn get(&self, name: &str) -> Option<&str> {
        let field = self.raw(name)?;
        Some(field.trim()).filter(|text| !text.is_empty())
    }

    fn raw(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let (_, value) = fields.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// A field that Plivo promises.
    fn need(&self, name: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| lacks(name))
    }

    fn kind(&self) -> Kind {
        match (self.raw("Status"), self.raw("MessageUUID")) {
            (Some(_), _) => Kind::Receipt,
            (None, Some(_)) => Kind::Inbound,
            (None, None) if self.raw("Text").is_some() => Kind::Inbound,
            // Of a phone call, say.
            (None, None) => Kind::Other,
        }
    }
}

fn receipt(call: &WebhookCall, fields: &Fields) -> Result<DeliveryReceipt, Error> {
    let status = fields.need("Status")?;
    let code = fields.get("ErrorCode").filter(|code| *code != "000");
    let receipt = DeliveryReceipt::new(status)
        .id(fields.need("MessageUUID")?)
        .message_id(call.message_id())
        .to(fields.get("To").and_then(PhoneNumber::from_vendor))
        .state(state_of(status, code))
        .reason(CODES, code, call.received_at())
        .sequence(fields.get("Sequence").and_then(|text| text.parse().ok()))
        .segments(fields.get("Units").and_then(|text| text.parse().ok()));
    // In which time zone its times and in which currency its prices are, Plivo does not say.
    Ok(match fields.get("TotalAmount") {
        Some(amount) => receipt.price(amount, None),
        None => receipt,
    })
}

/// Plivo's words; one that it adds later is no state.
fn state_of(status: &str, code: Option<&str>) -> Option<MessageState> {
    Some(match (status, code) {
        ("queued", _) => MessageState::Accepted,
        ("sent", _) => MessageState::Sent,
        // Whoever has read it has it.
        ("delivered" | "read", _) => MessageState::Delivered,
        ("undelivered", _) => MessageState::Undelivered,
        ("failed", Some("420")) => MessageState::Expired,
        // Refused for whom it is to: opted out, or in a barred country.
        ("failed", Some("200" | "450")) | ("rejected", _) => MessageState::Rejected,
        ("failed", _) => MessageState::Failed,
        _ => return None,
    })
}

fn inbound(fields: &Fields) -> Result<Inbound, Error> {
    let (from, to) = (fields.need("From")?, fields.need("To")?);
    // The text as it was sent, blanks at its ends included; a message of media alone has none.
    let text = match fields.raw("Text") {
        Some(text) => text,
        None if fields.get("Type") == Some("mms") => "",
        None => fields.need("Text")?,
    };
    let opt_out = fields.get("MessageIntent").and_then(|intent| match intent {
        "optout" => Some(OptOut::Stop),
        "optin" => Some(OptOut::Start),
        "help" => Some(OptOut::Help),
        _ => None,
    });
    Ok(Inbound::new(from, to, text)
        .id(fields.need("MessageUUID")?)
        .opt_out(opt_out))
}
