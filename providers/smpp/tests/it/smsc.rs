//! A server that does as a test says, one PDU after the other.

use std::time::Duration;

use rusmpp::pdus::{BindTransceiverResp, SubmitSm, SubmitSmResp};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

/// No test waits longer for what has to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing has to come for "nothing comes".
const QUIET: Duration = Duration::from_millis(80);

pub(crate) struct Smsc {
    listener: TcpListener,
}

/// A connection from the provider.
pub(crate) struct Line<S = TcpStream> {
    stream: S,
    heard: BytesMut,
    sequence: u32,
}

/// A PDU as it was read, and its octets.
pub(crate) struct Read {
    pub(crate) command: Command,
    pub(crate) octets: Vec<u8>,
}

impl Smsc {
    pub(crate) async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener }
    }

    pub(crate) fn url(&self) -> String {
        format!("smpp://{}", self.listener.local_addr().unwrap())
    }

    pub(crate) async fn connection(&self) -> Line {
        let (stream, _) = timeout(PATIENCE, self.listener.accept())
            .await
            .expect("nobody connects")
            .unwrap();
        Line::new(stream)
    }

    pub(crate) async fn nobody_connects(&self) {
        let connected = timeout(QUIET, self.listener.accept()).await;
        assert!(connected.is_err(), "there is a connection that must not be");
    }

    /// A connection whose bind is granted.
    pub(crate) async fn bound(&self) -> Line {
        let mut line = self.connection().await;
        let bind = line.read().await.command;
        line.grant(&bind).await;
        line
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            heard: BytesMut::new(),
            sequence: 0,
        }
    }

    /// The next PDU; `None` where the provider closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Read> {
        loop {
            if let Some(length) = self
                .heard
                .first_chunk::<4>()
                .map(|length| u32::from_be_bytes(*length) as usize)
                && self.heard.len() >= length
            {
                let octets = self.heard.split_to(length);
                let command = CommandCodec::new()
                    .decode(&mut octets.clone())
                    .unwrap()
                    .unwrap();
                return Some(Read {
                    command,
                    octets: octets.to_vec(),
                });
            }
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.heard))
                .await
                .expect("nothing comes");
            if read.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    pub(crate) async fn read(&mut self) -> Read {
        self.next()
            .await
            .expect("the provider closed the connection")
    }

    pub(crate) async fn nothing_comes(&mut self) {
        if let Ok(Some(read)) = timeout(QUIET, self.next()).await {
            panic!("this must not come: {:?}", read.command.id());
        }
    }

    /// The next submit_sm, with its sequence number; signs of life are given on the way.
    pub(crate) async fn submit(&mut self) -> (u32, SubmitSm) {
        loop {
            let Read { command, .. } = self.read().await;
            let sequence = command.sequence_number();
            match command.pdu() {
                Some(Pdu::SubmitSm(submit)) => return (sequence, submit.clone()),
                Some(Pdu::EnquireLink) => self.say(sequence, 0, Pdu::EnquireLinkResp).await,
                _ => panic!("no submit_sm, but {:?}", command.id()),
            }
        }
    }

    pub(crate) async fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// So that each octet is a segment of its own: `TCP_NODELAY` is on, and each is flushed.
    pub(crate) async fn write_octet_by_octet(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write(&[*octet]).await;
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn say(&mut self, sequence: u32, status: u32, pdu: impl Into<Pdu>) {
        self.write(&octets(sequence, status, pdu)).await;
    }

    pub(crate) async fn grant(&mut self, bind: &Command) {
        let resp = granted(bind);
        self.write(&resp).await;
    }

    pub(crate) async fn refuse_bind(&mut self, status: u32) {
        let bind = self.read().await.command;
        let id = u32::from(bind.id()) | 0x8000_0000;
        self.write(&header(id, status, bind.sequence_number()))
            .await;
    }

    /// Takes the part under that id.
    pub(crate) async fn accept(&mut self, sequence: u32, id: &str) {
        self.write(&accepted(sequence, id)).await;
    }

    /// Refuses the part, with a header alone, as servers do.
    pub(crate) async fn refuse(&mut self, sequence: u32, status: u32) {
        self.write(&header(0x8000_0004, status, sequence)).await;
    }

    /// Sends a deliver_sm with that body, and returns its sequence number.
    pub(crate) async fn deliver(&mut self, body: &[u8]) -> u32 {
        self.sequence += 1;
        let sequence = self.sequence + 1000;
        self.write(&with_body(0x0000_0005, 0, sequence, body)).await;
        sequence
    }

    /// The status of the answer to that deliver_sm.
    pub(crate) async fn taken(&mut self, sequence: u32) -> u32 {
        let Read { command, .. } = self.read().await;
        assert_eq!(
            (command.id(), command.sequence_number()),
            (CommandId::DeliverSmResp, sequence)
        );
        command.status().into()
    }

    /// The provider closed the connection.
    pub(crate) async fn closed(&mut self) {
        if let Some(read) = self.next().await {
            panic!("it is not closed: {:?}", read.command.id());
        }
    }
}

impl Line {
    /// The other side sees "connection reset by peer".
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

pub(crate) fn octets(sequence: u32, status: u32, pdu: impl Into<Pdu>) -> Vec<u8> {
    let command = Command::new(CommandStatus::from(status), sequence, pdu);
    let mut octets = BytesMut::new();
    CommandCodec::new().encode(&command, &mut octets).unwrap();
    octets.to_vec()
}

pub(crate) fn granted(bind: &Command) -> Vec<u8> {
    let id = u32::from(bind.id()) | 0x8000_0000;
    let resp = octets(bind.sequence_number(), 0, BindTransceiverResp::default());
    let mut resp = resp;
    resp[4..8].copy_from_slice(&id.to_be_bytes());
    resp
}

pub(crate) fn accepted(sequence: u32, id: &str) -> Vec<u8> {
    octets(
        sequence,
        0,
        SubmitSmResp::new(id.parse().unwrap(), Vec::new()),
    )
}

pub(crate) fn header(id: u32, status: u32, sequence: u32) -> Vec<u8> {
    with_body(id, status, sequence, &[])
}

pub(crate) fn with_body(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = 16 + u32::try_from(body.len()).unwrap();
    let mut octets = Vec::new();
    for number in [length, id, status, sequence] {
        octets.extend(number.to_be_bytes());
    }
    octets.extend(body);
    octets
}
