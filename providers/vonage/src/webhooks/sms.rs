//! The format of the SMS API: parameters, of a query, a form or JSON; one call for each part.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::{DeliveryReceipt, Event, Inbound, WebhookCall};
use sms_framework::{Error, MessageState};

use super::bad;
use crate::codes::CODES;

/// The events in a call that was checked.
pub(super) fn events(
    parameters: &[(String, String)],
    call: &WebhookCall,
) -> Result<Vec<Event>, Error> {
    let now = call.received_at();
    let call = Call(parameters);
    let event = if let Some(status) = call.get("status") {
        Event::Receipt(call.receipt(status, now)?)
    } else if call.get("msisdn").is_none() && call.get("text").is_none() {
        return Ok(Vec::new());
    } else if call.get("type") == Some("binary") {
        // There is no text in it.
        return Ok(Vec::new());
    } else {
        Event::Inbound(call.inbound()?)
    };
    Ok(vec![event])
}

struct Call<'a>(&'a [(String, String)]);

impl<'a> Call<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// A parameter that Vonage promises.
    fn text(&self, name: &str) -> Result<&'a str, Error> {
        self.get(name).ok_or_else(|| bad(name))
    }

    /// A parameter that Vonage promises, and that says something.
    fn id(&self, name: &str) -> Result<&'a str, Error> {
        let id = self.get(name).filter(|id| !id.is_empty());
        id.ok_or_else(|| bad(name))
    }

    fn number(&self, name: &str) -> Result<u32, Error> {
        self.text(name)?.parse().map_err(|_| bad(name))
    }

    /// A receipt, in which `msisdn` is the recipient and `to` our sender.
    fn receipt(&self, status: &str, now: Timestamp) -> Result<DeliveryReceipt, Error> {
        // 0 stands for no error.
        let code = self.get("err-code").filter(|code| *code != "0");
        let receipt = DeliveryReceipt::new(status)
            .id(self.id("messageId")?)
            .message_id(self.get("client-ref").and_then(|id| id.parse().ok()))
            .to(self.get("msisdn").and_then(PhoneNumber::from_vendor))
            .state(state_of(status))
            .reason(CODES, code, now)
            .at(self.at());
        Ok(match self.get("price").filter(|price| !price.is_empty()) {
            Some(price) => receipt.price(price, None),
            None => receipt,
        })
    }

    /// A message from a phone, in which `msisdn` is the phone and `to` our number.
    fn inbound(&self) -> Result<Inbound, Error> {
        let (from, to) = (self.id("msisdn")?, self.id("to")?);
        let inbound = Inbound::new(from, to, self.text("text")?)
            .id(self.id("messageId")?)
            .at(self.at());
        if self.get("concat") != Some("true") {
            return Ok(inbound);
        }
        let total = self.number("concat-total")?;
        let number = self.number("concat-part")?;
        if !(1..=total).contains(&number) {
            return Err(bad("concat-part"));
        }
        Ok(inbound.piece(number, total, self.id("concat-ref")?))
    }

    /// When Vonage called, in UTC and without saying so.
    fn at(&self) -> Option<Timestamp> {
        let at: DateTime = self.get("message-timestamp")?.parse().ok()?;
        TimeZone::UTC.to_timestamp(at).ok()
    }
}

/// Vonage's words; `unknown` says that nothing new is known, and one that it adds later is no state.
fn state_of(status: &str) -> Option<MessageState> {
    Some(match status {
        "accepted" | "buffered" => MessageState::Accepted,
        "delivered" => MessageState::Delivered,
        "expired" => MessageState::Expired,
        "failed" => MessageState::Failed,
        "rejected" => MessageState::Rejected,
        _ => return None,
    })
}
