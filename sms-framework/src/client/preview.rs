//! What a broadcast would come to, without sending any of it.

use std::collections::HashMap;

use serde::Serialize;

use super::recipients::{Recipients, Refused, Seat};
use super::{Broadcast, SmsClient};
use crate::error::{Error, ErrorKind};
use crate::message::Message;
use crate::message::numbers::country_of;

/// So many refusals are told one by one; the others only count.
const REASONS: usize = 100;

/// What a broadcast would come to: for whoever pays for it, before it goes out.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Preview {
    /// How many would get a message.
    pub recipients: u64,
    /// Mentions of a recipient who gets it already.
    pub repeated: u64,
    /// How many would be refused.
    pub refused: u64,
    /// The first hundred of those, and why.
    pub reasons: Vec<Refused>,
    /// Segments of all messages together: what carriers charge for.
    pub segments: u64,
    /// Segments of the shortest message; the longest has the same where all have one text.
    pub fewest_segments: u32,
    /// Segments of the longest message.
    pub most_segments: u32,
    /// The same by country, most segments first.
    pub countries: Vec<CountryPreview>,
}

/// One country's part of a [`Preview`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CountryPreview {
    /// Its two letters of ISO 3166-1, or the calling code, such as `+1`, of numbers that belong to none
    /// (of all numbers without the cargo feature `numbers`).
    pub country: String,
    /// How many recipients are there.
    pub recipients: u64,
    /// Segments of their messages.
    pub segments: u64,
}

/// A preview of messages that come one by one; made by [`SmsClient::previewing`].
#[derive(Debug)]
pub struct Previewing<'a> {
    client: &'a SmsClient,
    seats: Recipients,
    countries: HashMap<String, CountryPreview>,
    preview: Preview,
}

impl SmsClient {
    /// What `broadcast` would come to, were it [enqueued](Self::enqueue_broadcast). Nothing is sent or
    /// stored.
    ///
    /// # Examples
    /// ```no_run
    /// # fn ask(sms: &sms_framework::SmsClient) {
    /// use sms_framework::Broadcast;
    ///
    /// let broadcast = Broadcast::new(["+14155550101", "+442071838750"], "The gig moved to nine.");
    /// let preview = sms.preview(&broadcast);
    /// println!("{} segments to {} recipients", preview.segments, preview.recipients);
    /// # }
    /// ```
    #[must_use]
    pub fn preview(&self, broadcast: &Broadcast) -> Preview {
        let mut previewing = self.previewing();
        for message in broadcast.clone().drafts() {
            // The preview itself tells who is refused.
            let _ = previewing.add(message);
        }
        previewing.finish()
    }

    /// The same for messages that come one by one, in memory of 16 bytes a recipient.
    #[must_use]
    pub fn previewing(&self) -> Previewing<'_> {
        Previewing {
            client: self,
            seats: Recipients::default(),
            countries: HashMap::new(),
            preview: Preview::default(),
        }
    }
}

impl Previewing<'_> {
    /// Takes one message into account.
    ///
    /// # Errors
    /// Why it would be refused; it is counted all the same.
    pub fn add(&mut self, message: Message) -> Result<(), Error> {
        let to = message.to.clone();
        self.count(message)
            .inspect_err(|error| self.refuse(to, error.clone()))
    }

    /// Counts what is no message at all: a line that cannot be read.
    pub fn refuse(&mut self, to: impl Into<String>, error: Error) {
        self.preview.refused += 1;
        if self.preview.reasons.len() < REASONS {
            let refused = Refused::new(to.into(), error);
            self.preview.reasons.push(refused);
        }
    }

    fn count(&mut self, message: Message) -> Result<(), Error> {
        refuse_key(&message)?;
        let row = self.client.row_of(message)?;
        let message = &*row.message;
        if self.seats.seat(message)? == Seat::Taken {
            self.preview.repeated += 1;
            return Ok(());
        }
        let preview = &mut self.preview;
        let segments = message.segments().count;
        preview.fewest_segments = match preview.recipients {
            0 => segments,
            _ => preview.fewest_segments.min(segments),
        };
        preview.most_segments = preview.most_segments.max(segments);
        preview.recipients += 1;
        preview.segments += u64::from(segments);
        let country = country_of(message.to());
        let entry = self
            .countries
            .entry(country)
            .or_insert_with_key(|country| CountryPreview {
                country: country.clone(),
                recipients: 0,
                segments: 0,
            });
        entry.recipients += 1;
        entry.segments += u64::from(segments);
        Ok(())
    }

    /// What it all comes to.
    #[must_use]
    pub fn finish(self) -> Preview {
        let mut countries: Vec<_> = self.countries.into_values().collect();
        countries.sort_by(|a, b| {
            let by_segments = b.segments.cmp(&a.segments);
            by_segments.then_with(|| a.country.cmp(&b.country))
        });
        Preview {
            countries,
            ..self.preview
        }
    }
}

/// One key for all recipients would make all but one of them conflicts.
pub(super) fn refuse_key(message: &Message) -> Result<(), Error> {
    if message.idempotency_key.is_none() {
        return Ok(());
    }
    let what = "a message of a stored broadcast takes no idempotency key";
    Err(Error::new(ErrorKind::Unsupported, what)
        .with_help("the broadcast's id does that: under it a recipient is added once"))
}
