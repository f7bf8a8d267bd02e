//! Stands in for the numbering plans when the feature `numbers` is off: there is no region to name
//! and no rule beyond the shape of E.164.

use super::{NumberRule, PhoneNumber};
use crate::{Error, ErrorKind, Result};

/// No region exists.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Code {}

impl std::fmt::Display for Code {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

pub(super) fn code(code: &str) -> Result<Code> {
    Err(missing(&format!("the region `{}`", code.escape_debug())))
}

pub(super) fn available(wanted: &str) -> Result<()> {
    Err(missing(wanted))
}

pub(super) fn read_for_sending(input: &str, _: Option<Code>, _: NumberRule) -> Result<PhoneNumber> {
    PhoneNumber::parse(input)
}

pub(super) fn is_in(region: Code, _: &PhoneNumber) -> bool {
    match region {}
}

pub(super) fn country(_: &PhoneNumber) -> Option<String> {
    None
}

pub(super) fn calling_code(region: Code) -> u16 {
    match region {}
}

fn missing(wanted: &str) -> Error {
    let message = format!(
        "{wanted} needs numbering plans, and this program was built without them; enable the \
         feature: sms-framework = {{ features = [\"numbers\"] }}"
    );
    Error::new(ErrorKind::Config, message)
}
