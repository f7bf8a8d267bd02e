//! How long a text Plivo takes.

use sms_framework::message::Encoding;
use sms_framework::{Error, ErrorKind, Outbound};

/// The most characters of a text in the GSM alphabet.
const MOST_GSM: usize = 1600;
/// The most characters of any other text.
const MOST_UNICODE: usize = 737;

/// Refuses what Plivo is sure to refuse. Whether it counts characters of the GSM extension, or of
/// several bytes, more than once is not known: those that it refuses beyond this, it refuses itself.
pub(crate) fn check(message: &Outbound) -> Result<(), Error> {
    let (alphabet, most) = match message.segments().encoding {
        Encoding::Gsm7 => ("GSM", MOST_GSM),
        Encoding::Ucs2 => ("Unicode", MOST_UNICODE),
    };
    let count = message.body().chars().count();
    if count <= most {
        return Ok(());
    }
    let why = format!("the text has {count} {alphabet} characters; Plivo takes {most} at most");
    Err(Error::new(ErrorKind::MessageTooLong, why)
        .with_help("shorten it, or send it as several messages"))
}
