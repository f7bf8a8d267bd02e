//! What the Messages API's answers say about the message.

use serde_json::{Value, json};
use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Error, ErrorKind, MessageState};

use crate::support::{problem, sent, taken_by_messages};

fn refused(status: u16, body: Value) -> Error {
    sent("messages", Answer::json(status, body)).unwrap_err()
}

#[test]
fn a_taken_message_has_one_id() {
    let acceptance = sent("messages", taken_by_messages()).unwrap();
    assert_eq!(
        acceptance.provider_message_ids,
        ["aaaaaaaa-bbbb-cccc-dddd-0123456789ab"]
    );
    assert_eq!(acceptance.state, MessageState::Accepted);
    assert_eq!(acceptance.segments, None);
    // With a chain of fallbacks there is a second id.
    let with_workflow = Answer::json(202, json!({"message_uuid": "M1", "workflow_id": "W1"}));
    assert_eq!(
        sent("messages", with_workflow)
            .unwrap()
            .provider_message_ids,
        ["M1"]
    );
}

/// The number is in the fragment of `type`, sometimes only in `title`, as text or as a number.
#[test]
fn the_code_is_found_wherever_it_is_written() {
    let page = "https://developer.vonage.com/api-errors/messages";
    for (kind, title, code) in [
        (
            json!(format!("{page}#1120")),
            json!("Invalid sender"),
            Some("1120"),
        ),
        (json!(format!("{page}#1120")), json!(1000), Some("1120")),
        (json!(page), json!("1120"), Some("1120")),
        (json!(page), json!(1120), Some("1120")),
        (Value::Null, json!(1120), Some("1120")),
        (json!(format!("{page}#")), json!(1120), Some("1120")),
        (
            json!("https://developer.nexmo.com/api-errors/#low-balance"),
            json!("Low balance"),
            Some("low-balance"),
        ),
        (json!(page), json!("Not found"), None),
        (json!(page), json!(11.5), None),
        (json!(format!("{page}#+14155550123")), json!("x"), None),
        (json!(format!("{page}#14155550123")), json!("x"), None),
        (json!(["#1120"]), json!({}), None),
    ] {
        let error = refused(422, json!({"type": kind, "title": title}));
        assert_eq!(error.provider_code(), code, "{kind} {title}");
        assert_eq!(error.certainty(), Certainty::Rejected);
    }
}

#[test]
fn an_unknown_code_is_judged_by_the_status() {
    for (status, kind, certainty) in [
        (400, ErrorKind::Refused, Certainty::Rejected),
        (401, ErrorKind::Unauthorized, Certainty::Rejected),
        (402, ErrorKind::Account, Certainty::Rejected),
        (403, ErrorKind::Account, Certainty::Rejected),
        (404, ErrorKind::Account, Certainty::Rejected),
        (408, ErrorKind::ServerError, Certainty::MaybeSent),
        (422, ErrorKind::Refused, Certainty::Rejected),
        (429, ErrorKind::ProviderThrottled, Certainty::NotSent),
        (500, ErrorKind::ServerError, Certainty::MaybeSent),
        (301, ErrorKind::Account, Certainty::Rejected),
    ] {
        let error = sent("messages", problem(status, "1170")).unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (kind, certainty),
            "{status}"
        );
        assert_eq!(error.provider_code(), Some("1170"));
    }
}

#[test]
fn vonages_words_are_shown_where_the_code_says_nothing_and_they_hide_nothing() {
    let error = refused(
        422,
        json!({"title": "Bad", "detail": "Line\none 14155550123"}),
    );
    assert_eq!(
        error.message(),
        "the request was refused (HTTP 422): Line one ***"
    );
    // The detail repeats the text: the title is shown instead.
    let error = refused(
        422,
        json!({"title": "Bad", "detail": "Doors open at eight."}),
    );
    assert_eq!(error.message(), "the request was refused (HTTP 422): Bad");
    let error = refused(422, json!("no object"));
    assert_eq!(error.message(), "the request was refused (HTTP 422)");
}

#[test]
fn the_fields_that_vonage_blames_are_named() {
    let error = refused(
        422,
        json!({
            "type": "https://developer.vonage.com/api-errors/messages#1020",
            "title": "Invalid params",
            "detail": "The value of one or more parameters is invalid.",
            "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
            "invalid_parameters": [
                {"name": "to", "reason": "14155550123 is invalid"},
                {"name": "ttl"},
                {"reason": "nameless"},
                {"name": "text", "reason": "Doors open at eight."},
            ],
        }),
    );
    assert_eq!(
        error.help(),
        Some("Vonage blames `to` (*** is invalid), `ttl` (invalid)")
    );
    assert_eq!(problem_help(json!([])), None);
    assert_eq!(problem_help(json!("to")), None);
}

fn problem_help(blamed: Value) -> Option<String> {
    let error = refused(422, json!({"title": "1020", "invalid_parameters": blamed}));
    error.help().map(str::to_owned)
}
