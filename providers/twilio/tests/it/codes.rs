//! The table of codes, held against what Twilio documents.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use sms_framework::provider::{Code, Phase};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Certainty, Class};
use sms_provider_twilio::{ENTRY, code, codes};

use crate::support::{message, twilio};

/// The documented retry class of a code.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Retry {
    /// Permanent for this message.
    P,
    /// Configuration or account: every send fails until a person acts.
    C,
    /// A later try can help, and the message did not go out.
    T,
    /// Throttled, and the message did not go out.
    Q,
    /// Ambiguous: it may have gone out.
    A,
    /// A warning about the account; the message goes on.
    W,
}
use Retry::{A, C, P, Q, T, W};

/// Code, HTTP status of its answer, retry class.
const REQUEST: &[(u32, u16, Retry)] = &[
    (20001, 400, P),
    (20003, 401, C),
    (20005, 403, C),
    (20006, 403, C),
    (20008, 403, C),
    (20403, 403, C),
    (20404, 404, C),
    (20409, 409, P),
    (20422, 400, P),
    (20429, 429, Q),
    (20500, 500, A),
    (20503, 503, A),
    (21211, 400, P),
    (21212, 400, C),
    (21214, 400, P),
    (21264, 400, P),
    (21265, 400, P),
    (21266, 400, P),
    (21267, 400, P),
    (21268, 400, P),
    (21408, 400, C),
    (21601, 400, P),
    (21602, 400, P),
    (21603, 400, P),
    (21604, 400, P),
    (21605, 400, P),
    (21606, 400, C),
    (21607, 400, C),
    (21608, 400, C),
    (21609, 400, P),
    (21610, 400, P),
    (21611, 429, Q),
    (21612, 400, P),
    (21614, 400, P),
    (21616, 400, C),
    (21617, 400, P),
    (21618, 400, P),
    (21619, 400, P),
    (21620, 400, P),
    (21621, 400, C),
    (21622, 400, C),
    (21623, 400, P),
    (21624, 400, P),
    (21635, 400, P),
    (21654, 400, P),
    (21655, 400, P),
    (21656, 400, P),
    (21657, 400, P),
    (21658, 400, P),
    (21659, 400, C),
    (21660, 400, C),
    (21661, 400, C),
    (21664, 400, C),
    (21666, 400, C),
    (21667, 400, C),
    (21669, 400, C),
    (21701, 404, C),
    (21702, 400, C),
    (21703, 400, C),
    (21704, 400, C),
    (21705, 400, C),
    (30400, 400, P),
    (30404, 404, P),
    (30409, 409, P),
    (35111, 400, P),
    (35114, 400, P),
    (35115, 400, P),
    (35118, 400, P),
    (35125, 400, Q),
    (35126, 400, P),
    (63038, 429, Q),
    (90007, 400, P),
];

const DELIVERY: &[(u32, Retry)] = &[
    (14107, Q),
    (30001, Q),
    (30002, C),
    (30003, T),
    (30004, P),
    (30005, P),
    (30006, P),
    (30007, P),
    (30008, A),
    (30009, P),
    (30010, P),
    (30011, P),
    (30017, T),
    (30018, C),
    (30019, P),
    (30020, T),
    (30021, T),
    (30022, Q),
    (30023, Q),
    (30024, C),
    (30025, W),
    (30026, W),
    (30027, Q),
    (30032, C),
    (30033, C),
    (30034, C),
    (30035, T),
    (30036, T),
    (30037, C),
    (30410, A),
    (30450, T),
    (30610, T),
    (30640, P),
    (63016, P),
    (63017, Q),
    (63018, Q),
];

fn meaning(retry: Retry) -> (Class, Certainty) {
    match retry {
        P => (Class::Permanent, Certainty::Rejected),
        C => (Class::Account, Certainty::Rejected),
        T => (Class::Transient, Certainty::NotSent),
        Q => (Class::Throttled, Certainty::NotSent),
        A => (Class::Transient, Certainty::MaybeSent),
        W => (Class::Throttled, Certainty::MaybeSent),
    }
}

#[tokio::test]
async fn every_request_code_is_answered_with_its_class_and_certainty() {
    let script = REQUEST.iter().map(|(code, status, _)| {
        let body = format!(r#"{{"code":{code},"message":"m","status":{status}}}"#);
        Then::Answer(Answer::json(*status, body))
    });
    let server = ScriptedServer::start(script).await;
    let provider = twilio(server.url(), "");
    for (number, status, retry) in REQUEST {
        let error = provider.send(&message()).await.unwrap_err();
        assert_eq!(
            (error.class(), error.certainty()),
            meaning(*retry),
            "{number}"
        );
        assert_eq!(error.provider_code(), Some(&*number.to_string()));
        assert_eq!(error.http_status(), Some(*status));
        let known = code(*number).unwrap();
        assert_eq!(error.kind(), known.kind);
        assert!(error.message().contains(known.meaning), "{error}");
    }
}

#[test]
fn every_delivery_code_has_its_class_and_certainty() {
    for (number, retry) in DELIVERY {
        let known = code(*number).unwrap_or_else(|| panic!("{number} is missing"));
        assert_eq!((known.class, known.certainty), meaning(*retry), "{number}");
        assert_eq!(known.phase, Phase::Delivery);
    }
}

#[test]
fn the_table_holds_these_codes_and_no_other() {
    let expected = REQUEST
        .iter()
        .map(|row| row.0)
        .chain(DELIVERY.iter().map(|row| row.0));
    let expected: BTreeSet<_> = expected.collect();
    let table: BTreeSet<_> = codes().map(|known| known.code.parse().unwrap()).collect();
    assert_eq!(table, expected);
    assert_eq!(
        codes().count(),
        expected.len(),
        "a code is in the table twice"
    );
    assert_eq!(ENTRY.codes, codes().copied().collect::<Vec<_>>());
}

#[test]
fn every_entry_says_what_it_means_and_where_that_is_known_from() {
    for known in codes() {
        assert!(
            known.meaning.len() > 10 && !known.meaning.ends_with('.'),
            "{known:?}"
        );
        assert!(!known.source.is_empty(), "{known:?}");
    }
}

fn wait(number: u32, now: &str) -> Option<Duration> {
    let now: Timestamp = now.parse().unwrap();
    code(number).and_then(|known: &Code| known.wait(now))
}

#[test]
fn what_is_throttled_says_how_long() {
    let hours = |hours: u64| Some(Duration::from_secs(hours * 3600));
    let evening = "2026-03-01T21:00:00Z";
    assert_eq!(wait(20429, evening), Some(Duration::from_secs(1)));
    assert_eq!(wait(21611, evening), Some(Duration::from_secs(60)));
    assert_eq!(wait(63038, evening), hours(3));
    assert_eq!(wait(63038, "2026-03-01T00:00:00Z"), hours(24));
    // Midnight in California is 8 o'clock in UTC.
    assert_eq!(wait(30023, evening), hours(11));
    assert_eq!(wait(30027, "2026-03-01T07:00:00Z"), hours(1));
    assert_eq!(wait(30450, evening), Some(Duration::from_secs(1800)));
    assert_eq!(wait(21610, evening), None);
}

#[test]
fn every_throttled_code_but_the_warnings_has_a_wait() {
    for known in codes()
        .filter(|known| known.certainty == Certainty::NotSent && known.class == Class::Throttled)
    {
        assert!(known.wait(Timestamp::UNIX_EPOCH).is_some(), "{known:?}");
    }
}
