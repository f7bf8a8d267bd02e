//! Receipts and messages from phones, and what the server is told of them.

use std::sync::Arc;

use sms_framework::provider::{DeliveryReceipt, DynProvider, Inbound};
use sms_framework::{Class, ErrorKind, MessageState};

use crate::smsc::{Line, accepted};
use crate::support::{Deliver, Events, Sink, TO, message, receipt, send, server, server_with};

/// A server with a provider whose events are taken.
struct Feed {
    line: Line,
    events: Events,
    _provider: DynProvider,
}

impl Feed {
    async fn with(more: &str) -> Self {
        let (smsc, provider) = server_with(more).await;
        let (sink, events) = Sink::open();
        provider.feed().unwrap().start(sink);
        Self {
            line: smsc.bound().await,
            events,
            _provider: provider,
        }
    }

    async fn receipt(&mut self, deliver: Deliver) -> DeliveryReceipt {
        let sequence = self.line.deliver(&deliver.body()).await;
        assert_eq!(self.line.taken(sequence).await, 0x00);
        receipt(&mut self.events).await
    }

    async fn inbound(&mut self, deliver: Deliver) -> Inbound {
        let sequence = self.line.deliver(&deliver.body()).await;
        assert_eq!(self.line.taken(sequence).await, 0x00);
        crate::support::inbound(&mut self.events).await
    }
}

const SPEC: &str = "id:00AF sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:DELIVRD err:000 text:Hi";

#[tokio::test]
async fn a_receipt_by_its_text() {
    let mut feed = Feed::with("").await;
    let receipt = feed.receipt(Deliver::receipt(SPEC)).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some("af"));
    assert_eq!(
        (receipt.state, receipt.is_final),
        (Some(MessageState::Delivered), true)
    );
    assert_eq!(receipt.provider_status, "DELIVRD");
    assert_eq!(receipt.to, TO.parse().ok());
    // Its times have no zone.
    assert_eq!(
        (receipt.at, receipt.message_id, receipt.part),
        (None, None, None)
    );
    assert!(receipt.error.is_none());
}

#[tokio::test]
async fn every_word_of_a_receipt() {
    let mut feed = Feed::with("").await;
    for (word, state) in [
        ("ENROUTE", Some(MessageState::Sent)),
        ("DELIVRD", Some(MessageState::Delivered)),
        ("EXPIRED", Some(MessageState::Expired)),
        ("DELETED", Some(MessageState::Canceled)),
        ("UNDELIV", Some(MessageState::Undelivered)),
        ("ACCEPTD", Some(MessageState::Sent)),
        ("UNKNOWN", None),
        ("REJECTD", Some(MessageState::Rejected)),
        ("TELEPRT", None),
    ] {
        let text = format!("id:1 stat:{word} err:00B text:");
        let receipt = feed.receipt(Deliver::receipt(&text)).await;
        assert_eq!(
            (receipt.state, receipt.provider_status.as_str()),
            (state, word)
        );
        let is_final = state.is_some_and(MessageState::is_final);
        assert_eq!(receipt.is_final, is_final);
        let failed = is_final && state != Some(MessageState::Delivered);
        let code = receipt.error.as_ref().map(|error| error.provider_code());
        assert_eq!(code, failed.then_some(Some("00B")), "{word}");
        // It is kept, whatever the word is.
        assert_eq!(receipt.provider_code.as_deref(), Some("00B"), "{word}");
    }
}

#[tokio::test]
async fn optional_fields_go_before_the_text() {
    let mut feed = Feed::with("receipt_id = 'dec_to_hex'").await;
    let deliver = Deliver::receipt("id:999 stat:DELIVRD err:001")
        // Without the zero at its end, as some servers write it.
        .option(0x001E, b"00BEEF")
        .option(0x0427, &[5])
        .option(0x0423, &[3, 0, 27]);
    let receipt = feed.receipt(deliver).await;
    // It has the form of the answer already.
    assert_eq!(receipt.provider_message_id.as_deref(), Some("beef"));
    assert_eq!(
        (receipt.state, receipt.provider_status.as_str()),
        (Some(MessageState::Undelivered), "UNDELIV")
    );
    assert_eq!(receipt.error.unwrap().provider_code(), Some("3:27"));

    // A state and an id that say nothing leave it to the text.
    let deliver = Deliver::receipt("id:255 stat:EXPIRED err:001")
        .option(0x001E, b"\0")
        .option(0x0427, &[9])
        .option(0x0423, &[3, 0, 0]);
    let receipt = feed.receipt(deliver).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some("ff"));
    assert_eq!(receipt.state, Some(MessageState::Expired));
    let error = receipt.error.unwrap();
    assert_eq!(
        (error.provider_code(), error.class()),
        (Some("001"), Class::Transient)
    );
    assert_eq!(error.kind(), ErrorKind::Recipient);
}

