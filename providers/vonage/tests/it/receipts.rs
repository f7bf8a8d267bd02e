//! Receipts of both formats.

use serde_json::{Value, json};
use sms_framework::MessageState::{self, Accepted, Delivered, Expired, Failed, Rejected, Sent};
use sms_framework::provider::DynProvider;
use sms_framework::{ErrorKind, PhoneNumber};

use crate::support::{
    ANNA, HOOK, OURS, SIGNED, events, form, get, json_call, receipt, signed, sms_receipt, vonage,
    with_sig,
};

fn provider() -> DynProvider {
    vonage(SIGNED)
}

/// A report of the Messages API as Vonage's samples show it.
fn report(status: &str) -> Value {
    json!({
        "message_uuid": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        "to": "14155550123",
        "from": "14155550100",
        "timestamp": "2020-01-01T14:00:00.000Z",
        "status": status,
        "client_ref": OURS,
        "usage": {"currency": "EUR", "price": "0.0333"},
        "channel": "sms",
        "destination": {"network_code": "12345"},
        "sms": {"count_total": "2"},
    })
}

fn with(status: &str, field: &str, value: Value) -> Value {
    let mut report = report(status);
    report[field] = value;
    report
}

#[test]
fn a_report_of_the_messages_api_is_read_whole() {
    let read = receipt(&provider(), &signed(&report("delivered")));
    assert_eq!(
        read.provider_message_id.as_deref(),
        Some("aaaaaaaa-bbbb-cccc-dddd-0123456789ab")
    );
    assert_eq!(read.message_id, OURS.parse().ok());
    assert_eq!(read.to, PhoneNumber::parse(ANNA).ok());
    assert_eq!((read.state, read.is_final), (Some(Delivered), true));
    assert_eq!(read.provider_status, "delivered");
    assert_eq!(read.at, "2020-01-01T14:00:00Z".parse().ok());
    assert_eq!(read.segments, Some(2));
    let price = read.price.unwrap();
    assert_eq!(
        (price.amount.as_str(), price.currency.as_deref()),
        ("0.0333", Some("EUR"))
    );
    assert!(read.error.is_none() && read.part.is_none() && read.sequence.is_none());
}

#[test]
fn each_word_of_the_messages_api_has_its_state() {
    for (word, state) in [
        ("submitted", Some(Sent)),
        ("delivered", Some(Delivered)),
        ("rejected", Some(Rejected)),
        ("undeliverable", Some(Failed)),
        ("read", None),
        ("teleported", None),
        ("DELIVERED", None),
    ] {
        let read = receipt(&provider(), &signed(&report(word)));
        assert_eq!(read.state, state, "{word}");
        assert_eq!(
            read.is_final,
            state.is_some_and(MessageState::is_final),
            "{word}"
        );
        assert_eq!(read.provider_status, word);
    }
}

/// Vonage's samples disagree on where the error stands, and on what its title is.
#[test]
fn the_error_of_a_report_is_found_flat_and_nested() {
    let flat = json!({
        "type": "https://developer.vonage.com/api-errors/messages#1240",
        "title": 1240,
        "detail": "Invalid destination address",
        "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
    });
    for error in [
        flat.clone(),
        json!({"error": flat}),
        json!({"title": "1240"}),
    ] {
        let read = receipt(&provider(), &signed(&with("rejected", "error", error)));
        let error = read.error.unwrap();
        assert_eq!(
            (error.kind(), error.provider_code()),
            (ErrorKind::OptedOut, Some("1240"))
        );
        assert_eq!(read.state, Some(Rejected));
    }
    for error in [json!(null), json!("1240"), json!([]), json!({"type": 1})] {
        let read = receipt(&provider(), &signed(&with("rejected", "error", error)));
        assert!(read.error.is_none());
        assert_eq!(read.state, Some(Rejected));
    }
    let unknown = json!({"title": "1999"});
    let read = receipt(&provider(), &signed(&with("rejected", "error", unknown)));
    assert_eq!(read.error.unwrap().kind(), ErrorKind::Refused);
    assert_eq!(read.provider_code.as_deref(), Some("1999"));
}

/// `rejected` stands for the end of the time to live as well.
#[test]
fn a_rejection_because_time_ran_out_is_an_expiry() {
    let state = |status: &str, error: Value| {
        receipt(&provider(), &signed(&with(status, "error", error))).state
    };
    for error in [
        json!({"title": "Message Expired"}),
        json!({"type": "https://x.example#1999", "title": "1999", "detail": "The TTL has expired."}),
        json!({"error": {"title": "expired"}}),
    ] {
        assert_eq!(state("rejected", error), Some(Expired));
    }
    // A code that is known says better what happened.
    let known = json!({"title": "1070", "detail": "The credit has expired."});
    assert_eq!(state("rejected", known), Some(Rejected));
    assert_eq!(
        state("undeliverable", json!({"title": "expired"})),
        Some(Failed)
    );
}

#[test]
fn our_id_is_taken_from_the_signed_body_and_else_from_the_url() {
    let other = "0193b0c0-0000-7000-8000-000000000002";
    let url = format!("{HOOK}?sms_message_id={other}");
    let read = receipt(&provider(), &signed(&report("delivered")).with_url(&url));
    assert_eq!(read.message_id, OURS.parse().ok());
    let bare = signed(&with("delivered", "client_ref", json!(null))).with_url(&url);
    assert_eq!(receipt(&provider(), &bare).message_id, other.parse().ok());
    let foreign = signed(&with("delivered", "client_ref", json!("order 7")));
    assert_eq!(receipt(&provider(), &foreign).message_id, None);
}

