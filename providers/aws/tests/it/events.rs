//! What signed events say.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sms_framework::MessageState::{self, Accepted, Delivered, Expired, Sent, Undelivered};
use sms_framework::provider::{DeliveryReceipt, DynProvider, Phase};
use sms_framework::{Certainty, Class, ErrorKind};
use sms_provider_aws::ENTRY;

use crate::support::{ANNA, ID, OUR_ID, event, events, hearing, notification, receipt, sns};

/// The receipt of an event.
async fn read(provider: &DynProvider, event: &Value) -> DeliveryReceipt {
    receipt(provider, &notification(&event.to_string())).await
}

/// The kind, class and certainty of a failure.
type Failure = Option<(ErrorKind, Class, Certainty)>;

const fn permanent(kind: ErrorKind) -> Failure {
    Some((kind, Class::Permanent, Certainty::Rejected))
}

const LATER: Failure = Some((ErrorKind::Recipient, Class::Transient, Certainty::NotSent));
const ACCOUNT: Failure = Some((ErrorKind::Account, Class::Account, Certainty::Rejected));

const WORDS: &[(&str, Option<MessageState>, Failure)] = &[
    ("TEXT_PENDING", Some(Accepted), None),
    ("TEXT_QUEUED", Some(Accepted), None),
    ("TEXT_SUCCESSFUL", Some(Sent), None),
    ("TEXT_DELIVERED", Some(Delivered), None),
    (
        "TEXT_INVALID",
        Some(Undelivered),
        permanent(ErrorKind::Recipient),
    ),
    (
        "TEXT_INVALID_MESSAGE",
        Some(Undelivered),
        permanent(ErrorKind::Refused),
    ),
    (
        "TEXT_SPAM",
        Some(Undelivered),
        permanent(ErrorKind::Refused),
    ),
    (
        "TEXT_CARRIER_BLOCKED",
        Some(Undelivered),
        permanent(ErrorKind::Refused),
    ),
    (
        "TEXT_BLOCKED",
        Some(Undelivered),
        permanent(ErrorKind::OptedOut),
    ),
    ("TEXT_PROTECT_BLOCKED", Some(Undelivered), ACCOUNT),
    ("TEXT_UNREACHABLE", Some(Undelivered), LATER),
    ("TEXT_CARRIER_UNREACHABLE", Some(Undelivered), LATER),
    (
        "TEXT_TTL_EXPIRED",
        Some(Expired),
        Some((ErrorKind::Expired, Class::Permanent, Certainty::NotSent)),
    ),
    ("TEXT_UNKNOWN", None, None),
    ("TEXT_SENT", None, None),
    ("TEXT_TELEPORTED", None, None),
    ("MEDIA_DELIVERED", None, None),
];

#[tokio::test]
async fn every_word_has_its_state_and_its_failure() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for (word, state, failure) in WORDS {
        let receipt = read(&provider, &event(word)).await;
        assert_eq!(receipt.state, *state, "{word}");
        assert_eq!(receipt.provider_status, *word);
        let error = receipt.error.as_ref();
        let found = error.map(|error| (error.kind(), error.class(), error.certainty()));
        assert_eq!(found, *failure, "{word}");
        let code = error.and_then(|error| error.provider_code());
        assert_eq!(code, failure.is_some().then_some(*word));
    }
}

#[test]
fn the_table_holds_the_words_that_are_failures_and_no_other() {
    let expected: BTreeSet<_> = WORDS
        .iter()
        .filter(|row| row.2.is_some())
        .map(|row| row.0)
        .collect();
    let table = ENTRY
        .codes
        .iter()
        .filter(|code| code.phase == Phase::Delivery);
    assert_eq!(
        table.map(|code| code.code).collect::<BTreeSet<_>>(),
        expected
    );
}

#[tokio::test]
async fn a_receipt_holds_what_the_event_says() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let receipt = read(&provider, &event("TEXT_DELIVERED")).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
    assert_eq!(receipt.message_id, Some(OUR_ID.parse().unwrap()));
    assert_eq!(receipt.to.unwrap().as_str(), ANNA);
    assert_eq!(
        receipt.at,
        Some("2026-11-22T10:30:03.123Z".parse().unwrap())
    );
    assert_eq!(receipt.segments, Some(2));
    let price = receipt.price.unwrap();
    assert_eq!((&*price.amount, price.currency), ("0.00645", None));
    assert_eq!((receipt.part, receipt.sequence), (None, None));
    assert!(receipt.is_final);
}

