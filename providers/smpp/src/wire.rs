//! Octets from the server: cut into PDUs, and their bodies read field by field.
//!
//! The codec writes what we send. What servers send is read here, because the codec gives up a whole
//! PDU over one odd field, an id without its closing zero, say, and with it a receipt.

use rusmpp::CommandId;
use tokio_util::bytes::{Buf, BytesMut};

/// The header of a PDU: length, command, status, sequence number.
const HEADER: usize = 16;
/// A message_payload has up to 64 KiB; what claims to be longer than this is no PDU.
const LONGEST: usize = 72 * 1024;

/// A PDU whose header is read.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) id: CommandId,
    pub(crate) status: u32,
    pub(crate) sequence: u32,
    pub(crate) body: BytesMut,
}

/// What cannot be the start of a PDU: from here on nothing of the connection can be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoPdu;

/// Cuts the first PDU off `octets`; `None` until it is complete.
pub(crate) fn cut(octets: &mut BytesMut) -> Result<Option<Frame>, NoPdu> {
    let Some(length) = octets.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| NoPdu)?;
    if !(HEADER..=LONGEST).contains(&length) {
        return Err(NoPdu);
    }
    if octets.len() < length {
        return Ok(None);
    }
    let mut body = octets.split_to(length);
    body.advance(4);
    Ok(Some(Frame {
        id: CommandId::from(body.get_u32()),
        status: body.get_u32(),
        sequence: body.get_u32(),
        body,
    }))
}

/// Fields at the front of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn octet(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(crate) fn number(&mut self) -> Option<u16> {
        let octets = self.take(2)?.first_chunk::<2>()?;
        Some(u16::from_be_bytes(*octets))
    }

    /// Characters up to a zero octet, each as it is in Latin-1.
    pub(crate) fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|octet| *octet == 0)?;
        let text = latin1(self.take(end)?);
        self.octet()?;
        Some(text)
    }

    /// The same where the zero octet may be missing.
    pub(crate) fn last_text(&mut self) -> String {
        let end = self.0.iter().position(|octet| *octet == 0);
        let text = self.take(end.unwrap_or(self.0.len())).unwrap_or_default();
        latin1(text)
    }
}

pub(crate) fn latin1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_pdu_is_cut_once_it_is_complete() {
        let pdu = [0, 0, 0, 17, 0x80, 0, 0, 4, 0, 0, 0, 0x58, 0, 0, 0, 9, b'x'];
        let mut octets = BytesMut::new();
        for octet in &pdu[..16] {
            octets.extend_from_slice(&[*octet]);
            assert!(cut(&mut octets).unwrap().is_none());
        }
        octets.extend_from_slice(b"x\0");
        let frame = cut(&mut octets).unwrap().unwrap();
        assert_eq!(
            (frame.id, frame.status, frame.sequence),
            (CommandId::SubmitSmResp, 0x58, 9)
        );
        assert_eq!((&frame.body[..], &octets[..]), (&b"x"[..], &b"\0"[..]));
    }

    #[test]
    fn what_is_no_pdu() {
        for start in [*b"HTTP", [0, 0, 0, 15], [0, 0, 0, 0]] {
            assert_eq!(cut(&mut BytesMut::from(&start[..])).unwrap_err(), NoPdu);
        }
    }
}