#[test]
fn numbers_may_be_numbers_and_optional_fields_may_be_missing() {
    let mut sparse = json!({"message_uuid": "M1", "status": "submitted"});
    let read = receipt(&provider(), &signed(&sparse));
    assert_eq!((read.state, read.is_final), (Some(Sent), false));
    assert!(read.price.is_none() && read.to.is_none() && read.at.is_none());
    sparse["sms"] = json!({"count_total": 3});
    sparse["usage"] = json!({"price": 0.03});
    sparse["timestamp"] = json!("yesterday");
    let read = receipt(&provider(), &signed(&sparse));
    assert_eq!(read.segments, Some(3));
    assert_eq!(
        read.price.map(|price| (price.amount, price.currency)),
        Some(("0.03".to_owned(), None))
    );
    assert_eq!(read.at, None);
}

#[test]
fn what_vonage_promises_and_does_not_keep_is_named() {
    for (field, value) in [
        ("message_uuid", json!(7)),
        ("message_uuid", json!(null)),
        ("status", json!(4)),
    ] {
        let error = events(&provider(), &signed(&with("delivered", field, value))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.message(),
            format!("the webhook call has no readable `{field}`")
        );
    }
    let nameless = with_sig(&[("msisdn", "14155550123"), ("status", "delivered")]);
    let empty = with_sig(&[
        ("msisdn", "14155550123"),
        ("status", "delivered"),
        ("messageId", ""),
    ]);
    for call in [nameless, empty] {
        let error = events(&provider(), &get(&call)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.message(),
            "the webhook call has no readable `messageId`"
        );
    }
}

#[test]
fn a_report_about_another_channel_is_no_event() {
    let whatsapp = with("delivered", "channel", json!("whatsapp"));
    assert_eq!(events(&provider(), &signed(&whatsapp)).unwrap().len(), 0);
    let voice = json!({"uuid": "U1", "conversation_uuid": "C1", "direction": "inbound"});
    assert_eq!(events(&provider(), &signed(&voice)).unwrap().len(), 0);
    assert_eq!(
        events(&provider(), &signed(&json!({"message_uuid": "M1"})))
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn a_receipt_of_the_sms_api_is_read_whole_by_every_way_it_comes() {
    let parameters = sms_receipt("delivered", "0");
    for call in [get(&parameters), form(&parameters), json_call(&parameters)] {
        let read = receipt(&provider(), &call);
        assert_eq!(
            read.provider_message_id.as_deref(),
            Some("0A0000001234567B")
        );
        assert_eq!(read.message_id, OURS.parse().ok());
        assert_eq!(
            read.to,
            PhoneNumber::parse(ANNA).ok(),
            "`msisdn`, for `to` is our sender"
        );
        assert_eq!((read.state, read.is_final), (Some(Delivered), true));
        assert_eq!(read.at, "2020-01-01T12:00:00Z".parse().ok());
        let price = read.price.unwrap();
        assert_eq!(
            (price.amount.as_str(), price.currency),
            ("0.03330000", None)
        );
        // One receipt for each part; which part it is, only its id tells.
        assert!(read.part.is_none() && read.segments.is_none() && read.error.is_none());
    }
}

#[test]
fn each_word_of_the_sms_api_has_its_state() {
    for (word, state) in [
        ("accepted", Some(Accepted)),
        ("buffered", Some(Accepted)),
        ("delivered", Some(Delivered)),
        ("expired", Some(Expired)),
        ("failed", Some(Failed)),
        ("rejected", Some(Rejected)),
        ("unknown", None),
        ("teleported", None),
        ("submitted", None),
    ] {
        let read = receipt(&provider(), &get(&sms_receipt(word, "0")));
        assert_eq!(read.state, state, "{word}");
        assert_eq!(
            read.is_final,
            state.is_some_and(MessageState::is_final),
            "{word}"
        );
        assert_eq!(read.provider_status, word);
    }
}

/// A number whose owner said STOP: the carrier tells it in a receipt.
#[test]
fn an_opt_out_is_told_by_a_receipt() {
    let read = receipt(&provider(), &get(&sms_receipt("failed", "9")));
    let error = read.error.unwrap();
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::OptedOut, Some("9"))
    );
    assert_eq!(read.state, Some(Failed));
}

/// The dashboard decides which format comes, not the API that sends.
#[test]
fn either_api_reads_either_format() {
    for api in ["messages", "sms"] {
        let provider = vonage(&format!("{SIGNED}\napi = '{api}'"));
        assert_eq!(
            receipt(&provider, &signed(&report("delivered"))).state,
            Some(Delivered)
        );
        assert_eq!(
            receipt(&provider, &get(&sms_receipt("expired", "1"))).state,
            Some(Expired)
        );
    }
}

#[test]
fn a_classic_receipt_whose_body_a_token_covers_needs_no_sig() {
    let bare: Vec<_> = sms_receipt("delivered", "0")
        .into_iter()
        .filter(|(name, _)| name != "sig")
        .collect();
    let fields: serde_json::Map<_, _> = bare
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    let read = receipt(&provider(), &signed(&Value::Object(fields)));
    assert_eq!(
        read.provider_message_id.as_deref(),
        Some("0A0000001234567B")
    );
}
