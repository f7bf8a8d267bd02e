//! Messages from phones, whole or in pieces.

use sms_framework::provider::Inbound;

use crate::config::DefaultAlphabet;
use crate::deliver::{Address, Deliver, text_of};
use crate::wire::Fields;

const SAR_MSG_REF_NUM: u16 = 0x020C;
const SAR_TOTAL_SEGMENTS: u16 = 0x020E;
const SAR_SEGMENT_SEQNUM: u16 = 0x020F;
/// The bit of esm_class that says that a user data header comes first.
const HAS_HEADER: u8 = 0x40;

/// Which piece of a longer text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    reference: u16,
    total: u8,
    number: u8,
}

impl Piece {
    /// A number beyond the total puts nothing together.
    fn is_sound(&self) -> bool {
        (1..=self.total).contains(&self.number)
    }
}

/// The message in `deliver`.
pub(crate) fn inbound(deliver: &Deliver<'_>, alphabet: DefaultAlphabet) -> Inbound {
    let (header, body) = split_header(deliver);
    let text = text_of(deliver.data_coding, body, alphabet);
    let (source, destination) = (&deliver.source, &deliver.destination);
    let mut inbound = Inbound::new(&source.text, &destination.text, text);
    // A national number is not E.164 for want of a zero at its front.
    let as_written =
        |address: &Address| (!address.may_be_international()).then(|| address.text.clone());
    inbound.from = as_written(source).unwrap_or(inbound.from);
    inbound.to = as_written(destination).unwrap_or(inbound.to);
    let piece = header.and_then(in_header).or_else(|| in_options(deliver));
    match piece.filter(Piece::is_sound) {
        Some(piece) => inbound.piece(
            piece.number.into(),
            piece.total.into(),
            piece.reference.to_string(),
        ),
        None => inbound,
    }
}

/// The header, without its length, and the text's octets. A header longer than the whole is none.
fn split_header<'a>(deliver: &Deliver<'a>) -> (Option<&'a [u8]>, &'a [u8]) {
    let octets = deliver.octets();
    if deliver.esm_class & HAS_HEADER == 0 {
        return (None, octets);
    }
    let mut fields = Fields(octets);
    let header = fields.octet().and_then(|length| fields.take(length.into()));
    match header {
        Some(header) => (Some(header), fields.0),
        None => (None, octets),
    }
}

/// Concatenation with a reference of 8 or 16 bits (TS 23.040, 9.2.3.24); other elements are passed over.
fn in_header(header: &[u8]) -> Option<Piece> {
    let mut fields = Fields(header);
    loop {
        let element = fields.octet()?;
        let length = fields.octet()?;
        let mut value = Fields(fields.take(length.into())?);
        let reference = match (element, length) {
            (0x00, 3) => value.octet()?.into(),
            (0x08, 4) => value.number()?,
            _ => continue,
        };
        return Some(Piece {
            reference,
            total: value.octet()?,
            number: value.octet()?,
        });
    }
}

fn in_options(deliver: &Deliver<'_>) -> Option<Piece> {
    Some(Piece {
        reference: Fields(deliver.option(SAR_MSG_REF_NUM)?).number()?,
        total: Fields(deliver.option(SAR_TOTAL_SEGMENTS)?).octet()?,
        number: Fields(deliver.option(SAR_SEGMENT_SEQNUM)?).octet()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let piece = |reference, total, number| {
            Some(Piece {
                reference,
                total,
                number,
            })
        };
        assert_eq!(in_header(&[0, 3, 7, 2, 1]), piece(7, 2, 1));
        assert_eq!(in_header(&[8, 4, 1, 7, 3, 2]), piece(0x107, 3, 2));
        // Ports first, then the concatenation.
        assert_eq!(
            in_header(&[5, 4, 0, 0, 0, 0, 0, 3, 9, 2, 2]),
            piece(9, 2, 2)
        );
        for header in [
            &[][..],
            &[0],
            &[0, 3, 7],
            &[0, 2, 7, 2],
            &[8, 3, 1, 2, 3],
            &[5, 255],
        ] {
            assert_eq!(in_header(header), None, "{header:?}");
        }
    }

    #[test]
    fn a_number_beyond_the_total_is_no_piece() {
        let sound = |total, number| {
            Piece {
                reference: 1,
                total,
                number,
            }
            .is_sound()
        };
        assert!(sound(2, 2));
        assert!(!sound(2, 3) && !sound(2, 0) && !sound(0, 0));
    }
}
