//! Finding a message again by its client reference.

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, ErrorKind, Message, MessageState, Outbound};

use crate::support::{ANNA, TEXT, TOKEN, message, sinch};

async fn find(server: &ScriptedServer, message: &Outbound) -> Result<Vec<Acceptance>, Error> {
    let since: Timestamp = "2026-05-04T10:00:00.5Z".parse().unwrap();
    let provider = sinch(server.url(), "");
    provider.lookup().unwrap().find(message, since).await
}

async fn found(message: &Outbound, answer: Answer) -> Result<Vec<Acceptance>, Error> {
    find(
        &ScriptedServer::start([Then::Answer(answer)]).await,
        message,
    )
    .await
}

fn list(count: usize, rows: &[Value]) -> Answer {
    Answer::json(
        200,
        json!({"count": count, "page": 0, "page_size": rows.len(), "batches": rows}),
    )
}

fn ids(found: Vec<Acceptance>) -> Vec<String> {
    let ids = |acceptance: Acceptance| acceptance.provider_message_ids;
    found.into_iter().flat_map(ids).collect()
}

#[tokio::test]
async fn it_asks_for_our_id_from_a_minute_before_the_attempt() {
    let message = message();
    let server = ScriptedServer::start([Then::Answer(list(0, &[]))]).await;
    assert_eq!(find(&server, &message).await.unwrap(), []);
    let [request] = server.requests().try_into().unwrap();
    assert_eq!(
        (&*request.method, request.path()),
        ("GET", "/xms/v1/plan-1/batches")
    );
    assert_eq!(
        request.header("authorization"),
        Some(&*format!("Bearer {TOKEN}"))
    );
    let id = message.id().to_string();
    let asked = [
        ("client_reference", &*id),
        ("start_date", "2026-05-04T09:59:00.500Z"),
        ("page", "0"),
        ("page_size", "100"),
    ];
    assert_eq!(
        request.query(),
        asked.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn the_batch_with_our_reference_is_ours() {
    let message = message();
    let rows = [
        json!({"id": "ours", "client_reference": message.id(), "to": ["14155550123"], "body": TEXT}),
        json!({"id": "another's", "client_reference": "0193b0c0-0000-7000-8000-000000000009", "to": ["14155550123"], "body": TEXT}),
        json!({"id": "no reference of ours", "client_reference": "order 5", "to": ["14155550123"], "body": TEXT}),
        json!({"id": "canceled", "client_reference": message.id(), "canceled": true}),
    ];
    let found = found(&message, list(4, &rows)).await.unwrap();
    assert_eq!(found[0].state, MessageState::Accepted);
    assert_eq!(found[1].state, MessageState::Canceled);
    assert_eq!(ids(found), ["ours", "canceled"]);
}

#[tokio::test]
async fn a_row_without_reference_has_to_be_like_the_message() {
    let message = outbound(Message::new(ANNA, TEXT));
    let rows = [
        json!({"id": "1", "to": ["+14155550123"], "body": TEXT}),
        json!({"id": "2", "to": ["14155550124"], "body": TEXT}),
        json!({"id": "3", "to": ["14155550123"], "body": "another text"}),
        json!({"id": "4"}),
        json!(4),
    ];
    assert_eq!(ids(found(&message, list(5, &rows)).await.unwrap()), ["1"]);
}

#[tokio::test]
async fn it_goes_on_to_the_last_page() {
    let message = message();
    let ours = json!({"id": "ours", "client_reference": message.id()});
    let server = ScriptedServer::by(move |call, _| {
        Then::Answer(match call {
            0 => list(150, &vec![json!({"id": "x", "client_reference": "x"}); 100]),
            _ => list(
                150,
                &[vec![json!({"id": "x"}); 49], vec![ours.clone()]].concat(),
            ),
        })
    })
    .await;
    assert_eq!(ids(find(&server, &message).await.unwrap()), ["ours"]);
    let requests = server.requests();
    let pages: Vec<_> = requests
        .iter()
        .map(|request| request.field("page").unwrap())
        .collect();
    assert_eq!(pages, ["0", "1"]);
}

#[tokio::test]
async fn without_a_count_a_full_page_has_another_after_it() {
    let message = message();
    let server = ScriptedServer::by(|call, _| {
        let rows = if call == 0 { 100 } else { 1 };
        Then::Answer(Answer::json(
            200,
            json!({"batches": vec![json!({"id": "x"}); rows]}),
        ))
    })
    .await;
    assert_eq!(find(&server, &message).await.unwrap(), []);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_was_not_looked_at_is_no_evidence() {
    let message = message();
    let full = list(
        1000,
        &vec![json!({"id": "x", "client_reference": "x"}); 100],
    );
    let server = ScriptedServer::start([Then::Answer(full)]).await;
    let error = find(&server, &message).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
    assert_eq!(
        error.to_string(),
        "there are more batches than can be looked through (HTTP 200)"
    );
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_empty_list() {
    let message = message();
    let nameless = json!({"client_reference": message.id()});
    for answer in [
        Answer::text(200, "text/html", "<html>"),
        Answer::json(200, "{}"),
        Answer::json(200, r#"{"batches": {}}"#),
        list(1, &[nameless]),
    ] {
        let error = found(&message, answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{error:?}");
    }
    for (status, kind) in [
        (401, ErrorKind::Unauthorized),
        (404, ErrorKind::Account),
        (429, ErrorKind::ProviderThrottled),
        (500, ErrorKind::ServerError),
    ] {
        let error = found(&message, Answer::empty(status)).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}
