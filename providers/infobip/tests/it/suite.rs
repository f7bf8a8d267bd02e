//! The conformance suite, against Infobip's answers as its API description shows them.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::testkit::conformance::{Case, Expected, MESSAGE_ID, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{KEY, PATH_SECRET, TEXT, answered, call, pending, status};

/// Our own id comes back.
const ID: &str = MESSAGE_ID;

fn suite() -> Suite {
    Suite::http(sms_provider_infobip::ENTRY, |url| {
        format!(
            "api_key = '{KEY}'
             webhook_path_secret = '{PATH_SECRET}'
             webhook_user = 'infobip'
             webhook_password = 'b4sic-p4ssword'
             from = '+14155550100'
             base_url = '{url}'
             callback_url = 'https://example.org/sms/infobip'"
        )
    })
    .secrets([KEY, PATH_SECRET, "b4sic-p4ssword"])
    .reads(seen)
    .longest_text(3820)
    .accepts(answered(ID, pending()), [ID])
    .answers(Case::InvalidNumber, refused(52, "REJECTED_DESTINATION"))
    .answers(Case::InvalidNumber, refused(8, "REJECTED_PREFIX_MISSING"))
    .answers(Case::InvalidNumber, version3(400, "E400"))
    .answers(
        Case::OptedOut,
        refused(14, "REJECTED_DESTINATION_BLOCKLISTED"),
    )
    .answers(Case::OptedOut, refused(10, "REJECTED_DND"))
    .answers(Case::BadCredentials, version3(401, "E401"))
    .answers(Case::BadCredentials, version2(401, "UNAUTHORIZED"))
    .answers(Case::Throttled, version3(429, "E429"))
    .answers(Case::Throttled, version2(429, "TOO_MANY_REQUESTS"))
    .answers(Case::Throttled, refused(20, "REJECTED_FLOODING_FILTER"))
    .throttles(
        version3(429, "E429").header("retry-after", "7"),
        Duration::from_secs(7),
    )
    .answers(Case::ServerError, version3(500, "E500"))
    .answers(Case::ServerError, version2(500, "GENERAL_ERROR"))
    .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
    .answers(Case::BadAnswer, Answer::json(200, json!({"bulkId": "1"})))
    .answers(Case::BadAnswer, Answer::json(200, json!({"messages": []})))
    .answers(
        Case::BadAnswer,
        Answer::json(200, json!({"messages": [{"messageId": ID}]})),
    )
    .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
    .answers(
        Case::HiddenFailure,
        refused(12, "REJECTED_NOT_ENOUGH_CREDITS"),
    )
    .answers(
        Case::HiddenFailure,
        refused(999, "REJECTED_FOR_A_NEW_REASON"),
    )
    .finds(
        logs(json!([
            {"messageId": ID, "status": pending()},
            {"messageId": "another", "status": pending()},
        ])),
        [ID],
        logs(json!([])),
    )
    .signed_by(SignedBy::PathSegment(PATH_SECRET))
    .receipt(
        "a batch of two",
        receipts(&[
            (3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"),
            (5, "REJECTED", 12, "REJECTED_NOT_ENOUGH_CREDITS"),
        ]),
        [
            Expected::new(ID, MessageState::Delivered).with_message_id(ID.parse().unwrap()),
            Expected::new(ID, MessageState::Rejected).with_message_id(ID.parse().unwrap()),
        ],
    )
    .unknown_status(receipts(&[(9, "TELEPORTED", 999, "TELEPORTED_TO_MARS")]))
    .inbound(
        call(
            &json!({"results": [{
            "messageId": "817790313235066447", "from": "14155550123", "to": "14155550100",
            "text": "Yes + 1", "cleanText": "+ 1", "keyword": "YES", "smsCount": 1,
            "receivedAt": "2026-05-04T10:00:00.123+0000",
        }], "messageCount": 1, "pendingMessageCount": 0})
            .to_string(),
        ),
        "+14155550123",
        "Yes + 1",
    )
}

fn seen(request: &Request) -> Option<Seen> {
    let sms = &request.json()["messages"][0];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let period = &sms["options"]["validityPeriod"];
    (request.method == "POST").then(|| Seen {
        text: text(&sms["content"]["text"]),
        to: text(&sms["destinations"][0]["to"]),
        validity: period["amount"]
            .as_u64()
            .map(|amount| format!("{amount} {}", period["timeUnit"])),
        reference: text(&sms["destinations"][0]["messageId"]),
        ..Seen::default()
    })
}

fn refused(id: u64, name: &str) -> Answer {
    answered(ID, status(5, "REJECTED", id, name))
}

/// It repeats what it was sent: nothing of it may be shown.
fn version3(status: u16, code: &str) -> Answer {
    let description = format!("{TEXT} to 14155550123 ({KEY})");
    let violations =
        json!([{"property": "messages[0].destinations[0].to", "violation": "14155550123"}]);
    Answer::json(
        status,
        json!({
            "errorCode": code, "description": description, "action": "Check.",
            "violations": violations, "resources": [],
        }),
    )
}

fn version2(status: u16, code: &str) -> Answer {
    let exception = json!({"messageId": code, "text": format!("{TEXT} ({KEY})")});
    Answer::json(
        status,
        json!({"requestError": {"serviceException": exception}}),
    )
}

fn logs(rows: Value) -> Answer {
    Answer::json(200, json!({"results": rows, "cursor": {"limit": 50}}))
}

fn receipts(statuses: &[(u64, &str, u64, &str)]) -> WebhookCall {
    let result = |(group, group_name, id, name): &(u64, &str, u64, &str)| {
        json!({
            "bulkId": "1", "messageId": ID, "to": "14155550123", "sender": "14155550100",
            "status": status(*group, group_name, *id, name),
        })
    };
    let results: Vec<Value> = statuses.iter().map(result).collect();
    call(&json!({"results": results}).to_string())
}

sms_framework::conformance!(suite);
