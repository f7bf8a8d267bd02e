//! What an answer to the send says about the message.

use serde_json::json;
use sms_framework::provider::Phase;
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Certainty, Class, ErrorKind, MessageState};
use sms_provider_infobip::ENTRY;

use crate::support::{answered, infobip, message, pending, sent, status};
use Certainty::{MaybeSent, NotSent, Rejected};
use Class::{Account, Permanent, Throttled, Transient};

/// Status id, kind, certainty and class of what refuses a message inside a 200.
const REFUSALS: &[(u64, ErrorKind, Certainty, Class)] = &[
    (6, ErrorKind::Account, Rejected, Account),
    (8, ErrorKind::Recipient, Rejected, Permanent),
    (10, ErrorKind::OptedOut, Rejected, Permanent),
    (11, ErrorKind::Account, Rejected, Account),
    (12, ErrorKind::Account, Rejected, Account),
    (13, ErrorKind::Account, Rejected, Account),
    (14, ErrorKind::OptedOut, Rejected, Permanent),
    (17, ErrorKind::Account, Rejected, Account),
    (18, ErrorKind::Account, Rejected, Account),
    (19, ErrorKind::Account, Rejected, Account),
    (20, ErrorKind::ProviderThrottled, NotSent, Throttled),
    (21, ErrorKind::ServerError, NotSent, Transient),
    (24, ErrorKind::Refused, Rejected, Permanent),
    (25, ErrorKind::MessageTooLong, Rejected, Permanent),
    (51, ErrorKind::Recipient, Rejected, Permanent),
    (52, ErrorKind::Recipient, Rejected, Permanent),
    (87, ErrorKind::Refused, Rejected, Permanent),
    (100, ErrorKind::Refused, NotSent, Transient),
];

#[tokio::test]
async fn every_status_that_refuses_is_judged() {
    for (id, kind, certainty, class) in REFUSALS {
        let answer = answered("1", status(5, "REJECTED", *id, "REJECTED_X"));
        let error = sent(answer).await.unwrap_err();
        let judged = (error.kind(), error.certainty(), error.class());
        assert_eq!(judged, (*kind, *certainty, *class), "{id}");
        assert_eq!(error.provider_code(), Some(&*id.to_string()));
        assert_eq!(error.http_status(), Some(200));
        let wait = error.retry_after().map(|wait| wait.as_secs());
        assert_eq!(wait, (*id == 20).then_some(3600), "{id}");
    }
    let known = ENTRY
        .codes
        .iter()
        .filter(|code| code.phase == Phase::Request);
    let known = known.map(|code| code.code).filter(|code| *code != "23");
    let tested: Vec<_> = REFUSALS.iter().map(|(id, ..)| id.to_string()).collect();
    assert_eq!(known.collect::<Vec<_>>(), tested);
}

#[tokio::test]
async fn the_id_counts_before_the_group() {
    let answer = answered("1", status(4, "EXPIRED", 87, "SIGNALS_BLOCKED"));
    assert_eq!(sent(answer).await.unwrap_err().kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn a_status_without_entry_goes_by_its_group() {
    for (group, name) in [(5, "REJECTED"), (2, "UNDELIVERABLE")] {
        let unnumbered = json!({"groupName": name, "name": "NEW_77777"});
        for (status, code) in [
            (status(group, name, 999, "NEW_77777"), Some("999")),
            (unnumbered, None),
        ] {
            let error = sent(answered("1", status)).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.certainty()),
                (ErrorKind::Refused, Rejected)
            );
            assert_eq!(
                error.message(),
                "the message was refused: NEW_*** (HTTP 200)"
            );
            assert_eq!(error.provider_code(), code);
        }
    }
}

#[tokio::test]
async fn a_message_that_was_taken_stands_where_its_status_says() {
    for (status, state) in [
        (pending(), MessageState::Accepted),
        (
            status(1, "PENDING", 7, "PENDING_ENROUTE"),
            MessageState::Sent,
        ),
        (
            status(1, "PENDING", 3, "PENDING_WAITING_DELIVERY"),
            MessageState::Sent,
        ),
        (
            status(1, "PENDING", 999, "PENDING_NEW"),
            MessageState::Accepted,
        ),
        (
            status(0, "ACCEPTED", 999, "MESSAGE_ACCEPTED"),
            MessageState::Accepted,
        ),
        (
            status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"),
            MessageState::Delivered,
        ),
    ] {
        let word = status["name"].as_str().unwrap().to_owned();
        let acceptance = sent(answered("the-id", status)).await.unwrap();
        assert_eq!(acceptance.provider_message_ids, ["the-id"]);
        assert_eq!(acceptance.state, state, "{word}");
        assert_eq!(acceptance.provider_status, Some(word));
        assert_eq!(acceptance.segments, Some(1));
    }
}

#[tokio::test]
async fn the_answer_of_version_2_is_read_too() {
    let entry = json!({"to": "14155550123", "messageId": "1", "smsCount": 2, "status": pending()});
    let acceptance = sent(Answer::json(200, json!({"messages": [entry]})))
        .await
        .unwrap();
    assert_eq!(acceptance.segments, Some(2));
}

