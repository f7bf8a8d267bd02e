//! What is made of answers.

use std::time::Duration;

use sms_framework::{Acceptance, Certainty, Class, Error, MessageState};
use wiremock::ResponseTemplate;

use crate::support::{ANNA, TEXT, message, server, twilio};

async fn send(answer: ResponseTemplate) -> Result<Acceptance, Error> {
    let server = server(answer).await;
    twilio(&server.uri(), "").send(&message()).await
}

fn json(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body, "application/json")
}

#[tokio::test]
async fn a_created_message_is_accepted_under_its_sid() {
    let body =
        r#"{"sid":"SM1","status":"queued","num_segments":"3","error_code":null,"price":null}"#;
    let acceptance = send(json(201, body)).await.unwrap();
    assert_eq!(acceptance.provider_message_ids, ["SM1"]);
    assert_eq!(acceptance.state, MessageState::Accepted);
    assert_eq!(acceptance.provider_status.as_deref(), Some("queued"));
    assert_eq!(acceptance.segments, Some(3));
    assert_eq!(acceptance.provider_code, None);
}

#[tokio::test]
async fn no_segments_are_claimed_before_a_sender_is_picked() {
    let body = r#"{"sid":"SM1","status":"accepted","num_segments":"0","from":null}"#;
    assert_eq!(send(json(201, body)).await.unwrap().segments, None);
}

