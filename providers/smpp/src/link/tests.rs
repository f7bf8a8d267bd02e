//! A conversation over a pipe of a few octets, or one that breaks: what no socket does on demand.
#![allow(clippy::unwrap_used)]

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use rusmpp::CommandId;
use rusmpp::pdus::SubmitSm;
use rusmpp::types::OctetString;
use sms_framework::{Certainty, Error, ErrorKind, MessageId};
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::bytes::BytesMut;

use super::conversation::Conversation;
use super::line::Line;
use super::{Session, Settings, Writes};
use crate::codes::Statuses;
use crate::config::{Acceptd, DefaultAlphabet, ReceiptId};
use crate::endpoint::{Endpoint, Stream};
use crate::events::{About, Events};
use crate::receipt::Reading;
use crate::wire::cut;

fn settings(timeout: Duration) -> Settings {
    let long = Duration::from_secs(3600);
    Settings {
        endpoint: Endpoint::read("smpp://127.0.0.1", None).ok().unwrap(),
        system_id: "acme".parse().unwrap(),
        password: "s3cr3t".into(),
        system_type: "".parse().unwrap(),
        window: 200,
        statuses: Statuses::default(),
        enquire_link: long,
        enquire_link_timeout: long,
        reconnect_min: long,
        reconnect_max: long,
        connect_timeout: long,
        timeout,
    }
}

/// A session on `stream`, and what keeps it alive.
fn session(stream: impl Stream + 'static, timeout: Duration) -> (Session, watch::Sender<()>) {
    session_that(Writes::Through, stream, timeout)
}

fn session_that(
    writes: Writes,
    stream: impl Stream + 'static,
    timeout: Duration,
) -> (Session, watch::Sender<()>) {
    let settings = Arc::new(settings(timeout));
    let reading = Reading {
        id: ReceiptId::Same,
        acceptd: Acceptd::Sent,
    };
    let events = Arc::new(Events {
        provider: "smsc".to_owned(),
        alphabet: DefaultAlphabet::Gsm,
        reading,
        sink: OnceLock::new(),
    });
    let (needed, mut need) = watch::channel(());
    let (session, end) = Session::new(&settings);
    let line = Line::new(Box::new(stream), writes);
    let conversation = Conversation::new(line, end, &settings, &events);
    tokio::spawn(async move { conversation.hold(&mut need).await });
    (session, needed)
}

type Sent = JoinHandle<Result<String, Error>>;

fn submit(session: &Session) -> Sent {
    let session = session.clone();
    let text = OctetString::from_vec(vec![b'x'; 150]).unwrap();
    let submit = SubmitSm::default().with_short_message(text);
    let about = About {
        message: MessageId::new(),
        to: "+14155550123".parse().unwrap(),
        number: 1,
        total: 1,
    };
    tokio::spawn(async move { session.submit(submit, about).await })
}

async fn certainties(sent: Vec<Sent>) -> Vec<Certainty> {
    let mut certainties = Vec::new();
    for sent in sent {
        certainties.push(sent.await.unwrap().unwrap_err().certainty());
    }
    certainties
}

