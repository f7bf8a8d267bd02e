//! The life of a connection: bind, signs of life, unbind, and the next one.

use std::sync::Arc;
use std::time::Instant;

use rusmpp::{CommandId, Pdu};
use sms_framework::{Certainty, Class, ErrorKind};

use crate::smsc::{header, octets};
use crate::support::{
    Deliver, Sink, built, message, receipt, send, server, server_with, table, warm,
};

#[tokio::test]
async fn the_bind_octet_by_octet() {
    let (smsc, provider) = server_with("system_type = 'SMS'").await;
    let sent = send(&provider, message("one"));
    let mut line = smsc.connection().await;
    let bind = line.read().await;
    let body = b"acme\0s3cr3t\0SMS\0\x34\0\0\0";
    assert_eq!(bind.octets, crate::smsc::with_body(0x0000_0009, 0, 1, body));
    line.grant(&bind.command).await;
    let (sequence, _) = line.submit().await;
    assert_eq!(sequence, 2);
    line.accept(sequence, "one").await;
    sent.await.unwrap().unwrap();
}

#[tokio::test]
async fn nothing_connects_before_it_is_needed() {
    let (smsc, _provider) = server().await;
    smsc.nobody_connects().await;
}

#[tokio::test]
async fn a_pair_binds_its_receiver_once_somebody_takes_events() {
    let (smsc, provider) = server_with("bind = 'pair'").await;
    let sent = send(&provider, message("one"));
    let mut out = smsc.connection().await;
    let bind = out.read().await.command;
    assert_eq!(bind.id(), CommandId::BindTransmitter);
    out.grant(&bind).await;
    let (sequence, _) = out.submit().await;
    out.accept(sequence, "AF").await;
    assert_eq!(sent.await.unwrap().unwrap().provider_message_ids, ["af"]);
    smsc.nobody_connects().await;

    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let mut back = smsc.connection().await;
    let bind = back.read().await.command;
    assert_eq!(bind.id(), CommandId::BindReceiver);
    back.grant(&bind).await;
    // The receipt comes on the other bind.
    let delivered = back
        .deliver(&Deliver::receipt("id:AF stat:DELIVRD").body())
        .await;
    assert_eq!(
        receipt(&mut events).await.provider_message_id.as_deref(),
        Some("af")
    );
    assert_eq!(back.taken(delivered).await, 0x00);
}

#[tokio::test]
async fn refused_twice_then_granted() {
    let (smsc, provider) = server().await;
    for _ in 0..2 {
        let sent = send(&provider, message("one"));
        smsc.connection().await.refuse_bind(0x0D).await;
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Connect, Certainty::NotSent)
        );
        assert_eq!(error.class(), Class::Transient);
        assert_eq!(error.provider_code(), Some("0x0D"));
        assert!(error.retry_after().is_some());
        assert!(
            error.message().starts_with("the bind was refused: "),
            "{error}"
        );
    }
    let mut line = smsc.bound().await;
    let sent = send(&provider, message("one"));
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "one").await;
    sent.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_bind_that_fails_is_left_alone_for_long() {
    for (status, long) in [(0x0D, true), (0x53, true), (0x08, false)] {
        let (smsc, provider) = server_with("reconnect_max = '1000s'").await;
        let sent = send(&provider, message("one"));
        smsc.connection().await.refuse_bind(status).await;
        let pause = sent.await.unwrap().unwrap_err().retry_after().unwrap();
        assert_eq!(pause.as_secs() > 400, long, "0x{status:02X}: {pause:?}");
    }
}

#[tokio::test]
async fn refused_credentials_stop_it_for_good() {
    for status in [0x0E, 0x0F] {
        let (smsc, provider) = server().await;
        let sent = send(&provider, message("one"));
        let mut line = smsc.connection().await;
        line.refuse_bind(status).await;
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Unauthorized, Certainty::Rejected)
        );
        // Nothing was sent either way.
        line.closed().await;
        assert_eq!(error.class(), Class::Account);
        smsc.nobody_connects().await;
        let error = send(&provider, message("two")).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        smsc.nobody_connects().await;
    }
}

#[tokio::test]
async fn a_bind_that_the_account_may_not_do_sends_nothing() {
    let (smsc, provider) = server().await;
    let sent = send(&provider, message("one"));
    smsc.connection().await.refuse_bind(0x53).await;
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::Account, Certainty::NotSent)
    );
    assert_eq!(error.class(), Class::Account);
    // It is tried again: a person may set it right at the server.
    smsc.bound().await;
}

