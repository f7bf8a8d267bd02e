//! Receipts and messages from phones.

use serde_json::{Value, json};
use sms_framework::provider::{DeliveryReceipt, Event, Phase, Reply};
use sms_framework::{Class, ErrorKind, MessageState, PhoneNumber};
use sms_provider_sinch::ENTRY;

use crate::support::{BATCH, WEBHOOK_SECRET, events, listener, our_id, read, signed, signed_text};
use Class::{Account, Permanent, Transient};
use MessageState::{Accepted, Canceled, Delivered, Expired, Failed, Rejected, Sent, Undelivered};

fn report(status: &str, code: impl Into<Value>) -> Value {
    json!({
        "type": "recipient_delivery_report_sms", "batch_id": BATCH, "recipient": "14155550123",
        "code": code.into(), "status": status, "at": "2026-05-04T10:00:05.123Z",
    })
}

async fn receipts(body: &Value) -> Vec<DeliveryReceipt> {
    let receipt = |event| match event {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    };
    read(body).await.unwrap().into_iter().map(receipt).collect()
}

async fn receipt(body: &Value) -> DeliveryReceipt {
    let [receipt] = receipts(body).await.try_into().unwrap();
    receipt
}

#[tokio::test]
async fn every_status_word_has_its_state() {
    for (word, code, state, is_final) in [
        ("Queued", 400, Some(Accepted), false),
        ("Dispatched", 401, Some(Sent), false),
        ("Delivered", 0, Some(Delivered), true),
        ("Failed", 0, Some(Undelivered), true),
        ("Rejected", 0, Some(Rejected), true),
        ("Deleted", 0, Some(Undelivered), true),
        ("Expired", 0, Some(Expired), true),
        ("Aborted", 0, Some(Failed), true),
        ("Aborted", 402, Some(Failed), true),
        ("Aborted", 406, Some(Expired), true),
        ("Aborted", 407, Some(Canceled), true),
        ("Aborted", 418, Some(Failed), true),
        ("Cancelled", 0, Some(Canceled), true),
        // The end, and yet nobody can say how it ended.
        ("Unknown", 0, Some(Sent), true),
        ("Teleported", 0, None, false),
        ("delivered", 0, None, false),
    ] {
        let receipt = receipt(&report(word, code)).await;
        assert_eq!(
            (receipt.state, receipt.is_final),
            (state, is_final),
            "{word} {code}"
        );
        assert_eq!(receipt.provider_status, word);
        assert_eq!(receipt.provider_message_id.as_deref(), Some(BATCH));
    }
}

/// Code, kind and class.
const CODES: &[(&str, ErrorKind, Class)] = &[
    ("402", ErrorKind::Recipient, Permanent),
    ("403", ErrorKind::ServerError, Transient),
    ("404", ErrorKind::Refused, Transient),
    ("405", ErrorKind::Refused, Permanent),
    ("406", ErrorKind::Expired, Permanent),
    ("407", ErrorKind::Canceled, Permanent),
    ("408", ErrorKind::Refused, Permanent),
    ("410", ErrorKind::Account, Account),
    ("411", ErrorKind::MessageTooLong, Permanent),
    ("412", ErrorKind::Account, Account),
    ("413", ErrorKind::Account, Account),
    ("15", ErrorKind::Refused, Permanent),
    ("60", ErrorKind::Account, Account),
    ("62", ErrorKind::Refused, Permanent),
    ("64", ErrorKind::Account, Account),
    ("257", ErrorKind::OptedOut, Permanent),
];

#[tokio::test]
async fn every_code_is_known_as_number_and_as_text() {
    for (code, kind, class) in CODES {
        let number: u32 = code.parse().unwrap();
        for written in [json!(number), json!(code)] {
            let error = receipt(&report("Aborted", written)).await.error.unwrap();
            assert_eq!((error.kind(), error.class()), (*kind, *class), "{code}");
            assert_eq!(error.provider_code(), Some(*code));
        }
    }
    let known = ENTRY
        .codes
        .iter()
        .filter(|code| code.phase == Phase::Delivery);
    let tested: Vec<_> = CODES.iter().map(|(code, ..)| *code).collect();
    assert_eq!(known.map(|code| code.code).collect::<Vec<_>>(), tested);
}

