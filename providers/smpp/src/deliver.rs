//! What is in a deliver_sm, whatever it is about.

use crate::config::DefaultAlphabet;
use crate::gsm;
use crate::wire::{Fields, latin1};

/// A number, a name or a short code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) ton: u8,
    pub(crate) text: String,
}

impl Address {
    /// National numbers, names and short codes have a type of their own; many servers write 0 for
    /// everything.
    pub(crate) fn may_be_international(&self) -> bool {
        matches!(self.ton, 0 | 1)
    }
}

/// A deliver_sm.
#[derive(Debug)]
pub(crate) struct Deliver<'a> {
    pub(crate) source: Address,
    pub(crate) destination: Address,
    pub(crate) esm_class: u8,
    pub(crate) data_coding: u8,
    short_message: &'a [u8],
    optional: Vec<(u16, &'a [u8])>,
}

const MESSAGE_PAYLOAD: u16 = 0x0424;

impl<'a> Deliver<'a> {
    /// Reads a body; `None` where a mandatory field is missing.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(body);
        let _service_type = fields.text()?;
        let source = address(&mut fields)?;
        let destination = address(&mut fields)?;
        let esm_class = fields.octet()?;
        let _protocol_and_priority = fields.take(2)?;
        let _schedule = fields.text()?;
        let _validity = fields.text()?;
        let _registered_and_replace = fields.take(2)?;
        let data_coding = fields.octet()?;
        let _predefined = fields.octet()?;
        let length = fields.octet()?;
        Some(Self {
            source,
            destination,
            esm_class,
            data_coding,
            short_message: fields.take(length.into())?,
            optional: optional(fields),
        })
    }

    /// An optional field's value.
    pub(crate) fn option(&self, tag: u16) -> Option<&'a [u8]> {
        let found = self.optional.iter().find(|(known, _)| *known == tag);
        found.map(|(_, value)| *value)
    }

    /// The message's octets, with the header that they may start with.
    pub(crate) fn octets(&self) -> &'a [u8] {
        match self.option(MESSAGE_PAYLOAD) {
            Some(payload) if self.short_message.is_empty() => payload,
            _ => self.short_message,
        }
    }
}

fn address(fields: &mut Fields<'_>) -> Option<Address> {
    let ton = fields.octet()?;
    let _npi = fields.octet()?;
    let text = fields.text()?;
    Some(Address { ton, text })
}

/// Tag, length, value, until there is none that is whole.
fn optional(mut fields: Fields<'_>) -> Vec<(u16, &[u8])> {
    let next = || {
        let tag = fields.number()?;
        let length = fields.number()?;
        Some((tag, fields.take(length.into())?))
    };
    std::iter::from_fn(next).collect()
}

/// The text of `octets` under a data_coding. Of codings that are not known the ASCII characters
/// stay, so that a keyword can still be read.
pub(crate) fn text_of(data_coding: u8, octets: &[u8], alphabet: DefaultAlphabet) -> String {
    match data_coding {
        0x00 => default_text(octets, alphabet),
        0x03 => latin1(octets),
        0x06 => octets.iter().copied().map(cyrillic).collect(),
        0x08 => utf16(octets),
        // Message classes (TS 23.038, 4): bits 3 and 2 are the alphabet, in the second group bit 2.
        0x10..=0x1F if data_coding & 0x0C == 0x00 => default_text(octets, alphabet),
        0x10..=0x1F if data_coding & 0x0C == 0x08 => utf16(octets),
        0xF0..=0xFF if data_coding & 0x04 == 0x00 => default_text(octets, alphabet),
        _ => ascii(octets),
    }
}

fn default_text(octets: &[u8], alphabet: DefaultAlphabet) -> String {
    match alphabet {
        DefaultAlphabet::Gsm => gsm::decode(octets),
        DefaultAlphabet::Latin1 => latin1(octets),
        DefaultAlphabet::Ascii => ascii(octets),
    }
}

fn utf16(octets: &[u8]) -> String {
    let (pairs, _odd) = octets.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// ISO 8859-5, which has the letters of Unicode's block in its order.
fn cyrillic(octet: u8) -> char {
    match octet {
        0xAD => '\u{ad}',
        0xF0 => '№',
        0xFD => '§',
        0xA1.. => char::from_u32(0x0360 + u32::from(octet)).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(octet),
    }
}

fn ascii(octets: &[u8]) -> String {
    let character = |octet: &u8| match octet {
        octet if octet.is_ascii() => char::from(*octet),
        _ => char::REPLACEMENT_CHARACTER,
    };
    octets.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings() {
        let gsm = |coding, octets: &[u8]| text_of(coding, octets, DefaultAlphabet::Gsm);
        assert_eq!(gsm(0x00, &[0x00, 0x1B, 0x65]), "@€");
        assert_eq!(gsm(0x01, b"STOP\xE9"), "STOP\u{FFFD}");
        assert_eq!(gsm(0x03, b"caf\xE9"), "café");
        assert_eq!(gsm(0x06, b"\xBF\xE0\xD8 \xA1\xF1\xF0\xFF1"), "При Ёё№џ1");
        assert_eq!(gsm(0x08, &[0xD8, 0x3D, 0xDE, 0x00, 0x00, b'!', 7]), "😀!");
        assert_eq!(gsm(0x08, &[0xD8, 0x3D]), "\u{FFFD}");
        assert_eq!(gsm(0x10, &[0x00]), "@");
        assert_eq!(gsm(0x18, &[0x04, 0x16]), "Ж");
        assert_eq!(gsm(0xF0, &[0x00]), "@");
        assert_eq!(gsm(0xF4, b"a\x80"), "a\u{FFFD}");
        assert_eq!(text_of(0, b"\xE9", DefaultAlphabet::Latin1), "é");
        assert_eq!(text_of(0, b"@\xE9", DefaultAlphabet::Ascii), "@\u{FFFD}");
    }

    #[test]
    fn nothing_of_a_cut_body_panics() {
        let body =
            b"\0\x01\x0114155550123\0\0\x0172345\0\x04\0\0\0\0\0\0\0\0\x05id:ab\x04\x27\0\x01\x02";
        for end in 0..body.len() {
            let _read = Deliver::read(&body[..end]);
        }
        let read = Deliver::read(body).expect("it is whole");
        assert_eq!(read.source.text, "14155550123");
        assert_eq!(read.destination.text, "72345");
        assert_eq!(
            (read.octets(), read.option(0x0427)),
            (&b"id:ab"[..], Some(&[2][..]))
        );
    }
}
