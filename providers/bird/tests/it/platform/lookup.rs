//! Finding a message again on the platform.

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::testkit::http::Answer;
use sms_framework::{Acceptance, Error, ErrorKind, MessageState, Outbound};

use super::{ID, KEY, resource, table, with};
use crate::support::{build, message, server};

async fn find(message: &Outbound, answer: Answer) -> Result<Vec<Acceptance>, Error> {
    let server = server([answer]).await;
    let provider = build(&table(server.url())).unwrap();
    let found = provider
        .lookup()
        .unwrap()
        .find(message, Timestamp::now())
        .await;
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, "GET");
    assert_eq!(requests[0].path(), "/v1/sms/messages");
    let tag = format!("sms_message_id:{}", message.id());
    assert_eq!(requests[0].query(), [("tag".to_owned(), tag)]);
    assert_eq!(
        requests[0].header("authorization"),
        Some(format!("Bearer {KEY}").as_str())
    );
    found
}

fn row(message: &Outbound, status: &str) -> Value {
    let id = message.id().to_string();
    let tagged = with(
        resource(status),
        "tags",
        json!([{"name": "a", "value": "b"}, {"name": "sms_message_id", "value": id}]),
    );
    with(tagged, "metadata", json!({"sms_message_id": id}))
}

fn listed(rows: &[Value]) -> Answer {
    Answer::json(200, json!({"data": rows, "next_cursor": null}))
}

#[tokio::test]
async fn a_message_is_found_by_its_tag() {
    let message = message();
    let found = find(&message, listed(&[row(&message, "delivered")]))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].provider_message_ids, [ID]);
    assert_eq!(found[0].state, MessageState::Delivered);
    assert_eq!(found[0].provider_status.as_deref(), Some("delivered"));
    assert_eq!(found[0].segments, Some(1));
}

#[tokio::test]
async fn either_of_tag_and_metadata_makes_it_ours() {
    let message = message();
    for field in ["tags", "metadata"] {
        let row = with(row(&message, "sent"), field, Value::Null);
        assert_eq!(
            find(&message, listed(&[row])).await.unwrap().len(),
            1,
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_text_that_is_hidden_on_reading_does_not_matter() {
    let message = message();
    let row = with(row(&message, "sent"), "text", json!("**REDACTED**"));
    assert_eq!(find(&message, listed(&[row])).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_that_failed_is_found_with_its_code() {
    let message = message();
    let row = with(
        row(&message, "rejected"),
        "last_error",
        json!({"code": "recipient_opted_out"}),
    );
    let found = find(&message, listed(&[row])).await.unwrap();
    assert_eq!(found[0].state, MessageState::Rejected);
    assert_eq!(
        found[0].provider_code.as_deref(),
        Some("recipient_opted_out")
    );
}

#[tokio::test]
async fn an_operation_that_ran_twice_is_found_twice() {
    let message = message();
    let rows = [
        row(&message, "sent"),
        with(row(&message, "sent"), "id", json!("sms_2")),
    ];
    assert_eq!(find(&message, listed(&rows)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn finding_nothing_is_an_empty_list() {
    assert_eq!(find(&message(), listed(&[])).await.unwrap(), []);
    assert_eq!(find(&message(), Answer::json(200, "[]")).await.unwrap(), []);
}

#[tokio::test]
async fn a_list_of_other_messages_is_no_evidence() {
    let error = find(&message(), listed(&[resource("sent")]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
    assert!(
        error.to_string().contains("not filtered by our tag"),
        "{error}"
    );
    // Among them, ours counts.
    let message = message();
    let rows = [
        resource("sent"),
        with(row(&message, "sent"), "id", json!("sms_2")),
    ];
    let found = find(&message, listed(&rows)).await.unwrap();
    assert_eq!(found[0].provider_message_ids, ["sms_2"]);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error() {
    for answer in [
        Answer::json(200, "{}"),
        Answer::json(200, "7"),
        Answer::json(200, "null"),
        Answer::json(200, r#"{"data": {}}"#),
        // Which of the two is it?
        Answer::json(200, r#"{"data": [], "errors": []}"#),
        Answer::text(200, "text/html", "<html>"),
        Answer::empty(204),
        Answer::empty(500),
        super::error(403, "permission_error", "E1", "X"),
    ] {
        let said = find(&message(), answer.clone()).await;
        assert!(said.is_err(), "{answer:?}: {said:?}");
    }
}
