//! What is made of connections that fail, and that they are kept.

use std::time::Duration;

use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Certainty, Error};
use tokio::net::TcpListener;

use crate::support::{message, twilio};

const CREATED: &str = r#"{"sid":"SM1","status":"queued"}"#;

fn created() -> Then {
    Then::Answer(Answer::json(201, CREATED))
}

async fn send(then: Then, more: &str) -> (Error, ScriptedServer) {
    let server = ScriptedServer::start([then]).await;
    let sent = twilio(server.url(), more).send(&message()).await;
    (sent.unwrap_err(), server)
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
    let server = ScriptedServer::start([created()]).await;
    let provider = twilio(server.url(), "");
    for _ in 0..20 {
        provider.send(&message()).await.unwrap();
    }
    assert_eq!((server.requests().len(), server.connections()), (20, 1));
}

#[tokio::test]
async fn a_refusal_is_read_to_its_end_and_the_connection_kept() {
    let refused = Then::Answer(Answer::json(400, r#"{"code":21211}"#));
    let server = ScriptedServer::start([refused, created()]).await;
    let provider = twilio(server.url(), "");
    provider.send(&message()).await.unwrap_err();
    provider.send(&message()).await.unwrap();
    assert_eq!(server.connections(), 1);
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let error = twilio(&url, "").send(&message()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("CONNECT", Certainty::NotSent),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_reset_after_the_request_may_have_been_sent() {
    let (error, server) = send(Then::Reset, "").await;
    assert_maybe(&error, "NO_ANSWER");
    assert_eq!(server.requests().len(), 1, "a request was sent twice");
}

#[tokio::test]
async fn a_reset_on_a_kept_connection_is_not_tried_again() {
    for end in [Then::Reset, Then::Close(Vec::new())] {
        let server = ScriptedServer::start([created(), end]).await;
        let provider = twilio(server.url(), "");
        provider.send(&message()).await.unwrap();
        assert_maybe(&provider.send(&message()).await.unwrap_err(), "NO_ANSWER");
        assert_eq!((server.requests().len(), server.connections()), (2, 1));
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced() {
    let head = format!(
        "HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n",
        CREATED.len()
    );
    let closing = Then::Close((head + CREATED).into_bytes());
    let server = ScriptedServer::start([closing]).await;
    let provider = twilio(server.url(), "");
    provider.send(&message()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    provider.send(&message()).await.unwrap();
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn no_answer_in_time_may_have_been_sent() {
    let (error, _server) = send(Then::Silence, "timeout = '200ms'").await;
    assert_maybe(&error, "NO_ANSWER");
    assert_eq!(error.to_string(), "no answer within 200ms");
}

#[tokio::test]
async fn a_body_that_is_cut_may_have_been_sent() {
    let cut = format!("HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{CREATED}");
    let (error, _server) = send(Then::Close(cut.into_bytes()), "").await;
    assert_maybe(&error, "BAD_ANSWER");
    assert_eq!(error.to_string(), "the answer broke off");
}

#[tokio::test]
async fn a_body_that_does_not_end_in_time_may_have_been_sent() {
    // A chunk, and never the last one; the length that stands beside it does not count.
    let chunk = format!("{:x}\r\n{CREATED}\r\n", CREATED.len());
    let slow = Answer::json(201, chunk).header("transfer-encoding", "chunked");
    let (error, _server) = send(Then::Answer(slow), "timeout = '200ms'").await;
    assert_maybe(&error, "BAD_ANSWER");
    assert_eq!(
        error.to_string(),
        "the answer was not complete within 200ms"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_http_may_have_been_sent() {
    let (error, _server) = send(Then::Close("220 mail.example ESMTP\r\n".into()), "").await;
    assert_maybe(&error, "NO_ANSWER");
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let endless = format!("HTTP/1.1 201 Created\r\n\r\n{}", "x".repeat(5 << 20));
    let (error, _server) = send(Then::Close(endless.into_bytes()), "").await;
    assert_maybe(&error, "BAD_ANSWER");
    assert_eq!(error.to_string(), "the answer is larger than 4 MiB");
}
