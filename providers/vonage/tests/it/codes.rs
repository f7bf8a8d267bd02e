//! The table of codes, held against what Vonage documents.

use std::collections::BTreeSet;

use serde_json::json;
use sms_framework::provider::{Code, Phase};
use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Class, ErrorKind};
use sms_provider_vonage::ENTRY;

use crate::support::{SIGNED, get, parts, problem, receipt, sent, signed, sms_receipt, vonage};

/// What a code means for the message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// This message is refused for ever.
    P,
    /// The account is at fault.
    C,
    /// A later message can go through.
    T,
    /// Too fast.
    Q,
    /// It may be out.
    A,
}
use Fate::{A, C, P, Q, T};

fn meaning(fate: Fate) -> (Class, Certainty) {
    match fate {
        P => (Class::Permanent, Certainty::Rejected),
        C => (Class::Account, Certainty::Rejected),
        T => (Class::Transient, Certainty::NotSent),
        Q => (Class::Throttled, Certainty::NotSent),
        A => (Class::Transient, Certainty::MaybeSent),
    }
}

/// Code of the Messages API, HTTP status of its answer, what it means.
const MESSAGES: &[(&str, u16, Fate)] = &[
    ("1000", 429, Q),
    ("1010", 422, P),
    ("1020", 422, P),
    ("1021", 422, P),
    ("1022", 422, P),
    ("1030", 400, A),
    ("1040", 422, P),
    ("1050", 422, P),
    ("1060", 403, C),
    ("1070", 402, C),
    ("1080", 403, C),
    ("1090", 422, P),
    ("1100", 400, T),
    ("1120", 422, C),
    ("1130", 422, P),
    ("1140", 403, C),
    ("1150", 422, P),
    ("1160", 403, C),
    ("1240", 422, P),
    ("1420", 422, C),
    ("1430", 422, P),
    ("low-balance", 402, C),
    ("unauthorized", 401, C),
    ("forbidden", 403, C),
    ("rate-limit", 429, Q),
];

/// Status of a part in the SMS API's answer.
const SMS: &[(&str, Fate)] = &[
    ("1", Q),
    ("2", P),
    ("3", P),
    ("4", C),
    ("5", A),
    ("6", P),
    ("7", P),
    ("8", C),
    ("9", C),
    ("10", Q),
    ("11", C),
    ("12", P),
    ("14", C),
    ("15", C),
    ("22", P),
    ("23", P),
    ("29", C),
    ("32", C),
    ("33", P),
];

/// Code in the SMS API's receipts.
const RECEIPTS: &[(&str, Fate)] = &[
    ("1", A),
    ("2", T),
    ("3", P),
    ("4", P),
    ("5", A),
    ("6", P),
    ("7", T),
    ("8", T),
    ("9", P),
    ("10", P),
    ("11", A),
    ("12", P),
    ("13", P),
    ("14", P),
    ("15", P),
    ("99", A),
];

fn known(phase: Phase, code: &str) -> &'static Code {
    Code::find(ENTRY.codes, phase, code).unwrap_or_else(|| panic!("{code} is missing"))
}

#[test]
fn each_code_of_the_messages_api_is_answered_with_its_class_and_certainty() {
    for (code, status, fate) in MESSAGES {
        let error = sent("messages", problem(*status, code)).unwrap_err();
        assert_eq!((error.class(), error.certainty()), meaning(*fate), "{code}");
        assert_eq!(error.provider_code(), Some(*code));
        assert_eq!(error.http_status(), Some(*status));
        let known = known(Phase::Request, code);
        assert_eq!((error.kind(), error.message()), (known.kind, known.meaning));
    }
}

/// Even then it may be out: the server that failed may have failed after it took it.
#[test]
fn a_server_error_with_a_code_is_still_a_server_error() {
    for (code, ..) in MESSAGES {
        let error = sent("messages", problem(500, code)).unwrap_err();
        assert_eq!(error.certainty(), Certainty::MaybeSent, "{code}");
        assert_eq!(error.provider_code(), Some(*code));
    }
}