#[tokio::test]
async fn the_event_says_whether_it_is_the_last() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for (word, is_final, state, ends) in [
        ("TEXT_SUCCESSFUL", json!(true), Some(Sent), true),
        ("TEXT_SUCCESSFUL", json!(false), Some(Sent), false),
        ("TEXT_SUCCESSFUL", Value::Null, Some(Sent), false),
        ("TEXT_DELIVERED", json!(false), Some(Delivered), false),
        ("TEXT_DELIVERED", Value::Null, Some(Delivered), true),
        ("TEXT_QUEUED", json!(false), Some(Accepted), false),
        ("TEXT_UNKNOWN", json!(true), None, true),
        ("TEXT_UNKNOWN", json!(false), None, false),
        // It may yet be delivered.
        ("TEXT_UNREACHABLE", json!(false), None, false),
        ("TEXT_UNREACHABLE", json!(true), Some(Undelivered), true),
        ("TEXT_UNREACHABLE", Value::Null, Some(Undelivered), true),
    ] {
        let mut event = event(word);
        event["isFinal"] = is_final;
        let receipt = read(&provider, &event).await;
        assert_eq!((receipt.state, receipt.is_final), (state, ends), "{event}");
        let fails = state == Some(Undelivered);
        assert_eq!(receipt.error.is_some(), fails, "{event}");
    }
}

#[tokio::test]
async fn fields_that_are_missing_or_odd_are_left_out() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for (field, odd) in [
        ("context", json!({"sms_message_id": "not an id"})),
        ("context", json!({"other": "x"})),
        ("context", json!("x")),
        ("destinationPhoneNumber", json!("ACME")),
        ("eventTimestamp", json!("soon")),
        ("eventTimestamp", json!(i64::MAX)),
        ("totalMessageParts", json!(0)),
        ("totalMessageParts", json!(-1)),
        ("totalMessageParts", json!(1_u64 << 40)),
        ("totalMessagePrice", json!("free")),
        ("isFinal", json!("true")),
    ] {
        let mut spoilt = event("TEXT_DELIVERED");
        spoilt[field] = odd.clone();
        let receipt = read(&provider, &spoilt).await;
        let is_left_out = match field {
            "context" => receipt.message_id.is_none(),
            "destinationPhoneNumber" => receipt.to.is_none(),
            "eventTimestamp" => receipt.at.is_none(),
            "totalMessageParts" => receipt.segments.is_none(),
            "totalMessagePrice" => receipt.price.is_none(),
            _ => receipt.is_final,
        };
        assert!(is_left_out, "{field} {odd}: {receipt:?}");
        assert_eq!(receipt.state, Some(Delivered));
    }
    let least = json!({"eventType": "TEXT_DELIVERED", "messageId": ID});
    let receipt = read(&provider, &least).await;
    assert_eq!((receipt.state, receipt.message_id), (Some(Delivered), None));
}

#[tokio::test]
async fn an_event_without_what_aws_promises_is_bad() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for (field, value) in [
        ("messageId", Value::Null),
        ("messageId", json!(7)),
        ("eventType", json!(7)),
        ("eventType", Value::Null),
    ] {
        let mut spoilt = event("TEXT_DELIVERED");
        spoilt[field] = value;
        let call = notification(&spoilt.to_string());
        let error = events(&provider, &call).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.to_string(),
            format!("the event has no `{field}` that is text")
        );
    }
}

#[tokio::test]
async fn messages_that_are_no_events_say_nothing() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for message in [
        "a person tries the topic",
        "",
        "{}",
        "[]",
        "null",
        "7",
        "{\"eventType\"",
        r#"[{"eventType": "TEXT_DELIVERED"}]"#,
        r#"{"originationNumber": "+14155550123", "messageBody": "STOP"}"#,
    ] {
        let read = events(&provider, &notification(message)).await.unwrap();
        assert!(read.is_empty(), "{message}: {read:?}");
    }
}