#[tokio::test]
async fn a_code_that_nobody_knows_keeps_its_number() {
    let error = receipt(&report("Failed", 34)).await.error.unwrap();
    assert_eq!(error.provider_code(), Some("34"));
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn a_message_that_did_not_fail_has_no_error() {
    for (word, code) in [
        ("Queued", 400),
        ("Dispatched", 401),
        ("Delivered", 15),
        ("Unknown", 257),
    ] {
        assert!(receipt(&report(word, code)).await.error.is_none(), "{word}");
    }
    for code in [json!(0), json!("0"), json!(null)] {
        assert!(receipt(&report("Failed", code)).await.error.is_none());
    }
}

#[tokio::test]
async fn deleted_is_not_taken_for_an_opt_out() {
    let receipt = receipt(&report("Deleted", 0)).await;
    assert_eq!(receipt.state, Some(Undelivered));
    assert!(receipt.error.is_none());
}

#[tokio::test]
async fn everything_that_a_receipt_tells_is_read() {
    let mut body = report("Delivered", "0");
    body["client_reference"] = json!(our_id());
    body["number_of_message_parts"] = json!(3);
    body["operator_status_at"] = json!("2026-05-04T10:00:04Z");
    for recipient in ["14155550123", "+14155550123"] {
        body["recipient"] = json!(recipient);
        let receipt = receipt(&body).await;
        assert_eq!(receipt.message_id, Some(our_id()));
        assert_eq!(receipt.to, PhoneNumber::parse("+14155550123").ok());
        assert_eq!(receipt.segments, Some(3));
        assert_eq!(receipt.at.unwrap().to_string(), "2026-05-04T10:00:05.123Z");
    }
    body["type"] = json!("recipient_delivery_report_mms");
    assert_eq!(receipt(&body).await.state, Some(Delivered));
}

#[tokio::test]
async fn our_id_is_taken_from_the_url_where_it_is_not_in_the_body() {
    let provider = listener(&format!("webhook_secret = '{WEBHOOK_SECRET}'"));
    let url = format!("https://example.org/sms/sinch?sms_message_id={}", our_id());
    let mut body = report("Delivered", 0);
    for reference in [json!(null), json!("order 5")] {
        body["client_reference"] = reference;
        let call = signed(&body).with_url(&*url);
        let [Event::Receipt(receipt)] = &*events(&provider, &call).await.unwrap() else {
            panic!("one receipt");
        };
        assert_eq!(receipt.message_id, Some(our_id()));
    }
}

#[tokio::test]
async fn a_summary_is_one_receipt_for_each_recipient_that_it_names() {
    let body = json!({
        "type": "delivery_report_sms", "batch_id": BATCH, "client_reference": our_id(),
        "total_message_count": 3,
        "statuses": [
            {"code": 0, "status": "Delivered", "count": 1, "recipients": ["14155550123"]},
            {"code": 257, "status": "Failed", "count": 2, "recipients": ["+14155550124", "14155550125"]},
        ],
    });
    let receipts = receipts(&body).await;
    let seen: Vec<_> = receipts
        .iter()
        .map(|receipt| (receipt.to.unwrap().to_string(), receipt.state.unwrap()))
        .collect();
    assert_eq!(
        seen,
        [
            ("+14155550123".to_owned(), Delivered),
            ("+14155550124".to_owned(), Undelivered),
            ("+14155550125".to_owned(), Undelivered),
        ]
    );
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.provider_message_id.as_deref() == Some(BATCH))
    );
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.message_id == Some(our_id()))
    );
    assert_eq!(
        receipts[2].error.as_ref().unwrap().kind(),
        ErrorKind::OptedOut
    );
}

#[tokio::test]
async fn a_summary_that_only_counts_tells_of_nobody() {
    let body = json!({
        "type": "delivery_report_sms", "batch_id": BATCH, "total_message_count": 1,
        "statuses": [{"code": 0, "status": "Delivered", "count": 1}],
    });
    assert!(read(&body).await.unwrap().is_empty());
}

fn from_phone(kind: &str, body: Value) -> Value {
    json!({
        "type": kind, "id": "01FJ", "from": "14155550123", "to": "72345", "body": body,
        "received_at": "2026-05-04T10:00:00.123Z", "sent_at": "2026-05-04T09:59:59Z",
    })
}

