//! What each end of a submit_sm says about the message.

use std::time::{Duration, Instant};

use sms_framework::{Certainty, Class, Error, ErrorKind, MessageState};

use crate::smsc::{Smsc, accepted, granted, header, octets, with_body};
use crate::support::{
    Deliver, Sent, Sink, built, message, receipt, send, server, server_with, table, warm,
};

async fn failed(sent: Sent) -> Error {
    sent.await.unwrap().expect_err("the server did not take it")
}

async fn ids(sent: Sent) -> Vec<String> {
    sent.await.unwrap().unwrap().provider_message_ids
}

fn is(error: &Error, kind: ErrorKind, certainty: Certainty) {
    assert_eq!(
        (error.kind(), error.certainty()),
        (kind, certainty),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_in_single_octets_and_two_in_one_segment() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("one"));
    let (sequence, _) = line.submit().await;
    line.write_octet_by_octet(&accepted(sequence, "one")).await;
    assert_eq!(ids(sent).await, ["one"]);

    let (first, second) = (send(&provider, message("a")), send(&provider, message("b")));
    let (a, submit) = line.submit().await;
    let (b, _) = line.submit().await;
    let swapped = submit.short_message().as_ref() == b"b";
    let (a, b) = if swapped { (b, a) } else { (a, b) };
    // And the beginning of a third PDU, whose rest comes later.
    let enquiry = header(0x0000_0015, 0, 77);
    let mut glued = [accepted(a, "a"), accepted(b, "b")].concat();
    glued.extend(&enquiry[..7]);
    line.write(&glued).await;
    assert_eq!(
        (ids(first).await, ids(second).await),
        (vec!["a".to_owned()], vec!["b".to_owned()])
    );
    line.write(&enquiry[7..]).await;
    assert_eq!(line.read().await.octets, header(0x8000_0015, 0, 77));
}

#[tokio::test]
async fn what_comes_behind_the_answer_to_the_bind() {
    let (smsc, provider) = server().await;
    let sent = send(&provider, message("one"));
    let mut line = smsc.connection().await;
    let bind = line.read().await.command;
    line.write(&[granted(&bind), header(0x0000_0015, 0, 9)].concat())
        .await;
    assert_eq!(line.read().await.octets, header(0x8000_0015, 0, 9));
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "one").await;
    assert_eq!(ids(sent).await, ["one"]);
}

#[tokio::test]
async fn answers_out_of_order() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let texts = ["one", "two", "three", "four"];
    let sent = texts.map(|text| send(&provider, message(text)));
    let mut waiting = Vec::new();
    for _ in texts {
        let (sequence, submit) = line.submit().await;
        waiting.push((
            sequence,
            String::from_utf8(submit.short_message().to_vec()).unwrap(),
        ));
    }
    for (sequence, text) in waiting.iter().rev() {
        line.accept(*sequence, text).await;
    }
    for (sent, text) in sent.into_iter().zip(texts) {
        assert_eq!(ids(sent).await, [text]);
    }
}

#[tokio::test]
async fn every_third_is_too_much_and_nothing_goes_out_for_a_while() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    for number in 1..=9 {
        let sent = send(&provider, message("again"));
        let (sequence, _) = line.submit().await;
        if number % 3 != 0 {
            line.accept(sequence, "id").await;
            assert_eq!(ids(sent).await, ["id"]);
            continue;
        }
        let refused = Instant::now();
        line.refuse(sequence, 0x58).await;
        let error = failed(sent).await;
        is(&error, ErrorKind::ProviderThrottled, Certainty::NotSent);
        assert_eq!(error.class(), Class::Throttled);
        assert_eq!(error.provider_code(), Some("0x58"));
        assert_eq!(error.retry_after(), Some(Duration::from_millis(30)));
        let next = send(&provider, message("held"));
        let (sequence, _) = line.submit().await;
        assert!(
            refused.elapsed() >= Duration::from_millis(30),
            "the pause was not kept"
        );
        line.accept(sequence, "held").await;
        assert_eq!(ids(next).await, ["held"]);
    }
}

