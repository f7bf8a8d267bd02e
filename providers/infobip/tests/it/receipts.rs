//! Receipts and messages from phones.

use serde_json::{Value, json};
use sms_framework::provider::{DeliveryReceipt, Event, Price, Reply, Webhooks};
use sms_framework::{ErrorKind, MessageState, PhoneNumber};

use crate::support::{PATH_SECRET, call, duplicate, events, infobip, read, status};
use MessageState::{Accepted, Delivered, Expired, Rejected, Sent, Undelivered};

const ID: &str = "0193b0c0-0000-7000-8000-000000000001";

pub(crate) fn result(status: Value) -> Value {
    json!({"messageId": ID, "to": "14155550123", "status": status})
}

fn batch(results: &[Value]) -> Value {
    json!({"results": results})
}

async fn receipts(results: &[Value]) -> Vec<DeliveryReceipt> {
    let receipt = |event| match event {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    };
    let events = read(&batch(results)).await.unwrap();
    events.into_iter().map(receipt).collect()
}

pub(crate) async fn receipt(result: Value) -> DeliveryReceipt {
    let [receipt] = receipts(&[result]).await.try_into().unwrap();
    receipt
}

#[tokio::test]
async fn every_status_has_its_state() {
    for (group, group_name, id, name, state, is_final) in [
        (
            1,
            "PENDING",
            3,
            "PENDING_WAITING_DELIVERY",
            Some(Sent),
            false,
        ),
        (1, "PENDING", 7, "PENDING_ENROUTE", Some(Sent), false),
        (1, "PENDING", 26, "PENDING_ACCEPTED", Some(Accepted), false),
        (1, "PENDING", 999, "PENDING_NEW", Some(Accepted), false),
        (
            0,
            "ACCEPTED",
            999,
            "MESSAGE_ACCEPTED",
            Some(Accepted),
            false,
        ),
        (
            2,
            "UNDELIVERABLE",
            4,
            "UNDELIVERABLE_REJECTED_OPERATOR",
            Some(Undelivered),
            true,
        ),
        (
            2,
            "UNDELIVERABLE",
            9,
            "UNDELIVERABLE_NOT_DELIVERED",
            Some(Undelivered),
            true,
        ),
        (
            2,
            "UNDELIVERABLE",
            31,
            "UNDELIVERABLE_NOT_SENT",
            Some(Undelivered),
            true,
        ),
        (
            2,
            "UNDELIVERABLE",
            999,
            "UNDELIVERABLE_NEW",
            Some(Undelivered),
            true,
        ),
        // Called delivered, and yet no phone has it.
        (
            3,
            "DELIVERED",
            2,
            "DELIVERED_TO_OPERATOR",
            Some(Sent),
            false,
        ),
        (
            3,
            "DELIVERED",
            5,
            "DELIVERED_TO_HANDSET",
            Some(Delivered),
            true,
        ),
        (3, "DELIVERED", 999, "DELIVERED_NEW", Some(Delivered), true),
        (4, "EXPIRED", 15, "EXPIRED_EXPIRED", Some(Expired), true),
        (4, "EXPIRED", 29, "EXPIRED_DLR_UNKNOWN", Some(Expired), true),
        (4, "EXPIRED", 87, "SIGNALS_BLOCKED", Some(Rejected), true),
        (5, "REJECTED", 87, "SIGNALS_BLOCKED", Some(Rejected), true),
        (4, "EXPIRED", 999, "EXPIRED_NEW", Some(Expired), true),
        (5, "REJECTED", 6, "REJECTED_NETWORK", Some(Rejected), true),
        (5, "REJECTED", 999, "REJECTED_NEW", Some(Rejected), true),
        (9, "TELEPORTED", 999, "TELEPORTED_TO_MARS", None, false),
    ] {
        let receipt = receipt(result(status(group, group_name, id, name))).await;
        assert_eq!(
            (receipt.state, receipt.is_final),
            (state, is_final),
            "{name}"
        );
        assert_eq!(receipt.provider_status, name);
    }
}