#[tokio::test]
async fn the_entry_with_our_id_is_ours() {
    let message = message();
    let rejected = status(5, "REJECTED", 12, "REJECTED_NOT_ENOUGH_CREDITS");
    let entries = json!([
        {"messageId": "another", "status": rejected},
        {"messageId": message.id(), "status": pending()},
    ]);
    let answer = Answer::json(200, json!({"messages": entries}));
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let acceptance = infobip(server.url(), "").send(&message).await.unwrap();
    assert_eq!(acceptance.provider_message_ids, [message.id().to_string()]);
}

#[tokio::test]
async fn what_cannot_be_read_may_have_been_sent() {
    let strangers = json!([
        {"messageId": "a", "status": pending()},
        {"messageId": "b", "status": pending()},
    ]);
    for (body, why) in [
        (json!({}), "the answer says success, yet has no entry"),
        (json!([]), "the answer says success, yet has no entry"),
        (
            json!({"messages": strangers}),
            "the answer says success, yet has no entry",
        ),
        (
            json!({"messages": [null]}),
            "the answer's entry has no status",
        ),
        (
            json!({"messages": [{"messageId": "1"}]}),
            "the answer's entry has no status",
        ),
        (
            json!({"messages": [{"messageId": "1", "status": {"id": 26}}]}),
            "the answer's entry has no status",
        ),
        (
            json!({"messages": [{"status": pending()}]}),
            "the answer's entry has no id, or a status of no known group",
        ),
        (
            json!({"messages": [{"messageId": "1", "status": status(9, "NEW", 999, "NEW")}]}),
            "the answer's entry has no id, or a status of no known group",
        ),
    ] {
        let error = sent(Answer::json(200, &body)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::BadAnswer, MaybeSent)
        );
        assert_eq!(error.message(), format!("{why} (HTTP 200)"), "{body}");
    }
}

#[tokio::test]
async fn a_call_that_was_refused_goes_by_its_http_status() {
    for (status, version3, version2, kind, certainty, class) in [
        (
            400,
            "E400",
            "BAD_REQUEST",
            ErrorKind::Refused,
            Rejected,
            Permanent,
        ),
        (
            401,
            "E401",
            "UNAUTHORIZED",
            ErrorKind::Unauthorized,
            Rejected,
            Account,
        ),
        (
            403,
            "E403",
            "FORBIDDEN",
            ErrorKind::Account,
            Rejected,
            Account,
        ),
        (
            404,
            "E404",
            "NOT_FOUND",
            ErrorKind::Account,
            Rejected,
            Account,
        ),
        (
            429,
            "E429",
            "TOO_MANY_REQUESTS",
            ErrorKind::ProviderThrottled,
            NotSent,
            Throttled,
        ),
        (
            500,
            "E500",
            "GENERAL_ERROR",
            ErrorKind::ServerError,
            MaybeSent,
            Transient,
        ),
        (
            502,
            "E502",
            "X",
            ErrorKind::ServerError,
            MaybeSent,
            Transient,
        ),
        (
            503,
            "E503",
            "X",
            ErrorKind::ServerError,
            MaybeSent,
            Transient,
        ),
        (
            504,
            "E504",
            "X",
            ErrorKind::ServerError,
            MaybeSent,
            Transient,
        ),
        (
            408,
            "E408",
            "X",
            ErrorKind::ServerError,
            MaybeSent,
            Transient,
        ),
        (301, "E301", "X", ErrorKind::Account, Rejected, Account),
    ] {
        let exception = json!({"messageId": version2, "text": "why"});
        let newer = json!({"errorCode": version3, "description": "why", "violations": []});
        let older = json!({"requestError": {"serviceException": exception}});
        for (answer, code) in [
            (Answer::json(status, newer), Some(version3)),
            (Answer::json(status, older), Some(version2)),
            (Answer::text(status, "text/html", "<html>"), None),
            (Answer::json(status, "[[]]"), None),
        ] {
            let error = sent(answer).await.unwrap_err();
            let judged = (error.kind(), error.certainty(), error.class());
            assert_eq!(judged, (kind, certainty, class), "{status}");
            assert_eq!(error.provider_code(), code);
            assert_eq!(
                error.message().ends_with(": why"),
                code.is_some(),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn the_fields_that_are_wrong_are_named() {
    let body = json!({
        "errorCode": "E400", "description": "Bad request", "action": "Check.",
        "violations": [
            {"property": "messages[0].sender", "violation": "is too long"},
            {"property": "messages[0].content.text", "violation": "must not be blank"},
            {"property": 5},
        ],
    });
    let error = sent(Answer::json(400, body)).await.unwrap_err();
    assert_eq!(
        error.message(),
        "the request was refused (HTTP 400): Bad request: messages[0].sender is too long, messages[0].content.text must not be blank"
    );
}

#[tokio::test]
async fn a_wrong_host_is_pointed_out() {
    let error = sent(Answer::empty(404)).await.unwrap_err();
    assert!(error.help().unwrap().contains("`base_url`"));
}
