//! What Telnyx's answers say about a message.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Class, ErrorKind, MessageState};

use crate::support::{ANNA, ID, error, message, queued, refused, send, taken};

#[tokio::test]
async fn a_message_that_is_taken() {
    let (sent, _) = send("", message(), queued()).await;
    let acceptance = sent.unwrap();
    assert_eq!(acceptance.provider_message_ids, [ID]);
    assert_eq!(acceptance.state, MessageState::Accepted);
    assert_eq!(acceptance.provider_status.as_deref(), Some("queued"));
    assert_eq!(acceptance.segments, Some(1));
}

#[tokio::test]
async fn an_id_is_proof_whatever_else_is_missing() {
    for (body, status, segments) in [
        (json!({"data": {"id": ID}}), None, None),
        (
            json!({"data": {"id": ID, "to": [], "parts": 0, "errors": null}}),
            None,
            None,
        ),
        (
            json!({"data": {"id": ID, "to": [{"status": "dreaming"}], "parts": 3}}),
            Some("dreaming"),
            Some(3),
        ),
        (
            json!({"data": {"id": ID, "status": "sending_failed"}}),
            None,
            None,
        ),
    ] {
        let (sent, _) = send("", message(), Answer::json(200, &body)).await;
        let acceptance = sent.unwrap();
        assert_eq!(acceptance.provider_message_ids, [ID], "{body}");
        assert_eq!(acceptance.state, MessageState::Accepted);
        assert_eq!(
            (acceptance.provider_status.as_deref(), acceptance.segments),
            (status, segments)
        );
    }
}

#[tokio::test]
async fn the_status_is_that_of_our_recipient() {
    let list = json!([
        {"phone_number": "+14155550199", "status": "sending_failed"},
        {"phone_number": ANNA, "status": "sent"},
    ]);
    let (sent, _) = send("", message(), taken(|data| data["to"] = list)).await;
    assert_eq!(sent.unwrap().state, MessageState::Sent);
}

#[tokio::test]
async fn a_200_that_lists_an_error_of_the_table_is_judged_by_it() {
    for (fault, kind, certainty) in [
        (
            json!({"code": "40300", "title": "Blocked due to STOP message"}),
            ErrorKind::OptedOut,
            Certainty::Rejected,
        ),
        (
            json!({"code": "40305", "title": ""}),
            ErrorKind::Account,
            Certainty::Rejected,
        ),
        (
            json!({"code": 40310}),
            ErrorKind::Recipient,
            Certainty::Rejected,
        ),
        (
            json!({"code": "40318"}),
            ErrorKind::ProviderThrottled,
            Certainty::NotSent,
        ),
        (
            json!({"code": "10007"}),
            ErrorKind::ServerError,
            Certainty::MaybeSent,
        ),
        (
            json!({"code": "77777"}),
            ErrorKind::BadAnswer,
            Certainty::MaybeSent,
        ),
        (
            json!({"title": "Odd"}),
            ErrorKind::BadAnswer,
            Certainty::MaybeSent,
        ),
        (json!("odd"), ErrorKind::BadAnswer, Certainty::MaybeSent),
    ] {
        let inside = taken(|data| data["errors"] = json!([fault]));
        let alone = Answer::json(200, json!({"errors": [fault]}));
        for answer in [inside, alone] {
            let error = error(answer).await;
            assert_eq!(
                (error.kind(), error.certainty()),
                (kind, certainty),
                "{fault}"
            );
            assert_eq!(error.http_status(), Some(200));
            let code = fault["code"].as_str().map(str::to_owned);
            let code = code.or_else(|| Some(fault["code"].as_u64()?.to_string()));
            assert_eq!(error.provider_code(), code.as_deref());
        }
    }
}

#[tokio::test]
async fn a_200_whose_recipient_has_failed_is_a_refusal() {
    for status in ["sending_failed", "delivery_failed", "expired", "cancelled"] {
        for code in [None, Some("77777")] {
            let error = error(taken(|data| {
                data["to"][0]["status"] = json!(status);
                data["errors"] = code.map_or(Value::Null, |code| json!([{"code": code}]));
            }))
            .await;
            assert_eq!(
                (error.kind(), error.certainty()),
                (ErrorKind::Refused, Certainty::Rejected)
            );
            assert_eq!(error.provider_code(), code);
        }
    }
}

#[tokio::test]
async fn a_200_that_cannot_be_read_may_have_been_sent() {
    for body in [
        "null",
        "[]",
        "{}",
        r#"{"data": null}"#,
        r#"{"data": []}"#,
        r#"{"data": {"id": ""}}"#,
        r#"{"data": {"id": 7}}"#,
        r#"{"data": {"id": "#,
    ] {
        let error = error(Answer::json(200, body)).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::BadAnswer, Certainty::MaybeSent),
            "{body}"
        );
    }
}

