//! Octets back to text, by a table of the tests' own.

use rusmpp::pdus::SubmitSm;

const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                   ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const ESCAPED: [(u8, char); 10] = [
    (0x0A, '\u{c}'),
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

pub(crate) fn gsm(octets: &[u8]) -> String {
    let mut octets = octets.iter();
    let mut text = String::new();
    while let Some(octet) = octets.next() {
        text.push(if *octet == 0x1B {
            let escaped = octets.next().expect("an escape stands before something");
            ESCAPED
                .iter()
                .find(|(known, _)| known == escaped)
                .expect("in the extension table")
                .1
        } else {
            GSM.chars().nth((*octet).into()).expect("a septet")
        });
    }
    text
}

pub(crate) fn utf16(octets: &[u8]) -> String {
    let units: Vec<_> = octets
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&units).expect("no lone surrogate")
}

/// The text of the parts of one message, which have to be whole, in order, and alike.
pub(crate) fn of(parts: &[SubmitSm]) -> String {
    let decode = |part: &SubmitSm, octets: &[u8]| match u8::from(part.data_coding) {
        0 => gsm(octets),
        8 => utf16(octets),
        other => panic!("data_coding {other}"),
    };
    if let [part] = parts {
        assert_eq!(u8::from(part.esm_class), 0x00);
        return decode(part, part.short_message());
    }
    let reference = parts[0].short_message()[3];
    let total = u8::try_from(parts.len()).unwrap();
    let text = (1..).zip(parts).map(|(number, part)| {
        let (header, octets) = part.short_message().split_at(6);
        assert_eq!(header, [5, 0, 3, reference, total, number]);
        assert_eq!(u8::from(part.esm_class), 0x40);
        assert_eq!(part.data_coding, parts[0].data_coding);
        decode(part, octets)
    });
    text.collect()
}
