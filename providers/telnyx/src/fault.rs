//! The errors that Telnyx lists, and which of its contradicting tables they are from.

use serde_json::Value;
use sms_framework::provider::http::text_of;
use sms_framework::provider::{Code, Phase};

use crate::codes::CODES;

/// One entry of a list of errors.
pub(crate) struct Fault<'a> {
    /// It is promised as text.
    pub(crate) code: String,
    title: &'a str,
    detail: &'a str,
}

/// The entries of a list of errors; what is no list has none.
pub(crate) fn faults(list: &Value) -> Vec<Fault<'_>> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(fault).collect()
}

fn fault(entry: &Value) -> Fault<'_> {
    Fault {
        code: text_of(&entry["code"]).unwrap_or_default(),
        title: entry["title"].as_str().unwrap_or_default(),
        detail: entry["detail"].as_str().unwrap_or_default(),
    }
}

/// The fault that says most: the first that the table knows, else the first.
pub(crate) fn weightiest<'f, 'a>(
    faults: &'f [Fault<'a>],
    phase: Phase,
) -> Option<(&'f Fault<'a>, Option<&'static Code>)> {
    let known = faults
        .iter()
        .find_map(|fault| Some((fault, Some(fault.known(phase)?))));
    known.or_else(|| Some((faults.first()?, None)))
}

impl Fault<'_> {
    /// The entry of the table, where the fault is the one that the table means.
    pub(crate) fn known(&self, phase: Phase) -> Option<&'static Code> {
        let find = |phase| Code::find(CODES, phase, &self.code);
        match (phase, self.code.as_str()) {
            // Elsewhere: the number is on no profile.
            (Phase::Request, "40300") if !self.names_a_block() => None,
            // Elsewhere: the sender is not registered.
            (Phase::Request, "40301") if !self.mentions(&["type", "support"]) => None,
            // Elsewhere: the profile is disabled.
            (Phase::Request, "40302") if !self.mentions(&["large", "long", "size", "length"]) => {
                None
            }
            // The carrier's refusal, unless the words are those of an opt-out.
            (Phase::Delivery, "40300") if self.names_a_block() => find(Phase::Request),
            (phase, _) => find(phase),
        }
    }

    /// Telnyx's own words.
    pub(crate) fn said(&self) -> String {
        let parts = [self.title.trim(), self.detail.trim()];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(": ")
    }

    /// True where the words are about STOP or a block rule.
    fn names_a_block(&self) -> bool {
        let said = self.said();
        let mut words = said.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word.eq_ignore_ascii_case("stop")) || self.mentions(&["block rule"])
    }

    fn mentions(&self, words: &[&str]) -> bool {
        let said = self.said().to_lowercase();
        words.iter().any(|word| said.contains(word))
    }
}
