//! What the server reports, handed on; the server hears that it was taken only once it was.

use std::sync::{Arc, OnceLock};

use sms_framework::provider::{DeliveryReceipt, Event, EventSink};
use sms_framework::{Certainty, Error, ErrorKind, MessageId, MessageState, PhoneNumber};

use crate::config::DefaultAlphabet;
use crate::deliver::Deliver;
use crate::inbound::inbound;
use crate::receipt::{RECEIPTED_MESSAGE_ID, Reading, receipt};

/// The status of the answer to a deliver_sm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Taken {
    /// It was taken.
    Yes = 0x00,
    /// It could not be kept, or there is nobody yet to take it: the server is to repeat it.
    NotNow = 0x64,
    /// It cannot be read: a repetition could not, either.
    Never = 0x65,
}

/// Which part of which message an answer is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) message: MessageId,
    pub(crate) to: PhoneNumber,
    pub(crate) number: u32,
    pub(crate) total: u32,
}

impl About {
    /// What an error of this part says of the message, where the parts before it were taken: the
    /// phone has, or will have, a piece of the text. Whatever became of the rest, the whole must
    /// not be sent again.
    pub(crate) fn incomplete(&self, error: &Error) -> Error {
        let (number, total) = (self.number, self.total);
        let (kind, became) = match error.certainty() {
            Certainty::MaybeSent => (ErrorKind::NoAnswer, "may be lost"),
            Certainty::NotSent | Certainty::Rejected => (ErrorKind::BadAnswer, "was not taken"),
        };
        let message = format!(
            "part {number} of {total} {became}, after the server took the parts before it: {}",
            error.message()
        );
        let incomplete = Error::new(kind, message)
            .with_certainty(Certainty::MaybeSent)
            .with_class(error.class());
        match error.provider_code() {
            Some(code) => incomplete.with_provider_code(code),
            None => incomplete,
        }
    }
}

/// Where events go.
pub(crate) struct Events {
    /// The provider's id in the configuration.
    pub(crate) provider: String,
    pub(crate) alphabet: DefaultAlphabet,
    pub(crate) reading: Reading,
    pub(crate) sink: OnceLock<Arc<dyn EventSink>>,
}

impl Events {
    /// Takes a deliver_sm.
    pub(crate) async fn deliver(&self, body: &[u8]) -> Taken {
        let Some(sink) = self.sink.get() else {
            tracing::debug!(
                provider = self.provider,
                "nobody takes events yet: the server is to repeat this one"
            );
            return Taken::NotNow;
        };
        let Some(deliver) = Deliver::read(body) else {
            tracing::warn!(
                provider = self.provider,
                octets = body.len(),
                "a deliver_sm cannot be read"
            );
            return Taken::Never;
        };
        let Some(event) = self.event(&deliver) else {
            tracing::debug!(
                provider = self.provider,
                esm_class = deliver.esm_class,
                "a deliver_sm is about nothing of ours"
            );
            return Taken::Yes;
        };
        match sink.take(&self.provider, event).await {
            Ok(()) => Taken::Yes,
            Err(error) => {
                tracing::warn!(provider = self.provider, %error, "an event could not be kept: the server is to repeat it");
                Taken::NotNow
            }
        }
    }

    fn event(&self, deliver: &Deliver<'_>) -> Option<Event> {
        // Bits 5 to 2 of esm_class are the type of message.
        match deliver.esm_class & 0x3C {
            0x04 => Some(Event::Receipt(receipt(deliver, false, self.reading))),
            0x20 => Some(Event::Receipt(receipt(deliver, true, self.reading))),
            // No phone can set an optional field, while anybody can text what looks like a receipt.
            _ if deliver.option(RECEIPTED_MESSAGE_ID).is_some() => {
                Some(Event::Receipt(receipt(deliver, false, self.reading)))
            }
            0x00 => Some(Event::Inbound(inbound(deliver, self.alphabet))),
            // Acknowledgements by the phone or its user, which we never ask for.
            _ => None,
        }
    }

    /// Hands on an answer that came after its message was given up on: it settles the doubt where
    /// it says something of the whole message.
    pub(crate) async fn late(&self, about: About, answer: Result<String, Error>) {
        let (state, error) = match &answer {
            // The parts after it were given up: only the last one tells that all are there.
            Ok(_) if about.number < about.total => (None, None),
            Ok(_) => (Some(MessageState::Accepted), None),
            Err(error) if error.certainty() == Certainty::MaybeSent => return,
            Err(error) if about.number > 1 => (None, Some(about.incomplete(error))),
            Err(error) => {
                // What only came at the wrong time is no refusal.
                let refused = error.certainty() == Certainty::Rejected;
                let state = refused.then_some(MessageState::Rejected);
                (state, Some(error.clone()))
            }
        };
        let word = error
            .as_ref()
            .and_then(Error::provider_code)
            .unwrap_or("0x00");
        let mut receipt = DeliveryReceipt::new(word)
            .message_id(Some(about.message))
            .to(Some(about.to))
            .state(state)
            .error(error);
        receipt.provider_message_id = answer.ok().filter(|id| !id.is_empty());
        if about.total > 1 {
            receipt = receipt.part(about.number, about.total);
        }
        let taken = match self.sink.get() {
            Some(sink) => sink
                .take(&self.provider, Event::Receipt(receipt))
                .await
                .is_ok(),
            None => false,
        };
        if !taken {
            tracing::warn!(provider = self.provider, message = %about.message, ?state, "a late answer is lost: nobody took it");
        }
    }
}
