//! The rows of a list, whatever the vendor calls the field that holds them.

use serde_json::Value;
use sms_framework::Error;
use sms_framework::provider::http::Answer;

/// The rows of an answer: an array, or the one field of an object that is an array.
///
/// The vendor's public material names no field for either API. An answer with no array, or with two
/// of them, is none that could be read with certainty.
pub(crate) fn rows(answer: &Answer) -> Result<Vec<Value>, Error> {
    let unreadable = || answer.bad("the answer is not a list of messages");
    match answer.json()? {
        Value::Array(rows) => Ok(rows),
        Value::Object(fields) => {
            let mut arrays = fields.into_iter().filter_map(|(_, field)| match field {
                Value::Array(rows) => Some(rows),
                _ => None,
            });
            match (arrays.next(), arrays.next()) {
                (Some(rows), None) => Ok(rows),
                _ => Err(unreadable()),
            }
        }
        _ => Err(unreadable()),
    }
}
