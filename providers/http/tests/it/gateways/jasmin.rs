use sms_framework::MessageState;
use sms_framework::provider::Reply;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REFERENCE, REPEATS, call, suite_of};
use crate::support::guarded;

const ID: &str = "07033084-5cfd-4812-90a4-e4d24ffb6e3d";

fn suite() -> Suite {
    suite_of(
        "jasmin",
        &[("user", "j-us3r"), ("password", "s3cr3t-k3y")],
        guarded(),
    )
    .reads(seen)
    .accepts(text(200, &format!("Success \"{ID}\"")), [ID])
    .answers(
        Case::InvalidNumber,
        text(400, &format!("Error \"{REPEATS}\"")),
    )
    .not_known(Case::OptedOut, "the gateway has sentences and no codes")
    .answers(
        Case::BadCredentials,
        text(401, "Error \"Authentication failure\""),
    )
    .answers(Case::BadAnswer, text(200, "Error \"who knows\""))
    .answers(Case::BadAnswer, text(200, "Success \"\""))
    .not_known(
        Case::HiddenFailure,
        "errors come with a status of their own",
    )
    .signed_by(SignedBy::PathSegment(PATH_SECRET))
    .receipt(
        "delivered",
        receipt("DELIVRD"),
        [Expected::new(ID, MessageState::Delivered).with_message_id(REFERENCE.parse().unwrap())],
    )
    .unknown_status(receipt("TELEPRT"))
}

fn text(status: u16, text: &str) -> Answer {
    Answer::text(status, "text/plain", text)
}

fn receipt(status: &str) -> sms_framework::provider::WebhookCall {
    call("jasmin", &format!("?sms_message_id={REFERENCE}"))
        .body(format!("id={ID}&message_status={status}&level=2"))
}

/// A text of another alphabet goes as UTF-16 in hexadecimal digits, and nothing goes as `content`.
fn seen(request: &Request) -> Option<Seen> {
    assert_eq!((request.method.as_str(), request.path()), ("GET", "/send"));
    assert!(request.body.is_empty());
    let field = |name: &str| request.field(name);
    assert_eq!(field("username").as_deref(), Some("j-us3r"));
    assert_eq!(field("password").as_deref(), Some("s3cr3t-k3y"));
    assert_eq!(field("to").as_deref(), Some("14155550123"));
    assert_eq!(field("from").as_deref(), Some("12345678"));
    let text = match (field("content"), field("hex-content")) {
        (Some(text), None) => {
            assert_eq!(field("coding").as_deref(), Some("0"));
            text
        }
        (None, Some(hex)) => {
            assert_eq!(field("coding").as_deref(), Some("8"));
            let unit = |at: usize| u16::from_str_radix(&hex[at..at + 4], 16).unwrap();
            let units: Vec<u16> = (0..hex.len()).step_by(4).map(unit).collect();
            String::from_utf16(&units).unwrap()
        }
        both => panic!("one of the two: {both:?}"),
    };
    Some(Seen {
        text: Some(text),
        to: field("to"),
        reference: field("dlr-url"),
        ..Seen::default()
    })
}

#[test]
fn a_receipt_is_answered_word_for_word() {
    let secrets = [("user", "u"), ("password", "p")];
    let provider = super::provider("jasmin", &secrets, &guarded());
    let reply = provider.webhooks().unwrap().reply();
    assert_eq!(reply, Reply::text(200, "text/plain", "ACK/Jasmin"));
}

sms_framework::conformance!(suite);