#[tokio::test]
async fn a_pause_longer_than_a_part_may_wait_sends_nothing() {
    let (smsc, provider) = server_with("throttle_pause = '60s'\ntimeout = '50ms'").await;
    let sent = send(&provider, message("one"));
    let mut line = smsc.bound().await;
    let (sequence, _) = line.submit().await;
    line.refuse(sequence, 0x14).await;
    assert_eq!(
        failed(sent).await.retry_after(),
        Some(Duration::from_secs(300))
    );
    let error = failed(send(&provider, message("two"))).await;
    is(&error, ErrorKind::ProviderThrottled, Certainty::NotSent);
    assert!(
        error.retry_after() > Some(Duration::from_secs(290)),
        "{error:?}"
    );
    line.nothing_comes().await;
}

#[tokio::test]
async fn a_reset_after_the_answer_and_one_before_it() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("one"));
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "one").await;
    assert_eq!(ids(sent).await, ["one"]);
    line.reset();

    // A later send finds no connection, or the next one: the first is never in doubt.
    let mut line = smsc.bound().await;
    let sent = send(&provider, message("two"));
    line.submit().await;
    line.reset();
    let error = failed(sent).await;
    is(&error, ErrorKind::NoAnswer, Certainty::MaybeSent);
    assert!(
        error
            .message()
            .starts_with("the connection was lost before the answer came ("),
        "{error}"
    );
    // What was in flight is not sent again.
    smsc.bound().await.nothing_comes().await;
}

