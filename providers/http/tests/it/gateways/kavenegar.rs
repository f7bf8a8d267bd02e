use serde_json::json;
use sms_framework::testkit::conformance::{Case, Seen, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{REPEATS, suite_of};

fn suite() -> Suite {
    suite_of("kavenegar", &[("key", "s3cr3t/k3y")], String::new())
        .reads(seen)
        .accepts(
            Answer::json(
                200,
                json!({"return": {"status": 200, "message": "ok"}, "entries": [{"messageid": 8792343, "status": 1}]}),
            ),
            ["8792343"],
        )
        .answers(Case::InvalidNumber, error(411))
        .answers(Case::InvalidNumber, Answer::empty(411))
        .not_known(Case::OptedOut, "the code for it is not confirmed")
        .answers(Case::BadCredentials, error(401))
        .answers(Case::BadAnswer, error_in(200, 409))
        .answers(Case::HiddenFailure, error_in(200, 418))
}

/// The status is the code, most of the time.
fn error(code: u16) -> Answer {
    error_in(code, code)
}

fn error_in(status: u16, code: u16) -> Answer {
    Answer::json(
        status,
        json!({"return": {"status": code, "message": format!("{REPEATS} s3cr3t%2Fk3y")}, "entries": null}),
    )
}

fn seen(request: &Request) -> Option<Seen> {
    // One segment, whatever the key holds.
    assert_eq!(request.target, "/v1/s3cr3t%2Fk3y/sms/send.json");
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.field("receptor").as_deref(), Some("14155550123"));
    Some(Seen {
        text: request.field("message"),
        to: request.field("receptor"),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
