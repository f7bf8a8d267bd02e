//! What is made of connections that fail, and that they are kept.

use std::time::Duration;

use sms_framework::{Certainty, Error};
use tokio::net::TcpListener;

use crate::support::{Then, Wire, http, message, twilio};

const CREATED: &str = r#"{"sid":"SM1","status":"queued"}"#;

async fn send(script: &[Then], more: &str) -> (Error, Wire) {
    let wire = Wire::start(script).await;
    let error = twilio(&wire.url, more).send(&message()).await.unwrap_err();
    (error, wire)
}

fn assert_maybe(error: &Error, code: &str) {
    assert_eq!(
        (error.code(), error.certainty()),
        (code, Certainty::MaybeSent),
        "{error:?}"
    );
}

#[tokio::test]
async fn many_sends_share_one_connection() {
    let wire = Wire::start(&[Then::Write(http("201 Created", CREATED))]).await;
    let provider = twilio(&wire.url, "");
    for _ in 0..20 {
        provider.send(&message()).await.unwrap();
    }
    assert_eq!((wire.requests().len(), wire.connections()), (20, 1));
}

#[tokio::test]
async fn a_refusal_is_read_to_its_end_and_the_connection_kept() {
    let refused = http("400 Bad Request", r#"{"code":21211}"#);
    let wire = Wire::start(&[
        Then::Write(refused),
        Then::Write(http("201 Created", CREATED)),
    ])
    .await;
    let provider = twilio(&wire.url, "");
    provider.send(&message()).await.unwrap_err();
    provider.send(&message()).await.unwrap();
    assert_eq!(wire.connections(), 1);
}

#[tokio::test]
async fn connection_refused_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = twilio(&url, "").send(&message()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("CONNECT", Certainty::NotSent)
    );
    assert!(error.to_string().contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_not_sent() {
    let error = twilio("http://no-such-host.invalid", "")
        .send(&message())
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("CONNECT", Certainty::NotSent),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_tls_handshake_that_fails_is_not_sent() {
    let wire = Wire::start(&[Then::Close("HTTP/1.1 400 plain\r\n\r\n".into())]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let error = twilio(&url, "").send(&message()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("CONNECT", Certainty::NotSent),
        "{error:?}"
    );
    assert!(wire.requests().is_empty());
}

#[tokio::test]
async fn a_reset_after_the_request_may_have_been_sent() {
    let (error, wire) = send(&[Then::Reset], "").await;
    assert_maybe(&error, "NO_ANSWER");
    assert_eq!(wire.requests().len(), 1, "a request was sent twice");
}

#[tokio::test]
async fn a_reset_on_a_kept_connection_is_not_tried_again() {
    for end in [Then::Reset, Then::Close(String::new())] {
        let wire = Wire::start(&[Then::Write(http("201 Created", CREATED)), end]).await;
        let provider = twilio(&wire.url, "");
        provider.send(&message()).await.unwrap();
        assert_maybe(&provider.send(&message()).await.unwrap_err(), "NO_ANSWER");
        assert_eq!((wire.requests().len(), wire.connections()), (2, 1));
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced() {
    let wire = Wire::start(&[Then::Close(http("201 Created", CREATED))]).await;
    let provider = twilio(&wire.url, "");
    provider.send(&message()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    provider.send(&message()).await.unwrap();
    assert_eq!((wire.requests().len(), wire.connections()), (2, 2));
}

#[tokio::test]
async fn no_answer_in_time_may_have_been_sent() {
    let (error, _wire) = send(&[Then::Silence], "timeout = '200ms'").await;
    assert_maybe(&error, "NO_ANSWER");
    assert_eq!(error.to_string(), "no answer within 200ms");
}

#[tokio::test]
async fn a_body_that_is_cut_may_have_been_sent() {
    let cut = format!("HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{CREATED}");
    let (error, _wire) = send(&[Then::Close(cut)], "").await;
    assert_maybe(&error, "BAD_ANSWER");
    assert_eq!(error.to_string(), "the answer broke off");
}

#[tokio::test]
async fn a_body_that_does_not_end_in_time_may_have_been_sent() {
    let slow = format!("HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{CREATED}");
    let (error, _wire) = send(&[Then::Write(slow)], "timeout = '200ms'").await;
    assert_maybe(&error, "BAD_ANSWER");
    assert_eq!(
        error.to_string(),
        "the answer was not complete within 200ms"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_http_may_have_been_sent() {
    let (error, _wire) = send(&[Then::Close("220 mail.example ESMTP\r\n".into())], "").await;
    assert_maybe(&error, "NO_ANSWER");
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let endless = format!("HTTP/1.1 201 Created\r\n\r\n{}", "x".repeat(5 << 20));
    let (error, _wire) = send(&[Then::Close(endless)], "").await;
    assert_maybe(&error, "BAD_ANSWER");
    assert_eq!(error.to_string(), "the answer is larger than 4 MiB");
}