#[test]
fn each_status_of_the_sms_api_is_answered_with_its_class_and_certainty() {
    for (code, fate) in SMS {
        let error = sent("sms", parts(&[(code, "")])).unwrap_err();
        assert_eq!((error.class(), error.certainty()), meaning(*fate), "{code}");
        assert_eq!(error.provider_code(), Some(*code));
        assert_eq!(error.http_status(), Some(200));
        let known = known(Phase::Request, code);
        assert_eq!((error.kind(), error.message()), (known.kind, known.meaning));
    }
}

#[test]
fn each_code_of_a_receipt_has_its_class_and_certainty() {
    let provider = vonage(SIGNED);
    for (code, fate) in RECEIPTS {
        let error = receipt(&provider, &get(&sms_receipt("failed", code)))
            .error
            .unwrap();
        assert_eq!((error.class(), error.certainty()), meaning(*fate), "{code}");
        assert_eq!(error.provider_code(), Some(*code));
    }
    assert!(
        receipt(&provider, &get(&sms_receipt("delivered", "0")))
            .error
            .is_none()
    );
    let unknown = receipt(&provider, &get(&sms_receipt("failed", "77")));
    assert_eq!(unknown.error.unwrap().code(), "REFUSED");
    assert_eq!(unknown.provider_code.as_deref(), Some("77"));
    let unknown = receipt(&provider, &get(&sms_receipt("buffered", "77")));
    assert!(unknown.error.is_none());
    assert_eq!(unknown.provider_code.as_deref(), Some("77"));
}

/// In a report an internal failure leaves no doubt: the message went no further.
#[test]
fn each_code_of_the_messages_api_comes_in_reports_too() {
    let provider = vonage(SIGNED);
    let numbers = MESSAGES.iter().filter(|(code, ..)| code.starts_with('1'));
    for (code, _, fate) in numbers {
        let call = signed(&json!({
            "message_uuid": "M1", "channel": "sms", "status": "rejected", "to": "14155550123",
            "error": {"type": format!("https://developer.vonage.com/api-errors/messages#{code}"), "title": code},
        }));
        let error = receipt(&provider, &call).error.unwrap();
        let fate = if *fate == A { T } else { *fate };
        assert_eq!((error.class(), error.certainty()), meaning(fate), "{code}");
        assert_eq!(error.provider_code(), Some(*code));
    }
}

#[test]
fn the_table_holds_these_codes_and_no_other() {
    let requests = MESSAGES
        .iter()
        .map(|row| row.0)
        .chain(SMS.iter().map(|row| row.0));
    let numbers = MESSAGES
        .iter()
        .map(|row| row.0)
        .filter(|code| code.starts_with('1'));
    let reports = numbers.chain(RECEIPTS.iter().map(|row| row.0));
    let of = |phase: Phase| {
        ENTRY
            .codes
            .iter()
            .filter(move |code| code.phase == phase)
            .map(|code| code.code)
    };
    assert_eq!(
        of(Phase::Request).collect::<BTreeSet<_>>(),
        requests.collect()
    );
    assert_eq!(
        of(Phase::Delivery).collect::<BTreeSet<_>>(),
        reports.collect()
    );
}

#[test]
fn who_opted_out_is_told_from_who_cannot_be_reached() {
    let opted_out = ENTRY
        .codes
        .iter()
        .filter(|code| code.kind == ErrorKind::OptedOut);
    let opted_out: Vec<_> = opted_out.map(|code| (code.phase, code.code)).collect();
    assert_eq!(
        opted_out,
        [
            (Phase::Request, "1050"),
            (Phase::Request, "1240"),
            (Phase::Delivery, "1050"),
            (Phase::Delivery, "1240"),
            (Phase::Request, "7"),
            (Phase::Delivery, "9"),
        ]
    );
}

#[test]
fn a_limit_by_the_second_is_waited_for_a_second() {
    let wait = |answer: Answer, api: &str| sent(api, answer).unwrap_err().retry_after();
    let second = Some(std::time::Duration::from_secs(1));
    assert_eq!(wait(problem(429, "1000"), "messages"), second);
    assert_eq!(wait(problem(429, "rate-limit"), "messages"), second);
    assert_eq!(wait(parts(&[("1", "")]), "sms"), second);
    assert_eq!(wait(parts(&[("10", "")]), "sms"), None);
    assert_eq!(wait(Answer::empty(429), "messages"), None);
}