/// The same numbers stand for other things on other pages of Telnyx's.
#[tokio::test]
async fn contradicting_codes_are_believed_by_their_words() {
    use ErrorKind::{Account, MessageTooLong, OptedOut, Refused};
    for (status, code, title, detail, kind) in [
        (400, "40300", "Blocked due to STOP message", "", OptedOut),
        (422, "40300", "", "The recipient replied stop.", OptedOut),
        (
            403,
            "40300",
            "Forbidden",
            "There is an existing block rule.",
            OptedOut,
        ),
        (
            403,
            "40300",
            "Forbidden",
            "The number is not on a profile.",
            Account,
        ),
        (400, "40300", "Stopped", "The nonstop service", Refused),
        (400, "40300", "", "", Refused),
        (400, "40301", "Message type not supported", "", Refused),
        (403, "40301", "Sender registration required", "", Account),
        (400, "40302", "Message too large", "", MessageTooLong),
        (403, "40302", "Profile disabled", "", Account),
        // Codes of receipts say nothing about a request.
        (400, "40001", "Not E.164", "", Refused),
        (400, "40014", "", "", Refused),
        // STOP in other words is no opt-out.
        (400, "40316", "No text", "say STOP or START", Refused),
    ] {
        let error = error(refused(status, code, title, detail)).await;
        assert_eq!(error.kind(), kind, "{status} {code} {title} {detail}");
        assert_eq!(error.certainty(), Certainty::Rejected);
        assert_eq!(error.provider_code(), Some(code));
    }
}

#[tokio::test]
async fn the_status_decides_where_no_code_does() {
    use Class::{Account, Permanent, Throttled, Transient};
    for (status, class, certainty) in [
        (400, Permanent, Certainty::Rejected),
        (401, Account, Certainty::Rejected),
        (402, Account, Certainty::Rejected),
        (403, Account, Certainty::Rejected),
        (404, Account, Certainty::Rejected),
        (408, Transient, Certainty::MaybeSent),
        (422, Permanent, Certainty::Rejected),
        (429, Throttled, Certainty::NotSent),
        (500, Transient, Certainty::MaybeSent),
    ] {
        for answer in [
            Answer::empty(status),
            Answer::text(status, "text/html", "<html>"),
            Answer::json(status, json!({"errors": []})),
            Answer::json(status, json!({"errors": "no"})),
            refused(status, "20001", "Key expired", ""),
        ] {
            let error = error(answer).await;
            assert_eq!(
                (error.class(), error.certainty()),
                (class, certainty),
                "{status}"
            );
        }
    }
}

#[tokio::test]
async fn of_several_errors_the_one_that_is_known_counts() {
    let list = json!([
        {"code": "77777", "title": "Odd"},
        {"code": "40310", "title": "Invalid 'to' address"},
    ]);
    let error = error(Answer::json(400, json!({"errors": list}))).await;
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::Recipient, Some("40310"))
    );
}

#[tokio::test]
async fn telnyxs_words_are_shown_without_numbers() {
    let error = error(refused(400, "77777", "Odd number", "it is +14155550123")).await;
    assert_eq!(
        error.to_string(),
        "the request was refused (HTTP 400): Odd number: it is +*** (provider code 77777)"
    );
}

#[tokio::test]
async fn the_wait_is_read_from_either_header() {
    let in_an_hour = (jiff::Timestamp::now().as_second() + 3600).to_string();
    let no = |status| refused(status, "10011", "Too many requests", "");
    for (answer, least, most) in [
        (no(429).header("x-ratelimit-reset", "12"), 12, 12),
        (
            no(429)
                .header("retry-after", "7")
                .header("x-ratelimit-reset", "12"),
            7,
            7,
        ),
        (no(429).header("x-ratelimit-reset", &in_an_hour), 3590, 3600),
        (no(429).header("retry-after", &in_an_hour), 3590, 3600),
        (no(429).header("x-ratelimit-reset", "1500000000"), 0, 0),
        (Answer::empty(429).header("x-ratelimit-reset", "3"), 3, 3),
    ] {
        let wait = error(answer).await.retry_after().unwrap();
        let range = Duration::from_secs(least)..=Duration::from_secs(most);
        assert!(range.contains(&wait), "{wait:?}");
    }
    // The state of a limit that was not hit is no wait.
    for answer in [
        no(429),
        Answer::empty(400).header("x-ratelimit-reset", "12"),
        refused(400, "40318", "Queue full", "").header("x-ratelimit-reset", "12"),
    ] {
        assert_eq!(error(answer).await.retry_after(), None);
    }
    let date = no(429)
        .header("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")
        .header("x-ratelimit-reset", "12");
    assert_eq!(error(date).await.retry_after(), Some(Duration::ZERO));
}
