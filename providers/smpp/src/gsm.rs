//! GSM 03.38, one septet an octet: the alphabet that most servers mean by data_coding 0.

/// The basic table (3GPP TS 23.038, 6.2.1); position 0x1B is the escape, and no character.
const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', //
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É', //
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', //
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', //
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', //
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', //
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', //
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The extension table: what the octet after an escape stands for.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{0c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

const ESCAPE: u8 = 0x1B;

/// The octets of `text`; `None` where a character has no place in the alphabet.
pub(crate) fn encode(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        if let Some(octet) = basic(c) {
            octets.push(octet);
        } else {
            let (octet, _) = EXTENSION.iter().find(|(_, known)| *known == c)?;
            octets.extend([ESCAPE, *octet]);
        }
    }
    Some(octets)
}

fn basic(c: char) -> Option<u8> {
    let at = BASIC.iter().position(|known| *known == c)?;
    u8::try_from(at).ok().filter(|octet| *octet != ESCAPE)
}

/// The text of `octets`. What the alphabet does not have becomes U+FFFD; an escape before something
/// that is not in the extension table is a blank and that character, as phones show it.
pub(crate) fn decode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut rest = octets.iter().copied();
    while let Some(octet) = rest.next() {
        if octet != ESCAPE {
            text.push(character(octet));
            continue;
        }
        let Some(escaped) = rest.next() else { break };
        match EXTENSION.iter().find(|(known, _)| *known == escaped) {
            Some((_, c)) => text.push(*c),
            None => text.extend([' ', character(escaped)]),
        }
    }
    text
}

fn character(octet: u8) -> char {
    match BASIC.get(usize::from(octet)) {
        Some('\u{1b}') => ' ',
        Some(c) => *c,
        None => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use sms_framework::message::{Encoding, Segments};

    use super::*;

    #[test]
    fn what_the_framework_counts_as_gsm_is_what_can_be_written() {
        for c in (0..=0x2FFFu32).filter_map(char::from_u32) {
            let text = c.to_string();
            let counted = Segments::of(&text);
            let octets = encode(&text);
            match counted.encoding {
                Encoding::Gsm7 => {
                    let octets = octets.unwrap_or_else(|| panic!("{c:?} has no octets"));
                    assert_eq!(octets.len(), counted.units as usize, "{c:?}");
                    assert_eq!(decode(&octets), text);
                }
                Encoding::Ucs2 => assert_eq!(octets, None, "{c:?}"),
            }
        }
    }

    #[test]
    fn octets_of_the_published_tables() {
        assert_eq!(
            encode("@€Δ^").as_deref(),
            Some(&[0, 0x1B, 0x65, 0x10, 0x1B, 0x14][..])
        );
        assert_eq!(encode("àéñ").as_deref(), Some(&[0x7F, 0x05, 0x7D][..]));
    }

    #[test]
    fn anything_decodes_to_something() {
        let all: Vec<u8> = (0..=255).collect();
        assert!(decode(&all).contains(char::REPLACEMENT_CHARACTER));
        assert_eq!(decode(&[ESCAPE]), "");
        assert_eq!(decode(&[ESCAPE, b'a']), " a");
        assert_eq!(decode(&[ESCAPE, ESCAPE]), "  ");
    }
}
