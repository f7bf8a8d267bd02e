//! What the platform posts to us.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sms_framework::provider::{DeliveryReceipt, Event, WebhookCall};
use sms_framework::{Certainty, Error, ErrorKind, MessageState};

use super::{ID, KEY, OURS, SECRET, event, failed, signature, signed, signed_at, table};
use crate::support::{GARBAGE, events, is_believed};

async fn read(call: &WebhookCall) -> Result<Vec<Event>, Error> {
    events(&table("http://127.0.0.1:9"), call).await
}

async fn receipt(body: Value) -> DeliveryReceipt {
    match read(&signed(body)).await.unwrap().remove(0) {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_word_has_its_state() {
    for (word, state) in [
        ("accepted", MessageState::Accepted),
        ("sent", MessageState::Sent),
        ("delivered", MessageState::Delivered),
        ("undelivered", MessageState::Undelivered),
        ("failed", MessageState::Failed),
        ("rejected", MessageState::Rejected),
        ("expired", MessageState::Expired),
        ("scheduled", MessageState::Scheduled),
        ("canceled", MessageState::Canceled),
    ] {
        let receipt = receipt(event(&format!("sms.{word}"), json!({}))).await;
        assert_eq!(receipt.state, Some(state), "{word}");
        assert_eq!(receipt.is_final, state.is_final(), "{word}");
        assert_eq!(receipt.provider_status, word);
        assert!(receipt.error.is_none());
    }
}

#[tokio::test]
async fn a_receipt_holds_what_the_event_says() {
    let segments = json!({"segments": {"count": 3, "encoding": "UCS2", "characters": 150}});
    let receipt = receipt(event("sms.accepted", segments)).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
    assert_eq!(receipt.message_id, Some(OURS.parse().unwrap()));
    assert_eq!(receipt.to.unwrap().as_str(), "+14155550123");
    assert_eq!(receipt.segments, Some(3));
    assert_eq!(receipt.at, Some("2026-08-01T10:00:05Z".parse().unwrap()));
    assert_eq!(receipt.price, None);
}

#[tokio::test]
async fn our_id_is_read_from_a_tag_where_the_metadata_lacks_it() {
    let tags = json!([{"name": "x", "value": "y"}, {"name": "sms_message_id", "value": OURS}]);
    let by_tag = receipt(event("sms.sent", json!({"metadata": null, "tags": tags}))).await;
    assert_eq!(by_tag.message_id, Some(OURS.parse().unwrap()));
    let bare = receipt(event(
        "sms.sent",
        json!({"metadata": {"sms_message_id": 7}, "tags": {}}),
    ))
    .await;
    assert_eq!(bare.message_id, None);
    assert_eq!(bare.provider_message_id.as_deref(), Some(ID));
}

#[tokio::test]
async fn the_reason_of_a_failure_is_read() {
    let opted_out = receipt(failed("sms.rejected", "recipient_opted_out"))
        .await
        .error
        .unwrap();
    assert_eq!(opted_out.kind(), ErrorKind::OptedOut);
    let off = receipt(failed("sms.undelivered", "unreachable")).await;
    assert!(off.is_final);
    assert!(off.error.unwrap().is_transient());
    // A reason that was added later is kept as a word.
    let new = receipt(failed("sms.failed", "moon_eclipse"))
        .await
        .error
        .unwrap();
    assert_eq!(new.provider_code(), Some("moon_eclipse"));
    assert_eq!(
        (new.kind(), new.certainty()),
        (ErrorKind::Refused, Certainty::Rejected)
    );
}

#[tokio::test]
async fn a_message_from_a_phone_is_read() {
    let body = event(
        "sms.received",
        json!({"from": "+14155550123", "to": "72345", "text": " Hi\n+1 😀 ", "subject": null}),
    );
    let events = read(&signed(body)).await.unwrap();
    let [Event::Inbound(inbound)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(
        (inbound.from.as_str(), inbound.to.as_str()),
        ("+14155550123", "72345")
    );
    assert_eq!(inbound.text, " Hi\n+1 😀 ");
    assert_eq!(inbound.provider_message_id.as_deref(), Some(ID));
    assert_eq!(inbound.at, Some("2026-08-01T10:00:05Z".parse().unwrap()));
    // The text is optional.
    let bare = read(&signed(event(
        "sms.received",
        json!({"from": "+14155550123"}),
    )))
    .await;
    assert!(matches!(&bare.unwrap()[0], Event::Inbound(inbound) if inbound.text.is_empty()));
}

#[tokio::test]
async fn other_kinds_of_call_say_nothing_about_messages() {
    for kind in [
        "sms_suppression.created",
        "email.sent",
        "webhook.test",
        "smsx",
        "sms",
    ] {
        let read = read(&signed(event(kind, json!({})))).await.unwrap();
        assert!(read.is_empty(), "{kind}");
    }
    let about_no_message = json!({"type": "sms.weather", "timestamp": "x", "data": {}});
    assert!(read(&signed(about_no_message)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (body, field) in [
        (json!({}), "`type`"),
        (json!({"type": 7}), "`type`"),
        (json!({"type": "sms.sent"}), "`data.sms_id`"),
        (json!({"type": "sms.sent", "data": "x"}), "`data.sms_id`"),
        (event("sms.sent", json!({"sms_id": ""})), "`data.sms_id`"),
        (event("sms.received", json!({"from": null})), "`data.from`"),
        (event("sms.received", json!({"to": []})), "`data.to`"),
        (event("sms.received", json!({"sms_id": 1})), "`data.sms_id`"),
    ] {
        let error = read(&signed(body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert!(error.to_string().ends_with(field), "{error}");
    }
}

#[tokio::test]
async fn garbage_is_an_error_or_nothing() {
    for body in GARBAGE {
        match read(&signed(body)).await {
            Ok(events) => assert!(events.is_empty(), "{body:?}: {events:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::BadWebhook, "{body:?}"),
        }
        let unsigned = WebhookCall::new("POST", "https://example.org/sms/bird").body(*body);
        assert_eq!(
            read(&unsigned).await.unwrap_err().kind(),
            ErrorKind::WebhookRefused
        );
    }
    let no_text = signed("x").body(vec![0xff, 0xfe]);
    assert_eq!(
        read(&no_text).await.unwrap_err().kind(),
        ErrorKind::WebhookRefused
    );
}

fn body() -> String {
    event("sms.sent", json!({})).to_string()
}

async fn is_taken(call: WebhookCall) -> bool {
    is_believed(&table("http://127.0.0.1:9"), &call).await
}

#[tokio::test]
async fn one_of_several_signatures_has_to_match() {
    let now = Timestamp::now();
    let time = now.as_second().to_string();
    let ours = signature("msg_1", &time, &body());
    let call = |signatures: String| {
        let call = signed_at(body(), now).without_header("webhook-signature");
        call.header("WEBHOOK-SIGNATURE", signatures)
    };
    assert!(is_taken(call(ours.clone())).await);
    assert!(is_taken(call(format!("v1,AAAA {ours}"))).await);
    assert!(is_taken(call(format!("{ours} v1,AAAA"))).await);
    assert!(is_taken(call(format!("v2,AAAA v1a,BBBB {ours}"))).await);
    let tag = ours.strip_prefix("v1,").unwrap();
    for wrong in [
        String::new(),
        "v1,".to_owned(),
        tag.to_owned(),
        format!("v2,{tag}"),
        format!("v1={tag}"),
        ours.trim_end_matches('=').to_owned(),
        "v1,AAAA v1,BBBB".to_owned(),
    ] {
        assert!(!is_taken(call(wrong.clone())).await, "{wrong}");
    }
}

#[tokio::test]
async fn id_time_and_body_are_signed() {
    let call = signed(body());
    assert!(is_taken(call.clone()).await);
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let without = call.clone().without_header(header);
        assert!(!is_taken(without.clone()).await, "{header}");
        let svix = header.replace("webhook", "svix");
        let value = call.header_value(header).unwrap();
        assert!(!is_taken(without.header(svix, value)).await, "{header}");
    }
    let other_id = call.clone().without_header("webhook-id");
    assert!(!is_taken(other_id.header("webhook-id", "msg_2")).await);
    assert!(!is_taken(call.clone().body(body() + " ")).await);
    let odd_time = call.without_header("webhook-timestamp");
    assert!(!is_taken(odd_time.header("webhook-timestamp", "soon")).await);
}

#[tokio::test]
async fn five_minutes_either_way_are_allowed() {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    for (seconds, taken) in [
        (0, true),
        (300, true),
        (-300, true),
        (301, false),
        (-301, false),
    ] {
        let signed_at = now + SignedDuration::from_secs(seconds);
        let call = super::signed_at(body(), signed_at).at(now);
        assert_eq!(is_taken(call).await, taken, "{seconds}");
    }
}

#[tokio::test]
async fn the_secret_works_without_its_prefix_and_another_does_not() {
    let table = |secret: &str| format!("api_key = '{KEY}'\nwebhook_secret = '{secret}'");
    let call = signed(body());
    let bare = SECRET.strip_prefix("whsec_").unwrap();
    assert!(events(&table(bare), &call).await.is_ok());
    let error = events(&table("whsec_AAAA"), &call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused);
}

#[tokio::test]
async fn without_a_secret_nothing_is_believed() {
    let error = events(&format!("api_key = '{KEY}'"), &signed(body()))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the webhook call is refused: no webhook_secret is configured to check it with"
    );
}
