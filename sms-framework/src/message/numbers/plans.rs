//! The numbering plans of libphonenumber, asked so that they judge numbers and never change one.

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber as Parsed, PhoneNumberFormat,
    ValidationError,
};
use serde::Serialize;

use super::{NumberRule, PhoneNumber, Region};
use crate::message::phone::masked_input;
use crate::{Error, ErrorKind, Result};

pub(super) use rlibphonenumber::Region as Code;

pub(super) fn available(_: &str) -> Result<()> {
    Ok(())
}

pub(super) fn code(input: &str) -> Result<Code> {
    let wanted = input.to_ascii_uppercase();
    let known = |code: &Code| {
        PHONE_NUMBER_UTIL
            .get_country_code_for_region(*code)
            .is_some()
    };
    if let Some(code) = Code::from_code(&wanted).ok().filter(known) {
        return Ok(code);
    }
    let mut message = format!(
        "unknown region `{}`: write the two letters of ISO 3166-1, such as US",
        input.escape_debug()
    );
    if let Some(near) = nearest(&wanted) {
        message.push_str(&format!("; did you mean `{near}`?"));
    }
    Err(Error::new(ErrorKind::Config, message))
}

pub(super) fn is_in(region: Code, number: &PhoneNumber) -> bool {
    let parsed = PHONE_NUMBER_UTIL.parse(number.as_str(), None);
    parsed.is_ok_and(|parsed| PHONE_NUMBER_UTIL.get_region_for_number(&parsed) == Some(region))
}

pub(super) fn country(number: &PhoneNumber) -> Option<String> {
    let parsed = PHONE_NUMBER_UTIL.parse(number.as_str(), None).ok()?;
    let region = PHONE_NUMBER_UTIL.get_region_for_number(&parsed)?;
    let region = region.to_string();
    // What belongs to no country has no letters.
    region
        .bytes()
        .all(|c| c.is_ascii_uppercase())
        .then_some(region)
}

pub(super) fn calling_code(region: Code) -> u16 {
    PHONE_NUMBER_UTIL
        .get_country_code_for_region(region)
        .and_then(|code| u16::try_from(code).ok())
        .unwrap_or_default()
}

fn nearest(wanted: &str) -> Option<String> {
    if wanted == "UK" {
        return Some("GB".into());
    }
    // Names of countries are not near to any code.
    if wanted.chars().count() > 3 {
        return None;
    }
    let mut codes: Vec<String> = PHONE_NUMBER_UTIL
        .get_supported_regions()
        .map(|code| code.to_string())
        .collect();
    codes.sort_unstable();
    let near = |code: &String| strsim::jaro_winkler(wanted, code);
    // Of equals the first in the alphabet, whatever order the table has.
    codes
        .into_iter()
        .rev()
        .max_by(|a, b| near(a).total_cmp(&near(b)))
        .filter(|code| near(code) > 0.0)
}

/// What libphonenumber makes of an input.
struct Reading {
    parsed: Parsed,
    number: PhoneNumber,
}

/// Reads `input`; the error says why it cannot be read.
fn read(input: &str, region: Option<Code>) -> std::result::Result<Reading, String> {
    let parsed = PHONE_NUMBER_UTIL
        .parse(input, region)
        .map_err(|error| why_unread(&error).to_owned())?;
    let e164 = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164);
    let number = PhoneNumber::parse(&e164)
        .map_err(|_| "with its country code it has more than 15 digits".to_owned())?;
    // E.164 is taken as written: what the library would drop or add is a mistake to be corrected
    // by who made it, not a number to be sent to.
    if PhoneNumber::parse(input).is_ok_and(|written| written != number) {
        return Err(format!(
            "by its country's numbering plan it would be {}, and an E.164 number is never changed",
            number.masked()
        ));
    }
    Ok(Reading { parsed, number })
}

fn why_unread(error: &ParseError) -> &'static str {
    match error {
        ParseError::InvalidCountryCode => "no country has its calling code",
        ParseError::NotANumber(_) => "it cannot be read as a phone number",
        ParseError::TooShortAfterIdd => "nothing follows its dialling prefix",
        ParseError::TooShortNsn => "it is too short",
        ParseError::TooLongNsn => "it is too long",
    }
}