#[tokio::test]
async fn a_generic_nack_refuses_a_bind() {
    let (smsc, provider) = server().await;
    let sent = send(&provider, message("one"));
    let mut line = smsc.connection().await;
    line.read().await;
    line.write(&header(0x8000_0000, 0x03, 1)).await;
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::Connect, Certainty::NotSent)
    );
}

#[tokio::test]
async fn the_server_asks_for_a_sign_of_life() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    line.say(7, 0, Pdu::EnquireLink).await;
    assert_eq!(line.read().await.octets, header(0x8000_0015, 0, 7));
}

#[tokio::test]
async fn a_silent_line_is_asked_for_a_sign_of_life() {
    let (smsc, provider) = server_with("enquire_link = '30ms'").await;
    let mut line = warm(&smsc, &provider).await;
    for _ in 0..3 {
        let enquiry = line.read().await.command;
        assert_eq!(enquiry.id(), CommandId::EnquireLink);
        line.say(enquiry.sequence_number(), 0, Pdu::EnquireLinkResp)
            .await;
    }
}

#[tokio::test]
async fn a_server_without_a_sign_of_life_is_dead() {
    let (smsc, provider) =
        server_with("enquire_link = '30ms'\nenquire_link_timeout = '50ms'").await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("one"));
    loop {
        let read = line.read().await.command;
        match read.id() {
            CommandId::SubmitSm => break,
            CommandId::EnquireLink => {
                line.say(read.sequence_number(), 0, Pdu::EnquireLinkResp)
                    .await
            }
            other => panic!("{other:?}"),
        }
    }
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::NoAnswer, Certainty::MaybeSent)
    );
    let words = "the connection was lost before the answer came (the server gave no sign of life within 50ms)";
    assert_eq!(error.message(), words);
    smsc.bound().await;
}

#[tokio::test]
async fn the_server_unbinds_in_mid_flight() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    let (first, second) = (
        send(&provider, message("one")),
        send(&provider, message("two")),
    );
    let (one, _) = line.submit().await;
    line.submit().await;
    line.say(500, 0, Pdu::Unbind).await;
    assert_eq!(line.read().await.octets, header(0x8000_0006, 0, 500));
    // Nothing new goes out on it.
    let third = send(&provider, message("three"))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(
        (third.kind(), third.certainty()),
        (ErrorKind::Connect, Certainty::NotSent)
    );
    // What was outstanding is still answered, or is in doubt.
    line.accept(one, "one").await;
    drop(line);
    let outcomes = [first.await.unwrap(), second.await.unwrap()];
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(taken, 1);
    let error = outcomes.into_iter().find_map(Result::err).unwrap();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::NoAnswer, Certainty::MaybeSent)
    );
    smsc.bound().await;
}

#[tokio::test]
async fn a_server_that_unbinds_when_nothing_is_outstanding_sees_it_closed() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    line.say(500, 0, Pdu::Unbind).await;
    assert_eq!(line.read().await.octets, header(0x8000_0006, 0, 500));
    line.closed().await;
    smsc.bound().await;
}

#[tokio::test]
async fn a_session_in_the_wrong_state_is_bound_anew() {
    for status in [0x04, 0x05] {
        let (smsc, provider) = server().await;
        let mut line = warm(&smsc, &provider).await;
        let sent = send(&provider, message("one"));
        let (sequence, _) = line.submit().await;
        line.refuse(sequence, status).await;
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Connect, Certainty::NotSent)
        );
        let unbind = line.read().await.command;
        assert_eq!(unbind.id(), CommandId::Unbind, "0x{status:02X}");
        line.say(unbind.sequence_number(), 0, Pdu::UnbindResp).await;
        line.closed().await;
        smsc.bound().await;
    }
}

#[tokio::test]
async fn it_unbinds_when_the_provider_is_dropped() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    drop(provider);
    let unbind = line.read().await.command;
    assert_eq!(unbind.id(), CommandId::Unbind);
    line.say(unbind.sequence_number(), 0, Pdu::UnbindResp).await;
    line.closed().await;
    smsc.nobody_connects().await;
}

