//! How values are written in the columns, and read back.

use std::time::Duration;

use diesel::result::{Error as DieselError, QueryResult};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::error::Certainty;
use crate::message::{Encoding, Priority};
use crate::store::{Doubt, ErrorNote, Outcome, Received};

pub(crate) const fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::ServerError => "server_error",
        Doubt::NoAnswer => "no_answer",
    }
}

pub(crate) fn read_doubt(text: &str) -> QueryResult<Doubt> {
    [Doubt::ServerError, Doubt::NoAnswer]
        .into_iter()
        .find(|known| doubt(*known) == text)
        .ok_or_else(|| unreadable("doubt"))
}

pub(crate) const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::NotSent => "NotSent",
        Certainty::Rejected => "Rejected",
        Certainty::MaybeSent => "MaybeSent",
    }
}

/// The four columns of an error.
#[derive(Default)]
pub(crate) struct ErrorColumns<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    pub(crate) certainty: Option<&'static str>,
    pub(crate) provider_code: Option<&'a str>,
}

impl<'a> ErrorColumns<'a> {
    pub(crate) fn of(error: Option<&'a ErrorNote>) -> Self {
        error.map_or_else(Self::default, |error| Self {
            code: Some(&error.code),
            message: Some(&error.message),
            certainty: Some(certainty(error.certainty)),
            provider_code: error.provider_code.as_deref(),
        })
    }
}

pub(crate) fn read_certainty(text: &str) -> QueryResult<Certainty> {
    [
        Certainty::NotSent,
        Certainty::Rejected,
        Certainty::MaybeSent,
    ]
    .into_iter()
    .find(|known| certainty(*known) == text)
    .ok_or_else(|| unreadable("error_certainty"))
}

pub(crate) const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    }
}

pub(crate) fn read_encoding(text: &str) -> QueryResult<Encoding> {
    [Encoding::Gsm7, Encoding::Ucs2]
        .into_iter()
        .find(|known| encoding(*known) == text)
        .ok_or_else(|| unreadable("encoding"))
}

pub(crate) fn read_outcome(text: &str) -> QueryResult<Outcome> {
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

pub(crate) fn read_received(text: &str) -> QueryResult<Received> {
    [
        Received::Applied,
        Received::Noted,
        Received::Repeated,
        Received::Contradictory,
        Received::Kept,
    ]
    .into_iter()
    .find(|known| known.as_str() == text)
    .ok_or_else(|| unreadable("verdict"))
}

pub(crate) fn read_time(milliseconds: i64) -> QueryResult<Timestamp> {
    // The last second there is has no milliseconds that could be read back.
    let end = Timestamp::MAX.as_millisecond();
    let readable = match milliseconds {
        at if at > end - 1000 && at <= end => Timestamp::from_second(Timestamp::MAX.as_second()),
        at => Timestamp::from_millisecond(at),
    };
    readable.map_err(|_| unreadable("time"))
}

pub(crate) fn read_count(column: &'static str, count: i32) -> QueryResult<u32> {
    u32::try_from(count).map_err(|_| unreadable(column))
}

pub(crate) fn read_priority(rank: i32) -> QueryResult<Priority> {
    let known = u8::try_from(rank).ok().and_then(Priority::from_rank);
    known.ok_or_else(|| unreadable("priority"))
}

pub(crate) fn read_json<T: DeserializeOwned + Default>(
    column: &'static str,
    text: Option<&str>,
) -> QueryResult<T> {
    text.map_or_else(
        || Ok(T::default()),
        |text| serde_json::from_str(text).map_err(|_| unreadable(column)),
    )
}

/// Counts beyond what the column holds are cut off at its end, which no real count reaches.
pub(crate) fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A stored value that this program did not write. The value is not repeated: it may be a text.
pub(crate) fn unreadable(column: &'static str) -> DieselError {
    DieselError::DeserializationError(format!("its {column} cannot be read").into())
}
