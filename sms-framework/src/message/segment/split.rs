//! Measuring a text, and cutting it where a segment ends.

use unicode_segmentation::GraphemeCursor;

use super::alphabet::{self, septets};
use super::{Encoding, ForcedBy, Segments};

pub(super) fn measure(text: &str) -> Segments {
    let mut gsm = GsmLength::default();
    let mut rest = text;
    while !rest.is_empty() {
        let plain = alphabet::plain_blocks(rest.as_bytes());
        gsm.add_singles(plain);
        let mut characters = rest[plain..].chars();
        for c in characters.by_ref().take(alphabet::BLOCK) {
            match septets(c) {
                0 => {
                    let at = text.len() - characters.as_str().len() - c.len_utf8();
                    let position = text[..at].chars().count();
                    return measure_ucs2(
                        text,
                        ForcedBy {
                            character: c,
                            position,
                        },
                    );
                }
                1 => gsm.add_singles(1),
                _ => gsm.add_double(),
            }
        }
        rest = characters.as_str();
    }
    Segments {
        encoding: Encoding::Gsm7,
        count: clamp(gsm.count()),
        units: clamp(gsm.units),
        forced_by: None,
    }
}

/// The length in septets, and how segments of a concatenated message fill up with it.
#[derive(Default)]
struct GsmLength {
    units: usize,
    closed: usize,
    in_last: usize,
}

impl GsmLength {
    const CAPACITY: usize = Encoding::Gsm7.concatenated_capacity() as usize;

    fn add_singles(&mut self, count: usize) {
        self.units += count;
        self.in_last += count;
        if self.in_last > Self::CAPACITY {
            let full = (self.in_last - 1) / Self::CAPACITY;
            self.closed += full;
            self.in_last -= full * Self::CAPACITY;
        }
    }

    /// A character of the extension table: both septets or none go into a segment.
    fn add_double(&mut self) {
        self.units += 2;
        self.in_last += 2;
        if self.in_last > Self::CAPACITY {
            self.closed += 1;
            self.in_last = 2;
        }
    }

    fn count(&self) -> usize {
        if self.units <= Encoding::Gsm7.single_capacity() as usize {
            1
        } else {
            self.closed + 1
        }
    }
}

fn measure_ucs2(text: &str, forced_by: ForcedBy) -> Segments {
    let units = utf16_units(text);
    let count = if units <= Encoding::Ucs2.single_capacity() as usize {
        1
    } else {
        parts_in(
            text,
            Encoding::Ucs2,
            Encoding::Ucs2.concatenated_capacity() as usize,
        )
        .count()
    };
    Segments {
        encoding: Encoding::Ucs2,
        count: clamp(count),
        units: clamp(units),
        forced_by: Some(forced_by),
    }
}

/// Cuts `text` into its segments; an empty text is one empty segment.
///
/// A cut never parts an escape from its character, a surrogate pair or a grapheme cluster: what
/// does not fit moves on whole. Only a cluster that is longer than a whole segment is cut, between
/// characters, because it could not be sent otherwise; it starts a segment of its own. CR and LF
/// are two clusters here, so that a line end may be cut.
///
/// # Examples
/// ```
/// use sms_framework::message::segment::parts;
///
/// let text = format!("{}€{}", "x".repeat(152), "y".repeat(10));
/// let parts: Vec<&str> = parts(&text).collect();
/// assert_eq!(parts.len(), 2);
/// // The euro sign takes two septets; only one was left.
/// assert!(parts[1].starts_with('€'));
/// ```
#[must_use]
pub fn parts(text: &str) -> Parts<'_> {
    let segments = measure(text);
    parts_in(
        text,
        segments.encoding,
        segments.encoding.capacity(segments.count) as usize,
    )
}

fn parts_in(text: &str, encoding: Encoding, capacity: usize) -> Parts<'_> {
    Parts {
        rest: Some(text),
        encoding,
        capacity,
    }
}

/// The segments of a text in order, made by [`parts`].
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    /// What is not yet cut off; `None` after the last segment.
    rest: Option<&'a str>,
    encoding: Encoding,
    capacity: usize,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        let end = match self.encoding {
            Encoding::Gsm7 => longest_fit(rest, self.capacity, |c| usize::from(septets(c))),
            Encoding::Ucs2 => {
                whole_clusters(rest, longest_fit(rest, self.capacity, char::len_utf16))
            }
        };
        let (part, rest) = rest.split_at(end);
        self.rest = (!rest.is_empty()).then_some(rest);
        Some(part)
    }
}

impl std::iter::FusedIterator for Parts<'_> {}

/// How many bytes of `text` fit into `capacity` units.
fn longest_fit(text: &str, capacity: usize, units: impl Fn(char) -> usize) -> usize {
    let mut used = 0;
    let first_beyond = text.char_indices().find(|(_, c)| {
        used += units(*c);
        used > capacity
    });
    first_beyond.map_or(text.len(), |(at, _)| at)
}

/// The last cluster border at or before `end`; `end` itself when that would leave nothing.
///
/// `text` starts at a border, and clusters never reach back over one, so no more context is needed.
fn whole_clusters(text: &str, end: usize) -> usize {
    let inside_line_end = text[..end].ends_with('\r') && text[end..].starts_with('\n');
    if end == text.len() || inside_line_end {
        return end;
    }
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    let last_border = match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.prev_boundary(text, 0).ok().flatten(),
        // An error means missing context, and all of it is here.
        Ok(true) | Err(_) => Some(end),
    };
    last_border.filter(|border| *border > 0).unwrap_or(end)
}

fn utf16_units(text: &str) -> usize {
    // Characters beyond U+FFFF start with a byte from F0 on in UTF-8 and take two units.
    text.chars().count() + text.bytes().filter(|byte| *byte >= 0xF0).count()
}

/// Texts of more than 4 billion units are not sent by SMS.
fn clamp(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