#[tokio::test]
async fn an_event_that_is_being_taken_is_answered_before_the_unbind() {
    let (smsc, provider) = server().await;
    let (sink, mut events) = Sink::closed();
    provider.feed().unwrap().start(Arc::<Sink>::clone(&sink));
    let mut line = smsc.bound().await;
    let delivered = line
        .deliver(&Deliver::receipt("id:1 stat:DELIVRD").body())
        .await;
    receipt(&mut events).await;
    drop(provider);
    line.nothing_comes().await;
    sink.let_one();
    assert_eq!(line.taken(delivered).await, 0x00);
    assert_eq!(line.read().await.command.id(), CommandId::Unbind);
    // A server that does not answer is left.
    drop(line);
    smsc.nobody_connects().await;
}

#[tokio::test]
async fn a_server_that_ignores_our_unbind_is_left() {
    let (smsc, provider) = server_with("enquire_link_timeout = '40ms'").await;
    let mut line = warm(&smsc, &provider).await;
    drop(provider);
    assert_eq!(line.read().await.command.id(), CommandId::Unbind);
    line.closed().await;
}

#[tokio::test]
async fn what_we_do_not_know_is_refused_and_answers_are_not_answered() {
    let (smsc, provider) = server().await;
    let mut line = warm(&smsc, &provider).await;
    // data_sm, an operation of nobody's, and answers to nothing.
    for id in [0x0000_0103, 0x0001_0000] {
        line.write(&header(id, 0, 12)).await;
        assert_eq!(line.read().await.octets, header(0x8000_0000, 0x03, 12));
    }
    line.write(&octets(3, 0, Pdu::EnquireLinkResp)).await;
    line.write(&header(0x8001_0000, 0, 12)).await;
    line.write(&header(0x0000_0102, 0, 12)).await;
    line.nothing_comes().await;
}

#[tokio::test]
async fn the_window_holds_back_what_is_too_much() {
    let (smsc, provider) = server_with("window = 2").await;
    let mut line = warm(&smsc, &provider).await;
    let sent = [1, 2, 3, 4, 5].map(|_| send(&provider, message("one")));
    let mut waiting = vec![line.submit().await.0, line.submit().await.0];
    for left in (0..5).rev() {
        if left >= 2 {
            line.nothing_comes().await;
        }
        let sequence = waiting.remove(0);
        line.accept(sequence, "one").await;
        if left >= 2 {
            waiting.push(line.submit().await.0);
        }
    }
    for sent in sent {
        sent.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_pause_lies_between_two_connections() {
    let (smsc, provider) = server_with("reconnect_min = '60ms'\nreconnect_max = '60ms'").await;
    let line = warm(&smsc, &provider).await;
    drop(line);
    let lost = Instant::now();
    smsc.bound().await;
    assert!(lost.elapsed().as_millis() >= 29, "{:?}", lost.elapsed());
}

#[test]
fn another_runtime_gets_another_connection() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let listener = runtime();
    let smsc = listener.block_on(crate::smsc::Smsc::listen());
    // Building needs no runtime at all.
    let provider = built(&table(&smsc.url(), ""));
    for _ in 0..2 {
        let sender = runtime();
        let sending = Arc::clone(&provider);
        let thread = std::thread::spawn(move || {
            sender.block_on(async { sending.send(&message("one")).await })
        });
        listener.block_on(async {
            let mut line = smsc.bound().await;
            let (sequence, _) = line.submit().await;
            line.accept(sequence, "one").await;
        });
        thread.join().unwrap().unwrap();
    }
    // A feed outside of any runtime starts with the first send.
    let (sink, _events) = Sink::open();
    provider.feed().unwrap().start(sink);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_each_get_their_own_answer() {
    let (smsc, provider) = server_with("window = 50").await;
    let sent: Vec<_> = (0..1000)
        .map(|number| send(&provider, message(&number.to_string())))
        .collect();
    let mut line = smsc.bound().await;
    let mut waiting = Vec::new();
    for answered in 0..1000 {
        // As many as there is room for, and the answers in no order.
        while waiting.len() < 50.min(1000 - answered) {
            let (sequence, submit) = line.submit().await;
            waiting.push((
                sequence,
                String::from_utf8(submit.short_message().to_vec()).unwrap(),
            ));
        }
        let (sequence, id) = waiting.swap_remove(answered * 7 % waiting.len());
        line.accept(sequence, &format!("m{id}")).await;
    }
    for (number, sent) in sent.into_iter().enumerate() {
        assert_eq!(
            sent.await.unwrap().unwrap().provider_message_ids,
            [format!("m{number}")]
        );
    }
}
