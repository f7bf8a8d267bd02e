//! Durations as people write them: `"500ms"`, `"30s"`, `"1m 30s"`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a duration that is not negative.
///
/// # Errors
/// What a person has to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    let hint = "write a number and a unit, such as \"500ms\", \"30s\" or \"1m 30s\"";
    let signed: SignedDuration = text.parse().map_err(|_| hint.to_owned())?;
    Duration::try_from(signed).map_err(|_| "it may not be negative".to_owned())
}

/// The shortest way to write it that [`parse`] reads back.
#[must_use]
pub fn format(duration: Duration) -> String {
    match SignedDuration::try_from(duration) {
        Ok(signed) => format!("{signed:#}"),
        Err(_) => format!("{}s", duration.as_secs()),
    }
}

/// For `#[serde(deserialize_with = "…")]` in the config types of providers.
///
/// # Errors
/// The value is not a text that [`parse`] reads.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&format(*duration))
}
