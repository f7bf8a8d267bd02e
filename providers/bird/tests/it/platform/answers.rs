//! What becomes of the platform's answers.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::provider::Phase;
use sms_framework::testkit::http::Answer;
use sms_framework::{Acceptance, Certainty, Class, Error, ErrorKind, MessageState};
use sms_provider_bird::ENTRY;

use super::{ID, error, rejected, resource, table, with};
use crate::support::{message, send};
use Certainty::{MaybeSent, NotSent, Rejected};
use Class::{Account, Permanent, Throttled, Transient};

async fn sent(answer: Answer) -> Result<Acceptance, Error> {
    send(table, &message(), answer).await.0
}

/// Which of an error's three names decides; the others say nothing.
#[derive(Debug, Clone, Copy)]
enum By {
    Code(&'static str),
    Name(&'static str),
    Type(&'static str),
}

impl By {
    fn decides(self) -> &'static str {
        match self {
            Self::Code(word) | Self::Name(word) | Self::Type(word) => word,
        }
    }

    fn answer(self, status: u16) -> Answer {
        match self {
            Self::Code(code) => error(status, "x_error", code, "X"),
            // The type is one that the table has, too.
            Self::Name(name) => error(status, "validation_error", "E1", name),
            Self::Type(kind) => error(status, kind, "E1", "X"),
        }
    }
}

const ERRORS: &[(u16, By, ErrorKind, Class, Certainty)] = &[
    (
        409,
        By::Code("E01004"),
        ErrorKind::ServerError,
        Transient,
        MaybeSent,
    ),
    (
        409,
        By::Code("E01005"),
        ErrorKind::Refused,
        Permanent,
        MaybeSent,
    ),
    (
        503,
        By::Code("E01033"),
        ErrorKind::ServerError,
        Transient,
        NotSent,
    ),
    (
        422,
        By::Name("SMSInvalidRecipient"),
        ErrorKind::Recipient,
        Permanent,
        Rejected,
    ),
    (
        422,
        By::Name("SMSNoEligibleSender"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        422,
        By::Name("SMSSenderNotConfigured"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        422,
        By::Name("SenderCategoryNotPermitted"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        422,
        By::Name("SMSUnsupportedFeature"),
        ErrorKind::Refused,
        Permanent,
        Rejected,
    ),
    (
        400,
        By::Type("bad_request_error"),
        ErrorKind::Refused,
        Permanent,
        Rejected,
    ),
    (
        401,
        By::Type("auth_error"),
        ErrorKind::Unauthorized,
        Account,
        Rejected,
    ),
    (
        402,
        By::Type("billing_error"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        403,
        By::Type("permission_error"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        404,
        By::Type("not_found_error"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        421,
        By::Type("misdirected_error"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        412,
        By::Type("precondition_error"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        428,
        By::Type("precondition_error"),
        ErrorKind::Account,
        Account,
        Rejected,
    ),
    (
        413,
        By::Type("payload_too_large_error"),
        ErrorKind::Refused,
        Permanent,
        Rejected,
    ),
    (
        422,
        By::Type("validation_error"),
        ErrorKind::Refused,
        Permanent,
        Rejected,
    ),
    (
        425,
        By::Type("too_early_error"),
        ErrorKind::Refused,
        Transient,
        NotSent,
    ),
    (
        429,
        By::Type("rate_limit_error"),
        ErrorKind::ProviderThrottled,
        Throttled,
        NotSent,
    ),
    (
        500,
        By::Type("internal_error"),
        ErrorKind::ServerError,
        Transient,
        MaybeSent,
    ),
    (
        503,
        By::Type("service_unavailable_error"),
        ErrorKind::ServerError,
        Transient,
        NotSent,
    ),
];

#[tokio::test]
async fn every_error_says_what_became_of_the_message() {
    for &(status, by, kind, class, certainty) in ERRORS {
        let error = sent(by.answer(status)).await.unwrap_err();
        let place = format!("{status} {by:?}: {error:?}");
        assert_eq!(error.kind(), kind, "{place}");
        assert_eq!(error.class(), class, "{place}");
        assert_eq!(error.certainty(), certainty, "{place}");
        assert_eq!(error.provider_code(), Some(by.decides()), "{place}");
        assert_eq!(error.http_status(), Some(status), "{place}");
    }
}

/// Code, and what it says in an answer that is a success and yet a refusal.
const FAILURES: &[(&str, ErrorKind, Class)] = &[
    ("invalid_destination", ErrorKind::Recipient, Permanent),
    ("landline_unreachable", ErrorKind::Recipient, Permanent),
    ("unreachable", ErrorKind::Recipient, Transient),
    ("blocked_by_carrier", ErrorKind::Refused, Permanent),
    ("blocked_by_recipient", ErrorKind::Recipient, Permanent),
    ("content_rejected", ErrorKind::Refused, Permanent),
    ("sender_unregistered", ErrorKind::Account, Account),
    ("recipient_opted_out", ErrorKind::OptedOut, Permanent),
    ("provider_unavailable", ErrorKind::Refused, Transient),
    ("insufficient_balance", ErrorKind::Account, Account),
    // Not in the table, of which `unknown` is the vendor's own word.
    ("unknown", ErrorKind::Refused, Permanent),
    ("something_new", ErrorKind::Refused, Permanent),
];

#[tokio::test]
async fn a_202_that_holds_a_refusal_is_one() {
    for &(code, kind, class) in FAILURES {
        let error = sent(rejected(code)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.class()),
            (kind, class),
            "{code}: {error:?}"
        );
        assert_eq!(error.certainty(), Rejected, "{code}");
        assert_eq!(error.provider_code(), Some(code));
        assert_eq!(error.http_status(), Some(202));
    }
    for status in ["rejected", "failed"] {
        let without_reason = sent(Answer::json(202, resource(status))).await.unwrap_err();
        assert_eq!(without_reason.certainty(), Rejected);
        assert_eq!(without_reason.kind(), ErrorKind::Refused);
        // Even without an id: nobody took it.
        let bare = sent(Answer::json(202, json!({"status": status})))
            .await
            .unwrap_err();
        assert_eq!(bare.certainty(), Rejected);
    }
}

#[test]
fn no_code_of_the_platform_is_untried() {
    let tried: BTreeSet<_> = ERRORS
        .iter()
        .map(|row| (false, row.1.decides()))
        .chain(FAILURES.iter().map(|row| (true, row.0)))
        .collect();
    for code in ENTRY.codes {
        let is_of_classic = code.code.parse::<u32>().is_ok();
        let place = (code.phase == Phase::Delivery, code.code);
        assert!(is_of_classic || tried.contains(&place), "{place:?}");
    }
}

#[tokio::test]
async fn a_503_is_no_refusal_unless_the_api_says_so() {
    for answer in [
        Answer::empty(503),
        Answer::text(503, "text/html", "<html>service_unavailable_error"),
        error(503, "internal_error", "E1", "X"),
        error(503, "validation_error", "E1", "SMSInvalidRecipient"),
        error(503, "something_new", "E1", "X"),
        // The same words with another status mean nothing.
        error(500, "service_unavailable_error", "E01033", "X"),
        error(502, "service_unavailable_error", "E01033", "X"),
    ] {
        let error = sent(answer).await.unwrap_err();
        assert_eq!(error.certainty(), MaybeSent, "{error:?}");
        assert_eq!(error.kind(), ErrorKind::ServerError, "{error:?}");
    }
}

#[tokio::test]
async fn waits_are_taken_from_the_header_or_the_table() {
    let wait = async |answer| sent(answer).await.unwrap_err().retry_after();
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let unavailable = || error(503, "service_unavailable_error", "E1", "X");
    assert_eq!(
        wait(unavailable().header("retry-after", "12")).await,
        seconds(12)
    );
    assert_eq!(wait(unavailable()).await, None);
    let locked = || error(409, "conflict_error", "E01004", "X");
    assert_eq!(wait(locked()).await, seconds(30));
    assert_eq!(wait(locked().header("retry-after", "2")).await, seconds(2));
    let past = "Mon, 01 Jan 2024 00:00:00 GMT";
    let throttled = error(429, "rate_limit_error", "E1", "X");
    assert_eq!(
        wait(throttled.header("retry-after", past)).await,
        seconds(0)
    );
}

#[tokio::test]
async fn an_unknown_error_goes_by_its_status_and_keeps_its_code() {
    let error = sent(error(409, "conflict_error", "E77777", "Odd"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.certainty(), Rejected);
    assert_eq!(error.provider_code(), Some("E77777"));
    for body in [
        "",
        "<html>",
        "[]",
        "null",
        r#"{"error": "no"}"#,
        r#"{"error": {"code": 7}}"#,
    ] {
        let error = sent(Answer::json(400, body)).await.unwrap_err();
        assert_eq!(error.certainty(), Rejected, "{body}");
        assert_eq!(error.provider_code(), None, "{body}");
    }
}

#[tokio::test]
async fn the_vendors_words_are_shown_without_numbers() {
    let body = json!({"error": {
        "type": "new_error", "code": "E9", "name": "New", "message": "+14155550123 is odd"
    }});
    let error = sent(Answer::json(422, body)).await.unwrap_err();
    assert!(error.to_string().contains("+*** is odd"), "{error}");
}

#[tokio::test]
async fn an_acceptance_holds_what_the_answer_says() {
    let accepted = sent(Answer::json(202, resource("accepted"))).await.unwrap();
    assert_eq!(accepted.provider_message_ids, [ID]);
    assert_eq!(accepted.state, MessageState::Accepted);
    assert_eq!(accepted.provider_status.as_deref(), Some("accepted"));
    assert_eq!(accepted.segments, Some(1));
    assert_eq!(accepted.provider_code, None);
    // The list of words is open: the message has an id all the same.
    let new = sent(Answer::json(202, resource("pondering")))
        .await
        .unwrap();
    assert_eq!(new.state, MessageState::Accepted);
    assert_eq!(new.provider_status.as_deref(), Some("pondering"));
}

#[tokio::test]
async fn a_success_without_a_message_proves_nothing() {
    for body in [
        json!({}),
        json!([]),
        Value::Null,
        with(resource("accepted"), "id", Value::Null),
        with(resource("accepted"), "id", json!("")),
        with(resource("accepted"), "id", json!(7)),
    ] {
        let error = sent(Answer::json(202, body)).await.unwrap_err();
        assert_eq!(error.certainty(), MaybeSent, "{error:?}");
        assert_eq!(error.kind(), ErrorKind::BadAnswer);
    }
}
