//! Tables of codes, tables of configuration, states of parts.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use sms_framework::provider::http::TableCheck;
use sms_framework::provider::{Code, Phase, Validity, error_for_status};
use sms_framework::{Certainty, Class, ErrorKind, MessageState};

#[test]
fn a_code_is_found_in_its_phase_and_may_say_when_to_come_back() {
    const TABLE: &[Code] = &[
        Code::request("1", ErrorKind::ProviderThrottled, "source", "too fast").seconds(7),
        Code::delivery("1", ErrorKind::Recipient, "source", "no such phone")
            .class(Class::Transient)
            .certainty(Certainty::NotSent),
        Code::request("2", ErrorKind::ProviderThrottled, "source", "for today").until_hour(8),
    ];
    let now = Timestamp::from_second(1_700_000_000).unwrap(); // 22:13:20 UTC
    let throttled = Code::find(TABLE, Phase::Request, "1").unwrap();
    assert_eq!(throttled.wait(now), Some(Duration::from_secs(7)));
    let later = Code::find(TABLE, Phase::Delivery, "1").unwrap();
    let error = later.error();
    assert_eq!(
        (error.class(), error.certainty()),
        (Class::Transient, Certainty::NotSent)
    );
    assert_eq!(error.provider_code(), Some("1"));
    assert_eq!(later.wait(now), None);
    let tomorrow = Code::find(TABLE, Phase::Request, "2")
        .unwrap()
        .wait(now)
        .unwrap();
    assert_eq!(tomorrow, Duration::from_secs(9 * 3600 + 46 * 60 + 40));
    assert_eq!(Code::find(TABLE, Phase::Delivery, "2"), None);
}

#[test]
fn the_keys_that_most_tables_have_are_checked_in_one_sentence() {
    let check = TableCheck::new("acme");
    let url = |text| check.base_url("base_url", text).unwrap_err().to_string();
    assert_eq!(
        url("nowhere"),
        "`providers.acme.base_url`: it is not an absolute URL"
    );
    assert_eq!(
        url("https://u:p@h"),
        "`providers.acme.base_url`: it holds a user or a password; credentials have keys of their own"
    );
    assert_eq!(
        url("https://h/?q"),
        "`providers.acme.base_url`: it has a query or a fragment"
    );
    let kept = check.base_url("base_url", "https://h/v1//").unwrap();
    assert_eq!(kept.as_str(), "https://h/v1");
    let callback = check
        .callback("callback_url", Some("h/x"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        callback,
        "`providers.acme.callback_url`: it is not an absolute http or https URL"
    );
    let secret = check
        .secret("key", &None, "ACME_KEY")
        .unwrap_err()
        .to_string();
    assert_eq!(secret, "`providers.acme.key`: it is missing; set ACME_KEY");
    let zero = check
        .timeouts(Duration::ZERO, Duration::from_secs(1))
        .unwrap_err();
    assert_eq!(
        zero.to_string(),
        "`providers.acme.connect_timeout`: it must be longer than zero"
    );
}

#[test]
fn a_message_of_parts_stands_where_its_parts_let_it() {
    use MessageState::{Accepted, Delivered, Expired, Rejected, Sent, Undelivered};
    let cases: [(&[MessageState], Option<MessageState>); 6] = [
        (&[], None),
        (&[Delivered, Delivered, Delivered], Some(Delivered)),
        (&[Delivered, Sent], Some(Sent)),
        (&[Delivered, Accepted, Sent], Some(Accepted)),
        // Of two failures the stronger evidence, whatever their order.
        (&[Accepted, Expired, Undelivered], Some(Undelivered)),
        (&[Rejected, Delivered], Some(Rejected)),
    ];
    for (parts, state) in cases {
        assert_eq!(MessageState::of_parts(parts), state, "{parts:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_status_has_a_certainty_that_does_not_promise_too_much(status in 0_u16..1000) {
        let error = error_for_status(status);
        match status {
            429 => prop_assert_eq!(error.certainty(), Certainty::NotSent),
            408 | 500..=599 => prop_assert_eq!(error.certainty(), Certainty::MaybeSent),
            300..=499 => prop_assert_eq!(error.certainty(), Certainty::Rejected),
            _ => prop_assert_eq!(error.certainty(), Certainty::MaybeSent),
        }
    }

    #[test]
    fn a_validity_period_allows_what_lies_within(short in 1_u64..100, more in 0_u64..100, time in 0_u64..300_000) {
        let validity = Validity::seconds(short, short + more);
        let allowed = validity.allows(Duration::from_millis(time));
        prop_assert_eq!(allowed, time >= short * 1000 && time <= (short + more) * 1000);
    }
}
