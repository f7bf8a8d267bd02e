//! Finding a message again in the log.

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Acceptance, Error, ErrorKind, MessageState, Outbound};

use crate::support::{KEY, duplicate, infobip, message, pending, status};

async fn found(message: &Outbound, answer: Answer) -> Result<Vec<Acceptance>, Error> {
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let provider = infobip(server.url(), "");
    let lookup = provider.lookup().unwrap();
    lookup.find(message, Timestamp::now()).await
}

fn logs(rows: &[Value]) -> Answer {
    Answer::json(
        200,
        json!({"results": rows, "cursor": {"limit": 50, "nextCursor": null}}),
    )
}

#[tokio::test]
async fn it_asks_the_log_which_can_be_read_again() {
    let message = message();
    let server = ScriptedServer::start([Then::Answer(logs(&[]))]).await;
    let provider = infobip(server.url(), "");
    let lookup = provider.lookup().unwrap();
    assert_eq!(lookup.find(&message, Timestamp::now()).await.unwrap(), []);
    let [request] = server.requests().try_into().unwrap();
    assert_eq!((&*request.method, request.path()), ("GET", "/sms/3/logs"));
    assert_eq!(
        request.query(),
        [("messageId".to_owned(), message.id().to_string())]
    );
    assert_eq!(
        request.header("authorization"),
        Some(&*format!("App {KEY}"))
    );
}

#[tokio::test]
async fn the_message_with_our_id_is_found() {
    let message = message();
    let rows = [
        json!({"messageId": "another", "status": pending()}),
        json!({"status": pending()}),
        json!({
            "messageId": message.id(), "sender": "ACME", "destination": "14155550123",
            "status": status(2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED"),
            "error": {"id": 27, "name": "EC_ABSENT_SUBSCRIBER", "permanent": false},
            "messageCount": 2,
        }),
    ];
    let [found] = found(&message, logs(&rows))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(found.provider_message_ids, [message.id().to_string()]);
    assert_eq!(found.state, MessageState::Undelivered);
    assert_eq!(
        found.provider_status.as_deref(),
        Some("UNDELIVERABLE_NOT_DELIVERED")
    );
    assert_eq!(found.provider_code.as_deref(), Some("27"));
    assert_eq!(found.segments, Some(2));
}

#[tokio::test]
async fn refused_duplicates_do_not_stand_for_the_message() {
    let message = message();
    let row = |status| json!({"messageId": message.id(), "status": status, "error": {"id": 0}});
    let rows = [
        row(duplicate()),
        row(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET")),
        row(duplicate()),
    ];
    let both = found(&message, logs(&rows)).await.unwrap();
    let states: Vec<_> = both.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [MessageState::Delivered]);
    assert_eq!(both[0].provider_code, None);
    let [alone] = found(&message, logs(&rows[..1]))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(alone.state, MessageState::Accepted);
}

#[tokio::test]
async fn a_refusal_for_the_moment_says_nothing_of_a_later_attempt() {
    let message = message();
    for (id, name, told) in [
        (20, "REJECTED_FLOODING_FILTER", false),
        (21, "REJECTED_SYSTEM_ERROR", false),
        (100, "UNDELIVERABLE_REJECTED_PLATFORM", false),
        (12, "REJECTED_NOT_ENOUGH_CREDITS", true),
        (999, "REJECTED_NEW", true),
    ] {
        let row = json!({"messageId": message.id(), "status": status(5, "REJECTED", id, name)});
        let found = found(&message, logs(&[row])).await.unwrap();
        let states: Vec<_> = found.iter().map(|entry| entry.state).collect();
        let expected = told.then_some(MessageState::Rejected);
        assert_eq!(states, Vec::from_iter(expected), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_empty_list() {
    let message = message();
    for answer in [
        Answer::text(200, "text/html", "<html>"),
        Answer::json(200, "{}"),
        Answer::json(200, r#"{"results": {}}"#),
        logs(&[json!({"messageId": message.id()})]),
    ] {
        let error = found(&message, answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{error:?}");
    }
    for (status, kind) in [
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Account),
        (429, ErrorKind::ProviderThrottled),
        (500, ErrorKind::ServerError),
    ] {
        let error = found(&message, Answer::empty(status)).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}
