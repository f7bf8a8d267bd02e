//! The conformance suite, against Twilio's answers as they were recorded.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use crate::support::{ANNA, FROM, OUR_ID, SID, TOKEN, call};

const MESSAGE: &str = "SM00000000000000000000000000000001";
const SERVICE: &str = "MG00000000000000000000000000000001";
/// The text that the suite sends.
const TEXT: &str = "Doors open at eight, ring twice.";

fn suite() -> Suite {
    Suite::http(sms_provider_twilio::ENTRY, |url| {
        format!(
            "account_sid = '{SID}'
             auth_token = '{TOKEN}'
             previous_auth_token = 'an-0ld-t0k3n'
             from = '{FROM}'
             base_url = '{url}'
             status_callback = 'https://example.org/sms/status'"
        )
    })
    .secrets([TOKEN, "an-0ld-t0k3n"])
    .reads(seen)
    .accepts(Answer::json(201, resource("queued")), [MESSAGE])
    .messaging_service(&format!("service:{SERVICE}"))
    .answers(Case::InvalidNumber, error(400, 21211))
    .answers(Case::InvalidNumber, error(400, 21614))
    .answers(Case::OptedOut, error(400, 21610))
    .answers(Case::BadCredentials, error(401, 20003))
    .answers(Case::Throttled, error(429, 20429))
    .answers(Case::Throttled, error(429, 21611))
    .answers(Case::Throttled, error(429, 63038))
    .answers(Case::Throttled, Answer::empty(429))
    .throttles(error(429, 21611).header("retry-after", "7"), Duration::from_secs(7))
    .answers(Case::ServerError, error(500, 20500))
    .answers(Case::ServerError, error(503, 20503))
    .answers(Case::ServerError, error(500, 21211))
    .answers(Case::ServerError, Answer::text(502, "text/html", "<html>"))
    .answers(Case::BadAnswer, Answer::json(201, json!({"status": "queued"})))
    .answers(Case::BadAnswer, Answer::text(201, "text/xml", "<TwilioResponse/>"))
    .answers(Case::BadAnswer, Answer::empty(204))
    .not_known(
        Case::HiddenFailure,
        "the create call answers with success only where the message is queued, accepted or scheduled",
    )
    .finds(listed(&[resource("sent")]), [MESSAGE], listed(&[]))
    .signed_by(SignedBy::Header("x-twilio-signature"))
    .receipt("delivered", receipt("delivered", None), [expected(MessageState::Delivered)])
    .receipt("sent", receipt("sent", None), [expected(MessageState::Sent)])
    .receipt(
        "undelivered",
        receipt("undelivered", Some("30003")),
        [expected(MessageState::Undelivered)],
    )
    .opted_out_later(receipt("failed", Some("21610")), expected(MessageState::Failed))
    .unknown_status(receipt("teleported", None))
    .unknown_status(receipt("partially_delivered", None))
    .inbound(
        call(&[
            ("MessageSid", "SM00000000000000000000000000000002"),
            ("AccountSid", SID),
            ("From", ANNA),
            ("To", FROM),
            ("Body", "Yes + 1 & ünïcode 👋"),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("SmsStatus", "received"),
        ]),
        ANNA,
        "Yes + 1 & ünïcode 👋",
    )
}

fn seen(request: &Request) -> Option<Seen> {
    let path = format!("/2010-04-01/Accounts/{SID}/Messages.json");
    if request.method != "POST" || request.path() != path {
        return None;
    }
    let media = request
        .form()
        .into_iter()
        .filter(|(name, _)| name == "MediaUrl");
    Some(Seen {
        text: request.field("Body"),
        to: request.field("To"),
        media: media.map(|(_, url)| url).collect(),
        validity: request.field("ValidityPeriod"),
        messaging_service: request.field("MessagingServiceSid"),
        reference: request.field("StatusCallback"),
    })
}

/// A message as Twilio describes it, every field that it names.
fn resource(status: &str) -> Value {
    let uri = format!("/2010-04-01/Accounts/{SID}/Messages/{MESSAGE}");
    json!({
        "account_sid": SID, "api_version": "2010-04-01", "body": TEXT,
        "date_created": "Thu, 24 Aug 2023 05:01:45 +0000", "date_sent": null,
        "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000", "direction": "outbound-api",
        "error_code": null, "error_message": null, "from": FROM, "messaging_service_sid": null,
        "num_media": "0", "num_segments": "1", "price": null, "price_unit": null, "sid": MESSAGE,
        "status": status, "subresource_uris": {"media": format!("{uri}/Media.json")}, "to": ANNA,
        "uri": format!("{uri}.json")
    })
}

fn listed(messages: &[Value]) -> Answer {
    let uri = format!("/2010-04-01/Accounts/{SID}/Messages.json?PageSize=100&Page=0");
    let page = json!({
        "messages": messages, "page": 0, "page_size": 100, "start": 0, "end": 0, "uri": uri,
        "first_page_uri": uri, "next_page_uri": null, "previous_page_uri": null
    });
    Answer::json(200, page)
}

/// It repeats what it was sent: nothing of it may be shown.
fn error(status: u16, code: u32) -> Answer {
    let message = format!("{ANNA}: {TEXT} (token {TOKEN})");
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({"code": code, "message": message, "more_info": more, "status": status});
    Answer::json(status, body)
}

fn receipt(status: &str, code: Option<&str>) -> sms_framework::provider::WebhookCall {
    let mut fields = vec![
        ("SmsSid", MESSAGE),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", ANNA),
        ("MessageSid", MESSAGE),
        ("AccountSid", SID),
        ("From", FROM),
        ("ApiVersion", "2010-04-01"),
    ];
    fields.extend(code.map(|code| ("ErrorCode", code)));
    call(&fields)
}

fn expected(state: MessageState) -> Expected {
    Expected::new(MESSAGE, state).with_message_id(OUR_ID.parse().unwrap())
}

sms_framework::conformance!(suite);
