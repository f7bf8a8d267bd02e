use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REPEATS, form, suite_of};
use crate::support::guarded;

fn suite() -> Suite {
    suite_of("africastalking", &[("key", "s3cr3t-k3y")], guarded())
        .reads(seen)
        .accepts(answer(101, "ATXid_1"), ["ATXid_1"])
        .answers(Case::InvalidNumber, answer(403, "None"))
        .answers(Case::OptedOut, answer(406, "None"))
        .answers(Case::OptedOut, answer(409, "None"))
        .answers(
            Case::BadCredentials,
            Answer::text(401, "text/plain", REPEATS),
        )
        .answers(
            Case::BadAnswer,
            Answer::json(
                201,
                json!({"SMSMessageData": {"Message": REPEATS, "Recipients": []}}),
            ),
        )
        .answers(Case::BadAnswer, answer(501, "None"))
        .answers(Case::HiddenFailure, answer(405, "None"))
        .signed_by(SignedBy::PathSegment(PATH_SECRET))
        .receipt(
            "delivered",
            receipt("Success"),
            [Expected::new("ATXid_1", MessageState::Delivered)],
        )
        .receipt(
            "buffered",
            receipt("Buffered"),
            [Expected::new("ATXid_1", MessageState::Accepted)],
        )
        .receipt(
            "sent",
            receipt("Sent"),
            [Expected::new("ATXid_1", MessageState::Sent)],
        )
        .receipt(
            "failed",
            receipt("Failed"),
            [Expected::new("ATXid_1", MessageState::Failed)],
        )
        .receipt(
            "rejected",
            receipt("Rejected"),
            [Expected::new("ATXid_1", MessageState::Rejected)],
        )
        .receipt(
            "expired",
            receipt("Expired"),
            [Expected::new("ATXid_1", MessageState::Expired)],
        )
        .unknown_status(receipt("Teleported"))
}

/// On failure the id is the text `None`.
fn answer(code: u16, id: &str) -> Answer {
    let status = if code < 200 { "Success" } else { "Failed" };
    let recipient = json!({
        "statusCode": code, "number": "+14155550123", "status": status,
        "cost": "KES 0.8000", "messageId": id,
    });
    let data = json!({"Message": "Sent to 1/1 Total Cost: KES 0.8000", "Recipients": [recipient]});
    Answer::json(201, json!({"SMSMessageData": data}))
}

fn receipt(status: &str) -> sms_framework::provider::WebhookCall {
    form("africastalking", &format!("id=ATXid_1&status={status}"))
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/version1/messaging");
    assert_eq!(request.header("apikey"), Some("s3cr3t-k3y"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.field("username").as_deref(), Some("sandbox"));
    assert_eq!(request.field("to").as_deref(), Some("+14155550123"));
    // The shared sender is asked for by leaving the field out.
    assert_eq!(request.field("from"), None);
    Some(Seen {
        text: request.field("message"),
        to: request.field("to"),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
