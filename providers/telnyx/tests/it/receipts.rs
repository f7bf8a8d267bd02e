//! Receipts, messages from phones, and what is neither.

use serde_json::{Value, json};
use sms_framework::provider::{DeliveryReceipt, Event, Inbound, OptOut};
use sms_framework::{Class, ErrorKind, MessageState};

use crate::support::{
    ANNA, ID, OUR_URL, OURS, described, event, events, finalized, received, signed, time,
};

async fn receipt(body: &Value) -> DeliveryReceipt {
    match events(&signed(body.to_string())).await.unwrap().as_slice() {
        [Event::Receipt(receipt)] => receipt.clone(),
        other => panic!("no receipt: {other:?}"),
    }
}

async fn inbound(body: &Value) -> Inbound {
    match events(&signed(body.to_string())).await.unwrap().as_slice() {
        [Event::Inbound(inbound)] => inbound.clone(),
        other => panic!("no message from a phone: {other:?}"),
    }
}

#[tokio::test]
async fn everything_that_a_receipt_says() {
    let payload = described(|data| {
        data["to"][0]["status"] = json!("delivery_failed");
        data["parts"] = json!(2);
        data["cost"] = json!({"amount": "0.0080", "currency": "USD"});
        data["errors"] = json!([{"code": "40006", "title": "Carrier down", "detail": ""}]);
    });
    let receipt = receipt(&event("message.finalized", payload)).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
    assert_eq!(receipt.message_id, Some(OURS.parse().unwrap()));
    assert_eq!(receipt.to, Some(ANNA.parse().unwrap()));
    assert_eq!(receipt.state, Some(MessageState::Undelivered));
    assert!(receipt.is_final);
    assert_eq!(receipt.provider_status, "delivery_failed");
    assert_eq!(receipt.at, Some(time("2026-02-03T04:05:07.25Z")));
    assert_eq!((receipt.segments, receipt.sequence), (Some(2), None));
    let price = receipt.price.unwrap();
    assert_eq!(
        (price.amount.as_str(), price.currency.as_deref()),
        ("0.0080", Some("USD"))
    );
    let error = receipt.error.unwrap();
    assert_eq!(
        (error.provider_code(), error.class()),
        (Some("40006"), Class::Transient)
    );
}

#[tokio::test]
async fn every_word_has_its_state() {
    use MessageState::{
        Accepted, Canceled, Delivered, Expired, Failed, Rejected, Sent, Undelivered,
    };
    for (status, code, state, last) in [
        ("scheduled", "", Some(Accepted), false),
        ("queued", "", Some(Accepted), false),
        ("sending", "", Some(Accepted), false),
        ("sent", "", Some(Sent), false),
        ("delivered", "", Some(Delivered), true),
        ("delivery_failed", "40001", Some(Undelivered), true),
        ("delivery_failed", "40300", Some(Undelivered), true),
        ("sending_failed", "", Some(Failed), true),
        ("sending_failed", "40015", Some(Failed), true),
        ("sending_failed", "40014", Some(Expired), true),
        ("sending_failed", "40300", Some(Rejected), true),
        ("sending_failed", "40333", Some(Rejected), true),
        ("sending_failed", "403", Some(Failed), true),
        ("expired", "", Some(Expired), true),
        ("cancelled", "", Some(Canceled), true),
        // Nothing further comes, and nobody knows.
        ("delivery_unconfirmed", "", Some(Sent), true),
        ("Delivered", "", None, false),
        ("webhook_delivered", "", None, false),
    ] {
        let errors = if code.is_empty() {
            json!([])
        } else {
            json!([{"code": code}])
        };
        let receipt = receipt(&finalized(status, errors)).await;
        assert_eq!(
            (receipt.state, receipt.is_final),
            (state, last),
            "{status} {code}"
        );
        assert_eq!(receipt.provider_status, status);
        assert_eq!(receipt.error.is_some(), !code.is_empty());
    }
}

#[tokio::test]
async fn a_sent_message_is_reported_too() {
    let payload = described(|data| data["to"][0]["status"] = json!("sent"));
    let receipt = receipt(&event("message.sent", payload)).await;
    assert_eq!(
        (receipt.state, receipt.is_final),
        (Some(MessageState::Sent), false)
    );
}

