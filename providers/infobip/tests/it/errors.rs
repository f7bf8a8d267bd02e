//! Why a message failed, as its receipt tells.

use serde_json::{Value, json};
use sms_framework::provider::Phase;
use sms_framework::{Class, ErrorKind};
use sms_provider_infobip::ENTRY;

use crate::receipts::{receipt, result};
use crate::support::status;
use Class::{Account, Permanent, Throttled, Transient};

/// Error id, kind and class.
const ERRORS: &[(u64, ErrorKind, Class)] = &[
    (1, ErrorKind::Recipient, Permanent),
    (9, ErrorKind::Recipient, Permanent),
    (11, ErrorKind::Recipient, Permanent),
    (12, ErrorKind::Recipient, Permanent),
    (6, ErrorKind::Recipient, Transient),
    (27, ErrorKind::Recipient, Transient),
    (31, ErrorKind::Recipient, Transient),
    (32, ErrorKind::Recipient, Transient),
    (33, ErrorKind::Recipient, Transient),
    (256, ErrorKind::Recipient, Transient),
    (502, ErrorKind::Recipient, Transient),
    (628, ErrorKind::Recipient, Transient),
    (351, ErrorKind::Recipient, Permanent),
    (368, ErrorKind::Account, Account),
    (572, ErrorKind::Account, Account),
    (594, ErrorKind::Account, Account),
    (4202, ErrorKind::Account, Account),
    (603, ErrorKind::OptedOut, Permanent),
    (573, ErrorKind::OptedOut, Permanent),
    (2052, ErrorKind::OptedOut, Permanent),
    (2050, ErrorKind::OptedOut, Permanent),
    (607, ErrorKind::Refused, Permanent),
    (608, ErrorKind::Refused, Permanent),
    (4101, ErrorKind::Expired, Permanent),
    (811, ErrorKind::Expired, Permanent),
    (4098, ErrorKind::Expired, Permanent),
    (4103, ErrorKind::ProviderThrottled, Throttled),
    (4104, ErrorKind::ProviderThrottled, Throttled),
    (5492, ErrorKind::Refused, Permanent),
    (4106, ErrorKind::Account, Account),
];

fn undelivered(error: Value) -> Value {
    let mut result = result(status(2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED"));
    result["error"] = error;
    result
}

#[tokio::test]
async fn every_error_is_judged_by_its_id_not_by_its_flag() {
    for (id, kind, class) in ERRORS {
        for permanent in [true, false] {
            let error = json!({"id": id, "name": "EC_X", "permanent": permanent});
            let error = receipt(undelivered(error)).await.error.unwrap();
            assert_eq!((error.kind(), error.class()), (*kind, *class), "{id}");
            assert_eq!(error.provider_code(), Some(&*id.to_string()));
        }
    }
    let known = ENTRY
        .codes
        .iter()
        .filter(|code| code.phase == Phase::Delivery);
    let tested: Vec<_> = ERRORS.iter().map(|(id, ..)| id.to_string()).collect();
    assert_eq!(known.map(|code| code.code).collect::<Vec<_>>(), tested);
}

#[tokio::test]
async fn of_an_error_that_nobody_knows_the_flag_counts() {
    for (flag, class) in [
        (json!(true), Permanent),
        (json!(false), Transient),
        (json!(null), Permanent),
    ] {
        let error = receipt(undelivered(json!({"id": 7777, "permanent": flag})))
            .await
            .error
            .unwrap();
        assert_eq!((error.kind(), error.class()), (ErrorKind::Refused, class));
        assert_eq!(error.provider_code(), Some("7777"));
    }
}

#[tokio::test]
async fn a_status_says_why_where_its_error_does_not() {
    let refused = status(5, "REJECTED", 14, "REJECTED_DESTINATION_BLOCKLISTED");
    for error in [
        json!(null),
        json!({"id": 0, "name": "NO_ERROR"}),
        json!({"id": 7777}),
    ] {
        let mut result = result(refused.clone());
        result["error"] = error;
        let error = receipt(result).await.error.unwrap();
        assert_eq!(error.kind(), ErrorKind::OptedOut);
        assert_eq!(error.provider_code(), Some("14"));
    }
    assert!(receipt(undelivered(json!({"id": 0}))).await.error.is_none());
}

#[tokio::test]
async fn numbers_of_statuses_and_of_errors_are_not_mixed_up() {
    // Status 6: no coverage. Error 6: for the moment.
    let refused = result(status(5, "REJECTED", 6, "REJECTED_NETWORK"));
    assert_eq!(receipt(refused).await.error.unwrap().class(), Account);
    let absent = undelivered(json!({"id": 6, "permanent": false}));
    assert_eq!(receipt(absent).await.error.unwrap().class(), Transient);
}

#[tokio::test]
async fn a_message_on_its_way_has_no_error() {
    for status in [
        status(3, "DELIVERED", 2, "DELIVERED_TO_OPERATOR"),
        status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"),
        status(1, "PENDING", 7, "PENDING_ENROUTE"),
    ] {
        let mut result = result(status);
        result["error"] = json!({"id": 603, "permanent": true});
        assert!(receipt(result).await.error.is_none());
    }
}