impl Reading {
    /// Why it cannot be a number that a message reaches, if so.
    fn not_sendable(&self, input: &str) -> Option<String> {
        // The library reads letters as on a keypad and skips words before a number.
        if let Some((index, c)) = input.chars().enumerate().find(|(_, c)| c.is_alphabetic()) {
            return Some(format!("character {} is the letter `{c}`", index + 1));
        }
        if self.parsed.extension.is_some() {
            return Some("it has an extension, which a message cannot reach".into());
        }
        let why = match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&self.parsed) {
            Ok(NumberLengthType::IsPossible) => return None,
            Ok(NumberLengthType::IsPossibleLocalOnly) => "its area code is missing",
            Err(ValidationError::InvalidCountryCode) => "no country has its calling code",
            Err(ValidationError::TooShort) => "it is too short for its country",
            Err(ValidationError::InvalidLength) => "its country has no numbers of that length",
            Err(ValidationError::TooLong) => "it is too long for its country",
        };
        Some(why.into())
    }

    fn region(&self) -> Option<Code> {
        PHONE_NUMBER_UTIL.get_region_for_number(&self.parsed)
    }

    fn is_valid_in(&self, region: Option<Code>) -> bool {
        region.is_some_and(|code| PHONE_NUMBER_UTIL.is_valid_number_for_region(&self.parsed, code))
    }
}

pub(super) fn read_for_sending(
    input: &str,
    region: Option<Code>,
    rule: NumberRule,
) -> Result<PhoneNumber> {
    let refuse = |why: &str| {
        let shown = masked_input(input);
        let message = format!("`{shown}` is not a possible phone number: {why}");
        Error::new(ErrorKind::InvalidPhone, message)
    };
    let reading = read(input, region).map_err(|why| refuse(&why))?;
    if let Some(why) = reading.not_sendable(input) {
        return Err(refuse(&why));
    }
    if rule == NumberRule::Valid && !reading.is_valid_in(reading.region()) {
        let shown = masked_input(input);
        let message = format!(
            "`{shown}` is a possible but not a valid phone number: its range is not in use \
             (validate.numbers = \"valid\")"
        );
        return Err(Error::new(ErrorKind::InvalidPhone, message));
    }
    Ok(reading.number)
}

/// What the numbering plans say about an input, made by [`inspect`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberReport {
    /// The whole number in E.164; `None` when the input cannot be read, or is E.164 that the plan
    /// would change.
    pub e164: Option<String>,
    /// Its calling code exists and its length is in use there, with or without an area code.
    pub possible: bool,
    /// Its range is in use.
    pub valid: bool,
    /// The two letters of its country; `001` for calling codes that belong to none.
    pub region: Option<String>,
    /// Why it would be refused as a recipient under [`NumberRule::Possible`], if it would.
    pub error: Option<String>,
}

/// Reports on one input, as `sms numbers` prints it. `region` is where national input belongs.
///
/// About 2 µs a number, and about 8 ms once, for the plans.
///
/// # Examples
/// ```
/// use sms_framework::message::{inspect, Region};
///
/// let report = inspect("(415) 555-2671", Some(Region::parse("US")?));
/// assert_eq!(report.e164.as_deref(), Some("+14155552671"));
/// assert!(report.possible && report.valid);
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[must_use]
pub fn inspect(input: &str, region: Option<Region>) -> NumberReport {
    match read(input, region.map(|region| region.0)) {
        Ok(reading) => {
            let found = reading.region();
            NumberReport {
                e164: Some(reading.number.as_str().to_owned()),
                possible: PHONE_NUMBER_UTIL.is_possible_number(&reading.parsed),
                valid: reading.is_valid_in(found),
                region: found.map(|code| code.to_string()),
                error: reading.not_sendable(input),
            }
        }
        Err(why) => NumberReport {
            e164: None,
            possible: false,
            valid: false,
            region: None,
            error: Some(why),
        },
    }
}
