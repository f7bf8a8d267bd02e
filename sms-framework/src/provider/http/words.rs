//! A vendor's own words: codes and counts however they are written, sentences made safe to show.

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

/// What a vendor wrote about an error, made safe to show: digits masked (vendors quote recipients),
/// one line, 200 characters, and nothing at all where it repeats one of `hidden` (the text, a secret).
///
/// # Examples
/// ```
/// use sms_framework::provider::http::words;
///
/// assert_eq!(words("To +14155550123\nis bad", &["hello"]).as_deref(), Some("To +*** is bad"));
/// assert_eq!(words("hello is not allowed", &["hello"]), None);
/// ```
#[must_use]
pub fn words(words: &str, hidden: &[&str]) -> Option<String> {
    let repeats = |hidden: &&str| !hidden.is_empty() && words.contains(*hidden);
    if words.trim().is_empty() || hidden.iter().any(repeats) {
        return None;
    }
    Some(mask_digits(words.trim()).chars().take(200).collect())
}

/// Every run of three or more digits becomes `***`, every line break a blank.
fn mask_digits(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_numeric() => digits.push(c),
            other => {
                let short = digits.chars().count() < 3;
                masked.push_str(if short { &digits } else { "***" });
                digits.clear();
                masked.extend(other.map(|c| if c.is_control() { ' ' } else { c }));
            }
        }
    }
    masked
}
