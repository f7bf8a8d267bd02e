//! What is to be written, and how much of it was.

use std::io;

use rusmpp::Command;
use rusmpp::tokio_codec::CommandCodec;
use tokio::io::{AsyncWriteExt, WriteHalf};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Encoder;

use crate::endpoint::Stream;

/// What a stream does with octets before they leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    /// It hands them to the system: a write that fails took none of them.
    Through,
    /// It makes records of them, some of which may have left before a write fails.
    Records,
}

/// PDUs on their way into the connection. Positions count octets from the connection's first, so
/// that of each PDU it can be said whether any of it left.
pub(super) struct Outbox {
    writer: WriteHalf<Box<dyn Stream>>,
    writes: Writes,
    octets: BytesMut,
    written: u64,
    unflushed: bool,
    broken: bool,
}

impl Outbox {
    pub(super) fn new(writer: WriteHalf<Box<dyn Stream>>, writes: Writes) -> Self {
        Self {
            writer,
            writes,
            octets: BytesMut::new(),
            written: 0,
            unflushed: false,
            broken: false,
        }
    }

    /// Adds a PDU, and says at which position it begins.
    pub(super) fn put(&mut self, command: &Command) -> u64 {
        let begins = self.written + self.octets.len() as u64;
        // Encoding writes into memory, and has no way to fail.
        let _infallible = CommandCodec::new().encode(command, &mut self.octets);
        begins
    }

    /// True where not one octet of the PDU at that position was handed over: to the system, or to
    /// TLS, from where nobody can say how far it went.
    pub(super) fn never_began(&self, position: u64) -> bool {
        position >= self.written
    }

    /// True where nothing is left to write, or nothing can be.
    pub(super) fn is_empty(&self) -> bool {
        self.broken || (self.octets.is_empty() && !self.unflushed)
    }

    /// Nothing can be written any more.
    pub(super) fn give_up(&mut self) {
        self.broken = true;
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) fn waiting(&self) -> usize {
        self.octets.len()
    }

    /// Writes some of it. May be dropped at any time.
    pub(super) async fn write_some(&mut self) -> io::Result<()> {
        if self.octets.is_empty() {
            self.writer.flush().await?;
            self.unflushed = false;
            return Ok(());
        }
        let count = match self.writer.write_buf(&mut self.octets).await {
            Ok(count) => count,
            Err(error) => {
                if self.writes == Writes::Records {
                    // All of it was handed over, and nobody can say how far it went.
                    self.written += self.octets.len() as u64;
                    self.octets.clear();
                }
                return Err(error);
            }
        };
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.written += count as u64;
        self.unflushed = true;
        Ok(())
    }
}
