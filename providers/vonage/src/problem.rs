//! Vonage's description of an error (RFC 9457), in an answer or in a report.

use serde_json::Value;
use sms_framework::provider::http::words;

/// The longest code that is read, in characters.
const LONGEST_CODE: usize = 32;

/// An error as Vonage describes it; fields are read one by one and leniently.
pub(crate) struct Problem<'a>(pub(crate) &'a Value);

impl<'a> Problem<'a> {
    /// The description in a report, where it stands flat in `error`, or in an `error` of its own there.
    pub(crate) fn in_report(report: &'a Value) -> Self {
        let error = &report["error"];
        Self(match &error["error"] {
            Value::Null => error,
            nested => nested,
        })
    }

    /// The code: the fragment of `type`, else a `title` that is a number, as one or as text.
    pub(crate) fn code(&self) -> Option<String> {
        let fragment = self.text("type").and_then(|url| url.split_once('#'));
        let fragment = fragment.map(|(_, fragment)| fragment.to_owned());
        let title = match &self.0["title"] {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        let title = title.filter(|title| is_number(title));
        fragment.filter(|code| is_code(code)).or(title)
    }

    /// What it says, made safe to show.
    pub(crate) fn said(&self, hidden: &[&str]) -> Option<String> {
        let fields = ["detail", "title"];
        fields
            .iter()
            .find_map(|field| words(self.text(field)?, hidden))
    }

    /// Which fields of the request it blames, made safe to show.
    pub(crate) fn blames(&self, hidden: &[&str]) -> Option<String> {
        let parameters = self.0["invalid_parameters"].as_array()?;
        let blamed = parameters.iter().filter_map(|parameter| {
            let name = parameter["name"].as_str()?;
            let reason = parameter["reason"].as_str().unwrap_or("invalid");
            words(&format!("`{name}` ({reason})"), hidden)
        });
        let blamed: Vec<_> = blamed.take(3).collect();
        (!blamed.is_empty()).then(|| format!("Vonage blames {}", blamed.join(", ")))
    }

    /// True where it speaks of a time that ran out.
    pub(crate) fn says_expired(&self) -> bool {
        let fields = ["title", "detail"].iter();
        let mut said = fields.filter_map(|field| self.text(field));
        said.any(|said| said.to_ascii_lowercase().contains("expired"))
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        self.0.get(field)?.as_str()
    }
}

/// Codes are numbers of few digits, or words with hyphens: nothing that could be a phone number.
fn is_code(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let short = (1..=LONGEST_CODE).contains(&text.len());
    let has_letter = text.contains(|c: char| c.is_ascii_alphabetic());
    is_number(text) || (short && has_letter && text.chars().all(allowed))
}

fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