#[tokio::test]
async fn the_words_of_a_message_are_no_receipt() {
    let mut feed = Feed::with("").await;
    let text = "text:id:2 stat:DELIVRD err:009 id:1 stat:UNDELIV";
    let said = feed.receipt(Deliver::receipt(text)).await;
    assert_eq!((said.provider_message_id, said.state), (None, None));
    assert_eq!(
        (said.provider_status.as_str(), said.provider_code),
        ("", None)
    );
    assert!(said.error.is_none());
    // The optional fields are the server's own.
    let deliver = Deliver::receipt(text)
        .option(0x001E, b"1\0")
        .option(0x0427, &[5]);
    let said = feed.receipt(deliver).await;
    assert_eq!(said.provider_message_id.as_deref(), Some("1"));
    assert_eq!(said.state, Some(MessageState::Undelivered));
    assert_eq!(said.error.unwrap().provider_code(), Some("UNDELIV"));
}

#[tokio::test]
async fn a_code_has_an_end() {
    let mut feed = Feed::with("").await;
    let text = format!("id:1 stat:UNDELIV err:{} text:", "9".repeat(100));
    let receipt = feed.receipt(Deliver::receipt(&text)).await;
    let code = receipt.error.unwrap().provider_code().map(str::to_owned);
    assert_eq!(code, Some("9".repeat(40)));
}

#[tokio::test]
async fn ids_in_another_base() {
    for (key, in_answer, in_receipt) in [
        ("same", "00af", "AF"),
        ("hex_to_dec", "0000175", "AF"),
        ("dec_to_hex", "00AF", "175"),
    ] {
        let (smsc, provider) = server_with(&format!("receipt_id = '{key}'")).await;
        let (sink, mut events) = Sink::open();
        provider.feed().unwrap().start(sink);
        let mut line = smsc.bound().await;
        let sent = send(&provider, message("x"));
        let (sequence, _) = line.submit().await;
        line.accept(sequence, in_answer).await;
        let ids = sent.await.unwrap().unwrap().provider_message_ids;
        line.deliver(&Deliver::receipt(&format!("id:{in_receipt} stat:DELIVRD")).body())
            .await;
        assert_eq!(
            receipt(&mut events).await.provider_message_id,
            Some(ids[0].clone()),
            "{key}"
        );
    }
}

#[tokio::test]
async fn acceptd_as_a_person_says() {
    let mut feed = Feed::with("acceptd = 'delivered'").await;
    let receipt = feed.receipt(Deliver::receipt("id:1 stat:ACCEPTD")).await;
    assert_eq!(
        (receipt.state, receipt.is_final),
        (Some(MessageState::Delivered), true)
    );
}

#[tokio::test]
async fn a_receipt_before_the_answer_and_the_same_twice() {
    let (smsc, provider) = server().await;
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let mut line = smsc.bound().await;
    let sent = send(&provider, message("x"));
    let (sequence, _) = line.submit().await;
    for _ in 0..2 {
        let delivered = line.deliver(&Deliver::receipt(SPEC).body()).await;
        assert_eq!(line.taken(delivered).await, 0x00);
        assert_eq!(
            receipt(&mut events).await.provider_message_id.as_deref(),
            Some("af")
        );
    }
    line.write(&accepted(sequence, "00AF")).await;
    assert_eq!(sent.await.unwrap().unwrap().provider_message_ids, ["af"]);
}

#[tokio::test]
async fn an_intermediate_receipt_ends_nothing() {
    let mut feed = Feed::with("").await;
    for (word, state) in [
        ("UNDELIV", None),
        ("EXPIRED", None),
        ("REJECTD", None),
        ("DELETED", None),
        ("ENROUTE", Some(MessageState::Sent)),
    ] {
        let deliver = Deliver {
            esm_class: 0x20,
            ..Deliver::receipt(&format!("id:1 stat:{word} err:001"))
        };
        let receipt = feed.receipt(deliver).await;
        assert_eq!((receipt.state, receipt.is_final), (state, false), "{word}");
        assert!(receipt.error.is_none(), "{word}");
        assert_eq!(receipt.provider_code.as_deref(), Some("001"), "{word}");
        assert_eq!(receipt.provider_status, word);
        assert_eq!(receipt.provider_message_id.as_deref(), Some("1"));
    }
}

