//! How many SMS a text becomes: its encoding, its length in that encoding, and where it is cut.
//!
//! The result is that of Twilio's own calculator (npm `sms-segments-calculator` 1.3, smart encoding
//! off) but for two cases:
//! - What is one grapheme cluster is decided by current Unicode; the calculator knows Unicode 10
//!   and cuts newer emoji and Indic conjuncts in two. This matters only at a segment's border.
//! - A cluster of more than 67 units (a letter under a heap of combining marks) is cut, because no
//!   segment can hold it; the calculator counts one overfull segment after an empty one.

mod alphabet;
mod split;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use split::{Parts, parts};

/// The encoding of a text message on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// The GSM 7-bit default alphabet with its extension table (GSM 03.38).
    #[serde(rename = "GSM-7")]
    Gsm7,
    /// 16-bit units; characters beyond U+FFFF take two, as in UTF-16.
    #[serde(rename = "UCS-2")]
    Ucs2,
}

impl Encoding {
    /// The most units of a message of one segment: 160 septets, or 70 UTF-16 units.
    #[must_use]
    pub const fn single_capacity(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The most units of each segment of a longer message, whose header takes 6 octets of the
    /// 140: 153 septets, or 67 UTF-16 units.
    #[must_use]
    pub const fn concatenated_capacity(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// The capacity of each segment of a message of `count` segments.
    #[must_use]
    pub const fn capacity(self, count: u32) -> u32 {
        if count > 1 {
            self.concatenated_capacity()
        } else {
            self.single_capacity()
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        })
    }
}

/// The first character that the GSM alphabet does not have, which makes the whole text UCS-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForcedBy {
    /// The character.
    pub character: char,
    /// How many characters (Unicode scalar values, not bytes) stand before it: the first
    /// character of a text is at 0.
    pub position: usize,
}

/// The length of a text as SMS.
///
/// In JSON the fields are `encoding`, `segments`, `units` and `forced_by`.
///
/// # Examples
/// ```
/// use sms_framework::message::{Encoding, Segments};
///
/// let plain = Segments::of("Costs 5 €");
/// assert_eq!((plain.encoding, plain.count, plain.units), (Encoding::Gsm7, 1, 10));
///
/// let emoji = Segments::of("See you 👋");
/// assert_eq!((emoji.encoding, emoji.count, emoji.units), (Encoding::Ucs2, 1, 10));
/// let forced_by = emoji.forced_by.expect("UCS-2 has a cause");
/// assert_eq!((forced_by.character, forced_by.position), ('👋', 8));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segments {
    /// The encoding that the text needs.
    pub encoding: Encoding,
    /// How many segments are sent and paid for; 1 for an empty text.
    #[serde(rename = "segments")]
    pub count: u32,
    /// The length in units of the encoding: septets (2 for a character of the extension table)
    /// or UTF-16 units. Headers and the gaps that whole characters leave at a border are not in it.
    pub units: u32,
    /// What forced UCS-2; `None` for GSM-7.
    pub forced_by: Option<ForcedBy>,
}

impl Segments {
    /// Measures `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        split::measure(text)
    }

    /// True when the text goes out as one SMS, without the header of a concatenated one.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.count == 1
    }
}
