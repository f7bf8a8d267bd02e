//! A message that never reached the client, in the fields of one that did.

use serde::Serialize;
use sms_framework::{Encoding, Error, MessageId, Segments};

/// The fields of a [`Delivery`](sms_framework::Delivery) where there is none: a broken line, a
/// recipient not reached before the stop, a configuration that cannot be used.
#[derive(Debug, Serialize)]
pub(super) struct Refusal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
    id: Option<MessageId>,
    status: &'static str,
    provider: Option<&'a str>,
    provider_message_id: Option<&'a str>,
    simulated: bool,
    to: Option<&'a str>,
    segments: u32,
    encoding: Option<Encoding>,
    attempts: u32,
    error: &'a Error,
}

impl<'a> Refusal<'a> {
    /// Refused before anything was sent.
    pub(super) fn new(to: Option<&'a str>, body: Option<&str>, error: &'a Error) -> Self {
        let segments = body.map(Segments::of);
        Self {
            line: None,
            id: None,
            status: "rejected",
            provider: error.provider(),
            provider_message_id: None,
            simulated: false,
            to,
            segments: segments.map_or(0, |segments| segments.count),
            encoding: segments.map(|segments| segments.encoding),
            attempts: 0,
            error,
        }
    }

    /// The same, but nobody refused it: there was no time left for it.
    pub(super) fn canceled(mut self) -> Self {
        self.status = "canceled";
        self
    }

    /// The same with the provider that would have been used.
    pub(super) fn by(mut self, provider: &'a str, simulated: bool) -> Self {
        self.provider = Some(provider);
        self.simulated = simulated;
        self
    }

    /// The same with the line it stands on.
    pub(super) fn at(mut self, line: Option<u64>) -> Self {
        self.line = line;
        self
    }
}