#[tokio::test]
async fn a_receipt_in_a_payload_or_in_utf16() {
    let mut feed = Feed::with("").await;
    let deliver = Deliver {
        esm_class: 0x04,
        ..Deliver::text(b"")
    };
    let receipt = feed
        .receipt(deliver.option(0x0424, b"id:7 stat:DELIVRD"))
        .await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some("7"));
    let octets: Vec<u8> = "id:8 stat:DELIVRD"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let deliver = Deliver {
        esm_class: 0x04,
        data_coding: 8,
        ..Deliver::text(&octets)
    };
    let receipt = feed.receipt(deliver).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some("8"));
    // An underscore is one, though GSM has another character there.
    let receipt = feed.receipt(Deliver::receipt("id:a_1 stat:DELIVRD")).await;
    assert_eq!(receipt.provider_message_id.as_deref(), Some("a_1"));
}

#[tokio::test]
async fn nobody_can_text_a_receipt() {
    let mut feed = Feed::with("").await;
    let inbound = feed.inbound(Deliver::text(SPEC.as_bytes())).await;
    assert_eq!(inbound.from, TO);
    // With the field that only a server can set it is one, whatever its class says.
    let deliver = Deliver::text(b"")
        .option(0x001E, b"77\0")
        .option(0x0427, &[2]);
    let receipt = feed.receipt(deliver).await;
    assert_eq!(
        (receipt.provider_message_id.as_deref(), receipt.state),
        (Some("77"), Some(MessageState::Delivered))
    );
}

#[tokio::test]
async fn messages_from_phones() {
    let mut feed = Feed::with("").await;
    let inbound = feed
        .inbound(Deliver::text(b"\x1B\x65 5 \x00 \x4C\x75\x1E\x65"))
        .await;
    assert_eq!(
        (inbound.from.as_str(), inbound.to.as_str()),
        (TO, "+14155550100")
    );
    assert_eq!(inbound.text, "€ 5 @ Luße");
    assert_eq!((inbound.part, inbound.reference.as_deref()), (None, None));

    let octets: Vec<u8> = "Привет 😀"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let deliver = Deliver {
        data_coding: 8,
        ..Deliver::text(&octets)
    };
    assert_eq!(feed.inbound(deliver).await.text, "Привет 😀");

    // A national number and a short code stay as they are written.
    let deliver = Deliver {
        source: (2, "4155550123"),
        destination: (0, "72345"),
        ..Deliver::text(b"STOP")
    };
    let inbound = feed.inbound(deliver).await;
    assert_eq!(
        (inbound.from.as_str(), inbound.to.as_str()),
        ("4155550123", "72345")
    );
}

#[tokio::test]
async fn pieces_of_a_longer_text() {
    let mut feed = Feed::with("").await;
    let piece = |inbound: &Inbound| {
        let part = inbound.part.unwrap();
        (
            inbound.text.clone(),
            part.number,
            part.total,
            inbound.reference.clone().unwrap(),
        )
    };
    let header = Deliver {
        esm_class: 0x40,
        ..Deliver::text(b"\x05\x00\x03\xC8\x02\x01Hello ")
    };
    assert_eq!(
        piece(&feed.inbound(header).await),
        ("Hello ".into(), 1, 2, "200".into())
    );
    let wide = Deliver {
        esm_class: 0x40,
        ..Deliver::text(b"\x06\x08\x04\x01\x00\x03\x02you")
    };
    assert_eq!(
        piece(&feed.inbound(wide).await),
        ("you".into(), 2, 3, "256".into())
    );
    let options = Deliver::text(b"all")
        .option(0x020C, &[0, 9])
        .option(0x020E, &[3])
        .option(0x020F, &[3]);
    assert_eq!(
        piece(&feed.inbound(options).await),
        ("all".into(), 3, 3, "9".into())
    );
    // A header that is longer than the message, one about something else, and a third of two.
    for octets in [
        &b"\x20\x00\x03"[..],
        b"\x04\x24\x01\x01\x00x",
        b"\x05\x00\x03\x01\x02\x03x",
    ] {
        let inbound = feed
            .inbound(Deliver {
                esm_class: 0x40,
                ..Deliver::text(octets)
            })
            .await;
        assert_eq!(inbound.part, None, "{octets:?}");
    }
}

