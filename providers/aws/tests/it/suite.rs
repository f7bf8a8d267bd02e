//! The conformance suite, against answers in the shape of AWS's service model.

use std::time::Duration;

use serde_json::json;
use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{
    ANNA, FROM, ID, OUR_ID, SECRET, TEXT, TOKEN, accepted, certificate, credentials, event, hears,
    notification,
};

fn suite() -> Suite {
    Suite::http(sms_provider_aws::ENTRY, |url| {
        format!(
            "{}session_token = '{TOKEN}'\nfrom = '{FROM}'\nbase_url = '{url}'\n{}",
            credentials(),
            hears(url)
        )
    })
    .secrets([SECRET, TOKEN])
    .reads(seen)
    .accepts(accepted(), [ID])
    .answers(Case::InvalidNumber, invalid("DestinationPhoneNumber"))
    .answers(
        Case::OptedOut,
        error(
            400,
            "ConflictException",
            Some("DESTINATION_PHONE_NUMBER_OPTED_OUT"),
        ),
    )
    .answers(
        Case::BadCredentials,
        error(400, "UnrecognizedClientException", None),
    )
    .answers(
        Case::BadCredentials,
        error(403, "InvalidSignatureException", None),
    )
    .answers(
        Case::BadCredentials,
        error(403, "ExpiredTokenException", None),
    )
    .answers(Case::Throttled, error(400, "ThrottlingException", None))
    .answers(Case::Throttled, Answer::empty(429))
    .not_known(
        Case::ThrottledWithWait,
        "no answer of AWS that names a wait is documented",
    )
    .answers(
        Case::ServerError,
        error(500, "InternalServerException", None),
    )
    .answers(Case::ServerError, error(503, "ThrottlingException", None))
    .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
    .answers(Case::BadAnswer, Answer::json(200, json!({})))
    .answers(Case::BadAnswer, Answer::json(200, json!({"MessageId": ""})))
    .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
    .not_known(Case::HiddenFailure, "AWS documents no failure inside a 200")
    .messaging_service("service:pool-0123456789abcdef0123456789abcdef")
    .besides("/SimpleNotificationService", certificate())
    .signed_by(SignedBy::JsonField("Signature"))
    .window(Duration::from_secs(3600))
    .receipt(
        "on the phone",
        call("TEXT_DELIVERED"),
        [Expected::new(ID, MessageState::Delivered).with_message_id(OUR_ID.parse().unwrap())],
    )
    .receipt(
        "with the carrier",
        call("TEXT_SUCCESSFUL"),
        [Expected::new(ID, MessageState::Sent)],
    )
    .unknown_status(unknown())
}

fn seen(request: &Request) -> Option<Seen> {
    let body = request.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    Some(Seen {
        text: text("MessageBody"),
        to: text("DestinationPhoneNumber"),
        validity: body["TimeToLive"]
            .as_u64()
            .map(|seconds| seconds.to_string()),
        messaging_service: text("OriginationIdentity")
            .filter(|identity| identity.starts_with("pool-")),
        reference: body["Context"]["sms_message_id"]
            .as_str()
            .map(str::to_owned),
        ..Seen::default()
    })
}

/// It repeats what it was sent: nothing of it may be shown.
fn error(status: u16, kind: &str, reason: Option<&str>) -> Answer {
    let said = format!("{ANNA}: {TEXT} (secret {SECRET}, token {TOKEN})");
    let mut body = json!({"__type": format!("com.amazonaws.smsvoice#{kind}"), "Message": said});
    if let Some(reason) = reason {
        body["Reason"] = json!(reason);
    }
    crate::support::error(status, body)
}

fn invalid(field: &str) -> Answer {
    crate::support::error(
        400,
        json!({
            "__type": "ValidationException",
            "Message": format!("{ANNA} is not valid"),
            "Reason": "INVALID_PARAMETER",
            "Fields": [{"Name": field, "Message": format!("{ANNA} is not valid")}],
        }),
    )
}

fn call(event_type: &str) -> WebhookCall {
    notification(&event(event_type).to_string())
}

fn unknown() -> WebhookCall {
    let mut event = event("TEXT_TELEPORTED");
    event["isFinal"] = json!(false);
    notification(&event.to_string())
}

sms_framework::conformance!(suite);
