//! Receipts, messages from phones, and what is neither.

use sms_framework::provider::{DeliveryReceipt, Event, Inbound, OptOut, Phase, WebhookCall};
use sms_framework::{Certainty, Class, ErrorKind, MessageState};
use sms_provider_plivo::ENTRY;

use crate::support::{ANNA, ID, OURS, encoded, events, our_url, posted, signed_v2};

async fn receipt(fields: &[(&str, &str)]) -> DeliveryReceipt {
    match events(&posted(fields)).await.unwrap().as_slice() {
        [Event::Receipt(receipt)] => receipt.clone(),
        other => panic!("no receipt: {other:?}"),
    }
}

async fn inbound(fields: &[(&str, &str)]) -> Inbound {
    match events(&posted(fields)).await.unwrap().as_slice() {
        [Event::Inbound(inbound)] => inbound.clone(),
        other => panic!("no message from a phone: {other:?}"),
    }
}

const WHOLE: &[(&str, &str)] = &[
    ("MessageUUID", ID),
    ("To", "14155550123"),
    ("From", "14155550100"),
    ("Type", "sms"),
    ("Status", "undelivered"),
    ("Units", "2"),
    ("TotalRate", "0.00350"),
    ("TotalAmount", "0.00700"),
    ("MCC", "310"),
    ("MNC", "004"),
    ("ErrorCode", "80"),
    ("Sequence", "3"),
    ("MessageTime", "2026-02-03 04:05:06.000000"),
    ("DeliveryReportTime", "2026-02-03 04:05:09.000000"),
    ("ParentMessageUUID", ID),
    ("PartInfo", "1 of 1"),
];

#[tokio::test]
async fn everything_that_a_receipt_says() {
    let receipt = receipt(WHOLE).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
    assert_eq!(receipt.message_id, Some(OURS.parse().unwrap()));
    assert_eq!(receipt.to, Some(ANNA.parse().unwrap()));
    assert_eq!(receipt.state, Some(MessageState::Undelivered));
    assert!(receipt.is_final);
    assert_eq!(receipt.provider_status, "undelivered");
    assert_eq!((receipt.sequence, receipt.segments), (Some(3), Some(2)));
    let price = receipt.price.unwrap();
    assert_eq!((price.amount.as_str(), price.currency), ("0.00700", None));
    let error = receipt.error.unwrap();
    assert_eq!(
        (error.provider_code(), error.class()),
        (Some("80"), Class::Transient)
    );
    // Their time zone is not known, and PartInfo is reserved.
    assert_eq!((receipt.at, receipt.part), (None, None));
}

