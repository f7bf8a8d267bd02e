//! Who a message comes from, as the phone shows it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::PhoneNumber;
use crate::{Error, ErrorKind, Result};

/// The sender of a message.
///
/// Written and read as one string: `+14155550123` is a phone number, `ACME Shop` an alphanumeric
/// sender ID, `72345` a short code, `service:ID` a messaging service of the provider; Twilio's
/// own form of the last (`MG` and 32 hexadecimal digits) needs no prefix.
///
/// # Examples
/// ```
/// use sms_framework::message::Sender;
///
/// assert!(matches!("+14155550123".parse()?, Sender::Phone(_)));
/// assert!(matches!("ACME Shop".parse()?, Sender::Alphanumeric(_)));
/// assert!(matches!("72345".parse()?, Sender::ShortCode(_)));
/// assert!(matches!("service:bookings".parse()?, Sender::MessagingService(_)));
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A phone number of the account.
    Phone(PhoneNumber),
    /// A name in place of a number; replies are not possible.
    Alphanumeric(AlphanumericId),
    /// A short code of the account, valid in one country.
    ShortCode(ShortCode),
    /// A pool of senders at the provider, who picks one of them.
    MessagingService(ServiceId),
}

/// An alphanumeric sender ID: 1 to 11 of `A-Z a-z 0-9`, blank, `+ - _ &`, at least one a letter
/// and no blank at either end. These are the characters that Twilio accepts
/// (<https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id>); the 11 come from the
/// originating address of GSM 03.40.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AlphanumericId(Box<str>);

/// A short code: 3 to 8 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShortCode(Box<str>);

/// The provider's ID of a messaging service: 1 to 256 visible ASCII characters (Amazon Resource Names
/// are the longest).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceId(Box<str>);

impl AlphanumericId {
    /// The most characters of a sender ID.
    pub const MAX_CHARACTERS: usize = 11;

    /// Reads a sender ID.
    ///
    /// # Errors
    /// `INVALID_SENDER`, saying which character or length is wrong.
    pub fn parse(input: &str) -> Result<Self> {
        let allowed = |c: &char| c.is_ascii_alphanumeric() || " +-_&".contains(*c);
        let wrong = |why: &str| Err(invalid(input, why));
        if let Some((index, c)) = input.chars().enumerate().find(|(_, c)| !allowed(c)) {
            return wrong(&format!(
                "character {} is `{}`, and a sender ID has letters, digits, blanks and + - _ & only",
                index + 1,
                c.escape_debug(),
            ));
        }
        if input.len() > Self::MAX_CHARACTERS {
            return wrong(&format!("it has {} characters, 11 at most", input.len()));
        }
        if !input.contains(|c: char| c.is_ascii_alphabetic()) {
            return wrong("a sender ID needs at least one letter");
        }
        if input.starts_with(' ') || input.ends_with(' ') {
            return wrong("a sender ID cannot start or end with a blank");
        }
        Ok(Self(input.into()))
    }

    /// The sender ID as the phone shows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ShortCode {
    /// Reads a short code.
    ///
    /// # Errors
    /// `INVALID_SENDER` when it is not 3 to 8 digits.
    pub fn parse(input: &str) -> Result<Self> {
        if input.is_empty() || !input.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid(input, "a short code has digits only"));
        }
        match input.len() {
            1..3 => Err(invalid(input, "a short code has 3 to 8 digits")),
            3..=8 => Ok(Self(input.into())),
            count => Err(invalid(
                input,
                &format!(
                    "{count} digits are too many for a short code (3 to 8); a phone number is \
                     written with a plus and its country code, like +14155552671"
                ),
            )),
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ServiceId {
    /// Reads the ID of a messaging service, without the prefix `service:`.
    ///
    /// # Errors
    /// `INVALID_SENDER` when it is empty, longer than 256 characters or not visible ASCII.
    pub fn parse(input: &str) -> Result<Self> {
        if input.is_empty() {
            return Err(invalid(
                "service:",
                "the ID of the messaging service is missing",
            ));
        }
        if input.len() > 256 || !input.bytes().all(|byte| byte.is_ascii_graphic()) {
            let why = "the ID of a messaging service is 1 to 256 visible ASCII characters";
            return Err(invalid(input, why));
        }
        Ok(Self(input.into()))
    }

    /// The ID as the provider knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Twilio's form, which is recognised without the prefix.
    fn is_twilio(input: &str) -> bool {
        let hexadecimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        input
            .strip_prefix("MG")
            .is_some_and(|rest| rest.len() == 32 && hexadecimal(rest))
    }
}

impl Sender {
    /// Reads a sender in any of its forms.
    ///
    /// # Errors
    /// `INVALID_SENDER`, saying what is wrong with the form that the input comes closest to.
    pub fn parse(input: &str) -> Result<Self> {
        if input.trim().is_empty() {
            let message = "the sender is empty; give a phone number like +14155552671, a sender \
                           ID, a short code or `service:ID`";
            return Err(Error::new(ErrorKind::InvalidSender, message));
        }
        if let Some(id) = input.strip_prefix("service:") {
            return ServiceId::parse(id).map(Self::MessagingService);
        }
        if ServiceId::is_twilio(input) {
            return ServiceId::parse(input).map(Self::MessagingService);
        }
        if input.starts_with('+') {
            return PhoneNumber::parse(input)
                .map(Self::Phone)
                .map_err(|error| Error::new(ErrorKind::InvalidSender, error.message()));
        }
        if input.bytes().all(|byte| byte.is_ascii_digit()) {
            return ShortCode::parse(input).map(Self::ShortCode);
        }
        AlphanumericId::parse(input).map(Self::Alphanumeric)
    }
}

/// A sender is ours, not a recipient's, so an error may show it; 40 characters are enough.
fn invalid(input: &str, why: &str) -> Error {
    let mut shown: String = input
        .chars()
        .take(40)
        .flat_map(char::escape_debug)
        .collect();
    if input.chars().nth(40).is_some() {
        shown.push_str("...");
    }
    Error::new(
        ErrorKind::InvalidSender,
        format!("`{shown}` is not a sender: {why}"),
    )
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(number) => number.fmt(f),
            Self::Alphanumeric(id) => f.pad(id.as_str()),
            Self::ShortCode(code) => f.pad(code.as_str()),
            Self::MessagingService(id) if ServiceId::is_twilio(id.as_str()) => f.pad(id.as_str()),
            Self::MessagingService(id) => f.pad(&format!("service:{}", id.as_str())),
        }
    }
}

impl From<PhoneNumber> for Sender {
    fn from(number: PhoneNumber) -> Self {
        Self::Phone(number)
    }
}

impl FromStr for Sender {
    type Err = Error;

    fn from_str(input: &str) -> Result<Self> {
        Self::parse(input)
    }
}

impl TryFrom<&str> for Sender {
    type Error = Error;

    fn try_from(input: &str) -> Result<Self> {
        Self::parse(input)
    }
}

impl Serialize for Sender {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let input = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&input).map_err(serde::de::Error::custom)
    }
}