#[tokio::test]
async fn a_reset_before_the_bind_is_granted() {
    let (smsc, provider) = server_with("reconnect_min = '1h'\nreconnect_max = '1h'").await;
    let sent = send(&provider, message("one"));
    let mut line = smsc.connection().await;
    line.read().await;
    line.reset();
    let error = failed(sent).await;
    is(&error, ErrorKind::Connect, Certainty::NotSent);
    // While the pause lasts nothing is tried, and the error says for how long.
    let error = failed(send(&provider, message("two"))).await;
    is(&error, ErrorKind::Connect, Certainty::NotSent);
    assert!(
        error.retry_after() > Some(Duration::from_secs(1700)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_does_not_answer_the_bind_or_speaks_something_else() {
    let (smsc, provider) = server_with("connect_timeout = '50ms'").await;
    let sent = send(&provider, message("one"));
    let _silent = smsc.connection().await;
    let error = failed(sent).await;
    is(&error, ErrorKind::Connect, Certainty::NotSent);
    assert_eq!(error.message(), "no connection and no bind within 50ms");

    let (smsc, provider) = server().await;
    let sent = send(&provider, message("one"));
    let mut line = smsc.connection().await;
    line.write(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let error = failed(sent).await;
    is(&error, ErrorKind::Connect, Certainty::NotSent);
    assert_eq!(
        error.message(),
        "no connection (the server does not speak SMPP)"
    );
}

#[tokio::test]
async fn silence_and_then_a_late_answer() {
    let (smsc, provider) = server_with("timeout = '50ms'").await;
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let mut line = smsc.bound().await;
    let (accepted, refused) = (message("one"), message("two"));
    let first = send(&provider, accepted.clone());
    let (one, _) = line.submit().await;
    let error = failed(first).await;
    is(&error, ErrorKind::NoAnswer, Certainty::MaybeSent);
    assert_eq!(error.message(), "no answer within 50ms");
    let second = send(&provider, refused.clone());
    let (two, _) = line.submit().await;
    is(
        &failed(second).await,
        ErrorKind::NoAnswer,
        Certainty::MaybeSent,
    );

    let third = send(&provider, message("three"));
    let (three, _) = line.submit().await;
    is(
        &failed(third).await,
        ErrorKind::NoAnswer,
        Certainty::MaybeSent,
    );

    // An answer that settles nothing is no news.
    line.refuse(three, 0x08).await;
    line.refuse(two, 0x0B).await;
    let late = receipt(&mut events).await;
    assert_eq!(
        (late.message_id, late.state),
        (Some(refused.id()), Some(MessageState::Rejected))
    );
    assert_eq!(late.error.unwrap().provider_code(), Some("0x0B"));
    line.accept(one, "00AF").await;
    let late = receipt(&mut events).await;
    assert_eq!(
        (late.message_id, late.state),
        (Some(accepted.id()), Some(MessageState::Accepted))
    );
    assert_eq!(late.provider_message_id.as_deref(), Some("af"));
    assert_eq!((late.part, late.to), (None, Some(*accepted.to())));
}

#[tokio::test]
async fn a_late_answer_that_it_was_too_much_is_no_refusal() {
    let (smsc, provider) = server_with("timeout = '50ms'").await;
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let mut line = smsc.bound().await;
    // The session is bound anew after the last.
    for status in [0x58, 0x14, 0x64, 0x04] {
        let message = message("one");
        let id = message.id();
        let sent = send(&provider, message);
        let (sequence, _) = line.submit().await;
        is(
            &failed(sent).await,
            ErrorKind::NoAnswer,
            Certainty::MaybeSent,
        );
        line.refuse(sequence, status).await;
        let late = receipt(&mut events).await;
        assert_eq!((late.message_id, late.state), (Some(id), None));
        assert!(!late.is_final);
        let error = late.error.unwrap();
        assert_eq!(error.certainty(), Certainty::NotSent, "0x{status:02X}");
        assert_eq!(late.provider_code.as_deref(), error.provider_code());
        // The pause that it asked for is over with the next connection.
        line.reset();
        line = smsc.bound().await;
    }
}

#[tokio::test]
async fn a_generic_nack_counts_by_its_sequence_number() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("one"));
    let (sequence, _) = line.submit().await;
    line.write(&header(0x8000_0000, 0x03, sequence + 100)).await;
    line.write(&header(0x8000_0000, 0x03, 0)).await;
    line.write(&header(0x8000_0000, 0x03, sequence)).await;
    let error = failed(sent).await;
    is(&error, ErrorKind::Refused, Certainty::Rejected);
    assert_eq!(error.provider_code(), Some("0x03"));
}

#[tokio::test]
async fn a_generic_nack_may_be_about_an_answer_of_ours() {
    let (smsc, provider) = server().await;
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let mut line = warm(&smsc, &provider).await;
    let first = message("one");
    let id = first.id();
    let sent = send(&provider, first);
    let (sequence, _) = line.submit().await;
    // The server counts its own: here it is at the same number.
    let body = Deliver::receipt("id:7 stat:DELIVRD").body();
    line.write(&with_body(0x0000_0005, 0, sequence, &body))
        .await;
    receipt(&mut events).await;
    assert_eq!(line.taken(sequence).await, 0x00);
    line.write(&header(0x8000_0000, 0x03, sequence)).await;
    let error = failed(sent).await;
    is(&error, ErrorKind::BadAnswer, Certainty::MaybeSent);
    assert_eq!(error.provider_code(), Some("0x03"));
    // It was about our answer: that to the message comes now, late.
    line.accept(sequence, "AF").await;
    let late = receipt(&mut events).await;
    assert_eq!(
        (late.message_id, late.state),
        (Some(id), Some(MessageState::Accepted))
    );
    assert_eq!(late.provider_message_id.as_deref(), Some("af"));

    // So with any other request of the server.
    let sent = send(&provider, message("two"));
    let (sequence, _) = line.submit().await;
    line.say(sequence, 0, rusmpp::Pdu::EnquireLink).await;
    assert_eq!(line.read().await.octets, header(0x8000_0015, 0, sequence));
    line.write(&header(0x8000_0000, 0x08, sequence)).await;
    is(
        &failed(sent).await,
        ErrorKind::BadAnswer,
        Certainty::MaybeSent,
    );
    // A submit_sm_resp is always about a submit_sm.
    let sent = send(&provider, message("three"));
    let (sequence, _) = line.submit().await;
    line.say(sequence, 0, rusmpp::Pdu::EnquireLink).await;
    line.read().await;
    line.refuse(sequence, 0x45).await;
    is(&failed(sent).await, ErrorKind::Refused, Certainty::Rejected);
}

#[tokio::test]
async fn answers_as_servers_write_them() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    for (body, expected) in [
        (&b"m1\0"[..], Some("m1")),
        (b"no-zero", Some("no-zero")),
        (b"00FF\0", Some("ff")),
        // Optional fields after it, one of them cut off.
        (b"m2\0\x04\x25\0\x01\x02\x14\x02\0\xFF", Some("m2")),
        (b"\0", None),
        (b"", None),
    ] {
        let sent = send(&provider, message("one"));
        let (sequence, _) = line.submit().await;
        line.write(&with_body(0x8000_0004, 0, sequence, body)).await;
        assert_eq!(
            ids(sent).await,
            expected.map(str::to_owned).into_iter().collect::<Vec<_>>()
        );
    }
    // An error with a body, too.
    let sent = send(&provider, message("one"));
    let (sequence, _) = line.submit().await;
    line.write(&with_body(0x8000_0004, 0x0B, sequence, b"x\0"))
        .await;
    is(
        &failed(sent).await,
        ErrorKind::Recipient,
        Certainty::Rejected,
    );
}

#[tokio::test]
async fn a_second_answer_to_the_same_part_says_nothing() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("one"));
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "first").await;
    line.refuse(sequence, 0x45).await;
    assert_eq!(ids(sent).await, ["first"]);
    // An answer of the last connection is none of this one, whatever its number.
    line.reset();
    let mut line = smsc.bound().await;
    line.accept(sequence, "old").await;
    let sent = send(&provider, message("two"));
    let (again, _) = line.submit().await;
    assert_eq!(again, sequence - 1, "each connection counts anew");
    line.accept(again, "new").await;
    assert_eq!(ids(sent).await, ["new"]);
}