#[tokio::test]
async fn the_same_by_get() {
    let url = format!("{}&{}", our_url(), encoded(WHOLE));
    let call = signed_v2(WebhookCall::new("GET", url));
    let events = events(&call).await.unwrap();
    let [Event::Receipt(receipt)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(receipt.state, Some(MessageState::Undelivered));
    assert_eq!(receipt.message_id, Some(OURS.parse().unwrap()));
    assert_eq!(receipt.sequence, Some(3));
}

#[tokio::test]
async fn every_word_has_its_state() {
    use MessageState::{Accepted, Delivered, Expired, Failed, Rejected, Sent, Undelivered};
    for (status, code, state, last) in [
        ("queued", "", Some(Accepted), false),
        ("sent", "", Some(Sent), false),
        ("delivered", "000", Some(Delivered), true),
        ("read", "", Some(Delivered), true),
        ("undelivered", "80", Some(Undelivered), true),
        ("undelivered", "200", Some(Undelivered), true),
        ("failed", "", Some(Failed), true),
        ("failed", "900", Some(Failed), true),
        ("failed", "420", Some(Expired), true),
        ("failed", "200", Some(Rejected), true),
        ("failed", "450", Some(Rejected), true),
        ("rejected", "", Some(Rejected), true),
        ("Delivered", "", None, false),
        ("scheduled", "", None, false),
    ] {
        let fields = [("MessageUUID", ID), ("Status", status), ("ErrorCode", code)];
        let receipt = receipt(&fields).await;
        assert_eq!(
            (receipt.state, receipt.is_final),
            (state, last),
            "{status} {code}"
        );
        assert_eq!(receipt.provider_status, status);
        assert_eq!(
            receipt.error.is_some(),
            !matches!(code, "" | "000"),
            "{status} {code}"
        );
    }
}

/// Plivo's code, its kind, who has to act, and what it says about the phone.
const CODES: &[(&str, ErrorKind, Class, Certainty)] = {
    use Certainty::{MaybeSent, NotSent, Rejected};
    use Class::{Account, Permanent, Transient};
    &[
        ("10", ErrorKind::Refused, Permanent, Rejected),
        ("20", ErrorKind::Refused, Transient, NotSent),
        ("30", ErrorKind::Refused, Permanent, Rejected),
        ("40", ErrorKind::Account, Account, Rejected),
        ("50", ErrorKind::Recipient, Permanent, Rejected),
        ("60", ErrorKind::Refused, Permanent, Rejected),
        ("70", ErrorKind::Recipient, Permanent, Rejected),
        ("80", ErrorKind::Recipient, Transient, NotSent),
        ("90", ErrorKind::Refused, Transient, NotSent),
        ("100", ErrorKind::Refused, Permanent, Rejected),
        ("110", ErrorKind::MessageTooLong, Permanent, Rejected),
        ("200", ErrorKind::OptedOut, Permanent, Rejected),
        ("201", ErrorKind::Account, Account, Rejected),
        ("300", ErrorKind::Refused, Transient, MaybeSent),
        ("420", ErrorKind::Expired, Permanent, NotSent),
        ("450", ErrorKind::Account, Account, Rejected),
        ("900", ErrorKind::Account, Account, Rejected),
        ("910", ErrorKind::Account, Account, Rejected),
        ("1000", ErrorKind::Refused, Permanent, MaybeSent),
    ]
};

#[tokio::test]
async fn every_code_has_its_class_and_certainty() {
    for (code, kind, class, certainty) in CODES {
        let fields = [
            ("MessageUUID", ID),
            ("Status", "failed"),
            ("ErrorCode", code),
        ];
        let error = receipt(&fields).await.error.unwrap();
        assert_eq!(
            (
                error.kind(),
                error.class(),
                error.certainty(),
                error.provider_code()
            ),
            (*kind, *class, *certainty, Some(*code))
        );
    }
    let here: Vec<_> = CODES.iter().map(|(code, ..)| *code).collect();
    let there: Vec<_> = ENTRY.codes.iter().map(|code| code.code).collect();
    assert_eq!(here, there, "every row of the table is tried");
    assert!(ENTRY.codes.iter().all(|code| code.phase == Phase::Delivery));
}

#[tokio::test]
async fn a_code_that_is_not_in_the_table_is_kept() {
    let with = |status: &'static str| {
        [
            ("MessageUUID", ID),
            ("Status", status),
            ("ErrorCode", "777"),
        ]
    };
    let failed = receipt(&with("undelivered")).await;
    assert_eq!(failed.error.unwrap().kind(), ErrorKind::Refused);
    assert_eq!(failed.provider_code.as_deref(), Some("777"));
    // The word says that it is under way, and a code that nobody knows does not say otherwise.
    let sent = receipt(&with("sent")).await;
    assert!(sent.error.is_none());
    assert_eq!(sent.provider_code.as_deref(), Some("777"));
}

#[tokio::test]
async fn odd_values_are_left_out() {
    let fields = [
        ("MessageUUID", ID),
        ("Status", "sent"),
        ("Sequence", "-1"),
        ("Units", "two"),
        ("To", "ACME"),
        ("TotalAmount", " "),
    ];
    let receipt = receipt(&fields).await;
    assert_eq!((receipt.sequence, receipt.segments), (None, None));
    assert!(receipt.to.is_none() && receipt.price.is_none());
}

