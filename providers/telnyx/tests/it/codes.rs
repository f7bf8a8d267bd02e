//! The table of codes, held against what Telnyx documents.

use serde_json::json;
use sms_framework::provider::{Event, Phase};
use sms_framework::{Certainty, Class, Error, ErrorKind};
use sms_provider_telnyx::ENTRY;

use crate::support::{error, events, finalized, refused, signed};

/// Who has to act, and what it says about the message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Means {
    /// Permanent for this message.
    P,
    /// Configuration or account.
    C,
    /// A later try can help.
    T,
    /// Throttled.
    Q,
    /// It may have gone out.
    A,
}
use Means::{A, C, P, Q, T};

/// Code, HTTP status of its answer, what it means.
const REQUEST: &[(&str, u16, Means)] = &[
    ("10000", 400, P),
    ("10001", 400, C),
    ("10002", 400, P),
    ("10003", 400, P),
    ("10004", 400, P),
    ("10005", 404, C),
    ("10006", 400, P),
    ("10007", 500, A),
    ("10007", 400, A),
    ("10008", 408, A),
    ("10008", 400, A),
    ("10009", 401, C),
    ("10010", 403, C),
    ("10011", 429, Q),
    ("10015", 422, P),
    ("10016", 422, P),
    ("10027", 422, P),
    ("20012", 403, C),
    ("20013", 403, C),
    ("20014", 403, C),
    ("20015", 403, C),
    ("20016", 403, C),
    ("20017", 403, C),
    ("20100", 400, C),
    ("20100", 402, C),
    ("40010", 400, C),
    ("40300", 400, P),
    ("40301", 400, P),
    ("40302", 400, P),
    ("40304", 400, P),
    ("40305", 400, C),
    ("40306", 400, C),
    ("40308", 400, C),
    ("40309", 400, C),
    ("40310", 400, P),
    ("40311", 400, C),
    ("40312", 400, C),
    ("40313", 400, C),
    ("40314", 400, C),
    ("40315", 400, C),
    ("40316", 400, P),
    ("40317", 400, P),
    ("40318", 400, Q),
    ("40319", 400, P),
    ("40320", 400, T),
    ("40321", 400, C),
    ("40322", 400, P),
    ("40328", 400, P),
    ("40329", 400, C),
    ("40333", 400, C),
];

const DELIVERY: &[(&str, Means)] = &[
    ("40001", P),
    ("40002", T),
    ("40003", C),
    ("40004", T),
    ("40005", P),
    ("40006", T),
    ("40008", P),
    ("40009", P),
    ("40011", Q),
    ("40012", P),
    ("40013", C),
    ("40014", P),
    ("40015", P),
    ("40016", Q),
    ("40017", P),
    ("40018", Q),
    ("40100", C),
    ("40150", C),
    ("40151", C),
    ("40300", P),
];

fn means(error: &Error) -> Means {
    match (error.class(), error.certainty()) {
        (_, Certainty::MaybeSent) => A,
        (Class::Permanent, _) => P,
        (Class::Account, _) => C,
        (Class::Transient, Certainty::NotSent) => T,
        (Class::Throttled, Certainty::NotSent) => Q,
        other => panic!("{other:?}"),
    }
}

/// The words by which the codes with two meanings are told apart.
fn title(code: &str) -> &'static str {
    match code {
        "40300" => "Blocked due to STOP message",
        "40301" => "Message type not supported",
        "40302" => "Message too large",
        _ => "No",
    }
}

fn codes(phase: Phase) -> Vec<&'static str> {
    let of_phase = ENTRY.codes.iter().filter(|code| code.phase == phase);
    of_phase.map(|code| code.code).collect()
}

#[tokio::test]
async fn every_code_of_a_request() {
    for (code, status, expected) in REQUEST {
        let error = error(refused(*status, code, title(code), "")).await;
        assert_eq!(means(&error), *expected, "{code} with {status}: {error:?}");
        assert_eq!(error.provider_code(), Some(*code));
        assert_eq!(error.http_status(), Some(*status));
    }
    let mut tried: Vec<_> = REQUEST.iter().map(|(code, ..)| *code).collect();
    tried.dedup();
    assert_eq!(
        tried,
        codes(Phase::Request),
        "every row of the table is tried"
    );
}

#[tokio::test]
async fn with_a_server_error_no_code_proves_anything() {
    for (code, ..) in REQUEST {
        let error = error(refused(500, code, title(code), "")).await;
        assert_eq!(
            (error.kind(), error.certainty(), error.provider_code()),
            (ErrorKind::ServerError, Certainty::MaybeSent, Some(*code))
        );
    }
}

async fn reported(code: &str, title: &str) -> Error {
    let body = finalized("delivery_failed", json!([{"code": code, "title": title}]));
    match events(&signed(body.to_string())).await.unwrap().as_slice() {
        [Event::Receipt(receipt)] => receipt.error.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_code_of_a_receipt() {
    for (code, expected) in DELIVERY {
        let error = reported(code, "No").await;
        assert_eq!(means(&error), *expected, "{code}: {error:?}");
        assert_eq!(error.provider_code(), Some(*code));
    }
    let tried: Vec<_> = DELIVERY.iter().map(|(code, _)| *code).collect();
    assert_eq!(
        tried,
        codes(Phase::Delivery),
        "every row of the table is tried"
    );
}

#[tokio::test]
async fn a_late_40300_is_an_opt_out_only_by_its_words() {
    assert_eq!(
        reported("40300", "Carrier rejected").await.kind(),
        ErrorKind::Refused
    );
    let error = reported("40300", "Blocked due to STOP message").await;
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::OptedOut, Some("40300"))
    );
    assert_eq!(
        reported("40008", "Undeliverable, STOP").await.kind(),
        ErrorKind::Refused
    );
}

#[tokio::test]
async fn limits_that_end_by_themselves_name_the_wait() {
    let wait = reported("40018", "").await.retry_after().unwrap();
    assert_eq!(wait.as_secs(), 60);
    let wait = reported("40016", "").await.retry_after().unwrap();
    assert!((1..=86_400).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(reported("40011", "").await.retry_after(), None);
}

#[tokio::test]
async fn a_code_that_is_not_in_the_table_is_kept() {
    let error = reported("77777", "Odd").await;
    assert_eq!((means(&error), error.provider_code()), (P, Some("77777")));
}