#[tokio::test]
async fn each_recipient_has_a_receipt() {
    let payload = described(|data| {
        data["to"] = json!([
            {"phone_number": ANNA, "status": "delivered"},
            {"phone_number": "+14155550199", "status": "delivery_failed"},
        ]);
    });
    let body = event("message.finalized", payload).to_string();
    let read = events(&signed(body)).await.unwrap();
    let states: Vec<_> = read
        .iter()
        .map(|event| match event {
            Event::Receipt(receipt) => (receipt.to.unwrap().to_string(), receipt.state.unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        states,
        [
            (ANNA.to_owned(), MessageState::Delivered),
            ("+14155550199".to_owned(), MessageState::Undelivered)
        ]
    );
}

#[tokio::test]
async fn our_id_is_read_from_what_is_signed() {
    const OTHER: &str = "0193b0c0-0000-7000-8000-000000000002";
    let url = |id: &str| json!(format!("{OUR_URL}?site=2&sms_message_id={id}"));
    let ours = Some(OURS);
    for (webhook_url, delivered_to, called, expected) in [
        (url(OURS), url(OURS), Some(OTHER), ours),
        (url(OURS), json!(null), Some(OTHER), ours),
        (json!(null), url(OURS), Some(OTHER), ours),
        (json!("https://profile.example"), url(OURS), None, ours),
        (json!(OUR_URL), json!(OUR_URL), Some(OTHER), None),
        (json!("no url"), json!(7), Some(OTHER), None),
        (json!(null), json!(null), Some(OURS), ours),
        (json!(null), json!(null), None, None),
    ] {
        let mut body = finalized("delivered", json!([]));
        body["data"]["payload"]["webhook_url"] = webhook_url;
        body["meta"]["delivered_to"] = delivered_to;
        let query = called.map_or(String::new(), |id| format!("?sms_message_id={id}"));
        let call = signed(body.to_string()).with_url(format!("{OUR_URL}{query}"));
        match events(&call).await.unwrap().as_slice() {
            [Event::Receipt(receipt)] => {
                let id = receipt.message_id.map(|id| id.to_string());
                assert_eq!(id.as_deref(), expected, "{body}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_message_from_a_phone() {
    let message = inbound(&received(|_| {})).await;
    assert_eq!(
        message.provider_message_id.as_deref(),
        Some("84cca175-9755-4859-b67f-4730d7f58aa3")
    );
    assert_eq!(
        (message.from.as_str(), message.to.as_str()),
        (ANNA, "+14155550100")
    );
    assert_eq!(message.text, "Yes + 1 & é");
    assert_eq!(message.at, Some(time("2026-02-03T04:05:06Z")));
    assert_eq!((message.opt_out, message.media.len()), (None, 0));
}

#[tokio::test]
async fn media_and_a_missing_text() {
    let media = json!([
        {"url": "https://media.example/a.png", "content_type": "image/png", "size": 7},
        {"url": "https://media.example/b.png"},
        {"content_type": "text/plain"},
    ]);
    for text in [json!(null), json!("")] {
        let body = received(|payload| {
            payload["media"] = media.clone();
            payload["text"] = text;
        });
        let message = inbound(&body).await;
        assert_eq!(message.text, "");
        let urls = ["https://media.example/a.png", "https://media.example/b.png"];
        assert_eq!(message.media, urls);
    }
    let message = inbound(&received(|payload| payload["received_at"] = json!("soon"))).await;
    assert_eq!(message.at, Some(time("2026-02-03T04:05:07.25Z")));
}

#[tokio::test]
async fn every_keyword_is_read() {
    for (word, opt_out) in [
        (json!("STOP"), Some(OptOut::Stop)),
        (json!("START"), Some(OptOut::Start)),
        (json!("HELP"), Some(OptOut::Help)),
        (json!(null), None),
        (json!("DANCE"), None),
        (json!(7), None),
    ] {
        let message = inbound(&received(|payload| payload["autoresponse_type"] = word)).await;
        assert_eq!(message.opt_out, opt_out);
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let without = |mut body: Value, pointer: &str| {
        *body.pointer_mut(pointer).unwrap() = json!(null);
        body
    };
    let delivered = || finalized("delivered", json!([]));
    let texted = || received(|_| {});
    for (body, field) in [
        (json!({}), "data.event_type"),
        (json!([]), "data.event_type"),
        (without(delivered(), "/data/payload"), "data.payload.to"),
        (without(delivered(), "/data/payload/to"), "data.payload.to"),
        (without(delivered(), "/data/payload/id"), "data.payload.id"),
        (
            without(delivered(), "/data/payload/to/0"),
            "data.payload.to.status",
        ),
        (
            without(delivered(), "/data/payload/to/0/status"),
            "data.payload.to.status",
        ),
        (without(texted(), "/data/payload/id"), "data.payload.id"),
        (
            without(texted(), "/data/payload/from"),
            "data.payload.from.phone_number",
        ),
        (
            without(texted(), "/data/payload/to"),
            "data.payload.to.0.phone_number",
        ),
        (without(texted(), "/data/payload/text"), "data.payload.text"),
    ] {
        let error = events(&signed(body.to_string())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.to_string(),
            format!("the webhook call has no `{field}`")
        );
    }
}

#[tokio::test]
async fn odd_values_are_left_out() {
    let body = {
        let mut body = finalized("sent", json!({"code": "40001"}));
        body["data"]["occurred_at"] = json!("yesterday");
        body["data"]["payload"]["parts"] = json!(-1);
        body["data"]["payload"]["cost"] = json!("0.01");
        body["data"]["payload"]["to"][0]["phone_number"] = json!("72345");
        body
    };
    let receipt = receipt(&body).await;
    assert_eq!((receipt.at, receipt.segments), (None, None));
    assert!(receipt.price.is_none() && receipt.to.is_none() && receipt.error.is_none());
}

#[tokio::test]
async fn an_event_about_something_else_says_nothing() {
    for kind in [
        "call.initiated",
        "message.teleported",
        "10dlc.campaign.update",
    ] {
        let call = signed(event(kind, json!({})).to_string());
        assert!(events(&call).await.unwrap().is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn no_body_makes_it_panic() {
    let deep = "[".repeat(100_000);
    let bodies: &[&[u8]] = &[
        b"",
        b"null",
        b"7",
        b"\"message.sent\"",
        b"\xff\xfe\x00",
        b"{\"data\": {\"event_type\": 7}}",
        b"{\"data\": {\"event_type\": \"message.sent\", \"payload\": [1, 2]}}",
        b"{\"data\": {\"event_type\": \"message.finalized\", \"payload\": {\"id\": \"1\", \"to\": [7]}}}",
        b"{\"data\": {\"event_type\": \"message.received\", \"payload\": {\"to\": \"x\", \"from\": 7}}}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let error = events(&signed(*body)).await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::BadWebhook,
            "{}",
            String::from_utf8_lossy(body)
        );
    }
}
