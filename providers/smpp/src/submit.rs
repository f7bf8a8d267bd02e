//! A message as one submit_sm for each of its parts.

use std::time::Duration;

use rusmpp::pdus::SubmitSm;
use rusmpp::types::{COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, Npi, RegisteredDelivery, ServiceType, Ton};
use sms_framework::{Error, ErrorKind, Outbound, Sender};

use crate::config::DefaultAlphabet;
use crate::parts::{Part, References, parts};

/// What every message has in common.
pub(crate) struct Form {
    pub(crate) alphabet: DefaultAlphabet,
    pub(crate) service_type: COctetString<1, 6>,
    pub(crate) short_code: (u8, u8),
    pub(crate) references: References,
}

const INTERNATIONAL: u8 = 1;
const ALPHANUMERIC: u8 = 5;
const ISDN: u8 = 1;
const UNKNOWN: u8 = 0;

impl Form {
    /// One submit_sm for each part of `message`.
    ///
    /// # Errors
    /// It has too many parts, or a sender that the protocol does not have.
    pub(crate) fn submits(
        &self,
        message: &Outbound,
        from: Option<&Sender>,
    ) -> Result<Vec<SubmitSm>, Error> {
        let parts = parts(message.body(), self.alphabet, || {
            self.references.next(message.to())
        })?;
        let (ton, npi, address) = self.source(from)?;
        let base = SubmitSm::builder()
            .service_type(ServiceType::new(self.service_type.clone()))
            .source_addr_ton(Ton::from(ton))
            .source_addr_npi(Npi::from(npi))
            .source_addr(field(address)?)
            .dest_addr_ton(Ton::from(INTERNATIONAL))
            .dest_addr_npi(Npi::from(ISDN))
            .destination_addr(field(message.to().as_str().trim_start_matches('+'))?)
            .registered_delivery(RegisteredDelivery::from(0x01))
            .validity_period(validity(message.valid_for())?)
            .build();
        parts.into_iter().map(|part| with(&base, part)).collect()
    }

    /// The sender's type of number, numbering plan and address.
    fn source<'s>(&self, from: Option<&'s Sender>) -> Result<(u8, u8, &'s str), Error> {
        Ok(match from {
            None => (UNKNOWN, UNKNOWN, ""),
            Some(Sender::Phone(number)) => {
                (INTERNATIONAL, ISDN, number.as_str().trim_start_matches('+'))
            }
            Some(Sender::Alphanumeric(name)) => (ALPHANUMERIC, UNKNOWN, name.as_str()),
            Some(Sender::ShortCode(code)) => (self.short_code.0, self.short_code.1, code.as_str()),
            Some(Sender::MessagingService(_)) => {
                let message = "SMPP has no messaging services; give a number, a name or a short code as sender";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        })
    }
}

fn with(base: &SubmitSm, part: Part) -> Result<SubmitSm, Error> {
    // The codec's own default is 0x08, an acknowledgement.
    let esm_class = EsmClass::from(if part.has_header { 0x40 } else { 0x00 });
    let mut submit = base
        .clone()
        .with_data_coding(DataCoding::from(part.data_coding));
    submit.esm_class = esm_class;
    submit.set_short_message(OctetString::from_vec(part.octets).map_err(|_| unwritable())?);
    Ok(submit)
}

fn field<const MOST: usize>(text: &str) -> Result<COctetString<1, MOST>, Error> {
    text.parse().map_err(|_| unwritable())
}

/// Numbers, senders and parts are checked before: none is too long for its field.
fn unwritable() -> Error {
    Error::new(
        ErrorKind::InvalidMessage,
        "the message has a field that SMPP cannot carry",
    )
}

/// A period as `YYMMDDhhmmsstnnp`, relative: in whole seconds, never longer than it was asked for.
fn validity(time: Option<Duration>) -> Result<EmptyOrFullCOctetString<17>, Error> {
    let Some(time) = time else {
        return Ok(EmptyOrFullCOctetString::empty());
    };
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let text = format!("0000{days:02}{hours:02}{minutes:02}{:02}000R", seconds % 60);
    EmptyOrFullCOctetString::from_string(text).map_err(|_| unwritable())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn periods() {
        let text = |seconds| {
            validity(Some(Duration::from_millis(seconds)))
                .unwrap()
                .to_string()
        };
        assert_eq!(text(1_000), "000000000001000R");
        assert_eq!(text(90_061_900), "000001010101000R");
        assert_eq!(text(30 * 86_400_000), "000030000000000R");
        assert!(validity(None).unwrap().is_empty());
        // Beyond what the capabilities allow: no panic, no wrong period.
        assert!(validity(Some(Duration::from_secs(u64::MAX))).is_err());
    }
}