const STOP: &[(&str, &str)] = &[
    ("MessageUUID", ID),
    ("From", "14155550123"),
    ("To", "14155550100"),
    ("Type", "sms"),
    ("Units", "1"),
    ("MessageIntent", "optout"),
    ("Text", " Stop + \r\nnow "),
];

#[tokio::test]
async fn a_message_from_a_phone() {
    let message = inbound(STOP).await;
    assert_eq!(message.provider_message_id.as_deref(), Some(ID));
    assert_eq!(
        (message.from.as_str(), message.to.as_str()),
        (ANNA, "+14155550100")
    );
    assert_eq!(message.text, " Stop + \r\nnow ");
    assert_eq!(message.opt_out, Some(OptOut::Stop));
}

#[tokio::test]
async fn every_intent_is_read() {
    for (intent, opt_out) in [
        ("optout", Some(OptOut::Stop)),
        ("optin", Some(OptOut::Start)),
        ("help", Some(OptOut::Help)),
        ("", None),
        ("dance", None),
    ] {
        let mut fields = STOP.to_vec();
        fields[5].1 = intent;
        assert_eq!(inbound(&fields).await.opt_out, opt_out, "{intent}");
    }
}

#[tokio::test]
async fn an_empty_text_is_a_text_and_media_alone_have_none() {
    let from_to = [
        ("MessageUUID", ID),
        ("From", "72345"),
        ("To", "14155550100"),
    ];
    let with = |more: (&'static str, &'static str)| [&from_to[..], &[more]].concat();
    assert_eq!(inbound(&with(("Text", ""))).await.text, "");
    let media = inbound(&with(("Type", "mms"))).await;
    assert_eq!((media.text.as_str(), media.from.as_str()), ("", "72345"));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (fields, says) in [
        (
            vec![("Status", "sent")],
            "the webhook call has no `MessageUUID`",
        ),
        (
            vec![("MessageUUID", ID), ("Status", "")],
            "the webhook call has no `Status`",
        ),
        (vec![("MessageUUID", ID)], "the webhook call has no `From`"),
        (
            vec![("MessageUUID", ID), ("From", "1"), ("To", "2")],
            "the webhook call has no `Text`",
        ),
        (
            vec![("From", "1"), ("To", "2"), ("Text", "hello")],
            "the webhook call has no `MessageUUID`",
        ),
    ] {
        let error = events(&posted(&fields)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::BadWebhook, says)
        );
    }
}

#[tokio::test]
async fn a_call_about_something_else_says_nothing() {
    let call = posted(&[("CallUUID", "1"), ("Event", "Hangup")]);
    assert!(events(&call).await.unwrap().is_empty());
}

#[tokio::test]
async fn no_body_makes_it_panic() {
    let long = "a=".repeat(100_000);
    let bodies: &[&[u8]] = &[
        b"",
        b"&&&===",
        b"%",
        b"%ff%fe=%zz",
        b"\xff\xfe\x00",
        b"{\"Status\": 1}",
        b"MessageUUID=&Status=%00&ErrorCode=%F0%9F%98%80",
        b"MessageUUID=1&MessageUUID=2&Status=sent&Sequence=99999999999999999999",
        long.as_bytes(),
    ];
    for body in bodies {
        let call = posted(&[]).body(*body);
        if let Err(error) = events(&call).await {
            assert_eq!(error.kind(), ErrorKind::BadWebhook);
        }
    }
}

#[tokio::test]
async fn without_our_id_in_the_url_there_is_none() {
    for query in ["", "?sms_message_id=", "?sms_message_id=drop+table"] {
        let url = format!("{}{query}", our_url().split('?').next().unwrap());
        let body = encoded(&[("MessageUUID", ID), ("Status", "sent")]);
        let events = events(&signed_v2(WebhookCall::new("POST", url).body(body))).await;
        match events.unwrap().as_slice() {
            [Event::Receipt(receipt)] => assert_eq!(receipt.message_id, None),
            other => panic!("{other:?}"),
        }
    }
}
