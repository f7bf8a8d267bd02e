//! The mock itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sms_framework::provider::{
    Capabilities, ConfigKey, Lookup, Plugin, Provider, Reference, Validity,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};
use uuid::Uuid;

use crate::config::{self, MockConfig};
use crate::script::Script;
use crate::sent::{RECENT, Ring, Sent};
use crate::{Outcome, Rule};

/// The mock provider: see the [crate's page](crate). Clones share what they sent and their script.
///
/// # Examples
/// ```
/// # async fn run() -> Result<(), sms_framework::Error> {
/// use sms_framework::provider::Provider;
/// use sms_framework::{Message, testkit};
/// use sms_provider_mock::Mock;
///
/// let mock = Mock::builder().rule("every 2: server_error".parse()?).build();
/// let message = testkit::outbound(Message::new("+14155550123", "Hello"));
/// mock.send(&message).await?;
/// assert_eq!(mock.sent()[0].body, "Hello");
/// assert_eq!(mock.send(&message).await.unwrap_err().code(), "SERVER_ERROR");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Mock(Arc<Inner>);

struct Inner {
    id: Arc<str>,
    from: Sender,
    show_body: bool,
    delay: Duration,
    lookup: bool,
    script: Script,
    sent: Ring,
    clock: Clock,
}

type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

impl Mock {
    /// A mock built in code; without further words it accepts everything.
    #[must_use]
    pub fn builder() -> MockBuilder {
        MockBuilder {
            id: Self::KIND.into(),
            config: MockConfig::default(),
            rules: Vec::new(),
            clock: Box::new(Timestamp::now),
        }
    }

    /// The messages it accepted, oldest first, the last `keep` of them.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.0.sent.all()
    }

    fn sender_of<'a>(&'a self, message: &'a Outbound) -> &'a Sender {
        message.from().unwrap_or(&self.0.from)
    }

    fn accept(&self, message: &Outbound) -> Acceptance {
        let inner = &*self.0;
        let sent = Arc::new(Sent {
            provider: Arc::clone(&inner.id),
            provider_message_id: format!("mock-{}", Uuid::now_v7()),
            message_id: message.id(),
            to: *message.to(),
            from: self.sender_of(message).clone(),
            body: message.body().to_owned(),
            segments: *message.segments(),
            media: message.media().to_vec(),
            valid_for: message.valid_for(),
            at: (inner.clock)(),
        });
        self.show(&sent);
        let acceptance = acceptance(&sent);
        inner.sent.push(Arc::clone(&sent));
        RECENT.push(sent);
        acceptance
    }

    fn show(&self, sent: &Sent) {
        // Debug of the text escapes line breaks, so one message is one line.
        let body = self.0.show_body.then_some(sent.body.as_str());
        tracing::info!(
            target: "sms_provider_mock",
            provider = %sent.provider,
            to = sent.to.masked(),
            from = %sent.from,
            segments = sent.segments.count,
            encoding = %sent.segments.encoding,
            media = sent.media.len(),
            body,
            "would have been sent"
        );
    }
}

fn acceptance(sent: &Sent) -> Acceptance {
    Acceptance::new(&*sent.provider_message_id)
        .with_provider_status("simulated")
        .with_segments(sent.segments.count)
}

#[async_trait]
impl Provider for Mock {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let (delay, outcome) = self.0.script.next(message.to());
        let delay = self.0.delay.saturating_add(delay);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match outcome {
            Outcome::Accept | Outcome::Delay(_) => Ok(self.accept(message)),
            Outcome::Fail(error) => Err(error),
            Outcome::AcceptThenFail(error) => {
                self.accept(message);
                Err(error)
            }
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Self::CAPABILITIES;
        capabilities.lookup = self.0.lookup;
        capabilities
    }

    fn default_sender(&self) -> Option<Sender> {
        Some(self.0.from.clone())
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        self.0.lookup.then_some(self)
    }
}

#[async_trait]
impl Lookup for Mock {
    async fn find(&self, message: &Outbound, since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let sender = self.sender_of(message);
        let found = self
            .0
            .sent
            .filter(|sent| sent.at >= since && sent.is_like(message, sender));
        Ok(found.iter().map(acceptance).collect())
    }
}

impl Plugin for Mock {
    const KIND: &'static str = "mock";
    const SUMMARY: &'static str = "Sends nothing, shows what would have been sent, fails on cue";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = &[];
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_simulated()
        .with_media()
        .with_validity(Validity::seconds(0, u64::MAX))
        .with_messaging_service()
        .with_reference(Reference::None)
        .with_lookup();
    type Config = MockConfig;

    fn build(id: &str, config: MockConfig) -> Result<Self, Error> {
        let rules = config.script.iter().map(|text| text.parse::<Rule>());
        let rules = rules.collect::<Result<Vec<_>, _>>().map_err(|error| {
            let message = format!("`providers.{id}.script`: {}", error.message());
            Error::new(ErrorKind::Config, message)
        })?;
        let mut builder = Self::builder();
        builder.id = id.to_owned();
        builder.config = config;
        builder.rules = rules;
        Ok(builder.build())
    }
}

/// Shows neither messages nor numbers.
impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock")
            .field("id", &self.0.id)
            .field("from", &self.0.from)
            .field("lookup", &self.0.lookup)
            .finish_non_exhaustive()
    }
}

/// A [`Mock`] in the making; see [`Mock::builder`].
pub struct MockBuilder {
    id: String,
    config: MockConfig,
    rules: Vec<Rule>,
    clock: Clock,
}

impl MockBuilder {
    /// The sender of messages that name none. Default `+15555551234`.
    #[must_use]
    pub fn sender(mut self, sender: Sender) -> Self {
        self.config.from = sender;
        self
    }

    /// How many messages it remembers. Default 100.
    #[must_use]
    pub fn keep(mut self, messages: usize) -> Self {
        self.config.keep = messages;
        self
    }

    /// Whether the log shows the texts. Default true.
    #[must_use]
    pub fn show_body(mut self, show: bool) -> Self {
        self.config.show_body = show;
        self
    }

    /// How long each send takes, on tokio's clock. Default none.
    #[must_use]
    pub fn delay(mut self, time: Duration) -> Self {
        self.config.delay = time;
        self
    }

    /// Whether it has the power to find a message again. Default true.
    #[must_use]
    pub fn lookup(mut self, lookup: bool) -> Self {
        self.config.lookup = lookup;
        self
    }

    /// Adds a rule after those there are.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Where it takes the time of acceptance from. Default the system's clock.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(now);
        self
    }

    /// The mock.
    #[must_use]
    pub fn build(self) -> Mock {
        Mock(Arc::new(Inner {
            id: self.id.into(),
            from: self.config.from,
            show_body: self.config.show_body,
            delay: self.config.delay,
            lookup: self.config.lookup,
            script: Script::new(self.rules),
            sent: Ring::new(self.config.keep),
            clock: self.clock,
        }))
    }
}

impl fmt::Debug for MockBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockBuilder")
            .field("config", &self.config)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
