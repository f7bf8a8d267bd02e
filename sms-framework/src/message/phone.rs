//! Phone numbers as they travel: E.164, nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, ErrorKind, Result};

/// A phone number in E.164: a plus, then 2 to 15 digits of which the first is not 0.
///
/// This is the shape only (`^\+[1-9]\d{1,14}$`, ITU-T E.164): whether such a number can exist is
/// what a [`NumberPolicy`](super::NumberPolicy) asks. It is 17 bytes and `Copy`, so that a million
/// recipients cost 17 MB and no allocation each.
///
/// `Display` and [`as_str`](Self::as_str) give the whole number; `Debug` and
/// [`masked`](Self::masked) hide its middle, for logs.
///
/// # Examples
/// ```
/// use sms_framework::message::PhoneNumber;
///
/// let number: PhoneNumber = "+14155550123".parse()?;
/// assert_eq!(number.to_string(), "+14155550123");
/// assert_eq!(number.masked(), "+1415***0123");
///
/// let error = "4155550123".parse::<PhoneNumber>().unwrap_err();
/// assert_eq!(error.code(), "INVALID_PHONE");
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber {
    /// Plus and digits; zero bytes after them, so that the derived comparisons are right.
    bytes: [u8; 1 + Self::MAX_DIGITS],
    len: u8,
}

impl PhoneNumber {
    /// The fewest digits of an E.164 number, the country code included.
    pub const MIN_DIGITS: usize = 2;
    /// The most digits of an E.164 number, the country code included.
    pub const MAX_DIGITS: usize = 15;

    /// Reads a number that is already E.164; nothing is trimmed, removed or guessed.
    ///
    /// # Errors
    /// `INVALID_PHONE`, saying which character or which length is wrong. The message shows the
    /// input with its middle hidden.
    pub fn parse(input: &str) -> Result<Self> {
        let Some(digits) = input.strip_prefix('+') else {
            return Err(without_plus(input));
        };
        if let Some(error) = not_a_digit(input) {
            return Err(error);
        }
        if digits.starts_with('0') {
            let why = "the first digit after the plus is 0, and country codes start with 1 to 9";
            return Err(invalid(input, why));
        }
        let count = digits.len();
        if count < Self::MIN_DIGITS {
            let why = format!("it is too short: {}, 2 at least", count_of(count));
            return Err(invalid(input, &why));
        }
        if count > Self::MAX_DIGITS {
            let why = format!("it is too long: {}, 15 at most", count_of(count));
            return Err(invalid(input, &why));
        }
        let mut bytes = [0; 1 + Self::MAX_DIGITS];
        bytes[..input.len()].copy_from_slice(input.as_bytes());
        Ok(Self {
            bytes,
            len: input.len() as u8,
        })
    }

    /// Reads a number as vendors write it back: with or without the plus or a leading 00, with
    /// blanks (a plus that was taken for one in a form), brackets or dashes. `None` where it is no
    /// number: a sender ID, a short code of fewer than 7 digits, nothing.
    ///
    /// ```
    /// use sms_framework::PhoneNumber;
    ///
    /// let number = PhoneNumber::parse("+14155550123").ok();
    /// for written in ["14155550123", "+14155550123", " 14155550123", "001 (415) 555-0123"] {
    ///     assert_eq!(PhoneNumber::from_vendor(written), number);
    /// }
    /// assert_eq!(PhoneNumber::from_vendor("72345"), None);
    /// ```
    #[must_use]
    pub fn from_vendor(text: &str) -> Option<Self> {
        let punctuation = |c: char| matches!(c, ' ' | '(' | ')' | '-' | '.');
        let digits = text.replace(punctuation, "");
        let digits = digits.strip_prefix('+').unwrap_or(&digits);
        let digits = digits.strip_prefix("00").unwrap_or(digits);
        (digits.len() >= 7).then(|| Self::parse(&format!("+{digits}")).ok())?
    }