#[tokio::test]
async fn an_event_is_answered_once_it_was_taken() {
    let (smsc, provider) = server().await;
    let (sink, mut events) = Sink::closed();
    provider.feed().unwrap().start(Arc::<Sink>::clone(&sink));
    let mut line = smsc.bound().await;
    let delivered = line.deliver(&Deliver::receipt(SPEC).body()).await;
    receipt(&mut events).await;
    line.nothing_comes().await;
    // Meanwhile messages go out, and signs of life are given.
    let sent = send(&provider, message("x"));
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "x").await;
    sent.await.unwrap().unwrap();
    sink.let_one();
    assert_eq!(line.taken(delivered).await, 0x00);
}

#[tokio::test]
async fn an_event_that_cannot_be_kept_is_to_be_repeated() {
    let (smsc, provider) = server().await;
    let (sink, mut events) = Sink::full();
    provider.feed().unwrap().start(sink);
    let mut line = smsc.bound().await;
    let delivered = line.deliver(&Deliver::receipt(SPEC).body()).await;
    receipt(&mut events).await;
    assert_eq!(line.taken(delivered).await, 0x64);
}

#[tokio::test]
async fn more_events_than_wait_are_to_be_repeated() {
    let (smsc, provider) = server().await;
    let (sink, _events) = Sink::closed();
    provider.feed().unwrap().start(Arc::<Sink>::clone(&sink));
    let mut line = smsc.bound().await;
    let mut last = 0;
    // 256 wait and one is with the sink, or is about to be.
    for _ in 0..258 {
        last = line.deliver(&Deliver::receipt(SPEC).body()).await;
    }
    loop {
        let read = line.read().await.command;
        assert_eq!(u32::from(read.status()), 0x64);
        if read.sequence_number() == last {
            break;
        }
    }
}

#[tokio::test]
async fn before_anybody_takes_events_they_are_to_be_repeated() {
    let (smsc, provider) = server().await;
    let mut line = crate::support::warm(&smsc, &provider).await;
    let delivered = line.deliver(&Deliver::receipt(SPEC).body()).await;
    assert_eq!(line.taken(delivered).await, 0x64);
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let delivered = line.deliver(&Deliver::receipt(SPEC).body()).await;
    assert_eq!(line.taken(delivered).await, 0x00);
    receipt(&mut events).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_not_to_be_repeated_and_breaks_nothing() {
    let mut feed = Feed::with("").await;
    let whole = Deliver::receipt(SPEC).option(0x001E, b"77\0").body();
    for end in [0, 1, 5, 20, 40, whole.len() - 60] {
        let sequence = feed.line.deliver(&whole[..end]).await;
        assert_eq!(feed.line.taken(sequence).await, 0x65, "{end}");
    }
    for garbage in [&b"\xFF\xFE\xFD"[..], &[0x41; 300], &[0; 12]] {
        let sequence = feed.line.deliver(garbage).await;
        assert_eq!(feed.line.taken(sequence).await, 0x65);
    }
    // An optional field that is cut off takes nothing of the rest with it.
    let sequence = feed.line.deliver(&whole[..whole.len() - 1]).await;
    assert_eq!(feed.line.taken(sequence).await, 0x00);
    assert_eq!(
        receipt(&mut feed.events)
            .await
            .provider_message_id
            .as_deref(),
        Some("af")
    );
    // A number with a character that is no ASCII.
    let inbound = feed
        .inbound(Deliver {
            source: (5, "Caf\u{e9}"),
            ..Deliver::text(b"hi")
        })
        .await;
    assert_eq!(inbound.text, "hi");
}

#[tokio::test]
async fn acknowledgements_that_we_never_ask_for_are_passed_over() {
    let mut feed = Feed::with("").await;
    for esm_class in [0x08, 0x10, 0x18] {
        let body = Deliver {
            esm_class,
            ..Deliver::receipt(SPEC)
        }
        .body();
        let sequence = feed.line.deliver(&body).await;
        assert_eq!(feed.line.taken(sequence).await, 0x00);
    }
    assert!(feed.events.try_recv().is_err());
}

#[tokio::test]
async fn a_second_sink_changes_nothing() {
    let (smsc, provider) = server().await;
    let (first, mut events) = Sink::open();
    let (second, mut none) = Sink::open();
    provider.feed().unwrap().start(first);
    provider.feed().unwrap().start(second);
    let mut line = smsc.bound().await;
    smsc.nobody_connects().await;
    line.deliver(&Deliver::receipt(SPEC).body()).await;
    receipt(&mut events).await;
    assert!(none.try_recv().is_err());
}
