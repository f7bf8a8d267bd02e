//! What the classic API calls us with.

use sms_framework::provider::{DeliveryReceipt, Event, Inbound};
use sms_framework::{Certainty, Error, ErrorKind, MessageState};

use super::{ID, OURS, report, signed, table};
use crate::support::events;

async fn read(method: &str, url: &str, body: &str) -> Result<Vec<Event>, Error> {
    events(&table("http://127.0.0.1:9"), &signed(method, url, body)).await
}

async fn receipt(url: &str) -> DeliveryReceipt {
    match read("GET", url, "").await.unwrap().remove(0) {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

async fn inbound(method: &str, url: &str, body: &str) -> Inbound {
    match read(method, url, body).await.unwrap().remove(0) {
        Event::Inbound(inbound) => inbound,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_word_has_its_state() {
    for (word, state) in [
        ("scheduled", MessageState::Accepted),
        ("sent", MessageState::Sent),
        ("buffered", MessageState::Sent),
        ("delivered", MessageState::Delivered),
        ("expired", MessageState::Expired),
        ("delivery_failed", MessageState::Undelivered),
    ] {
        let receipt = receipt(&report(word, "")).await;
        assert_eq!(receipt.state, Some(state), "{word}");
        assert_eq!(receipt.is_final, state.is_final(), "{word}");
        assert_eq!(receipt.provider_status, word);
    }
}

#[tokio::test]
async fn a_report_holds_what_its_query_says() {
    let receipt = receipt(&report("delivered", "&mccmnc=310260")).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
    assert_eq!(receipt.message_id, Some(OURS.parse().unwrap()));
    assert_eq!(receipt.to.unwrap().as_str(), "+14155550123");
    assert!(receipt.error.is_none());
}

#[tokio::test]
async fn the_raw_plus_of_its_date_is_no_blank() {
    for offset in ["+00:00", "%2B00:00", "%2B00%3A00", " 00:00", "Z"] {
        let url = report("sent", "").replace("+00:00", offset);
        let at = receipt(&url).await.at;
        assert_eq!(
            at,
            Some("2026-08-01T10:00:05Z".parse().unwrap()),
            "{offset}"
        );
    }
    let url = report("sent", "").replace("+00:00", "+02:00");
    assert_eq!(
        receipt(&url).await.at,
        Some("2026-08-01T08:00:05Z".parse().unwrap())
    );
    let url = report("sent", "").replace("2026-08-01T", "yesterday");
    assert_eq!(receipt(&url).await.at, None);
}

#[tokio::test]
async fn our_id_is_read_from_the_url_or_the_reference() {
    let other = "0193b0c0-0000-7000-8000-000000000002";
    let by_reference = format!("https://example.org/dlr?id={ID}&status=sent&reference={other}");
    assert_eq!(
        receipt(&by_reference).await.message_id,
        Some(other.parse().unwrap())
    );
    // The URL is ours; a reference may be anybody's.
    let both = format!("{by_reference}&sms_message_id={OURS}");
    assert_eq!(receipt(&both).await.message_id, Some(OURS.parse().unwrap()));
    let foreign = format!("https://example.org/dlr?id={ID}&status=sent&reference=order-7");
    assert_eq!(receipt(&foreign).await.message_id, None);
}

#[tokio::test]
async fn the_reason_of_a_failure_is_read() {
    let error = async |status: &str, code: &str| {
        let more = format!("&statusErrorCode={code}&statusReason=x");
        receipt(&report(status, &more)).await.error
    };
    let unknown_subscriber = error("delivery_failed", "1").await.unwrap();
    assert_eq!(unknown_subscriber.kind(), ErrorKind::Recipient);
    assert_eq!(unknown_subscriber.certainty(), Certainty::Rejected);
    assert!(!unknown_subscriber.is_transient());
    assert!(error("delivery_failed", "34").await.unwrap().is_transient());
    let new = error("expired", "12345").await.unwrap();
    assert_eq!(
        (new.kind(), new.provider_code()),
        (ErrorKind::Refused, Some("12345"))
    );
    // A code beside good news is none.
    assert!(error("delivered", "0").await.is_none());
    assert!(error("delivery_failed", "").await.is_none());
}

#[tokio::test]
async fn a_message_to_a_number_is_read_from_query_or_form() {
    let fields = "id=m1&recipient=14155550100&originator=14155550123&body=+Hi%0A%2B1+%F0%9F%98%80&createdDatetime=2026-08-01T10:00:00+00:00";
    let url = "https://example.org/in?team=7";
    for read in [
        inbound("GET", &format!("{url}&{fields}"), "").await,
        inbound("POST", url, fields).await,
        inbound("POST", &format!("{url}&{fields}"), "").await,
    ] {
        assert_eq!(
            (read.from.as_str(), read.to.as_str()),
            ("+14155550123", "+14155550100")
        );
        assert_eq!(read.text, " Hi\n+1 😀");
        assert_eq!(read.provider_message_id.as_deref(), Some("m1"));
        assert_eq!(read.at, Some("2026-08-01T10:00:00Z".parse().unwrap()));
    }
    let empty = inbound(
        "POST",
        url,
        "id=m1&recipient=1008&originator=14155550123&body=",
    )
    .await;
    assert_eq!(empty.text, "");
}

#[tokio::test]
async fn a_message_to_a_short_code_is_read() {
    let fields = "mid=m2&shortcode=1008&keyword=JOIN&originator=14155550123&operator=20408&message=JOIN+now&receive_datetime=20260801100000";
    let read = inbound("GET", &format!("https://example.org/in?{fields}"), "").await;
    assert_eq!(
        (read.from.as_str(), read.to.as_str()),
        ("+14155550123", "1008")
    );
    assert_eq!(read.text, "JOIN now");
    assert_eq!(read.provider_message_id.as_deref(), Some("m2"));
    // Its time names no zone.
    assert_eq!(read.at, None);
}

#[tokio::test]
async fn other_calls_say_nothing_about_messages() {
    for (method, query, body) in [
        ("GET", "", ""),
        ("GET", "?ping=1", ""),
        ("POST", "", "{}"),
        ("POST", "?a=b", r#"{"type": "call", "status": "ended"}"#),
        ("HEAD", "?hello", ""),
    ] {
        let url = format!("https://example.org/in{query}");
        assert!(
            read(method, &url, body).await.unwrap().is_empty(),
            "{query} {body}"
        );
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (query, field) in [
        ("id=1&statusDatetime=x", "`status`"),
        ("id=1&status=", "`status`"),
        ("status=sent", "`id`"),
        (
            "sms_message_id=0193b0c0-0000-7000-8000-000000000001",
            "`status`",
        ),
        ("body=Hi&id=1&recipient=1008", "`originator`"),
        ("body=Hi&id=1&originator=14155550123", "`recipient`"),
        ("body=Hi&recipient=1008&originator=14155550123", "`id`"),
        ("id=1&recipient=1008&originator=14155550123", "`body`"),
        ("shortcode=1008&message=Hi&mid=1", "`originator`"),
        ("mid=1&message=Hi&originator=14155550123", "`shortcode`"),
        ("shortcode=1008&originator=14155550123&mid=1", "`message`"),
        ("shortcode=1008&originator=14155550123&message=Hi", "`mid`"),
    ] {
        let error = read("GET", &format!("https://example.org/in?{query}"), "")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert!(error.to_string().ends_with(field), "{query}: {error}");
    }
}
