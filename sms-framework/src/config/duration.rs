//! Durations as people write them: `"500ms"`, `"30s"`, `"1m 30s"`, `"90d"`.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a duration that is not negative.
///
/// # Errors
/// What a person has to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    let hint = "write a number and a unit, such as \"500ms\", \"30s\" or \"1m 30s\"";
    let signed = text.parse().ok().or_else(|| with_days(text));
    let signed: SignedDuration = signed.ok_or_else(|| hint.to_owned())?;
    Duration::try_from(signed).map_err(|_| "it may not be negative".to_owned())
}

/// A day is 24 hours here.
fn with_days(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
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

/// The same where there need not be one.
pub(crate) mod optional {
    use super::{Deserializer, Duration, Serializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::deserialize(from).map(Some)
    }

    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::serialize(duration, to),
            None => to.serialize_none(),
        }
    }
}
