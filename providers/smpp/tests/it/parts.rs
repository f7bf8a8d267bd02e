//! What a message becomes on the wire, and what becomes of it when a part is not taken.

use std::time::Duration;

use sms_framework::testkit::outbound;
use sms_framework::{Certainty, Class, ErrorKind, Message};

use crate::smsc::with_body;
use crate::support::{TO, TO_DIGITS, message, send, server, server_with, warm};
use crate::text;

#[tokio::test]
async fn a_submit_octet_by_octet() {
    let (smsc, provider) = server_with("service_type = 'OTP'").await;
    let mut line = warm(&smsc, &provider).await;
    let message = Message::new(TO, "5 € @").valid_for(Duration::from_secs(3_600));
    let sent = send(&provider, outbound(message));
    let read = line.read().await;
    let mut body = b"OTP\0\x01\x0114155550100\0\x01\x0114155550123\0".to_vec();
    // esm_class, protocol, priority; no schedule; one hour; receipt; replace, coding, predefined.
    body.extend(b"\0\0\0\0");
    body.extend(b"000000010000000R\0\x01\0\0\0");
    body.extend(b"\x06\x35\x20\x1B\x65\x20\x00");
    assert_eq!(read.octets, with_body(0x0000_0004, 0, 3, &body));
    line.accept(3, "x").await;
    sent.await.unwrap().unwrap();
}

#[tokio::test]
async fn senders() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    for (sender, ton, npi, address) in [
        ("+14155550199", 1, 1, "14155550199"),
        ("ACME Shop", 5, 0, "ACME Shop"),
        ("72345", 3, 0, "72345"),
    ] {
        let from = sender.parse().unwrap();
        let sent = send(&provider, outbound(Message::new(TO, "x").sender(from)));
        let (sequence, submit) = line.submit().await;
        let written = (submit.source_addr_ton.into(), submit.source_addr_npi.into());
        assert_eq!(
            (written, submit.source_addr.as_str()),
            ((ton, npi), address)
        );
        assert_eq!(
            (
                u8::from(submit.dest_addr_ton),
                u8::from(submit.dest_addr_npi)
            ),
            (1, 1)
        );
        assert_eq!(submit.destination_addr.as_str(), TO_DIGITS);
        line.accept(sequence, "x").await;
        sent.await.unwrap().unwrap();
    }
    let service = "service:s-1".parse().unwrap();
    let error = provider
        .send(&outbound(Message::new(TO, "x").sender(service)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::Unsupported, Certainty::NotSent)
    );
}

