//! How values are written in the columns, and read back.

use std::time::Duration;

use diesel::result::{Error as DieselError, QueryResult};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::error::Certainty;
use crate::message::Encoding;
use crate::store::{Doubt, Outcome};

pub(super) const fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::ServerError => "server_error",
        Doubt::NoAnswer => "no_answer",
    }
}

pub(super) fn read_doubt(text: &str) -> QueryResult<Doubt> {
    [Doubt::ServerError, Doubt::NoAnswer]
        .into_iter()
        .find(|known| doubt(*known) == text)
        .ok_or_else(|| unreadable("doubt"))
}

pub(super) const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::NotSent => "NotSent",
        Certainty::Rejected => "Rejected",
        Certainty::MaybeSent => "MaybeSent",
    }
}

pub(super) fn read_certainty(text: &str) -> QueryResult<Certainty> {
    [
        Certainty::NotSent,
        Certainty::Rejected,
        Certainty::MaybeSent,
    ]
    .into_iter()
    .find(|known| certainty(*known) == text)
    .ok_or_else(|| unreadable("error_certainty"))
}

pub(super) const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    }
}

pub(super) fn read_encoding(text: &str) -> QueryResult<Encoding> {
    [Encoding::Gsm7, Encoding::Ucs2]
        .into_iter()
        .find(|known| encoding(*known) == text)
        .ok_or_else(|| unreadable("encoding"))
}

pub(super) fn read_outcome(text: &str) -> QueryResult<Outcome> {
    [
        Outcome::Accepted,
        Outcome::Failed,
        Outcome::Found,
        Outcome::NotFound,
    ]
    .into_iter()
    .find(|known| known.as_str() == text)
    .ok_or_else(|| unreadable("outcome"))
}

pub(super) fn read_time(milliseconds: i64) -> QueryResult<Timestamp> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| unreadable("time"))
}

pub(super) fn read_count(column: &'static str, count: i32) -> QueryResult<u32> {
    u32::try_from(count).map_err(|_| unreadable(column))
}

pub(super) fn read_json<T: DeserializeOwned + Default>(
    column: &'static str,
    text: Option<&str>,
) -> QueryResult<T> {
    text.map_or_else(
        || Ok(T::default()),
        |text| serde_json::from_str(text).map_err(|_| unreadable(column)),
    )
}

/// Counts beyond what the column holds are cut off at its end, which no real count reaches.
pub(super) fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A stored value that this program did not write. The value is not repeated: it may be a text.
pub(super) fn unreadable(column: &'static str) -> DieselError {
    DieselError::DeserializationError(format!("its {column} cannot be read").into())
}