#[tokio::test]
async fn a_text_from_a_phone_is_read() {
    let events = read(&from_phone("mo_text", json!("Ja \u{1f600}\n+1")))
        .await
        .unwrap();
    let [Event::Inbound(inbound)] = &*events else {
        panic!("{events:?}");
    };
    assert_eq!(inbound.provider_message_id.as_deref(), Some("01FJ"));
    assert_eq!((&*inbound.from, &*inbound.to), ("+14155550123", "72345"));
    assert_eq!(inbound.text, "Ja \u{1f600}\n+1");
    assert_eq!(inbound.at.unwrap().to_string(), "2026-05-04T10:00:00.123Z");
    assert_eq!(inbound.opt_out, None);
}

#[tokio::test]
async fn media_from_a_phone_come_with_their_urls() {
    let body = json!({"subject": "Hi", "message": "Look", "media": [
        {"url": "https://media.example/1", "content_type": "image/png", "status": "Uploaded", "code": 0},
        {"content_type": "image/png", "status": "Failed", "code": 1},
    ]});
    let events = read(&from_phone("mo_media", body)).await.unwrap();
    let [Event::Inbound(inbound)] = &*events else {
        panic!("{events:?}");
    };
    assert_eq!(
        (&*inbound.text, &*inbound.media),
        ("Look", &["https://media.example/1".to_owned()][..])
    );
    let events = read(&from_phone("mo_media", json!({}))).await.unwrap();
    assert!(matches!(&*events, [Event::Inbound(inbound)] if inbound.text.is_empty()));
}

#[tokio::test]
async fn other_calls_are_about_nothing() {
    for kind in ["mo_binary", "delivery_report_mms", "brand_new"] {
        assert!(
            read(&from_phone(kind, json!("AA==")))
                .await
                .unwrap()
                .is_empty(),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let without = |mut body: Value, field: &str| {
        body.as_object_mut().unwrap().remove(field);
        body
    };
    let summary = json!({"type": "delivery_report_sms", "batch_id": BATCH, "statuses": [{"recipients": ["1"]}]});
    for (body, field) in [
        (without(report("Delivered", 0), "type"), "type"),
        (without(report("Delivered", 0), "status"), "status"),
        (without(report("Delivered", 0), "batch_id"), "batch_id"),
        (without(summary.clone(), "statuses"), "statuses"),
        (summary, "status"),
        (without(from_phone("mo_text", json!("x")), "id"), "id"),
        (without(from_phone("mo_text", json!("x")), "from"), "from"),
        (without(from_phone("mo_text", json!("x")), "to"), "to"),
        (without(from_phone("mo_text", json!("x")), "body"), "body"),
    ] {
        let error = read(&body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.to_string(),
            format!("the webhook call has no `{field}`")
        );
        // Nothing but a 2xx, a 429 or a 5xx would make Sinch call again.
        assert_eq!(Reply::for_error(&error).status, 400);
    }
}

#[tokio::test]
async fn garbage_is_refused_without_a_panic() {
    let provider = listener(&format!("webhook_secret = '{WEBHOOK_SECRET}'"));
    for body in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"mo_text\"",
        r#"{"type": 5}"#,
        r#"{"type": "mo_text", "from": [], "to": {}, "body": 1}"#,
        r#"{"type": "mo_media", "body": [[]]}"#,
        r#"{"type": "delivery_report_sms", "statuses": 1}"#,
        r#"{"type": "delivery_report_sms", "batch_id": [], "statuses": [null, 1, {"recipients": [{}]}]}"#,
        r#"{"type": "recipient_delivery_report_sms", "status": {}, "code": []}"#,
        "\u{0}\u{fffd}",
    ] {
        let error = events(&provider, &signed_text(body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook, "{body}");
    }
    // Fields of the wrong type that nothing depends on are left out.
    let odd = json!({
        "type": "recipient_delivery_report_sms", "batch_id": BATCH, "status": "Failed",
        "code": {"a": 1}, "recipient": 5, "at": "yesterday", "number_of_message_parts": -1,
        "client_reference": [],
    });
    let receipt = receipt(&odd).await;
    assert_eq!(
        (receipt.to, receipt.at, receipt.segments),
        (None, None, None)
    );
}