#[tokio::test]
async fn short_codes_as_the_server_wants_them_and_no_sender_at_all() {
    let smsc = crate::smsc::Smsc::listen().await;
    let table = format!(
        "url = '{}'\nsystem_id = 'acme'\npassword = 's3cr3t'\nshort_code_ton = 6\nshort_code_npi = 9",
        smsc.url()
    );
    let provider = crate::support::built(&table);
    assert_eq!(provider.default_sender(), None);
    let mut line = warm(&smsc, &provider).await;
    for (sender, expected) in [(Some("72345"), (6, 9, "72345")), (None, (0, 0, ""))] {
        let mut message = Message::new(TO, "x");
        if let Some(sender) = sender {
            message = message.sender(sender.parse().unwrap());
        }
        let sent = send(&provider, outbound(message));
        let (sequence, submit) = line.submit().await;
        let (ton, npi, address) = expected;
        assert_eq!(
            (
                u8::from(submit.source_addr_ton),
                u8::from(submit.source_addr_npi)
            ),
            (ton, npi)
        );
        assert_eq!(submit.source_addr.as_str(), address);
        line.accept(sequence, "x").await;
        sent.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn alphabets() {
    for (key, written, coding, octets) in [
        ("gsm", "é@", 0, &[0x05, 0x00][..]),
        ("latin1", "é@", 0, &[0xE9, b'@']),
        ("ascii", "{@", 0, b"{@"),
        // What the alphabet does not have goes as UTF-16.
        ("ascii", "é", 8, &[0x00, 0xE9]),
        ("latin1", "€", 8, &[0x20, 0xAC]),
        ("gsm", "ж", 8, &[0x04, 0x36]),
    ] {
        let (smsc, provider) = server_with(&format!("default_alphabet = '{key}'")).await;
        let sent = send(&provider, message(written));
        let mut line = smsc.bound().await;
        let (sequence, submit) = line.submit().await;
        assert_eq!(u8::from(submit.data_coding), coding, "{key} {written}");
        assert_eq!(submit.short_message().as_ref(), octets, "{key} {written}");
        line.accept(sequence, "x").await;
        sent.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn borders() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let mut references = Vec::new();
    for body in [
        format!("{}€{}", "x".repeat(152), "y".repeat(160)),
        format!("{}😀{}", "ж".repeat(66), "ж".repeat(70)),
        format!("{}👩‍👩‍👧‍👦{}", "ж".repeat(60), "ж".repeat(70)),
        "€".repeat(81),
    ] {
        let message = message(&body);
        let segments = message.segments().count;
        let sent = send(&provider, message);
        let mut parts = Vec::new();
        for number in 1..=segments {
            let (sequence, submit) = line.submit().await;
            parts.push(submit);
            line.accept(sequence, &format!("0{number}A")).await;
        }
        let acceptance = sent.await.unwrap().unwrap();
        let ids: Vec<_> = (1..=segments).map(|number| format!("{number}a")).collect();
        assert_eq!(acceptance.provider_message_ids, ids);
        assert_eq!(acceptance.segments, Some(segments));
        assert_eq!(text::of(&parts), body);
        references.push(parts[0].short_message()[3]);
    }
    // To the same phone each message has the next number.
    for pair in references.windows(2) {
        assert_eq!(pair[1], pair[0].wrapping_add(1));
    }
}

/// Three parts, the second of which is answered with `status`; what becomes of the message.
async fn second_refused(status: u32) -> sms_framework::Error {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message(&"x".repeat(400)));
    let (one, _) = line.submit().await;
    line.accept(one, "1").await;
    let (two, _) = line.submit().await;
    line.refuse(two, status).await;
    let error = sent.await.unwrap().unwrap_err();
    line.nothing_comes().await;
    error
}

#[tokio::test]
async fn a_part_that_is_refused_after_one_that_was_taken_leaves_a_doubt() {
    let error = second_refused(0x45).await;
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::BadAnswer, Certainty::MaybeSent)
    );
    assert_eq!(
        (error.class(), error.provider_code()),
        (Class::Permanent, Some("0x45"))
    );
    let words = "part 2 of 3 was not taken, after the server took the parts before it: ";
    assert!(error.message().starts_with(words), "{error}");
}

#[tokio::test]
async fn a_doubt_about_a_further_part_is_never_the_kind_that_may_be_resent() {
    for status in [0x08, 0xFF] {
        let error = second_refused(status).await;
        assert_eq!(error.certainty(), Certainty::MaybeSent);
        assert!(!error.is_server_answer(), "{error:?}");
        assert!(
            error.message().starts_with("part 2 of 3 may be lost, "),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_first_part_that_is_refused_is_the_whole() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message(&"x".repeat(400)));
    let (one, _) = line.submit().await;
    line.refuse(one, 0x0B).await;
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::Recipient, Certainty::Rejected)
    );
    line.nothing_comes().await;
}

#[tokio::test]
async fn a_further_part_that_is_too_much_goes_out_after_the_pause() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message(&"x".repeat(400)));
    let mut ids = Vec::new();
    for (number, refusals) in [(1, 0), (2, 2), (3, 1)] {
        for _ in 0..refusals {
            let (sequence, submit) = line.submit().await;
            assert_eq!(submit.short_message()[5], number);
            line.refuse(sequence, 0x58).await;
        }
        let (sequence, submit) = line.submit().await;
        assert_eq!(submit.short_message()[5], number);
        line.accept(sequence, &number.to_string()).await;
        ids.push(number.to_string());
    }
    assert_eq!(sent.await.unwrap().unwrap().provider_message_ids, ids);
}

#[tokio::test]
async fn a_further_part_that_was_not_written_goes_out_on_the_next_connection() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message(&"x".repeat(300)));
    let (one, _) = line.submit().await;
    // With the answer to the first part the server says goodbye.
    let goodbye = crate::smsc::header(0x0000_0006, 0, 500);
    line.write(&[crate::smsc::accepted(one, "1"), goodbye].concat())
        .await;
    let mut line = smsc.bound().await;
    let (two, submit) = line.submit().await;
    assert_eq!(submit.short_message()[5], 2);
    line.accept(two, "2").await;
    assert_eq!(
        sent.await.unwrap().unwrap().provider_message_ids,
        ["1", "2"]
    );
}

