//! A text as the octets of one or more short messages.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU8, Ordering};

use sms_framework::message::segment;
use sms_framework::message::{Encoding, Segments};
use sms_framework::{Error, ErrorKind, PhoneNumber};

use crate::config::DefaultAlphabet;
use crate::gsm;

/// The data_coding of the server's default alphabet.
pub(crate) const DEFAULT: u8 = 0x00;
/// The data_coding of UTF-16BE, which the specification calls UCS-2.
pub(crate) const UCS2: u8 = 0x08;
/// The header of a part counts them in one octet.
pub(crate) const MOST: u32 = 255;

/// One short message of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) data_coding: u8,
    /// The octets start with a user data header.
    pub(crate) has_header: bool,
    pub(crate) octets: Vec<u8>,
}

/// The parts of `text`, each with the header that puts them together again. `reference` gives the
/// number that they have in common, and is asked only where there are several.
///
/// # Errors
/// It is too long for one header's count.
pub(crate) fn parts(
    text: &str,
    alphabet: DefaultAlphabet,
    reference: impl FnOnce() -> u8,
) -> Result<Vec<Part>, Error> {
    let (data_coding, bodies) = bodies(text, alphabet);
    if let [_] = bodies.as_slice() {
        let single = |octets| Part {
            data_coding,
            has_header: false,
            octets,
        };
        return Ok(bodies.into_iter().map(single).collect());
    }
    let Ok(total) = u8::try_from(bodies.len()) else {
        let message = format!("the text takes {} parts, {MOST} at most", bodies.len());
        return Err(Error::new(ErrorKind::MessageTooLong, message));
    };
    let reference = reference();
    let numbered = (1..=total).zip(bodies).map(|(number, body)| {
        // Concatenation with an 8-bit reference: TS 23.040, 9.2.3.24.1.
        let mut octets = vec![0x05, 0x00, 0x03, reference, total, number];
        octets.extend(body);
        Part {
            data_coding,
            has_header: true,
            octets,
        }
    });
    Ok(numbered.collect())
}

fn bodies(text: &str, alphabet: DefaultAlphabet) -> (u8, Vec<Vec<u8>>) {
    let gsm = Segments::of(text).encoding == Encoding::Gsm7;
    if gsm {
        // The server brings it into the GSM alphabet for the air, so that alphabet decides the cuts.
        let written: Option<Vec<_>> = segment::parts(text)
            .map(|part| in_alphabet(part, alphabet))
            .collect();
        if let Some(written) = written {
            return (DEFAULT, written);
        }
        return (UCS2, unforced_ucs2(text));
    }
    (UCS2, segment::parts(text).map(utf16).collect())
}

