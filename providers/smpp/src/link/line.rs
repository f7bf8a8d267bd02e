//! A connection as PDUs in both directions.

use std::collections::VecDeque;
use std::io;

use rusmpp::{Command, CommandStatus, Pdu};
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio_util::bytes::BytesMut;

use super::outbox::{Outbox, Writes};
use crate::endpoint::Stream;
use crate::wire::{Frame, NoPdu, cut};

/// How many of the server's own numbers are remembered after their answer.
const RECENT: usize = 256;

pub(super) struct Line {
    pub(super) outbox: Outbox,
    reader: ReadHalf<Box<dyn Stream>>,
    heard: BytesMut,
    sequence: u32,
    /// The server's numbers that were answered last.
    answered: VecDeque<u32>,
}

impl Line {
    pub(super) fn new(stream: Box<dyn Stream>, writes: Writes) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            outbox: Outbox::new(writer, writes),
            reader,
            heard: BytesMut::new(),
            sequence: 0,
            answered: VecDeque::new(),
        }
    }

    /// Asks something of the server, and says under which number and at which position.
    pub(super) fn ask(&mut self, pdu: impl Into<Pdu>) -> (u32, u64) {
        const LAST: u32 = 0x7FFF_FFFF;
        self.sequence = if self.sequence == LAST {
            1
        } else {
            self.sequence + 1
        };
        let command = Command::new(CommandStatus::EsmeRok, self.sequence, pdu);
        (self.sequence, self.outbox.put(&command))
    }

    /// Answers the server's question of that number.
    pub(super) fn answer(&mut self, sequence: u32, status: CommandStatus, pdu: impl Into<Pdu>) {
        if self.answered.len() == RECENT {
            self.answered.pop_front();
        }
        self.answered.push_back(sequence);
        self.outbox.put(&Command::new(status, sequence, pdu));
    }

    /// True where a question of the server's with that number was answered not long ago.
    pub(super) fn has_answered(&self, sequence: u32) -> bool {
        self.answered.contains(&sequence)
    }

    /// What is whole of what was read.
    pub(super) fn cut(&mut self) -> Result<Option<Frame>, NoPdu> {
        cut(&mut self.heard)
    }

    /// Reads and writes what can be, and says how many octets came where some did. May be dropped
    /// at any time.
    pub(super) async fn go_on(&mut self) -> io::Result<Option<usize>> {
        tokio::select! {
            read = self.reader.read_buf(&mut self.heard) => read.map(Some),
            wrote = self.outbox.write_some(), if !self.outbox.is_empty() => {
                // Answers may wait to be read yet: the reading side says when it is over.
                if wrote.is_err() {
                    self.outbox.give_up();
                }
                Ok(None)
            }
        }
    }

    /// The next PDU.
    pub(super) async fn next(&mut self) -> io::Result<Frame> {
        loop {
            match self.cut() {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => {}
                Err(NoPdu) => {
                    let why = "the server does not speak SMPP";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, why));
                }
            }
            if self.go_on().await? == Some(0) {
                let why = "the server closed it";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
        }
    }
}
