//! Writing a text where it is to stand, so that the other side reads it byte for byte. What a place
//! cannot carry is refused, never changed.

use sms_framework::{Error, ErrorKind};

/// Percent-encoding for a path segment or a value of a query: everything but letters, digits and
/// `- . _ ~`.
pub(crate) fn percent(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// Character data or the value of an attribute. Line breaks and tabs are written as references, for
/// a parser would change some of them.
///
/// # Errors
/// XML has no way to write some control characters.
pub(crate) fn xml(text: &str) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => {
                return Err(cannot_stand("XML", c));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// The value of a header.
///
/// # Errors
/// It holds a line break or another control character, or a blank at an end, which is cut off on the
/// way.
pub(crate) fn header(text: &str) -> Result<String, Error> {
    if let Some(c) = text.chars().find(|c| c.is_ascii_control()) {
        return Err(cannot_stand("a header", c));
    }
    if text.starts_with(' ') || text.ends_with(' ') {
        return Err(Error::new(
            ErrorKind::InvalidMessage,
            "a header of the request would begin or end with a blank, which is cut off on the way",
        ));
    }
    Ok(text.to_owned())
}

/// A segment of a path, percent-encoded.
///
/// # Errors
/// It is empty or made of dots, which means another path.
pub(crate) fn segment(text: &str) -> Result<String, Error> {
    if matches!(text, "" | "." | "..") {
        return Err(Error::new(
            ErrorKind::InvalidMessage,
            "a segment of the request's path would be empty or made of dots",
        ));
    }
    Ok(percent(text))
}

fn cannot_stand(place: &str, c: char) -> Error {
    let message = format!(
        "the message holds the character U+{:04X}, which cannot stand in {place}",
        u32::from(c)
    );
    Error::new(ErrorKind::InvalidMessage, message)
}

/// UTF-16, big end first, as upper-case hexadecimal digits.
pub(crate) fn hex_utf16be(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("{unit:04X}"))
        .collect()
}
