//! Which numbers are accepted: any E.164, only possible ones, only valid ones; and what people may
//! write instead of E.164.
//!
//! Everything beyond the E.164 shape needs the numbering plans of libphonenumber, which come with
//! the cargo feature `numbers`.

#[cfg(feature = "numbers")]
mod plans;
#[cfg(not(feature = "numbers"))]
#[path = "without_plans.rs"]
mod plans;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::PhoneNumber;
use crate::{Error, Result};

#[cfg(feature = "numbers")]
pub use plans::{NumberReport, inspect};

/// How much must be right about a number (`validate.numbers` in the configuration).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NumberRule {
    /// The shape of E.164: plus, 2 to 15 digits, the first not 0.
    #[default]
    E164,
    /// Also a calling code that exists and a length that its country uses. `+15551234567` passes.
    Possible,
    /// Also a range that is in use there. `+15551234567` fails: no area code is 555.
    Valid,
}

impl fmt::Display for NumberRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::E164 => "e164",
            Self::Possible => "possible",
            Self::Valid => "valid",
        })
    }
}

/// A country or territory with a numbering plan, as its two letters of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(plans::Code);

impl Region {
    /// Reads a region in upper or lower case.
    ///
    /// # Errors
    /// `CONFIG` when there is no such region, with the nearest one, and when the crate was built
    /// without the feature `numbers`, with the line that adds it.
    pub fn parse(code: &str) -> Result<Self> {
        plans::code(code).map(Self)
    }
}

/// True where the number is one of the region's, by its numbering plan.
pub(super) fn is_in(region: Region, number: &PhoneNumber) -> bool {
    plans::is_in(region.0, number)
}

/// Where a number is, for people: its country as two letters, or its calling code such as `+44`
/// where the numbering plans name none, or are not there.
pub(crate) fn country_of(number: &PhoneNumber) -> String {
    plans::country(number).unwrap_or_else(|| format!("+{}", code_of(number.as_str())))
}

/// The calling code at the head of a number: no code is the beginning of another (ITU-T E.164).
fn code_of(number: &str) -> &str {
    let digits = &number[1..];
    let length = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    &digits[..length.min(digits.len())]
}

/// The calling code of the region, such as 44.
pub(super) fn calling_code(region: Region) -> u16 {
    plans::calling_code(region.0)
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        Self::parse(code)
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// The rule for recipients, and how people may write them.
///
/// The default accepts every E.164 number and nothing else.
///
/// # Examples
/// ```
/// use sms_framework::message::NumberPolicy;
///
/// let policy = NumberPolicy::default();
/// assert_eq!(policy.parse("+14155552671")?.as_str(), "+14155552671");
/// assert_eq!(policy.parse("(415) 555-2671").unwrap_err().code(), "INVALID_PHONE");
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberPolicy {
    rule: NumberRule,
    default_region: Option<Region>,
}

impl NumberPolicy {
    /// A policy with `rule`; with a `default_region`, what is not E.164 is read as people write
    /// numbers there (`(415) 555-2671`), or with a plus and punctuation (`+44 20 7183 8750`).
    ///
    /// # Errors
    /// `CONFIG` when the rule needs the feature `numbers` and the crate was built without it.
    pub fn new(rule: NumberRule, default_region: Option<Region>) -> Result<Self> {
        if rule != NumberRule::E164 {
            plans::available(&format!("validate.numbers = \"{rule}\""))?;
        }
        Ok(Self {
            rule,
            default_region,
        })
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> NumberRule {
        self.rule
    }

    /// The region whose national numbers are read.
    #[must_use]
    pub fn default_region(&self) -> Option<Region> {
        self.default_region
    }

    /// Reads `input` under this policy. E.164 comes out as it went in or not at all; a number in
    /// another form must at least be possible, and has neither letters nor an extension.
    ///
    /// # Errors
    /// `INVALID_PHONE`, saying what is wrong and, where it was the rule, which one. The message
    /// shows the input with its middle hidden.
    pub fn parse(&self, input: &str) -> Result<PhoneNumber> {
        match (PhoneNumber::parse(input), self.default_region) {
            (Ok(number), _) if self.rule == NumberRule::E164 => Ok(number),
            (Err(error), None) => Err(error),
            (_, region) => plans::read_for_sending(input, region.map(|region| region.0), self.rule),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calling_code_is_read_off_the_number() {
        let codes = [
            ("+14155550123", "1"),
            ("+79161234567", "7"),
            ("+442071838750", "44"),
            ("+8613912345678", "86"),
            ("+353861234567", "353"),
            ("+97312345678", "973"),
            ("+9", "9"),
        ];
        for (number, code) in codes {
            assert_eq!(code_of(number), code, "{number}");
        }
    }
}
