//! What becomes of the classic API's answers.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sms_framework::provider::Phase;
use sms_framework::testkit::http::Answer;
use sms_framework::{Acceptance, Certainty, Class, Error, ErrorKind, MessageState};
use sms_provider_bird::ENTRY;

use super::{ID, errors, resource, table};
use crate::support::{message, send};
use Certainty::{MaybeSent, NotSent, Rejected};

async fn sent(answer: Answer) -> Result<Acceptance, Error> {
    send(table, &message(), answer).await.0
}

/// Status, code, and what it says.
const ERRORS: &[(u16, i64, ErrorKind, Class)] = &[
    (401, 2, ErrorKind::Unauthorized, Class::Account),
    (422, 9, ErrorKind::Refused, Class::Permanent),
    (422, 10, ErrorKind::Refused, Class::Permanent),
    (404, 20, ErrorKind::Refused, Class::Permanent),
    (402, 25, ErrorKind::Account, Class::Account),
    (400, 25, ErrorKind::Account, Class::Account),
];

#[tokio::test]
async fn every_code_says_what_became_of_the_message() {
    for &(status, code, kind, class) in ERRORS {
        let error = sent(errors(status, &[code])).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.class()),
            (kind, class),
            "{code}: {error:?}"
        );
        assert_eq!(error.certainty(), Rejected, "{code}");
        assert_eq!(error.provider_code(), Some(code.to_string().as_str()));
        // The same in a success is a refusal, too.
        let hidden = sent(errors(201, &[code])).await.unwrap_err();
        assert_eq!((hidden.kind(), hidden.certainty()), (kind, Rejected));
        assert_eq!(hidden.http_status(), Some(201));
        // With a 5xx it says nothing.
        let failed = sent(errors(500, &[code])).await.unwrap_err();
        assert_eq!(failed.certainty(), MaybeSent);
    }
}

#[test]
fn no_code_of_the_classic_api_is_untried() {
    let tried: BTreeSet<_> = ERRORS.iter().map(|row| row.1.to_string()).collect();
    let numbers = ENTRY
        .codes
        .iter()
        .filter(|code| code.code.parse::<u32>().is_ok());
    for code in numbers.filter(|code| code.phase == Phase::Request) {
        assert!(tried.contains(code.code), "{}", code.code);
    }
}

#[tokio::test]
async fn of_several_errors_the_worst_counts() {
    for (codes, worst) in [
        // A person must act first.
        (&[9, 2][..], "2"),
        (&[2, 9], "2"),
        (&[10, 25, 9], "25"),
        // Of equals, the first.
        (&[10, 9], "10"),
        // One that nobody knows comes last.
        (&[21, 9], "9"),
        (&[98, 21], "98"),
    ] {
        let error = sent(errors(422, codes)).await.unwrap_err();
        assert_eq!(error.provider_code(), Some(worst), "{codes:?}");
    }
}

#[tokio::test]
async fn codes_without_a_known_meaning_go_by_the_status() {
    for code in [21, 96, 98, 99, 101] {
        let error = sent(errors(422, &[code])).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Refused, Rejected)
        );
        let error = sent(errors(429, &[code])).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::ProviderThrottled, NotSent)
        );
        let hidden = sent(errors(201, &[code])).await.unwrap_err();
        assert_eq!(
            (hidden.kind(), hidden.certainty()),
            (ErrorKind::BadAnswer, MaybeSent)
        );
    }
}

#[tokio::test]
async fn an_error_that_is_no_json_goes_by_the_status() {
    for body in [
        "",
        "<html>",
        "[]",
        r#"{"errors": 7}"#,
        r#"{"errors": [7]}"#,
        r#"{"errors": []}"#,
    ] {
        for (status, certainty) in [
            (405, Rejected),
            (429, NotSent),
            (500, MaybeSent),
            (502, MaybeSent),
        ] {
            let error = sent(Answer::text(status, "text/html", body))
                .await
                .unwrap_err();
            assert_eq!(error.certainty(), certainty, "{status} {body}");
        }
    }
}

#[tokio::test]
async fn the_first_word_is_no_more_than_an_acceptance() {
    for word in ["sent", "buffered", "scheduled", "pondering"] {
        let accepted = sent(Answer::json(201, resource(word))).await.unwrap();
        assert_eq!(accepted.provider_message_ids, [ID]);
        assert_eq!(accepted.state, MessageState::Accepted, "{word}");
        assert_eq!(accepted.provider_status.as_deref(), Some(word));
        assert_eq!(accepted.segments, Some(1));
    }
    let delivered = sent(Answer::json(201, resource("delivered")))
        .await
        .unwrap();
    assert_eq!(delivered.state, MessageState::Delivered);
}

#[tokio::test]
async fn a_message_that_failed_at_once_is_refused() {
    for word in ["delivery_failed", "expired"] {
        let error = sent(Answer::json(201, resource(word))).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Refused, Rejected)
        );
        assert_eq!(error.http_status(), Some(201));
    }
}

#[tokio::test]
async fn a_success_needs_an_id_and_nothing_else() {
    let bare = sent(Answer::json(201, json!({"id": ID}))).await.unwrap();
    assert_eq!(bare.provider_message_ids, [ID]);
    assert_eq!((bare.provider_status, bare.segments), (None, None));
    for id in [Value::Null, json!(""), json!(7)] {
        let error = sent(Answer::json(201, json!({"id": id})))
            .await
            .unwrap_err();
        assert_eq!(error.certainty(), MaybeSent);
    }
}