#[tokio::test]
async fn every_status_has_its_state() {
    use MessageState::{Accepted, Canceled, Delivered, Failed, Scheduled, Sent, Undelivered};
    for (status, state) in [
        ("accepted", Accepted),
        ("queued", Accepted),
        ("sending", Accepted),
        ("scheduled", Scheduled),
        ("sent", Sent),
        ("partially_delivered", Accepted),
        ("delivered", Delivered),
        ("read", Delivered),
        ("undelivered", Undelivered),
        ("failed", Failed),
        ("canceled", Canceled),
        ("a word of tomorrow", Accepted),
    ] {
        let acceptance = send(json(
            200,
            &format!(r#"{{"sid":"SM1","status":"{status}"}}"#),
        ))
        .await;
        assert_eq!(acceptance.unwrap().state, state, "{status}");
    }
}

#[tokio::test]
async fn a_sid_is_enough_whatever_else_is_odd() {
    let body = r#"{"sid":"X","status":7,"num_segments":2,"error_code":"30007"}"#;
    let acceptance = send(json(202, body)).await.unwrap();
    assert_eq!(acceptance.segments, Some(2));
    assert_eq!(acceptance.provider_code.as_deref(), Some("30007"));
}

#[tokio::test]
async fn a_success_that_cannot_be_read_may_have_been_sent() {
    for (body, sentence) in [
        (
            "<Message/>",
            "the answer says success, yet is not JSON (HTTP 201)",
        ),
        ("", "the answer says success, yet is not JSON (HTTP 201)"),
        (
            "{}",
            "the answer says success, yet names no message SID (HTTP 201)",
        ),
        (
            "[]",
            "the answer says success, yet names no message SID (HTTP 201)",
        ),
        (
            r#"{"sid":""}"#,
            "the answer says success, yet names no message SID (HTTP 201)",
        ),
        (
            r#"{"sid":null}"#,
            "the answer says success, yet names no message SID (HTTP 201)",
        ),
    ] {
        let error = send(json(201, body)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.certainty()),
            ("BAD_ANSWER", Certainty::MaybeSent)
        );
        assert_eq!(error.to_string(), sentence, "{body}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_said_in_words() {
    let body = r#"{"code":20003,"detail":"Your AccountSid or AuthToken was incorrect.","message":"Authenticate","more_info":"https://www.twilio.com/docs/errors/20003","status":401}"#;
    let error = send(json(401, body)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the account SID and its token or API key were refused: they are wrong or of another region, or the account is suspended (provider code 20003)"
    );
    assert_eq!(error.code(), "UNAUTHORIZED");
    assert_eq!(error.certainty(), Certainty::Rejected);
    assert_eq!(error.http_status(), Some(401));
    assert_eq!(
        error.help(),
        Some("see https://www.twilio.com/docs/errors/20003")
    );
}

#[tokio::test]
async fn three_codes_share_429_and_differ_in_their_wait() {
    let wait = async |code: u32| {
        let body = format!(r#"{{"code":{code},"message":"x","status":429}}"#);
        let error = send(json(429, &body)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.certainty()),
            ("PROVIDER_THROTTLED", Certainty::NotSent)
        );
        assert_eq!(error.class(), Class::Throttled);
        error.retry_after().unwrap()
    };
    assert_eq!(wait(20429).await, Duration::from_secs(1));
    assert_eq!(wait(21611).await, Duration::from_secs(60));
    assert!(wait(63038).await <= Duration::from_secs(24 * 3600));
}

#[tokio::test]
async fn a_429_without_a_body_says_nothing_of_a_wait() {
    let error = send(ResponseTemplate::new(429)).await.unwrap_err();
    assert_eq!(
        (error.code(), error.retry_after()),
        ("PROVIDER_THROTTLED", None)
    );
}

#[tokio::test]
async fn retry_after_is_obeyed_before_the_table() {
    for (status, body) in [(429, r#"{"code":21611}"#), (503, "")] {
        let answer = json(status, body).insert_header("retry-after", "7");
        let error = send(answer).await.unwrap_err();
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(7)),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_5xx_may_have_been_sent_whatever_its_code() {
    for (status, body, sentence) in [
        (500, "<h1>oops</h1>", "the server failed (HTTP 500)"),
        (
            500,
            r#"{"code":20500,"message":"An internal server error has occurred"}"#,
            "the server failed (HTTP 500): Twilio failed; a second try may send twice (provider code 20500)",
        ),
        (
            503,
            r#"{"code":21610,"message":"x"}"#,
            "the server failed (HTTP 503): the recipient opted out of messages from this sender; only they can opt in again (provider code 21610)",
        ),
    ] {
        let error = send(json(status, body)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.certainty()),
            ("SERVER_ERROR", Certainty::MaybeSent)
        );
        assert!(error.is_server_answer());
        assert_eq!(error.to_string(), sentence);
    }
}

#[tokio::test]
async fn an_unknown_code_is_judged_by_its_status_in_twilios_words_without_digits() {
    let body = r#"{"code":29999,"message":"The number +1 (415) 555-0123 or\n+14155550123 is 12 not good","status":400}"#;
    let error = send(json(400, body)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request was refused (HTTP 400): The number +*** or +*** is 12 not good (provider code 29999)"
    );
    assert_eq!(
        (error.code(), error.certainty()),
        ("REFUSED", Certainty::Rejected)
    );
}

#[tokio::test]
async fn words_that_repeat_the_text_are_dropped_and_long_ones_cut() {
    let repeated = format!(r#"{{"code":29999,"message":"Bad body: {TEXT} to {ANNA}"}}"#);
    let error = send(json(400, &repeated)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request was refused (HTTP 400) (provider code 29999)"
    );
    let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(5000));
    let error = send(json(400, &long)).await.unwrap_err();
    assert_eq!(error.message().matches('é').count(), 200);
}

#[tokio::test]
async fn a_problem_body_of_rfc_9457_is_understood() {
    let body = r#"{"type":"https://t","title":"Too bad","status":400,"code":21211,"detail":"d"}"#;
    assert_eq!(send(json(400, body)).await.unwrap_err().code(), "RECIPIENT");
    let body = r#"{"type":"https://t","title":"Too bad","status":400,"code":29998}"#;
    let error = send(json(400, body)).await.unwrap_err();
    assert!(error.message().ends_with(": Too bad"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = server(crate::support::created()).await;
    for status in [301, 302, 303, 307, 308] {
        let answer = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
        let error = send(answer).await.unwrap_err();
        assert_eq!(
            (error.code(), error.certainty()),
            ("ACCOUNT", Certainty::Rejected)
        );
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}
