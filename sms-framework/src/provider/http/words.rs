//! A vendor's own words: codes and counts however they are written, sentences made safe to show.

use std::collections::HashSet;

use serde_json::Value;

/// Text that is not empty, or a number as text: vendors write codes, counts and prices both ways.
///
/// ```
/// use sms_framework::provider::http::text_of;
/// use serde_json::json;
///
/// assert_eq!(text_of(&json!(30)), text_of(&json!("30")));
/// assert_eq!(text_of(&json!("")), None);
/// ```
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// So many characters in a row of something hidden give it away; of less, only the whole.
const TELLING: usize = 8;

/// So much of a vendor's words is looked at.
const READ: usize = 2000;

/// What a vendor wrote about an error, made safe to show: digits masked (vendors quote recipients, in
/// groups, too), one line, 200 characters, and nothing at all where it repeats one of `hidden` (the
/// text, a secret): the whole of it, or eight characters in a row.
///
/// # Examples
/// ```
/// use sms_framework::provider::http::words;
///
/// assert_eq!(words("To +14155550123\nis bad", &["hello"]).as_deref(), Some("To +*** is bad"));
/// assert_eq!(words("hello is not allowed", &["hello"]), None);
/// assert_eq!(words("it begins with `Doors op`", &["Doors open at eight."]), None);
/// ```
#[must_use]
pub fn words(words: &str, hidden: &[&str]) -> Option<String> {
    let words: Vec<char> = words.trim().chars().take(READ).collect();
    let runs: HashSet<&[char]> = words.windows(TELLING).collect();
    let repeats = |hidden: &&str| {
        let hidden: Vec<char> = hidden.chars().collect();
        match hidden.len() {
            0 => false,
            1..TELLING => words.windows(hidden.len()).any(|run| run == hidden),
            _ => hidden.windows(TELLING).any(|run| runs.contains(run)),
        }
    };
    if words.is_empty() || hidden.iter().any(repeats) {
        return None;
    }
    Some(mask_digits(&words).chars().take(200).collect())
}

/// So many characters may stand between the groups of one number: `+1 (415) 555-0123`.
const LONGEST_GAP: usize = 2;

/// Three or more digits, in one group or in several that belong together, become `***`; every line
/// break becomes a blank.
fn mask_digits(text: &[char]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut number = Number::default();
    for &c in text {
        let c = if c.is_control() { ' ' } else { c };
        if c.is_numeric() {
            number.add(c);
        } else if number.digits > 0 && separates(c) && number.gap.len() < LONGEST_GAP {
            number.gap.push(c);
        } else {
            number.end(&mut masked);
            masked.push(c);
        }
    }
    number.end(&mut masked);
    masked
}

fn separates(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '(' | ')' | '[' | ']' | '\u{2010}'..='\u{2015}'
        )
}

/// Digits that belong together, and what came after the last of them.
#[derive(Default)]
struct Number {
    text: String,
    digits: usize,
    gap: Vec<char>,
}

impl Number {
    fn add(&mut self, digit: char) {
        self.text.extend(self.gap.drain(..));
        self.text.push(digit);
        self.digits += 1;
    }

    fn end(&mut self, masked: &mut String) {
        let is_short = self.digits < 3;
        masked.push_str(if is_short { &self.text } else { "***" });
        masked.extend(self.gap.drain(..));
        self.text.clear();
        self.digits = 0;
    }
}
