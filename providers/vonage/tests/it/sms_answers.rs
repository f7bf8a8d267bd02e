//! What the SMS API's answers say about the message: 200, whatever became of its parts.

use serde_json::{Value, json};
use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Error, ErrorKind};

use crate::support::{parts, problem, sent};

fn failed(answer: Answer) -> Error {
    sent("sms", answer).unwrap_err()
}

fn answer(body: Value) -> Answer {
    Answer::json(200, body)
}

#[test]
fn each_part_has_its_own_id() {
    let acceptance = sent("sms", parts(&[("0", "M2"), ("0", "M1"), ("0", "M3")])).unwrap();
    assert_eq!(acceptance.provider_message_ids, ["M2", "M1", "M3"]);
    assert_eq!(acceptance.segments, Some(3));
}

#[test]
fn a_status_may_be_a_number() {
    let body = json!({"message-count": 1, "messages": [{"message-id": "M1", "status": 0}]});
    assert_eq!(
        sent("sms", answer(body)).unwrap().provider_message_ids,
        ["M1"]
    );
    let error = failed(answer(json!({"messages": [{"status": 9}]})));
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::Account, Some("9"))
    );
}

/// The phone gets a broken text: the whole must not go out again by itself.
#[test]
fn a_message_that_is_taken_in_part_may_have_been_sent() {
    for (answer, message) in [
        (
            parts(&[("0", "M1"), ("1", "")]),
            "1 of 2 parts were taken and the others refused (the account sends faster than it may): the phone may get a broken text",
        ),
        (
            parts(&[("9", ""), ("0", "M1"), ("0", "M2")]),
            "2 of 3 parts were taken and the others refused (the account has no credit): the phone may get a broken text",
        ),
        (
            parts(&[("77", ""), ("0", "")]),
            "1 of 2 parts were taken and the others refused: the phone may get a broken text",
        ),
    ] {
        let error = failed(answer);
        assert_eq!(error.message(), message);
        assert_eq!(error.certainty(), Certainty::MaybeSent);
        assert_eq!(error.kind(), ErrorKind::BadAnswer);
        assert!(
            error.retry_after().is_none(),
            "there is nothing to wait for"
        );
        assert!(error.help().unwrap().contains("arrive and are paid for"));
    }
    let error = failed(parts(&[("0", "M1"), ("7", ""), ("9", "")]));
    assert_eq!(error.provider_code(), Some("7"));
}

#[test]
fn a_message_of_which_nothing_was_taken_is_judged_by_its_first_part() {
    let error = failed(parts(&[("1", ""), ("1", "")]));
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::ProviderThrottled, Certainty::NotSent)
    );
    let error = failed(parts(&[("7", ""), ("9", "")]));
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::OptedOut, Some("7"))
    );
}

#[test]
fn one_part_in_doubt_is_a_doubt_about_all() {
    let error = failed(parts(&[("9", ""), ("5", ""), ("9", "")]));
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::ServerError, Some("5"))
    );
    assert_eq!(error.certainty(), Certainty::MaybeSent);
    // Nobody knows what a status that is not in the table says.
    let error = failed(parts(&[("9", ""), ("77", "")]));
    assert_eq!(
        (error.certainty(), error.provider_code()),
        (Certainty::MaybeSent, Some("77"))
    );
}

#[test]
fn an_unknown_status_is_judged_by_the_http_status_and_shows_what_vonage_says() {
    let body =
        json!({"messages": [{"status": "77", "error-text": "Quota of 14155550123 is spent"}]});
    let error = failed(answer(body));
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
    assert_eq!(error.certainty(), Certainty::MaybeSent);
    assert_eq!(
        error.message(),
        "the answer was not one the API promises (HTTP 200): Quota of *** is spent"
    );
}

#[test]
fn an_answer_that_does_not_account_for_every_part_says_nothing() {
    for body in [
        json!({}),
        json!([]),
        json!({"messages": []}),
        json!({"messages": {}}),
        json!({"messages": [{}]}),
        json!({"messages": ["0"]}),
        json!({"messages": [{"status": "0", "message-id": "M1"}, {}]}),
        json!({"messages": [{"status": "zero"}]}),
        json!({"messages": [{"status": "-1"}]}),
        json!({"messages": [{"status": "0"}]}),
        json!({"messages": [{"status": "0", "message-id": ""}]}),
        json!({"messages": [{"status": "0", "message-id": 7}]}),
        json!({"message-count": "2", "messages": [{"status": "9"}]}),
    ] {
        let error = failed(answer(body.clone()));
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{body}");
        assert_eq!(error.certainty(), Certainty::MaybeSent, "{body}");
    }
}

#[test]
fn the_edge_answers_with_a_status_of_its_own() {
    for (answer, kind, certainty, code) in [
        (
            Answer::empty(401),
            ErrorKind::Unauthorized,
            Certainty::Rejected,
            None,
        ),
        (
            Answer::empty(429),
            ErrorKind::ProviderThrottled,
            Certainty::NotSent,
            None,
        ),
        (
            problem(401, "unauthorized"),
            ErrorKind::Unauthorized,
            Certainty::Rejected,
            Some("unauthorized"),
        ),
        (
            Answer::text(502, "text/html", "<html>"),
            ErrorKind::ServerError,
            Certainty::MaybeSent,
            None,
        ),
        (
            Answer {
                status: 420,
                ..parts(&[("9", "")])
            },
            ErrorKind::Account,
            Certainty::Rejected,
            Some("9"),
        ),
        (
            Answer {
                status: 500,
                ..parts(&[("9", "")])
            },
            ErrorKind::ServerError,
            Certainty::MaybeSent,
            Some("9"),
        ),
        (
            Answer {
                status: 500,
                ..parts(&[("0", "M1")])
            },
            ErrorKind::ServerError,
            Certainty::MaybeSent,
            None,
        ),
    ] {
        let error = failed(answer);
        assert_eq!(
            (error.kind(), error.certainty()),
            (kind, certainty),
            "{error:?}"
        );
        assert_eq!(error.provider_code(), code);
    }
}
