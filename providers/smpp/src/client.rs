//! The provider: one submit_sm for each part of a message.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use rusmpp::pdus::SubmitSm;
use sms_framework::provider::{
    Beyond, Capabilities, Code, ConfigKey, EventSink, Feed, Lookup, Plugin, Provider, Validity,
};
use sms_framework::{Acceptance, Certainty, Error, Outbound, Sender};
use tokio::time::Instant;

use crate::check::Check;
use crate::codes::{CODES, Statuses};
use crate::config::{self, Bind, SmppConfig};
use crate::events::{About, Events};
use crate::link::{Link, Role, Settings};
use crate::parts::{MOST, References};
use crate::receipt::Reading;
use crate::submit::Form;

/// The provider: see the [crate's page](crate).
pub struct Smpp {
    form: Form,
    from: Option<Sender>,
    timeout: Duration,
    pause: Duration,
    shown: String,
    events: Arc<Events>,
    /// Where messages go.
    out: Link,
    /// Where events come from, where that is another bind.
    back: Option<Link>,
}

const MONTH: u64 = 30 * 24 * 3600;

impl Plugin for Smpp {
    const KIND: &'static str = "smpp";
    const SUMMARY: &'static str = "SMPP 3.4: a carrier's or an aggregator's own server";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(Validity::seconds(1, MONTH).beyond(Beyond::NotSaid))
        .with_max_segments(MOST)
        .with_receipts()
        .with_inbound();
    const CODES: &'static [Code] = CODES;
    type Config = SmppConfig;

    fn build(id: &str, config: SmppConfig) -> Result<Self, Error> {
        let check = Check(id);
        check.times(&config)?;
        check.numbers(&config)?;
        if let Some(Sender::MessagingService(_)) = &config.from {
            return Err(check.wrong(
                "from",
                "SMPP has no messaging services; write a number, a name or a short code",
            ));
        }
        let endpoint = check.endpoint(&config)?;
        if !endpoint.is_private() {
            tracing::warn!(
                provider = id,
                "url is not smpps: credentials and texts travel in the clear"
            );
        }
        let statuses = Statuses::read(&config.codes, config.throttle_pause)
            .map_err(|why| check.wrong("codes", &why))?;
        let settings = Arc::new(Settings {
            system_id: check.name(&config.system_id)?,
            password: check.password(config.password.as_ref())?,
            system_type: check.text("system_type", &config.system_type)?,
            window: config.window as usize,
            statuses,
            enquire_link: config.enquire_link,
            enquire_link_timeout: config.enquire_link_timeout,
            reconnect_min: config.reconnect_min,
            reconnect_max: config.reconnect_max,
            connect_timeout: config.connect_timeout,
            timeout: config.timeout,
            endpoint,
        });
        let events = Arc::new(Events {
            provider: id.to_owned(),
            alphabet: config.default_alphabet,
            reading: Reading {
                id: config.receipt_id,
                acceptd: config.acceptd,
            },
            sink: OnceLock::new(),
        });
        let link = |role| Link::new(role, Arc::clone(&settings), Arc::clone(&events));
        let (out, back) = match config.bind {
            Bind::Transceiver => (link(Role::Transceiver), None),
            Bind::Pair => (link(Role::Transmitter), Some(link(Role::Receiver))),
        };
        Ok(Self {
            form: Form {
                alphabet: config.default_alphabet,
                service_type: check.text("service_type", &config.service_type)?,
                short_code: (config.short_code_ton, config.short_code_npi),
                references: References::new(),
            },
            from: config.from,
            timeout: config.timeout,
            pause: config.throttle_pause,
            shown: settings.endpoint.to_string(),
            events,
            out,
            back,
        })
    }
}

#[async_trait]
impl Provider for Smpp {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let parts = self
            .form
            .submits(message, message.from().or(self.from.as_ref()))?;
        let total = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let mut ids = Vec::with_capacity(parts.len());
        // One after the other: while none was accepted, nothing of the message is out.
        for (number, part) in (1..).zip(parts) {
            let about = About {
                message: message.id(),
                to: *message.to(),
                number,
                total,
            };
            let id = if number == 1 {
                self.submit(part, about).await?
            } else {
                self.submit_further(part, about).await?
            };
            ids.push(id);
        }
        ids.retain(|id| !id.is_empty());
        Ok(Acceptance::of_parts(ids).with_segments(total))
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    fn default_sender(&self) -> Option<Sender> {
        self.from.clone()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    fn feed(&self) -> Option<&dyn Feed> {
        Some(self)
    }
}

impl Feed for Smpp {
    fn start(&self, sink: Arc<dyn EventSink>) {
        if self.events.sink.set(sink).is_err() {
            tracing::warn!(
                provider = self.events.provider,
                "its events are taken already"
            );
        }
        if !self.back.as_ref().unwrap_or(&self.out).start() {
            tracing::warn!(
                provider = self.events.provider,
                "no runtime here: events come from the first send on"
            );
        }
    }
}

impl Smpp {
    async fn submit(&self, part: SubmitSm, about: About) -> Result<String, Error> {
        // A feed that was started outside of a runtime starts here.
        if let Some(back) = self
            .back
            .as_ref()
            .filter(|_| self.events.sink.get().is_some())
        {
            back.start();
        }
        self.out.session().await?.submit(part, about).await
    }

    /// A part after one that was accepted. The stack above could only send the whole again, so
    /// what was not taken and only needs time is tried again here, for as long as a part may take.
    async fn submit_further(&self, part: SubmitSm, about: About) -> Result<String, Error> {
        let until = Instant::now() + self.timeout;
        loop {
            let error = match self.submit(part.clone(), about).await {
                Ok(id) => return Ok(id),
                Err(error) => error,
            };
            let wait = error.retry_after().unwrap_or(self.pause);
            let again = error.certainty() == Certainty::NotSent && error.is_transient();
            if !again || Instant::now() + wait >= until {
                return Err(about.incomplete(&error));
            }
            tokio::time::sleep(wait).await;
        }
    }
}

/// Shows no secret.
impl fmt::Debug for Smpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smpp")
            .field("url", &self.shown)
            .field("from", &self.from)
            .field("pair", &self.back.is_some())
            .finish_non_exhaustive()
    }
}
