//! What is read from calls: receipts and messages from phones.

use sms_framework::provider::{
    DeliveryReceipt, DynProvider, Event, Inbound, OptOut, Phase, Reply, WebhookCall,
};
use sms_framework::{Certainty, Class, ErrorKind, MessageState};
use sms_provider_twilio::codes;

use crate::support::{ANNA, FROM, OUR_ID, TOKEN, call, events, refused, signed, twilio};

fn provider() -> DynProvider {
    twilio("http://127.0.0.1:1", "")
}

async fn receipt(fields: &[(&str, &str)]) -> DeliveryReceipt {
    match events(&provider(), &call(fields)).await.remove(0) {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

async fn inbound(fields: &[(&str, &str)]) -> Inbound {
    match events(&provider(), &call(fields)).await.remove(0) {
        Event::Inbound(inbound) => inbound,
        other => panic!("{other:?}"),
    }
}

async fn stands(status: &str) -> DeliveryReceipt {
    receipt(&[("MessageSid", "SM1"), ("MessageStatus", status)]).await
}

#[tokio::test]
async fn every_status_has_its_state() {
    use MessageState::{Accepted, Canceled, Delivered, Failed, Scheduled, Sent, Undelivered};
    for (status, state, is_final) in [
        ("accepted", Some(Accepted), false),
        ("scheduled", Some(Scheduled), false),
        ("queued", Some(Accepted), false),
        ("sending", Some(Accepted), false),
        ("sent", Some(Sent), false),
        ("delivered", Some(Delivered), true),
        ("read", Some(Delivered), true),
        ("undelivered", Some(Undelivered), true),
        ("failed", Some(Failed), true),
        ("canceled", Some(Canceled), true),
        // Nothing is documented of it.
        ("partially_delivered", None, false),
        // Of messages from phones.
        ("receiving", None, false),
        ("received", None, false),
        ("Delivered", None, false),
        ("a word of tomorrow", None, false),
    ] {
        let receipt = stands(status).await;
        assert_eq!(
            (receipt.state, receipt.is_final),
            (state, is_final),
            "{status}"
        );
        assert_eq!(receipt.provider_status, status);
        assert_eq!(receipt.provider_message_id.as_deref(), Some("SM1"));
    }
}

#[tokio::test]
async fn a_receipt_says_what_twilio_says_and_no_more() {
    let receipt = receipt(&[
        ("MessageSid", "SM1"),
        ("MessageStatus", "undelivered"),
        ("SmsSid", "SM2"),
        ("SmsStatus", "sent"),
        ("To", ANNA),
        ("From", FROM),
        ("ErrorCode", "30003"),
        ("ErrorMessage", "some words"),
        ("RawDlrDoneDate", "2608241201"),
        ("SomethingNew", "x"),
    ])
    .await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(receipt.state, Some(MessageState::Undelivered));
    assert_eq!(receipt.message_id, Some(OUR_ID.parse().unwrap()));
    assert_eq!(receipt.to.unwrap().as_str(), ANNA);
    // The carrier's date has no time zone.
    assert_eq!(
        (receipt.at, receipt.segments, receipt.sequence),
        (None, None, None)
    );
    assert!(receipt.part.is_none() && receipt.price.is_none());
}

#[tokio::test]
async fn sid_and_status_are_enough() {
    let bare = WebhookCall::new("POST", "https://example.org/sms/status")
        .body("MessageStatus=sent&MessageSid=SM1");
    let events = events(&provider(), &signed(bare, TOKEN)).await;
    let [Event::Receipt(receipt)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(
        (receipt.message_id, receipt.to, receipt.state),
        (None, None, Some(MessageState::Sent))
    );
    assert!(receipt.error.is_none());
}

#[tokio::test]
async fn a_recipient_that_is_no_number_is_none() {
    for to in ["whatsapp:+14155550123", "messenger:77", "72345", ""] {
        let fields = [("MessageSid", "SM1"), ("MessageStatus", "sent"), ("To", to)];
        assert_eq!(receipt(&fields).await.to, None, "{to}");
    }
}

async fn failed(code: &str) -> Option<sms_framework::Error> {
    let fields = [
        ("MessageSid", "SM1"),
        ("MessageStatus", "failed"),
        ("ErrorCode", code),
    ];
    receipt(&fields).await.error
}

#[tokio::test]
async fn every_code_of_the_table_is_told_by_its_entry() {
    for known in codes().filter(|known| known.phase == Phase::Delivery) {
        let error = failed(known.code).await.unwrap();
        assert_eq!(error.provider_code(), Some(known.code));
        assert_eq!(
            (error.kind(), error.class()),
            (known.kind, known.class),
            "{known:?}"
        );
        assert_eq!(error.certainty(), known.certainty, "{known:?}");
        assert_eq!(error.message(), known.meaning);
        let page = format!("see https://www.twilio.com/docs/errors/{}", known.code);
        assert_eq!(error.help(), Some(&*page));
    }
}

#[tokio::test]
async fn a_code_of_requests_keeps_its_meaning_in_a_receipt() {
    let error = failed("21610").await.unwrap();
    assert_eq!(error.kind(), ErrorKind::OptedOut);
    assert_eq!(
        (error.class(), error.certainty()),
        (Class::Permanent, Certainty::Rejected)
    );
}

#[tokio::test]
async fn an_unknown_code_is_kept_where_it_says_why_a_message_failed() {
    let error = failed("39999").await.unwrap();
    assert_eq!(
        error.to_string(),
        "the message failed, for a reason that only the vendor's code tells (provider code 39999)"
    );
    assert_eq!(
        error.help(),
        Some("see https://www.twilio.com/docs/errors/39999")
    );
    for status in ["sent", "delivered", "a word of tomorrow"] {
        let fields = [
            ("MessageSid", "SM1"),
            ("MessageStatus", status),
            ("ErrorCode", "39999"),
        ];
        let receipt = receipt(&fields).await;
        assert!(receipt.error.is_none(), "{status}");
        assert_eq!(receipt.provider_code.as_deref(), Some("39999"));
    }
    for no_code in ["", "none", "+14155550123 is bad", "-1", "99999999999"] {
        assert!(failed(no_code).await.is_none(), "{no_code}");
    }
}

#[tokio::test]
async fn a_warning_leaves_the_state_alone() {
    let fields = [
        ("MessageSid", "SM1"),
        ("MessageStatus", "sent"),
        ("ErrorCode", "30025"),
    ];
    let receipt = receipt(&fields).await;
    assert_eq!(receipt.state, Some(MessageState::Sent));
    assert_eq!(receipt.error.unwrap().certainty(), Certainty::MaybeSent);
}

#[tokio::test]
async fn a_call_by_get_has_its_fields_in_the_url() {
    let url = format!(
        "https://e.org/s?sms_message_id={OUR_ID}&MessageSid=SM1&MessageStatus=sent&To=%2B14155550123"
    );
    let events = events(&provider(), &signed(WebhookCall::new("GET", url), TOKEN)).await;
    let [Event::Receipt(receipt)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(receipt.message_id, Some(OUR_ID.parse().unwrap()));
    assert_eq!(receipt.to.unwrap().as_str(), ANNA);
}

const TEXTED: &[(&str, &str)] = &[
    ("MessageSid", "SM2"),
    ("SmsSid", "SM2"),
    ("SmsStatus", "received"),
    ("From", ANNA),
    ("To", "72345"),
    ("NumSegments", "1"),
];

fn texted<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [TEXTED, more].concat()
}

#[tokio::test]
async fn a_message_from_a_phone_is_read_word_for_word() {
    let text = " 1+1=2 & é\n👋 ";
    let message = inbound(&texted(&[
        ("Body", text),
        ("NumMedia", "0"),
        ("FromCity", "Springfield"),
    ]))
    .await;
    assert_eq!(message.provider_message_id.as_deref(), Some("SM2"));
    assert_eq!(
        (&*message.from, &*message.to, &*message.text),
        (ANNA, "72345", text)
    );
    assert!(message.media.is_empty() && message.opt_out.is_none() && message.part.is_none());
}

#[tokio::test]
async fn media_come_in_the_order_of_their_numbers() {
    let message = inbound(&texted(&[
        ("Body", ""),
        ("NumMedia", "3"),
        ("MediaUrl10", "https://m/10"),
        ("MediaUrl2", "https://m/2"),
        ("MediaContentType2", "image/png"),
        ("MediaUrl0", "https://m/0"),
        ("MediaUrlX", "https://m/x"),
    ]))
    .await;
    assert_eq!(
        message.media,
        ["https://m/0", "https://m/2", "https://m/10"]
    );
    let without_text = inbound(&texted(&[("NumMedia", "1"), ("MediaUrl0", "https://m/0")])).await;
    assert_eq!((&*without_text.text, without_text.media.len()), ("", 1));
}

#[tokio::test]
async fn an_opt_out_is_one_where_twilio_says_so() {
    for (word, opt_out) in [
        ("STOP", Some(OptOut::Stop)),
        ("START", Some(OptOut::Start)),
        ("HELP", Some(OptOut::Help)),
        ("PAUSE", None),
        ("", None),
    ] {
        let message = inbound(&texted(&[("Body", "bye"), ("OptOutType", word)])).await;
        assert_eq!(message.opt_out, opt_out, "{word}");
    }
    assert_eq!(inbound(&texted(&[("Body", "STOP")])).await.opt_out, None);
}

#[tokio::test]
async fn an_address_of_another_channel_stays_as_it_is() {
    let fields = [
        ("MessageSid", "SM2"),
        ("From", "whatsapp:+14155550123"),
        ("To", "whatsapp:+14155550100"),
        ("Body", "hi"),
        ("ProfileName", "Anna"),
    ];
    let message = inbound(&fields).await;
    assert_eq!(
        (&*message.from, &*message.to),
        ("whatsapp:+14155550123", "whatsapp:+14155550100")
    );
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (fields, field) in [
        (vec![("MessageStatus", "sent")], "MessageSid"),
        (
            vec![("MessageStatus", "sent"), ("MessageSid", "")],
            "MessageSid",
        ),
        (vec![("MessageSid", "SM1")], "MessageStatus"),
        (
            vec![("MessageSid", "SM1"), ("MessageStatus", "")],
            "MessageStatus",
        ),
        (
            vec![("MessageSid", "SM1"), ("SmsStatus", "sent")],
            "MessageStatus",
        ),
        (
            vec![("Body", "x"), ("To", FROM), ("MessageSid", "SM1")],
            "From",
        ),
        (
            vec![("Body", "x"), ("From", ANNA), ("MessageSid", "SM1")],
            "To",
        ),
        (
            vec![("Body", "x"), ("From", ANNA), ("To", FROM)],
            "MessageSid",
        ),
    ] {
        let error = refused(&provider(), &call(&fields)).await;
        assert_eq!(error.code(), "BAD_WEBHOOK", "{fields:?}");
        assert_eq!(
            error.to_string(),
            format!("the webhook call has no `{field}`")
        );
    }
}

#[tokio::test]
async fn other_calls_say_nothing_about_messages() {
    for fields in [
        vec![
            ("CallSid", "CA1"),
            ("CallStatus", "ringing"),
            ("From", ANNA),
            ("To", FROM),
        ],
        vec![("AccountSid", "AC1")],
        vec![],
    ] {
        assert!(
            events(&provider(), &call(&fields)).await.is_empty(),
            "{fields:?}"
        );
    }
}

/// Of a body that anybody may have written, signed or not.
#[tokio::test]
async fn no_body_makes_it_panic() {
    let bodies: [&[u8]; 12] = [
        b"",
        b"&&&===&",
        b"=",
        b"%",
        b"%zz=%f",
        b"\xff\xfe\x00\x80",
        b"MessageStatus",
        b"MessageStatus=%00&MessageSid=%ff%fe",
        b"Body&From&To&MessageSid",
        b"Body=x&From=%2B&To=%2B%2B%2B&MessageSid=x&MediaUrl=&MediaUrl-1=&MediaUrl99999999999=&NumMedia=-7",
        br#"{"MessageStatus":"sent"}"#,
        "MessageStatus=é&MessageSid=👋&ErrorCode=٣".as_bytes(),
    ];
    let provider = provider();
    let webhooks = provider.webhooks().unwrap();
    for body in bodies {
        for url in [
            "https://e.org/s",
            "",
            "?",
            "https://",
            "://@:?#",
            "https://[/]:@?bodySHA256=",
        ] {
            for method in ["POST", "GET", ""] {
                let call = WebhookCall::new(method, url).body(body);
                let unsigned = webhooks.events(&call).await.unwrap_err();
                assert_eq!(unsigned.code(), "WEBHOOK_REFUSED");
                if let Err(error) = webhooks.events(&signed(call, TOKEN)).await {
                    let code = error.code();
                    assert!(
                        matches!(code, "BAD_WEBHOOK" | "WEBHOOK_REFUSED"),
                        "{error:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_reply_sends_no_message_back() {
    let reply = provider().webhooks().unwrap().reply();
    assert_eq!(reply, Reply::text(200, "text/xml", "<Response/>"));
}
