//! One configuration key, described once: for checking, for help, for the sample table.

use std::fmt;

/// The type of a configuration value, as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyType {
    /// Any text, in quotes: phone numbers, ids and tokens too.
    Text,
    /// A whole number.
    Integer,
    /// A number, with or without a fraction.
    Number,
    /// `true` or `false`.
    Bool,
    /// Text such as `"500ms"`, `"30s"`, `"1m 30s"`.
    Duration,
    /// An absolute URL in quotes.
    Url,
    /// A TOML array of texts; in a variable, separated by commas.
    List,
    /// A table of any shape, whose values are the provider's to read.
    Tree,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// The type as `sms providers` and error messages name it.
///
/// ```
/// use sms_framework::provider::KeyType;
/// assert_eq!(KeyType::OneOf(&["mock", "error"]).to_string(), r#""mock" | "error""#);
/// ```
impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Bool => "true | false",
            Self::Duration => "duration",
            Self::Url => "URL",
            Self::List => "list of texts",
            Self::Tree => "table",
            Self::OneOf(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                return f.write_str(&quoted.join(" | "));
            }
        })
    }
}

/// One configuration key: of the framework, or of a provider's own table.
///
/// # Examples
/// ```
/// use sms_framework::provider::{ConfigKey, KeyType};
///
/// const TOKEN: ConfigKey = ConfigKey::new("auth_token", KeyType::Text, "The account's auth token.")
///     .env(&["TWILIO_AUTH_TOKEN"])
///     .secret();
/// assert!(TOKEN.secret);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ConfigKey {
    /// Its name in the table; dotted for keys of the framework, such as `rate_limit.burst`.
    pub name: &'static str,
    /// What it takes.
    pub ty: KeyType,
    /// One sentence: what it does and in which unit.
    pub doc: &'static str,
    /// The default as written in TOML; `None` where there is none.
    pub default: Option<&'static str>,
    /// What a person would write, for the sample table; the default where `None`.
    pub sample: Option<&'static str>,
    /// Variables that set it besides `SMS_…`; the first that is set wins.
    pub env: &'static [&'static str],
    /// A credential: refused in files, never shown.
    pub secret: bool,
}

impl ConfigKey {
    /// A key without default, variable or secrecy.
    #[must_use]
    pub const fn new(name: &'static str, ty: KeyType, doc: &'static str) -> Self {
        Self {
            name,
            ty,
            doc,
            default: None,
            sample: None,
            env: &[],
            secret: false,
        }
    }

    /// True where `name` is this key, or stands in the table that it is.
    pub(crate) fn covers(&self, name: &str) -> bool {
        name == self.name
            || (self.ty == KeyType::Tree
                && name
                    .strip_prefix(self.name)
                    .is_some_and(|rest| rest.starts_with('.')))
    }

    /// Says what holds where it is not set, as written in TOML.
    #[must_use]
    pub const fn default(mut self, toml: &'static str) -> Self {
        self.default = Some(toml);
        self
    }

    /// Says what a person would write, as TOML.
    #[must_use]
    pub const fn sample(mut self, toml: &'static str) -> Self {
        self.sample = Some(toml);
        self
    }

    /// Names variables that set it; the first that is set wins.
    #[must_use]
    pub const fn env(mut self, names: &'static [&'static str]) -> Self {
        self.env = names;
        self
    }

    /// Marks it as a credential.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}
