use serde_json::json;
use sms_framework::testkit::conformance::{Case, Seen, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{REPEATS, suite_of};

fn suite() -> Suite {
    suite_of("clickatell", &[("key", "s3cr3t-k3y")], String::new())
        .longest_text(640)
        .reads(seen)
        .accepts(
            Answer::json(
                202,
                json!({"messages": [{"apiMessageId": "77ef4bfa", "accepted": true, "to": "14155550123"}]}),
            ),
            ["77ef4bfa"],
        )
        .answers(Case::InvalidNumber, error(400))
        .not_known(Case::OptedOut, "the codes are not confirmed")
        .answers(Case::BadCredentials, error(401))
        .answers(Case::BadAnswer, error(200))
        .not_known(Case::HiddenFailure, "the codes are not confirmed")
}

fn error(status: u16) -> Answer {
    Answer::json(status, json!({"messages": [], "errorDescription": REPEATS}))
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.path(), "/messages/http/send");
    assert!(request.target.contains("?apiKey=s3cr3t-k3y&"));
    assert_eq!(request.field("to").as_deref(), Some("14155550123"));
    Some(Seen {
        text: request.field("content"),
        to: request.field("to"),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
