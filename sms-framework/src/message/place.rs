//! Where a recipient is: a prefix of its number, or a country.

use std::fmt;

use super::PhoneNumber;
use super::numbers::{Region, calling_code, is_in};
use crate::error::{Error, ErrorKind};

/// Where a recipient is, as routes and senders name it: a prefix such as `+44`, or a country such as
/// `GB` (which needs the cargo feature `numbers`).
///
/// # Examples
/// ```
/// use sms_framework::PhoneNumber;
/// use sms_framework::message::Place;
///
/// let london = PhoneNumber::parse("+442071838750")?;
/// assert!(Place::parse("+44")?.holds(&london));
/// assert!(!Place::parse("+4420800")?.holds(&london));
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place(Kind);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind {
    /// The plus and 1 to 15 digits.
    Prefix(String),
    Country(Region),
}

impl Place {
    /// Reads a prefix or a country.
    ///
    /// # Errors
    /// `CONFIG`: it is neither, or this build knows no countries.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Some(digits) = text.strip_prefix('+') else {
            return Region::parse(text).map(|region| Self(Kind::Country(region)));
        };
        let first = digits.bytes().next();
        let fits = (1..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && first != Some(b'0');
        if fits {
            return Ok(Self(Kind::Prefix(text.to_owned())));
        }
        let message = format!(
            "`{}` is no prefix of phone numbers: a plus and 1 to 15 digits, such as +44",
            text.escape_debug()
        );
        Err(Error::new(ErrorKind::Config, message))
    }

    /// True where the number is there.
    #[must_use]
    pub fn holds(&self, number: &PhoneNumber) -> bool {
        match &self.0 {
            Kind::Prefix(prefix) => number.as_str().starts_with(prefix.as_str()),
            Kind::Country(region) => is_in(*region, number),
        }
    }

    /// True for a country, false for a prefix.
    #[must_use]
    pub fn is_country(&self) -> bool {
        matches!(self.0, Kind::Country(_))
    }

    /// How narrow it is: of two places that hold a number, the higher one is meant. A prefix counts
    /// its digits; a country counts as its calling code, and a little more than a prefix of that
    /// length, for several countries may share one.
    #[must_use]
    pub fn rank(&self) -> usize {
        match &self.0 {
            Kind::Prefix(prefix) => 2 * (prefix.len() - 1),
            Kind::Country(region) => 2 * calling_code(*region).to_string().len() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Prefix(prefix) => f.pad(prefix),
            Kind::Country(region) => region.fmt(f),
        }
    }
}
