//! What Plivo's answers say about a message.

use serde_json::json;
use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Class, ErrorKind, MessageState};

use crate::support::{ID, error, message, queued, refused, send};

#[tokio::test]
async fn the_one_id_of_the_list_is_kept() {
    let (sent, _) = send("", message(), queued()).await;
    let acceptance = sent.unwrap();
    assert_eq!(acceptance.provider_message_ids, [ID]);
    assert_eq!(acceptance.state, MessageState::Accepted);
}

#[tokio::test]
async fn the_status_decides() {
    use Class::{Account, Permanent, Throttled, Transient};
    for (status, kind, class, certainty) in [
        (400, ErrorKind::Refused, Permanent, Certainty::Rejected),
        (401, ErrorKind::Unauthorized, Account, Certainty::Rejected),
        (402, ErrorKind::Account, Account, Certainty::Rejected),
        (403, ErrorKind::Account, Account, Certainty::Rejected),
        (404, ErrorKind::Account, Account, Certainty::Rejected),
        (405, ErrorKind::Account, Account, Certainty::Rejected),
        (409, ErrorKind::Refused, Permanent, Certainty::Rejected),
        (422, ErrorKind::Refused, Permanent, Certainty::Rejected),
        (
            429,
            ErrorKind::ProviderThrottled,
            Throttled,
            Certainty::NotSent,
        ),
        (500, ErrorKind::ServerError, Transient, Certainty::MaybeSent),
        (503, ErrorKind::ServerError, Transient, Certainty::MaybeSent),
    ] {
        let error = error(refused(status, "no")).await;
        assert_eq!(
            (
                error.kind(),
                error.class(),
                error.certainty(),
                error.http_status()
            ),
            (kind, class, certainty, Some(status)),
            "{status}"
        );
        assert_eq!(error.provider_code(), None, "Plivo names no code");
    }
}

#[tokio::test]
async fn plivos_sentence_is_shown_without_numbers() {
    let said = "text parameter length exceeds 737 unicode characters for +14155550123";
    let error = error(refused(400, said)).await;
    assert_eq!(
        error.to_string(),
        "the request was refused (HTTP 400): text parameter length exceeds *** unicode characters for +***"
    );
}

#[tokio::test]
async fn a_barred_country_says_where_to_look() {
    let error = error(refused(403, "forbidden")).await;
    assert!(error.help().unwrap().contains("Geo Permissions"));
}

#[tokio::test]
async fn an_error_may_be_an_object_or_no_json() {
    let object = Answer::json(400, json!({"error": {"dst": "is not valid"}}));
    for answer in [
        object,
        Answer::text(400, "text/html", "<html>"),
        Answer::empty(400),
    ] {
        let error = error(answer).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Refused, Certainty::Rejected)
        );
    }
}

#[tokio::test]
async fn a_202_that_took_nothing_is_a_refusal() {
    for (body, kind) in [
        (json!({"message_uuid": []}), ErrorKind::Refused),
        (
            json!({"message_uuid": [], "invalid_number": ["14155550199"]}),
            ErrorKind::Refused,
        ),
        (
            json!({"message_uuid": [], "invalid_number": ["14155550123"]}),
            ErrorKind::Recipient,
        ),
        (
            json!({"invalid_number": ["+1 415 555 0123"]}),
            ErrorKind::Recipient,
        ),
        (
            json!({"message_uuid": [ID], "invalid_number": ["14155550123"]}),
            ErrorKind::Recipient,
        ),
    ] {
        let error = error(Answer::json(202, &body)).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (kind, Certainty::Rejected),
            "{body}"
        );
        assert!(!error.to_string().contains("0123"), "{error}");
    }
}

#[tokio::test]
async fn a_202_that_cannot_be_read_may_have_been_sent() {
    for body in [
        "null",
        "[]",
        "{}",
        "\"queued\"",
        r#"{"message_uuid": null}"#,
        r#"{"message_uuid": ""}"#,
        r#"{"message_uuid": [""]}"#,
        r#"{"message_uuid": [7]}"#,
        r#"{"error": "no"}"#,
        r#"{"message_uuid": ["#,
    ] {
        let error = error(Answer::json(202, body)).await;
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{body}");
        assert_eq!(error.certainty(), Certainty::MaybeSent, "{body}");
    }
}

#[tokio::test]
async fn an_id_is_proof_in_whatever_wrapping() {
    for body in [
        json!({"message_uuid": ID}),
        json!({"message_uuid": [ID], "invalid_number": []}),
        json!({"message_uuid": [ID], "invalid_number": ["14155550199"]}),
    ] {
        let (sent, _) = send("", message(), Answer::json(200, &body)).await;
        assert_eq!(sent.unwrap().provider_message_ids, [ID], "{body}");
    }
}