fn in_alphabet(text: &str, alphabet: DefaultAlphabet) -> Option<Vec<u8>> {
    match alphabet {
        DefaultAlphabet::Gsm => gsm::encode(text),
        DefaultAlphabet::Latin1 => text.chars().map(|c| u8::try_from(c).ok()).collect(),
        DefaultAlphabet::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// A text that fits the GSM alphabet, but not the server's, in UTF-16: the framework's own cuts
/// would be those of GSM. Such a text has no character beyond U+FFFF, so no pair can be cut.
fn unforced_ucs2(text: &str) -> Vec<Vec<u8>> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let several = units.len() > Encoding::Ucs2.single_capacity() as usize;
    let capacity = Encoding::Ucs2.capacity(if several { 2 } else { 1 }) as usize;
    let octets = |part: &[u16]| part.iter().copied().flat_map(u16::to_be_bytes).collect();
    units.chunks(capacity).map(octets).collect()
}

/// The numbers that the parts of a text have in common, counted for each recipient from a random
/// start: a phone puts parts of the same sender and number together.
///
/// Recipients share a fixed number of counters, so that a million of them cost no memory; whoever
/// shares one only skips numbers.
pub(crate) struct References {
    counters: Box<[AtomicU8]>,
    hasher: RandomState,
}

impl References {
    const COUNTERS: usize = 1024;

    pub(crate) fn new() -> Self {
        let random = || AtomicU8::new(fastrand::u8(..));
        Self {
            counters: std::iter::repeat_with(random)
                .take(Self::COUNTERS)
                .collect(),
            hasher: RandomState::new(),
        }
    }

    pub(crate) fn next(&self, to: &PhoneNumber) -> u8 {
        let at = self.hasher.hash_one(to) % Self::COUNTERS as u64;
        let counter = usize::try_from(at)
            .ok()
            .and_then(|at| self.counters.get(at));
        counter.map_or(0, |counter| counter.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn gsm_parts(text: &str) -> Vec<Part> {
        parts(text, DefaultAlphabet::Gsm, || 7).unwrap()
    }

    #[test]
    fn counts_agree_with_the_framework() {
        let texts = [
            String::new(),
            "x".repeat(160),
            "x".repeat(161),
            "€".repeat(80),
            "€".repeat(81),
            format!("{}€{}", "x".repeat(152), "y".repeat(152)),
            "é".repeat(1600),
            "ж".repeat(70),
            "ж".repeat(71),
            format!("{}😀{}", "ж".repeat(66), "ж".repeat(66)),
            "👩‍👩‍👧‍👦".repeat(30),
        ];
        for text in texts {
            let parts = gsm_parts(&text);
            assert_eq!(parts.len(), Segments::of(&text).count as usize, "{text:?}");
            let longest = if parts[0].data_coding == UCS2 {
                140
            } else {
                160
            };
            assert!(
                parts.iter().all(|part| part.octets.len() <= longest),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_escape_and_its_character_stay_together() {
        let parts = gsm_parts(&format!("{}€{}", "x".repeat(152), "y".repeat(10)));
        assert_eq!(parts[0].octets.len(), 6 + 152);
        assert_eq!(parts[1].octets[..9], [5, 0, 3, 7, 2, 2, 0x1B, 0x65, b'y']);
    }

    #[test]
    fn a_surrogate_pair_stays_together() {
        let parts = gsm_parts(&format!("{}😀{}", "ж".repeat(66), "ж".repeat(10)));
        assert_eq!(parts[0].octets.len(), 6 + 2 * 66);
        assert_eq!(parts[1].octets[6..10], [0xD8, 0x3D, 0xDE, 0x00]);
    }

    #[test]
    fn other_alphabets_write_what_they_have_and_utf16_else() {
        let latin = |text: &str| parts(text, DefaultAlphabet::Latin1, || 7).unwrap();
        let ascii = |text: &str| parts(text, DefaultAlphabet::Ascii, || 7).unwrap();
        assert_eq!(latin("@é[")[0].octets, [b'@', 0xE9, b'[']);
        assert_eq!(ascii("@[")[0].octets, *b"@[");
        let euro = latin("5 €");
        assert_eq!(
            (euro[0].data_coding, &euro[0].octets[..]),
            (UCS2, &[0, b'5', 0, b' ', 0x20, 0xAC][..])
        );
        let long = ascii(&"é".repeat(135));
        assert_eq!(
            long.len(),
            3,
            "67 units a part, though it would be one of GSM"
        );
        assert!(
            long.iter()
                .all(|part| part.data_coding == UCS2 && part.has_header)
        );
        // A cluster that the GSM alphabet does not have is the framework's to cut.
        assert_eq!(ascii("😀")[0].octets, [0xD8, 0x3D, 0xDE, 0x00]);
    }

    #[test]
    fn more_parts_than_the_header_can_count_are_refused() {
        let error = parts(&"x".repeat(153 * 255 + 1), DefaultAlphabet::Gsm, || 7).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MessageTooLong);
        assert_eq!(error.message(), "the text takes 256 parts, 255 at most");
    }

    #[test]
    fn references_count_for_each_recipient() {
        let references = References::new();
        let to = PhoneNumber::parse("+14155550123").unwrap();
        let first = references.next(&to);
        assert_eq!(references.next(&to), first.wrapping_add(1));
    }
}
