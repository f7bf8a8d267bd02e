//! Finding a message again by the classic API.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::{Acceptance, Error, ErrorKind, MessageState, Outbound};

use super::{ID, KEY, errors, resource, table};
use crate::support::{build, message};

const SINCE: &str = "2026-03-01T12:00:00.75Z";

/// Asks a server that has these rows and gives `most` of them at a time.
async fn find_in(
    message: &Outbound,
    rows: Vec<Value>,
    most: usize,
) -> (Result<Vec<Acceptance>, Error>, Vec<Request>) {
    let rows = Arc::new(rows);
    let server = ScriptedServer::by(move |_, request| {
        let offset: usize = request.field("offset").unwrap().parse().unwrap();
        let page: Vec<_> = rows.iter().skip(offset).take(most).collect();
        Then::Answer(Answer::json(
            200,
            json!({"offset": offset, "count": page.len(), "items": page, "links": {}}),
        ))
    })
    .await;
    let provider = build(&table(server.url())).unwrap();
    let since: Timestamp = SINCE.parse().unwrap();
    let found = provider.lookup().unwrap().find(message, since).await;
    (found, server.requests())
}

async fn answered(answer: Answer) -> Result<Vec<Acceptance>, Error> {
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let provider = build(&table(server.url())).unwrap();
    provider
        .lookup()
        .unwrap()
        .find(&message(), Timestamp::now())
        .await
}

fn row(id: &str, reference: impl Into<Value>, status: &str) -> Value {
    let mut row = resource(status);
    row["id"] = id.into();
    row["reference"] = reference.into();
    row
}

fn ours(message: &Outbound, status: &str) -> Value {
    row(ID, message.id().to_string(), status)
}

fn others(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| row(&format!("other{n}"), "of somebody", "sent"))
        .collect()
}

#[tokio::test]
async fn it_asks_for_the_recipient_and_the_window() {
    let message = message();
    let (found, requests) = find_in(&message, vec![ours(&message, "delivered")], 20).await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].provider_message_ids, [ID]);
    assert_eq!(found[0].state, MessageState::Delivered);
    let request = &requests[0];
    assert_eq!(
        (request.method.as_str(), request.path()),
        ("GET", "/messages")
    );
    assert_eq!(
        request.header("authorization"),
        Some(format!("AccessKey {KEY}").as_str())
    );
    let field = |name: &str| request.field(name).unwrap();
    assert_eq!(field("recipient"), "14155550123");
    // Clocks may differ by a minute.
    assert_eq!(field("from"), "2026-03-01T11:59:00Z");
    let until: Timestamp = field("until").parse().unwrap();
    let ahead = until.duration_since(Timestamp::now());
    assert!(ahead > SignedDuration::from_secs(50) && ahead <= SignedDuration::from_secs(60));
    assert_eq!(
        (field("limit"), field("offset")),
        ("100".to_owned(), "0".to_owned())
    );
}

#[tokio::test]
async fn only_the_reference_makes_a_message_ours() {
    let message = message();
    // The same recipient, sender and text, all of them.
    let rows = vec![
        row("a", "0193b0c0-0000-7000-8000-000000000009", "sent"),
        row("b", Value::Null, "sent"),
        row("c", 7, "sent"),
        row("d", "", "sent"),
    ];
    assert_eq!(find_in(&message, rows, 20).await.0.unwrap(), []);
}

#[tokio::test]
async fn a_message_that_was_sent_twice_is_found_twice() {
    let message = message();
    let rows = vec![
        ours(&message, "sent"),
        row("second", message.id().to_string(), "sent"),
    ];
    assert_eq!(find_in(&message, rows, 20).await.0.unwrap().len(), 2);
}

#[tokio::test]
async fn it_goes_on_until_a_page_is_empty() {
    let message = message();
    let mut rows = others(5);
    rows.push(ours(&message, "buffered"));
    // Fewer on a page than it asked for is not the end.
    let (found, requests) = find_in(&message, rows, 2).await;
    assert_eq!(found.unwrap().len(), 1);
    let offsets: Vec<_> = requests
        .iter()
        .map(|request| request.field("offset").unwrap())
        .collect();
    assert_eq!(offsets, ["0", "2", "4", "6"]);
}

#[tokio::test]
async fn a_vendor_that_gives_the_same_page_again_ends_it() {
    let message = message();
    let row = ours(&message, "sent");
    let server = ScriptedServer::start([Then::Answer(Answer::json(200, json!([row])))]).await;
    let provider = build(&table(server.url())).unwrap();
    let found = provider
        .lookup()
        .unwrap()
        .find(&message, Timestamp::UNIX_EPOCH)
        .await;
    assert_eq!(found.unwrap().len(), 1);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_list_that_never_ends_is_no_evidence() {
    let message = message();
    let (found, requests) = find_in(&message, others(100), 2).await;
    let error = found.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
    assert_eq!(
        error.to_string(),
        "there are more messages to this recipient than can be looked through"
    );
    assert_eq!(requests.len(), 10);
    // What was found in it counts.
    let mut rows = others(100);
    rows[3] = ours(&message, "sent");
    assert_eq!(find_in(&message, rows, 2).await.0.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error() {
    for answer in [
        Answer::json(200, "{}"),
        Answer::json(200, "7"),
        Answer::json(200, r#"{"items": null}"#),
        Answer::json(200, r#"{"items": [], "errors": []}"#),
        Answer::text(200, "text/html", "<html>"),
        Answer::empty(204),
        errors(401, &[2]),
        Answer::empty(500),
    ] {
        let said = answered(answer.clone()).await;
        assert!(said.is_err(), "{answer:?}: {said:?}");
    }
    assert_eq!(
        answered(Answer::json(200, r#"{"items": []}"#))
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_since_before_all_time_is_no_trouble() {
    let message = message();
    let server = ScriptedServer::start([Then::Answer(Answer::json(200, "[]"))]).await;
    let provider = build(&table(server.url())).unwrap();
    let found = provider
        .lookup()
        .unwrap()
        .find(&message, Timestamp::MIN)
        .await;
    assert_eq!(found.unwrap(), []);
}
