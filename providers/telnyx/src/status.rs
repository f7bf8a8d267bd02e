//! Telnyx's words for where a message stands with one recipient.

use sms_framework::MessageState;

/// The state of a word; one that Telnyx adds later is none. The codes are those of the message.
pub(crate) fn state_of<'c>(
    status: &str,
    mut codes: impl Iterator<Item = &'c str> + Clone,
) -> Option<MessageState> {
    Some(match status {
        "scheduled" | "queued" | "sending" => MessageState::Accepted,
        // Nobody will say more of an unconfirmed one than that it was sent.
        "sent" | UNCONFIRMED => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "delivery_failed" => MessageState::Undelivered,
        "sending_failed" if codes.clone().any(|code| code == "40014") => MessageState::Expired,
        "sending_failed" if codes.any(|code| code.len() == 5 && code.starts_with("403")) => {
            MessageState::Rejected
        }
        "sending_failed" => MessageState::Failed,
        "expired" => MessageState::Expired,
        "cancelled" => MessageState::Canceled,
        _ => return None,
    })
}

/// The last word on a message whose delivery the carrier never confirmed.
pub(crate) const UNCONFIRMED: &str = "delivery_unconfirmed";
