//! What an answer to the send says about the message.

use serde_json::json;
use sms_framework::provider::Phase;
use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Class, ErrorKind};
use sms_provider_sinch::ENTRY;

use crate::support::{BATCH, created, sent};
use Certainty::{MaybeSent, NotSent, Rejected};
use Class::{Account, Permanent, Throttled, Transient};

/// Status and code of an answer, and what is to be made of it.
const CODES: &[(u16, &str, ErrorKind, Class)] = &[
    (400, "syntax_invalid_json", ErrorKind::Refused, Permanent),
    (
        400,
        "syntax_invalid_parameter_format",
        ErrorKind::Refused,
        Permanent,
    ),
    (
        400,
        "syntax_constraint_violation",
        ErrorKind::Refused,
        Permanent,
    ),
    (403, "unknown_group", ErrorKind::Refused, Permanent),
    (403, "unknown_campaign", ErrorKind::Account, Account),
    (403, "missing_callback_url", ErrorKind::Account, Account),
    (403, "illegal_number_type", ErrorKind::Refused, Permanent),
    (403, "llegal_number_type", ErrorKind::Refused, Permanent),
    (403, "blocked_account", ErrorKind::Account, Account),
    (409, "conflict_send_at", ErrorKind::Refused, Permanent),
    (409, "conflict_group_name", ErrorKind::Refused, Permanent),
];

#[tokio::test]
async fn every_code_in_the_answer_is_judged() {
    for (status, code, kind, class) in CODES {
        let answer = Answer::json(*status, json!({"code": code, "text": "no"}));
        let error = sent(answer).await.unwrap_err();
        assert_eq!((error.kind(), error.class()), (*kind, *class), "{code}");
        assert_eq!(error.certainty(), Rejected, "{code}");
        assert_eq!(error.provider_code(), Some(*code));
        assert_eq!(error.http_status(), Some(*status));
    }
    let known = ENTRY
        .codes
        .iter()
        .filter(|code| code.phase == Phase::Request);
    let tested: Vec<_> = CODES.iter().map(|(_, code, ..)| *code).collect();
    assert_eq!(known.map(|code| code.code).collect::<Vec<_>>(), tested);
}

#[tokio::test]
async fn what_no_table_has_goes_by_the_status() {
    for (status, kind, certainty, class) in [
        (400, ErrorKind::Refused, Rejected, Permanent),
        (401, ErrorKind::Unauthorized, Rejected, Account),
        (402, ErrorKind::Account, Rejected, Account),
        (403, ErrorKind::Account, Rejected, Account),
        (404, ErrorKind::Account, Rejected, Account),
        (405, ErrorKind::Account, Rejected, Account),
        (415, ErrorKind::Refused, Rejected, Account),
        (408, ErrorKind::ServerError, MaybeSent, Transient),
        (409, ErrorKind::Refused, Rejected, Permanent),
        (429, ErrorKind::ProviderThrottled, NotSent, Throttled),
        (500, ErrorKind::ServerError, MaybeSent, Transient),
        (503, ErrorKind::ServerError, MaybeSent, Transient),
        (302, ErrorKind::Account, Rejected, Account),
    ] {
        let news = Answer::json(status, json!({"code": "brand_new", "text": "why"}));
        for (answer, code) in [(Answer::empty(status), None), (news, Some("brand_new"))] {
            let error = sent(answer).await.unwrap_err();
            let judged = (error.kind(), error.certainty(), error.class());
            assert_eq!(judged, (kind, certainty, class), "{status}");
            assert_eq!(error.provider_code(), code, "{status}");
            assert_eq!(
                error.to_string().contains(": why"),
                code.is_some(),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_error_stays_one_whatever_code_it_bears() {
    let answer = Answer::json(500, json!({"code": "blocked_account", "text": "no"}));
    let error = sent(answer).await.unwrap_err();
    assert_eq!(error.certainty(), MaybeSent);
    assert_eq!(error.kind(), ErrorKind::ServerError);
}

#[tokio::test]
async fn the_form_of_the_gateway_is_read_too() {
    let error = json!({"code": 403, "message": "plan is off", "status": "PERMISSION_DENIED", "details": []});
    let error = sent(Answer::json(403, json!({"error": error})))
        .await
        .unwrap_err();
    assert_eq!(error.provider_code(), Some("403"));
    assert_eq!(
        error.to_string(),
        "the account may not do this (HTTP 403): plan is off (provider code 403)"
    );
}

#[tokio::test]
async fn refused_credentials_point_to_the_region() {
    let error = sent(Answer::empty(401)).await.unwrap_err();
    assert_eq!(
        error.help(),
        Some("credentials are good in one region only; `region` is \"us\"")
    );
}

#[tokio::test]
async fn a_missing_callback_url_says_what_to_set() {
    let answer = Answer::json(403, json!({"code": "missing_callback_url", "text": "no"}));
    let error = sent(answer).await.unwrap_err().to_string();
    assert!(error.contains("set `callback_url`"), "{error}");
    assert!(error.contains("`delivery_report = \"none\"`"), "{error}");
}

#[tokio::test]
async fn the_batch_id_is_the_messages_id() {
    let acceptance = sent(created()).await.unwrap();
    assert_eq!(acceptance.provider_message_ids, [BATCH]);
    let error = sent(Answer::json(201, "[]")).await.unwrap_err();
    assert_eq!(error.certainty(), MaybeSent);
    assert_eq!(
        error.to_string(),
        "the answer says success, yet names no batch (HTTP 201)"
    );
}