    /// The whole number, such as `+14155550123`. Not for logs: see [`masked`](Self::masked).
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = &self.bytes[..usize::from(self.len)];
        std::str::from_utf8(bytes).expect("parse lets only ASCII in")
    }

    /// The digits as a number, without the plus: at most 15, so a `u64` holds them.
    #[must_use]
    pub fn digits(&self) -> u64 {
        let digits = &self.bytes[1..usize::from(self.len)];
        digits
            .iter()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }

    /// The number for logs: at most four digits at each end, at least three hidden, the hidden
    /// part always shown as three stars (`+1415***0123`).
    #[must_use]
    pub fn masked(&self) -> String {
        let digits = &self.as_str()[1..];
        let shown = (digits.len().saturating_sub(3) / 2).min(4);
        format!(
            "+{}***{}",
            &digits[..shown],
            &digits[digits.len() - shown..]
        )
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl AsRef<str> for PhoneNumber {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for PhoneNumber {
    type Err = Error;

    fn from_str(input: &str) -> Result<Self> {
        Self::parse(input)
    }
}

impl TryFrom<&str> for PhoneNumber {
    type Error = Error;

    fn try_from(input: &str) -> Result<Self> {
        Self::parse(input)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = Error;

    fn try_from(input: String) -> Result<Self> {
        Self::parse(&input)
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let input = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&input).map_err(serde::de::Error::custom)
    }
}

/// An `INVALID_PHONE` error about `input`, of which only the ends are shown.
fn invalid(input: &str, why: &str) -> Error {
    let shown = masked_input(input);
    Error::new(
        ErrorKind::InvalidPhone,
        format!("`{shown}` is not an E.164 phone number: {why}"),
    )
}

fn without_plus(input: &str) -> Error {
    if input.is_empty() {
        let message = "the phone number is empty; write it like +14155552671";
        return Error::new(ErrorKind::InvalidPhone, message);
    }
    if looks_national(input) {
        let why = "it looks like a national number; set validate.default_region or write it as \
                   +14155552671";
        return invalid(input, why);
    }
    if input.bytes().all(|byte| byte.is_ascii_digit()) {
        let why = if input.starts_with("00") {
            "it starts with 00; write a plus instead, as in +14155552671"
        } else {
            "the plus is missing; write plus, country code and number, as in +14155552671, or set \
             validate.default_region for national numbers"
        };
        return invalid(input, why);
    }
    let first = input.chars().next().map(name_of).unwrap_or_default();
    let why = format!("it starts with {first} instead of a plus; write it as +14155552671");
    invalid(input, &why)
}

/// Digits with the punctuation people use at home, or a trunk 0, and no plus.
fn looks_national(input: &str) -> bool {
    let punctuation = |c: char| matches!(c, ' ' | '(' | ')' | '-' | '.' | '/');
    let digits = input.chars().filter(char::is_ascii_digit).count();
    let only_these = input.chars().all(|c| c.is_ascii_digit() || punctuation(c));
    let trunk_zero = input.starts_with('0') && !input.starts_with("00");
    digits >= 4 && only_these && (trunk_zero || input.contains(punctuation))
}

/// The error about the first character after the plus that is no digit, if there is one.
fn not_a_digit(input: &str) -> Option<Error> {
    let (index, c) = input
        .chars()
        .enumerate()
        .skip(1)
        .find(|(_, c)| !c.is_ascii_digit())?;
    let name = name_of(c);
    let position = index + 1;
    let why = format!("character {position} is {name}, and only digits may follow the plus");
    Some(invalid(input, &why))
}

fn name_of(c: char) -> String {
    match c {
        ' ' => "a blank".into(),
        '\t' => "a tab".into(),
        '\n' | '\r' => "a line break".into(),
        c if c.is_ascii_graphic() => format!("`{c}`"),
        c if c.is_alphanumeric() => format!("`{c}` (U+{:04X})", u32::from(c)),
        c => format!("U+{:04X}", u32::from(c)),
    }
}

fn count_of(digits: usize) -> String {
    match digits {
        1 => "1 digit".into(),
        n => format!("{n} digits"),
    }
}

/// What was typed, for an error: punctuation stays, of the letters and digits only two at each
/// end, and never more than 24 characters.
pub(crate) fn masked_input(input: &str) -> String {
    const LONGEST: usize = 24;
    let total = input.chars().filter(|c| c.is_alphanumeric()).count();
    let ends = if total <= 4 {
        total
    } else {
        ((total - 3) / 2).min(2)
    };
    let mut seen = 0;
    let mut shown: String = input
        .chars()
        .take(LONGEST)
        .map(|c| {
            if c.is_control() {
                return '?';
            }
            if !c.is_alphanumeric() {
                return c;
            }
            seen += 1;
            if seen <= ends || seen > total - ends {
                c
            } else {
                '*'
            }
        })
        .collect();
    if input.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown
}
