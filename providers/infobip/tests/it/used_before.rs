//! The answer that our id was used before.

use serde_json::{Value, json};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::{Acceptance, Certainty, Class, Error, ErrorKind, MessageState, Outbound};

use crate::support::{answered, duplicate, infobip, message, pending, status};

/// Sends to a vendor that knows the id, and logs this.
async fn sent(message: &Outbound, logs: Then) -> (Result<Acceptance, Error>, Vec<Request>) {
    let answer = answered(&message.id().to_string(), duplicate());
    let server = ScriptedServer::by(move |_, request| match request.path() {
        "/sms/3/logs" => logs.clone(),
        _ => Then::Answer(answer.clone()),
    })
    .await;
    let sent = infobip(server.url(), "").send(message).await;
    (sent, server.requests())
}

fn logs(message: &Outbound, statuses: &[Value]) -> Then {
    let row = |status| json!({"messageId": message.id(), "status": status, "messageCount": 1});
    let rows: Vec<Value> = statuses.iter().map(row).collect();
    Then::Answer(Answer::json(200, json!({"results": rows})))
}

#[tokio::test]
async fn the_message_is_there_and_stands_where_the_log_says() {
    let delivered = status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET");
    for (status, state) in [
        (pending(), MessageState::Accepted),
        (delivered, MessageState::Delivered),
        (
            status(2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED"),
            MessageState::Undelivered,
        ),
    ] {
        let message = message();
        let (sent, requests) = sent(&message, logs(&message, &[duplicate(), status])).await;
        let acceptance = sent.unwrap();
        assert_eq!(acceptance.provider_message_ids, [message.id().to_string()]);
        assert_eq!(acceptance.state, state);
        let asked: Vec<_> = requests.iter().map(|request| &*request.method).collect();
        assert_eq!(
            asked,
            ["POST", "GET"],
            "it was sent once and asked for once"
        );
    }
}

#[tokio::test]
async fn without_a_word_of_the_log_the_id_was_taken() {
    let message = message();
    for then in [
        logs(&message, &[]),
        logs(&message, &[duplicate()]),
        Then::Answer(Answer::empty(429)),
        Then::Answer(Answer::empty(500)),
        Then::Answer(Answer::json(200, "{}")),
        Then::Close(Vec::new()),
    ] {
        let (sent, _) = sent(&message, then).await;
        let acceptance = sent.unwrap();
        assert_eq!(acceptance.provider_message_ids, [message.id().to_string()]);
        assert_eq!(acceptance.state, MessageState::Accepted);
        let word = acceptance.provider_status.as_deref();
        assert_eq!(word, Some("REJECTED_DUPLICATE_MESSAGE_ID"));
    }
}

#[tokio::test]
async fn an_id_that_only_a_refused_attempt_used_is_no_acceptance() {
    let message = message();
    let flooded = status(5, "REJECTED", 20, "REJECTED_FLOODING_FILTER");
    let (first, _) = sent(&message, logs(&message, &[flooded.clone(), duplicate()])).await;
    let error = first.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        (error.certainty(), error.class()),
        (Certainty::Rejected, Class::Permanent)
    );
    assert_eq!(error.provider_code(), Some("23"));
    // One attempt that was taken is enough.
    let (second, _) = sent(&message, logs(&message, &[flooded, pending()])).await;
    assert_eq!(second.unwrap().state, MessageState::Accepted);
}