#[tokio::test(start_paused = true)]
async fn what_had_not_begun_was_not_sent() {
    // Room for the whole first and some of the second.
    let (stream, server) = duplex(300);
    let (session, _needed) = session(stream, Duration::from_secs(60));
    let sent = [(); 4].map(|()| submit(&session)).into();
    // On paused time: once nothing else can go on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(server);
    let expected = [
        Certainty::MaybeSent,
        Certainty::MaybeSent,
        Certainty::NotSent,
        Certainty::NotSent,
    ];
    assert_eq!(certainties(sent).await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_the_connection_had_not_taken_in_time_was_not_sent() {
    let (stream, mut server) = duplex(300);
    let (session, _needed) = session(stream, Duration::from_secs(60));
    let sent: Vec<_> = (0..200).map(|_| submit(&session)).collect();
    let certainties = certainties(sent).await;
    let taken = certainties
        .iter()
        .filter(|certainty| **certainty == Certainty::MaybeSent)
        .count();
    assert!(
        (80..130).contains(&taken),
        "16 KiB are some ninety parts, and {taken} were taken"
    );
    assert!(
        certainties[taken..]
            .iter()
            .all(|certainty| *certainty == Certainty::NotSent)
    );
    // Nothing of what was given up comes after all.
    drop((session, _needed));
    let mut octets = BytesMut::new();
    let all = async { while server.read_buf(&mut octets).await.unwrap() > 0 {} };
    let _silent = tokio::time::timeout(Duration::from_secs(1), all).await;
    let frames = std::iter::from_fn(|| cut(&mut octets).unwrap());
    let reached = frames
        .filter(|frame| frame.id == CommandId::SubmitSm)
        .count();
    assert_eq!(reached, taken);
}

#[tokio::test(start_paused = true)]
async fn what_its_sender_gave_up_is_not_written() {
    let (stream, mut server) = duplex(300);
    let (session, needed) = session(stream, Duration::from_secs(60));
    let sent: Vec<_> = (0..200).map(|_| submit(&session)).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Some of it waits for the server to read.
    for sent in &sent[150..] {
        sent.abort();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut octets = BytesMut::new();
    let all = async { while server.read_buf(&mut octets).await.unwrap() > 0 {} };
    let _silent = tokio::time::timeout(Duration::from_secs(1), all).await;
    let reached = std::iter::from_fn(|| cut(&mut octets).unwrap()).count();
    assert_eq!(reached, 150);
    drop(needed);
}

/// A stream of which only the first writes succeed.
struct Breaks {
    stream: DuplexStream,
    writes: AtomicUsize,
    /// How many octets leave with the write that fails.
    leave: usize,
}

impl AsyncRead for Breaks {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Breaks {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.writes.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.writes.store(0, Ordering::Relaxed);
            let leave = octets.len().min(self.leave);
            let _left = Pin::new(&mut self.stream).poll_write(cx, &octets[..leave]);
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_read_after_a_write_failed() {
    let (stream, mut server) = duplex(4096);
    let (session, _needed) = session(
        Breaks {
            stream,
            writes: AtomicUsize::new(1),
            leave: 0,
        },
        Duration::from_secs(60),
    );
    let first = submit(&session);
    let mut submit_sm = [0; 16];
    server.read_exact(&mut submit_sm).await.unwrap();
    let second = submit(&session);
    tokio::time::sleep(Duration::from_secs(1)).await;
    server
        .write_all(b"\0\0\0\x13\x80\0\0\x04\0\0\0\0\0\0\0\x01m1\0")
        .await
        .unwrap();
    assert_eq!(first.await.unwrap().unwrap(), "m1");
    // Nothing further is taken, though the server does not say anything.
    let third = submit(&session).await.unwrap().unwrap_err();
    assert_eq!(
        (third.kind(), third.certainty()),
        (ErrorKind::Connect, Certainty::NotSent)
    );
    drop(server);
    let error = second.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::Connect, Certainty::NotSent)
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_of_records_that_fails_leaves_a_doubt_of_all_that_it_held() {
    let (stream, mut server) = duplex(64 * 1024);
    let breaks = Breaks {
        stream,
        writes: AtomicUsize::new(0),
        // The first record of a larger buffer.
        leave: 400,
    };
    let (session, _needed) = session_that(Writes::Records, breaks, Duration::from_secs(60));
    let sent: Vec<_> = [(); 3].map(|()| submit(&session)).into();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut octets = BytesMut::with_capacity(400);
    server.read_buf(&mut octets).await.unwrap();
    let reached = std::iter::from_fn(|| cut(&mut octets).unwrap()).count();
    assert!(reached > 0, "the server has it");
    drop(server);
    let certainties = certainties(sent).await;
    let doubtful = certainties
        .iter()
        .filter(|certainty| **certainty == Certainty::MaybeSent)
        .count();
    assert!(doubtful >= reached, "{certainties:?}");
}