#[tokio::test]
async fn a_further_part_that_stays_too_much_leaves_a_doubt() {
    let (smsc, provider) = server_with("timeout = '100ms'\nthrottle_pause = '40ms'").await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message(&"x".repeat(400)));
    let (one, _) = line.submit().await;
    line.accept(one, "1").await;
    let error = loop {
        if sent.is_finished() {
            break sent.await.unwrap().unwrap_err();
        }
        // The provider gives up by itself; until then each try is too much.
        if let Ok((two, _)) = tokio::time::timeout(Duration::from_millis(150), line.submit()).await
        {
            line.refuse(two, 0x58).await;
        }
    };
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::BadAnswer, Certainty::MaybeSent)
    );
    assert_eq!(error.provider_code(), Some("0x58"));
}

#[tokio::test]
async fn a_further_part_without_an_answer_leaves_a_doubt() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message(&"x".repeat(400)));
    let (one, _) = line.submit().await;
    line.accept(one, "1").await;
    line.submit().await;
    line.reset();
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::NoAnswer, Certainty::MaybeSent)
    );
    assert!(
        error.message().starts_with("part 2 of 3 may be lost, "),
        "{error}"
    );
    smsc.bound().await.nothing_comes().await;
}

#[tokio::test]
async fn a_text_of_too_many_parts_is_not_sent() {
    let (smsc, provider) = server().await;
    let error = provider
        .send(&message(&"x".repeat(153 * 256)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::MessageTooLong, Certainty::NotSent)
    );
    smsc.nobody_connects().await;
}

#[tokio::test]
async fn a_late_answer_to_one_part_says_which() {
    let (smsc, provider) = server_with("timeout = '50ms'").await;
    let (sink, mut events) = crate::support::Sink::open();
    provider.feed().unwrap().start(sink);
    let mut line = smsc.bound().await;
    let sent = send(&provider, message(&"x".repeat(400)));
    let (one, _) = line.submit().await;
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::NoAnswer, Certainty::MaybeSent)
    );
    line.accept(one, "1").await;
    let late = crate::support::receipt(&mut events).await;
    let part = late.part.unwrap();
    assert_eq!((part.number, part.total), (1, 3));
    // The two after it were given up: the message is not accepted.
    assert_eq!((late.state, late.provider_status.as_str()), (None, "0x00"));
    assert_eq!(late.provider_message_id.as_deref(), Some("1"));
    assert!(late.error.is_none());
    line.nothing_comes().await;
}

#[tokio::test]
async fn a_late_answer_to_the_last_part_is_about_the_whole() {
    let (smsc, provider) = server_with("timeout = '300ms'").await;
    let (sink, mut events) = crate::support::Sink::open();
    provider.feed().unwrap().start(sink);
    let mut line = smsc.bound().await;
    let sent = send(&provider, message(&"x".repeat(300)));
    let (one, _) = line.submit().await;
    line.accept(one, "1").await;
    let (two, _) = line.submit().await;
    sent.await.unwrap().unwrap_err();
    line.accept(two, "2").await;
    let late = crate::support::receipt(&mut events).await;
    let part = late.part.unwrap();
    assert_eq!((part.number, part.total), (2, 2));
    assert_eq!(late.state, Some(sms_framework::MessageState::Accepted));
}

#[tokio::test]
async fn a_late_error_of_a_further_part_leaves_the_doubt() {
    for status in [0x45, 0x58] {
        let (smsc, provider) = server_with("timeout = '300ms'").await;
        let (sink, mut events) = crate::support::Sink::open();
        provider.feed().unwrap().start(sink);
        let mut line = smsc.bound().await;
        let sent = send(&provider, message(&"x".repeat(400)));
        let (one, _) = line.submit().await;
        line.accept(one, "1").await;
        let (two, _) = line.submit().await;
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!(error.certainty(), Certainty::MaybeSent);
        line.refuse(two, status).await;
        let late = crate::support::receipt(&mut events).await;
        let part = late.part.unwrap();
        assert_eq!((part.number, part.total, late.state), (2, 3, None));
        let error = late.error.unwrap();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::BadAnswer, Certainty::MaybeSent)
        );
        let code = format!("0x{status:02X}");
        assert_eq!(error.provider_code(), Some(code.as_str()));
        let words = "part 2 of 3 was not taken, after the server took the parts before it: ";
        assert!(error.message().starts_with(words), "{error}");
    }
}
