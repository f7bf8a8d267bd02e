//! Messages from phones, of both formats.

use serde_json::{Value, json};
use sms_framework::ErrorKind;
use sms_framework::provider::{DynProvider, Part};

use crate::support::{
    ANNA, FROM, KEY, SIGNED, events, form, get, inbound, json_call, signed, vonage, with_sig,
};

fn provider() -> DynProvider {
    vonage(SIGNED)
}

/// A message as Vonage's samples show it.
fn texted(text: &str) -> Value {
    json!({
        "channel": "sms",
        "message_uuid": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        "to": "14155550100",
        "from": "14155550123",
        "timestamp": "2020-01-01T14:00:00.000Z",
        "text": text,
        "sms": {"num_messages": "2", "keyword": "HELLO"},
        "usage": {"currency": "EUR", "price": "0.0333"},
        "origin": {"network_code": "12345"},
        "message_type": "text",
    })
}

#[test]
fn a_text_by_the_messages_api_is_whole() {
    for text in ["Hello", "", "a&b=c+d %41 \n 👋", " STOP "] {
        let read = inbound(&provider(), &signed(&texted(text)));
        assert_eq!((read.from.as_str(), read.to.as_str()), (ANNA, FROM));
        assert_eq!(read.text, text);
        assert_eq!(
            read.provider_message_id.as_deref(),
            Some("aaaaaaaa-bbbb-cccc-dddd-0123456789ab")
        );
        assert_eq!(read.at, "2020-01-01T14:00:00Z".parse().ok());
        assert!(read.part.is_none() && read.reference.is_none() && read.opt_out.is_none());
    }
}

#[test]
fn a_text_by_the_messages_api_without_a_field_is_bad() {
    for field in ["from", "to", "text"] {
        let mut body = texted("Hello");
        body.as_object_mut().unwrap().remove(field);
        let error = events(&provider(), &signed(&body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.message(),
            format!("the webhook call has no readable `{field}`")
        );
    }
    for (field, value) in [("message_type", json!("image")), ("channel", json!("mms"))] {
        let mut body = texted("Hello");
        body[field] = value;
        assert_eq!(
            events(&provider(), &signed(&body)).unwrap().len(),
            0,
            "{field}"
        );
    }
}

fn classic(text: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut parameters = vec![
        ("msisdn", "14155550123"),
        ("to", "14155550100"),
        ("messageId", "0A0000000123ABCD1"),
        ("text", text),
        ("type", "text"),
        ("keyword", "HELLO"),
        ("api-key", KEY),
        ("message-timestamp", "2020-01-01 12:00:00"),
        ("timestamp", "1578787200"),
        ("nonce", "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"),
    ];
    parameters.extend(more);
    with_sig(&parameters)
}

#[test]
fn a_text_by_the_sms_api_comes_by_every_way() {
    for text in ["Hello", "", "a&b=c+d %41 \n 👋", " STOP "] {
        let parameters = classic(text, &[]);
        for call in [get(&parameters), form(&parameters), json_call(&parameters)] {
            let read = inbound(&provider(), &call);
            assert_eq!((read.from.as_str(), read.to.as_str()), (ANNA, FROM));
            assert_eq!(read.text, text);
            assert_eq!(
                read.provider_message_id.as_deref(),
                Some("0A0000000123ABCD1")
            );
            assert_eq!(read.at, "2020-01-01T12:00:00Z".parse().ok());
            assert!(read.part.is_none() && read.reference.is_none());
        }
    }
}

fn piece(part: &str, total: &str) -> Vec<(String, String)> {
    classic(
        "Hel",
        &[
            ("concat", "true"),
            ("concat-ref", "108"),
            ("concat-total", total),
            ("concat-part", part),
        ],
    )
}

#[test]
fn a_long_text_by_the_sms_api_comes_in_pieces() {
    for number in 1..=3_u32 {
        let parameters = piece(&number.to_string(), "3");
        for call in [get(&parameters), form(&parameters), json_call(&parameters)] {
            let read = inbound(&provider(), &call);
            assert_eq!(read.part, Some(Part { number, total: 3 }));
            assert_eq!(read.reference.as_deref(), Some("108"));
            assert_eq!(read.text, "Hel");
        }
    }
}

#[test]
fn a_piece_that_cannot_be_placed_is_bad() {
    for (part, total, field) in [
        ("0", "3", "concat-part"),
        ("4", "3", "concat-part"),
        ("one", "3", "concat-part"),
        ("1", "many", "concat-total"),
        ("1", "0", "concat-part"),
        ("1", "99999999999", "concat-total"),
    ] {
        let error = events(&provider(), &get(&piece(part, total))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadWebhook);
        assert_eq!(
            error.message(),
            format!("the webhook call has no readable `{field}`")
        );
    }
    let lost = classic(
        "Hel",
        &[
            ("concat", "true"),
            ("concat-total", "2"),
            ("concat-part", "1"),
        ],
    );
    let error = events(&provider(), &get(&lost)).unwrap_err();
    assert_eq!(
        error.message(),
        "the webhook call has no readable `concat-ref`"
    );
}

#[test]
fn a_text_by_the_sms_api_without_a_field_is_bad_and_a_binary_one_is_no_text() {
    for field in ["msisdn", "to", "messageId", "text"] {
        let all = [
            ("msisdn", "14155550123"),
            ("to", "14155550100"),
            ("messageId", "I1"),
            ("text", "Hello"),
        ];
        let some: Vec<_> = all.into_iter().filter(|(name, _)| *name != field).collect();
        let error = events(&provider(), &get(&with_sig(&some))).unwrap_err();
        assert_eq!(
            error.message(),
            format!("the webhook call has no readable `{field}`")
        );
    }
    let binary = with_sig(&[
        ("msisdn", "14155550123"),
        ("to", "14155550100"),
        ("messageId", "I1"),
        ("type", "binary"),
        ("data", "0011"),
        ("udh", "06050415811581"),
    ]);
    assert_eq!(events(&provider(), &get(&binary)).unwrap().len(), 0);
}

#[test]
fn a_sender_that_is_no_number_stays_as_it_is_written() {
    let named = with_sig(&[
        ("msisdn", "BANK"),
        ("to", "72345"),
        ("messageId", "I1"),
        ("text", "Hi"),
    ]);
    let read = inbound(&provider(), &get(&named));
    assert_eq!((read.from.as_str(), read.to.as_str()), ("BANK", "72345"));
}