#[tokio::test]
async fn a_group_may_be_named_and_not_numbered() {
    for (name, state) in [
        ("PENDING", Some(Accepted)),
        ("UNDELIVERABLE", Some(Undelivered)),
        ("DELIVERED", Some(Delivered)),
        ("EXPIRED", Some(Expired)),
        ("REJECTED", Some(Rejected)),
        ("delivered", None),
    ] {
        let receipt = receipt(result(json!({"groupName": name}))).await;
        assert_eq!(receipt.state, state);
        assert_eq!(receipt.provider_status, name);
    }
}

#[tokio::test]
async fn a_refused_duplicate_says_nothing_about_the_message() {
    let receipt = receipt(result(duplicate())).await;
    assert_eq!((receipt.state, receipt.is_final), (None, false));
    assert_eq!(receipt.provider_status, "REJECTED_DUPLICATE_MESSAGE_ID");
    assert!(receipt.error.is_none());
}

#[tokio::test]
async fn everything_that_a_receipt_tells_is_read() {
    let mut version3 = result(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"));
    let common = json!({
        "bulkId": "1", "sentAt": "2026-05-04T10:00:00.000+0000", "doneAt": "2026-05-04T12:00:05.123+0200",
        "price": {"pricePerMessage": 0.0105, "currency": "EUR"}, "callbackData": "x",
    });
    version3
        .as_object_mut()
        .unwrap()
        .extend(common.as_object().unwrap().clone());
    let mut version2 = version3.clone();
    version3["messageCount"] = json!(3);
    version3["sender"] = json!("ACME");
    version2["smsCount"] = json!(3);
    version2["from"] = json!("ACME");
    for result in [version3, version2] {
        let receipt = receipt(result).await;
        assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
        assert_eq!(receipt.message_id, ID.parse().ok());
        assert_eq!(receipt.to, PhoneNumber::parse("+14155550123").ok());
        assert_eq!(receipt.segments, Some(3));
        assert_eq!(receipt.at.unwrap().to_string(), "2026-05-04T10:00:05.123Z");
        let price = Price {
            amount: "0.0105".to_owned(),
            currency: Some("EUR".to_owned()),
        };
        assert_eq!(receipt.price, Some(price));
    }
}

#[tokio::test]
async fn dates_are_read_with_and_without_a_colon() {
    for (written, at) in [
        (
            "2026-05-04T10:00:05.123+0000",
            Some("2026-05-04T10:00:05.123Z"),
        ),
        (
            "2026-05-04T10:00:05.123-0330",
            Some("2026-05-04T13:30:05.123Z"),
        ),
        (
            "2026-05-04T10:00:05.123+00:00",
            Some("2026-05-04T10:00:05.123Z"),
        ),
        ("2026-05-04T10:00:05Z", Some("2026-05-04T10:00:05Z")),
        ("2026-05-04T10:00:05+0000", Some("2026-05-04T10:00:05Z")),
        ("2026-05-04T10:00:05.123", None),
        ("yesterday", None),
        ("", None),
    ] {
        let mut result = result(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"));
        result["doneAt"] = json!(written);
        let read = receipt(result).await.at.map(|at| at.to_string());
        assert_eq!(read.as_deref(), at, "{written}");
    }
}

#[tokio::test]
async fn an_id_that_is_not_ours_is_the_vendors_alone() {
    let mut result = result(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"));
    result["messageId"] = json!("2250be2d4219-3af1-78856-aabe-1362af1edfd2");
    let receipt = receipt(result).await;
    assert_eq!(receipt.message_id, None);
    assert_eq!(
        receipt.provider_message_id.as_deref(),
        Some("2250be2d4219-3af1-78856-aabe-1362af1edfd2")
    );
}

#[tokio::test]
async fn a_hundred_receipts_in_one_call_stay_in_their_order() {
    let results: Vec<Value> = (0..100)
        .map(|number| {
            let mut result = result(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"));
            result["messageId"] = json!(format!("{number}"));
            result
        })
        .collect();
    let receipts = receipts(&results).await;
    let ids: Vec<_> = receipts
        .iter()
        .map(|receipt| receipt.provider_message_id.clone().unwrap())
        .collect();
    assert_eq!(
        ids,
        (0..100)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
}

fn from_phone() -> Value {
    json!({
        "messageId": "8177", "from": "14155550123", "to": "72345", "text": "JOIN Ja \u{1f600}\n+1",
        "cleanText": "Ja \u{1f600}\n+1", "keyword": "JOIN", "smsCount": 1,
        "receivedAt": "2026-05-04T10:00:00.123+0000",
        "price": {"pricePerMessage": 0, "currency": "EUR"},
    })
}

#[tokio::test]
async fn a_text_from_a_phone_is_read_with_its_keyword() {
    let events = read(&batch(&[from_phone(), from_phone()])).await.unwrap();
    let [Event::Inbound(inbound), Event::Inbound(_)] = &*events else {
        panic!("{events:?}");
    };
    assert_eq!(inbound.provider_message_id.as_deref(), Some("8177"));
    assert_eq!((&*inbound.from, &*inbound.to), ("+14155550123", "72345"));
    assert_eq!(inbound.text, "JOIN Ja \u{1f600}\n+1");
    assert_eq!(inbound.at.unwrap().to_string(), "2026-05-04T10:00:00.123Z");
    assert_eq!(inbound.opt_out, None);
}

#[tokio::test]
async fn other_calls_are_about_nothing() {
    for body in [
        json!({}),
        json!({"notification": 1}),
        json!({"results": []}),
    ] {
        assert!(read(&body).await.unwrap().is_empty());
    }
}

fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().unwrap().remove(field);
    body
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let delivered = || result(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"));
    for (result, field) in [
        (without(delivered(), "status"), "`status` with a name"),
        (result(json!({"id": 5})), "`status` with a name"),
        (without(delivered(), "messageId"), "`messageId`"),
        (without(from_phone(), "from"), "`from`"),
        (without(from_phone(), "to"), "`to`"),
        (without(from_phone(), "text"), "`text`"),
        (without(from_phone(), "messageId"), "`messageId`"),
    ] {
        let error = read(&batch(&[result])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.to_string(),
            format!("a result of the webhook call has no {field}")
        );
    }
}

#[tokio::test]
async fn one_bad_entry_does_not_keep_back_the_others() {
    let good = result(status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"));
    let receipts = receipts(&[json!(7), good.clone(), json!({}), good]).await;
    assert_eq!(receipts.len(), 2);
}

#[tokio::test]
async fn garbage_is_refused_without_a_panic() {
    let provider = infobip(
        "http://127.0.0.1:9",
        &format!("webhook_path_secret = '{PATH_SECRET}'"),
    );
    for body in [
        "",
        "{",
        "null",
        "[]",
        "7",
        r#"{"results": 1}"#,
        r#"{"results": {}}"#,
        r#"{"results": [null, 1, "x", [], {}]}"#,
        r#"{"results": [{"status": []}]}"#,
        r#"{"results": [{"status": {"name": 5, "groupName": {}}}]}"#,
        r#"{"results": [{"receivedAt": 5, "from": [], "to": 1}]}"#,
        "\u{0}\u{fffd}",
    ] {
        let error = events(&provider, &call(body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook, "{body}");
        assert_eq!(Reply::for_error(&error).status, 400);
    }
    // Fields of the wrong type that nothing depends on are left out.
    let odd = json!({
        "messageId": "1", "status": {"name": "X", "id": -5, "groupId": "3"}, "to": 5, "doneAt": 7,
        "messageCount": "2", "smsCount": -1, "price": "free", "error": [],
    });
    let receipt = receipt(odd).await;
    assert_eq!((receipt.state, receipt.to, receipt.at), (None, None, None));
    assert_eq!((receipt.segments, receipt.price), (None, None));
}

#[tokio::test]
async fn infobip_wants_to_hear_200() {
    let provider = infobip("http://127.0.0.1:9", "");
    let webhooks: &dyn Webhooks = provider.webhooks().unwrap();
    assert_eq!(webhooks.reply(), Reply::empty(200));
}