#[tokio::test]
async fn what_waits_for_a_place_was_not_sent() {
    let (smsc, provider) = server_with("window = 1\ntimeout = '5s'").await;
    let mut line = warm(&smsc, &provider).await;
    let first = send(&provider, message("one"));
    line.submit().await;
    let second = send(&provider, message("two"));
    line.nothing_comes().await;
    drop(line);
    is(
        &failed(first).await,
        ErrorKind::NoAnswer,
        Certainty::MaybeSent,
    );
    is(
        &failed(second).await,
        ErrorKind::Connect,
        Certainty::NotSent,
    );
}

#[tokio::test]
async fn no_place_in_time_was_not_sent() {
    let (smsc, provider) = server_with("window = 1\ntimeout = '80ms'").await;
    let mut line = warm(&smsc, &provider).await;
    let first = send(&provider, message("one"));
    line.submit().await;
    let further = [
        send(&provider, message("two")),
        send(&provider, message("three")),
    ];
    is(
        &failed(first).await,
        ErrorKind::NoAnswer,
        Certainty::MaybeSent,
    );
    // Its place is free again: one of the two may have it, and keeps it for as long as the other waits.
    let mut placeless = 0;
    for sent in further {
        let error = failed(sent).await;
        if error.certainty() == Certainty::NotSent {
            is(&error, ErrorKind::Connect, Certainty::NotSent);
            assert_eq!(error.message(), "no place in the window within 80ms");
            placeless += 1;
        } else {
            is(&error, ErrorKind::NoAnswer, Certainty::MaybeSent);
        }
    }
    assert!(placeless >= 1);
}

#[tokio::test]
async fn nobody_listens() {
    let smsc = Smsc::listen().await;
    let provider = built(&table(&smsc.url(), ""));
    drop(smsc);
    let error = failed(send(&provider, message("one"))).await;
    is(&error, ErrorKind::Connect, Certainty::NotSent);
    assert_eq!(error.class(), Class::Transient);
}

#[tokio::test]
async fn garbage_in_an_answer_leaves_a_doubt() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("one"));
    line.submit().await;
    // A length that no PDU has.
    line.write(&octets(1, 0, rusmpp::Pdu::EnquireLink)[..3])
        .await;
    line.write(&[0x03; 20]).await;
    is(
        &failed(sent).await,
        ErrorKind::BadAnswer,
        Certainty::MaybeSent,
    );
    smsc.bound().await;
}
