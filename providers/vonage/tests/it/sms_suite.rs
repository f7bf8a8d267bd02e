//! The conformance suite for the SMS API.

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{
    KEY, OURS, SECRET, SIGNATURE_SECRET, form, get, parts, problem, sms_receipt, with_sig,
};

const IDS: [&str; 2] = ["0A0000000123ABCD1", "0A0000000123ABCD2"];

fn suite() -> Suite {
    Suite::http(sms_provider_vonage::ENTRY, |url| {
        format!(
            "api = 'sms'
             api_key = 'abcd1234'
             api_secret = '{SECRET}'
             from = '+14155550100'
             base_url = '{url}'
             callback_url = 'https://example.org/sms/vonage'
             webhook_secret = '{SIGNATURE_SECRET}'
             signature_method = 'hmac-sha256'"
        )
    })
    .secrets([SECRET, SIGNATURE_SECRET])
    .reads(seen)
    .accepts(parts(&[("0", IDS[0]), ("0", IDS[1])]), IDS)
    .answers(Case::InvalidNumber, parts(&[("6", "")]))
    .answers(Case::InvalidNumber, parts(&[("33", ""), ("33", "")]))
    .answers(Case::InvalidNumber, parts(&[("3", "")]))
    .answers(Case::OptedOut, parts(&[("7", "")]))
    .answers(Case::BadCredentials, parts(&[("4", "")]))
    .answers(Case::BadCredentials, problem(401, "unauthorized"))
    .answers(Case::BadCredentials, Answer::empty(401))
    .answers(Case::Throttled, parts(&[("1", "")]))
    .answers(Case::Throttled, parts(&[("10", "")]))
    .answers(Case::Throttled, Answer::empty(429))
    .throttles(
        parts(&[("1", "")]).header("retry-after", "7"),
        Duration::from_secs(7),
    )
    .answers(Case::ServerError, parts(&[("5", "")]))
    .answers(Case::ServerError, parts(&[("9", ""), ("5", "")]))
    .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
    .answers(Case::BadAnswer, parts(&[("0", IDS[0]), ("1", "")]))
    .answers(Case::BadAnswer, parts(&[("0", "")]))
    .answers(Case::BadAnswer, parts(&[]))
    .answers(
        Case::BadAnswer,
        Answer::json(200, json!({"messages": [{"error-text": "?"}]})),
    )
    .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
    .answers(Case::HiddenFailure, parts(&[("9", "")]))
    .answers(Case::HiddenFailure, parts(&[("1", ""), ("1", "")]))
    .signed_by(SignedBy::Parameter("sig"))
    .receipt(
        "delivered",
        get(&sms_receipt("delivered", "0")),
        [expected(MessageState::Delivered)],
    )
    .receipt(
        "buffered",
        form(&sms_receipt("buffered", "0")),
        [expected(MessageState::Accepted)],
    )
    .unknown_status(get(&sms_receipt("teleported", "0")))
    .unknown_status(get(&sms_receipt("unknown", "1")))
    .inbound(get(&texted()), "+14155550123", "Yes + 1 & 2=3")
    .inbound(form(&texted()), "+14155550123", "Yes + 1 & 2=3")
}

fn seen(request: &Request) -> Option<Seen> {
    Some(Seen {
        text: request.field("text"),
        to: request.field("to"),
        validity: request.field("ttl"),
        reference: request.field("client-ref"),
        ..Seen::default()
    })
}

fn expected(state: MessageState) -> Expected {
    Expected::new("0A0000001234567B", state).with_message_id(OURS.parse().unwrap())
}

fn texted() -> Vec<(String, String)> {
    with_sig(&[
        ("msisdn", "14155550123"),
        ("to", "14155550100"),
        ("messageId", "0A0000000123ABCD1"),
        ("text", "Yes + 1 & 2=3"),
        ("type", "text"),
        ("keyword", "YES"),
        ("api-key", KEY),
        ("message-timestamp", "2020-01-01 12:00:00"),
        ("timestamp", "1578787200"),
        ("nonce", "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"),
    ])
}

sms_framework::conformance!(suite);
