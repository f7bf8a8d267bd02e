//! The conformance suite over the platform.

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{ID, KEY, OURS, SECRET, error, event, failed, rejected, resource, signed, table};

fn suite() -> Suite {
    Suite::http(sms_provider_bird::ENTRY, table)
        .secrets([KEY, SECRET, &SECRET["whsec_".len()..]])
        .reads(seen)
        .accepts(Answer::json(202, resource("accepted")), [ID])
        .answers(Case::InvalidNumber, error(422, "validation_error", "E05001", "SMSInvalidRecipient"))
        .answers(Case::OptedOut, rejected("recipient_opted_out"))
        .answers(Case::BadCredentials, error(401, "auth_error", "E02001", "Unauthorized"))
        .answers(Case::Throttled, error(429, "rate_limit_error", "E03001", "RateLimited"))
        .throttles(
            error(429, "rate_limit_error", "E03001", "RateLimited").header("retry-after", "7"),
            Duration::from_secs(7),
        )
        .answers(Case::ServerError, error(500, "internal_error", "E01000", "Internal"))
        // Not from the API itself, which would say so in its own words.
        .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
        .answers(Case::BadAnswer, Answer::json(202, json!({"status": "accepted"})))
        .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
        .answers(Case::HiddenFailure, rejected("insufficient_balance"))
        .answers(Case::HiddenFailure, rejected("something_new"))
        .signed_by(SignedBy::Header("webhook-signature"))
        .window(Duration::from_secs(300))
        .receipt("delivered", signed(event("sms.delivered", json!({}))), [ours(MessageState::Delivered)])
        .receipt("undelivered", signed(failed("sms.undelivered", "unreachable")), [ours(MessageState::Undelivered)])
        .opted_out_later(
            signed(failed("sms.rejected", "recipient_opted_out")),
            ours(MessageState::Rejected),
        )
        .unknown_status(signed(event("sms.teleported", json!({}))))
        .inbound(
            signed(event(
                "sms.received",
                json!({"from": "+14155550123", "to": "+14155550100", "text": "Yes + 1", "tags": [], "metadata": {}}),
            )),
            "+14155550123",
            "Yes + 1",
        )
        .finds(
            Answer::json(200, json!({"data": [resource("sent")]})),
            [ID],
            Answer::json(200, json!({"data": []})),
        )
}

fn ours(state: MessageState) -> Expected {
    Expected::new(ID, state).with_message_id(OURS.parse().unwrap())
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    Some(Seen {
        text: text("text"),
        to: text("to"),
        reference: request.header("idempotency-key").map(str::to_owned),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
