//! The client that applications hold: configuration → provider → stack → receipt.

mod assembly;
mod broadcast;
mod build;
mod events;
mod outbox;
mod pick;
mod preview;
mod queue;
mod recipients;
mod service;
mod status;
mod stored_broadcast;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{Stream, StreamExt};
use tower::ServiceExt;

pub use broadcast::Broadcast;
pub use build::ClientBuilder;
pub use outbox::Outbox;
pub use preview::{CountryPreview, Preview, Previewing};
pub use queue::Enqueued;
pub use recipients::Refused;
#[cfg(any(test, feature = "testkit"))]
pub use service::MockSmsService;
pub use service::SmsService;
pub use status::{DatabaseStatus, Mode, ProviderStatus, Status};
pub use stored_broadcast::{Added, EnqueuedBroadcast, OpenBroadcast};

use crate::config::{Choice, Settings};
use crate::delivery::{Delivery, Dispatcher, Invalid, QueueReport, Reports, Until, count};
use crate::error::{Error, ErrorKind};
use crate::message::{BookingConfirmation, Message, Receipt, Templates};
use crate::stack::Validate;
use crate::store::{DeliveryStats, DynStore, StatsFilter};

/// Sends messages through the provider that the configuration picked. Cheap to clone; clones share
/// everything.
///
/// # Examples
/// ```no_run
/// use sms_framework::{Message, SmsClient};
///
/// # async fn run() -> Result<(), sms_framework::Error> {
/// let sms = SmsClient::from_env()?;
/// let receipt = sms.send(Message::new("+14155550123", "Doors open at eight.")).await?;
/// println!("{} took it as {:?}", receipt.provider, receipt.provider_message_id);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct SmsClient(Arc<Inner>);

struct Inner {
    settings: Settings,
    choice: Choice,
    /// Why the mock took the place of the chosen provider.
    fallback: Option<String>,
    /// Why providers of the route are left out.
    missing: Vec<String>,
    simulated: bool,
    stack: Validate<Dispatcher>,
    store: Option<DynStore>,
    /// Why there is no store.
    store_error: Option<Error>,
    templates: Templates,
    /// The name of this process's worker.
    worker: String,
    /// Who takes what vendors report.
    reports: Arc<Reports>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsClient")
            .field("choice", &self.choice)
            .field("fallback", &self.fallback)
            .field("missing", &self.missing)
            .field("simulated", &self.simulated)
            .field("stack", &self.stack)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl SmsClient {
    /// The client that the folder `config` and the environment describe.
    ///
    /// # Errors
    /// `CONFIG`: see [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_config(Settings::from_env()?)
    }

    /// The client that one TOML file describes, with the variables of the process over it.
    ///
    /// # Errors
    /// `CONFIG`: see [`ClientBuilder::build`].
    pub fn from_file(path: impl Into<std::path::PathBuf>) -> Result<Self, Error> {
        Self::from_config(Settings::from_file(path)?)
    }

    /// The client that `settings` describe, with the providers linked into this program.
    ///
    /// # Errors
    /// `CONFIG`: see [`ClientBuilder::build`].
    pub fn from_config(settings: Settings) -> Result<Self, Error> {
        Self::builder(settings).build()
    }

    /// For what the configuration cannot say: providers, a store or a clock of the program's own.
    #[must_use]
    pub fn builder(settings: Settings) -> ClientBuilder {
        ClientBuilder::new(settings)
    }

    /// Sends one message and waits until the provider took it or the tries are used up.
    ///
    /// A failure that time can cure leaves the message in the queue: then
    /// [`Error::is_queued`] is true, and sending it again yourself would double it. Dropping the
    /// future before the provider is called cancels the send; later, the call runs to its end and
    /// the message's row tells how it ended.
    ///
    /// # Errors
    /// What [`validation`](crate::stack::Validator::check) refuses, `RATE_LIMITED`, and what the
    /// provider answers; see [`Error::certainty`].
    pub async fn send(&self, message: Message) -> Result<Receipt, Error> {
        self.deliver(message).await.into_result()
    }

    /// The same, telling where the message stands whether it went well or not.
    pub async fn deliver(&self, message: Message) -> Delivery {
        let invalid = Invalid::from(&message);
        match self.0.stack.clone().oneshot(message).await {
            Ok(delivery) => delivery,
            Err(error) => self.dispatcher().ledger().refuse(invalid, error),
        }
    }

    /// Sends every message of a stream, at most `broadcast.concurrency` at once, and tells what
    /// became of each, in their order. It holds no more than that many in memory. Each message of the stream is sent,
    /// also where two are alike: leaving recipients out is [`broadcast`](Self::broadcast)'s.
    pub fn deliver_all<S>(&self, messages: S) -> impl Stream<Item = Delivery> + use<S>
    where
        S: Stream<Item = Message>,
    {
        let concurrency = self.0.settings.broadcast().concurrency;
        self.deliver_concurrently(messages, concurrency)
    }

    /// The same with a concurrency of the caller's own, at least 1.
    pub fn deliver_concurrently<S>(
        &self,
        messages: S,
        concurrency: usize,
    ) -> impl Stream<Item = Delivery> + use<S>
    where
        S: Stream<Item = Message>,
    {
        let client = self.clone();
        let deliveries = messages.map(move |message| {
            let client = client.clone();
            async move { client.deliver(message).await }
        });
        deliveries.buffered(concurrency.max(1))
    }

    /// Sends one text to many: each recipient once, one result for each in the order given, never
    /// all or nothing. For lists that do not fit in memory use [`deliver_all`](Self::deliver_all); to have
    /// workers send it, [`enqueue_broadcast`](Self::enqueue_broadcast).
    pub async fn broadcast(&self, broadcast: Broadcast) -> Vec<Delivery> {
        let messages = broadcast.into_messages(self.0.stack.rules());
        self.deliver_all(futures_util::stream::iter(messages))
            .collect()
            .await
    }

    /// Sends the text of the template `booking_confirmation`, with that as its message type.
    ///
    /// # Errors
    /// `TEMPLATE`: a template of that name in `templates.dir` wants other variables; else as [`send`](Self::send).
    pub async fn send_booking_confirmation(
        &self,
        to: &str,
        booking: &BookingConfirmation,
    ) -> Result<Receipt, Error> {
        let body = booking.render(&self.0.templates)?;
        self.send(Message::new(to, body).message_type("booking_confirmation"))
            .await
    }

    /// A message whose text comes from a template, to be sent or given more detail.
    ///
    /// # Errors
    /// `TEMPLATE`: there is no such template, a variable is missing, or one is not used.
    pub fn from_template(
        &self,
        to: &str,
        name: &str,
        variables: &BTreeMap<String, String>,
    ) -> Result<Message, Error> {
        let body = self.0.templates.render(name, variables)?;
        Ok(Message::new(to, body).message_type(name))
    }

    /// The templates: the built-in ones and those of `templates.dir`.
    #[must_use]
    pub fn templates(&self) -> &Templates {
        &self.0.templates
    }

    /// Sends what is due in the queue, asking the provider first where an earlier attempt may have
    /// been accepted; returns what became of it. Only messages meant for the provider in use are
    /// touched.
    ///
    /// # Errors
    /// `STORAGE`: there is no database, or it failed.
    pub async fn process_queue(&self) -> Result<QueueReport, Error> {
        let report = self
            .worker(Until::Swept)?
            .run(std::future::pending())
            .await?;
        let waiting = count(self.dispatcher().ledger(), self.store()?).await?;
        tracing::info!(
            ?report,
            queued = waiting.queued,
            unknown = waiting.unknown,
            "the queue was processed"
        );
        Ok(report)
    }

    /// What became of an owner's messages over the last `days` days.
    ///
    /// # Errors
    /// `STORAGE`: there is no database, or it failed.
    pub async fn delivery_stats(&self, owner: &str, days: u32) -> Result<DeliveryStats, Error> {
        self.stats(Some(owner), days).await
    }

    /// What became of everybody's messages, or of one owner's, over the last `days` days.
    ///
    /// # Errors
    /// `STORAGE`: there is no database, or it failed.
    pub async fn stats(&self, owner: Option<&str>, days: u32) -> Result<DeliveryStats, Error> {
        let store = self.store()?;
        let back = jiff::SignedDuration::from_hours(24 * i64::from(days));
        let since = self
            .dispatcher()
            .ledger()
            .now()
            .checked_sub(back)
            .unwrap_or(jiff::Timestamp::MIN);
        let stats = store
            .stats(StatsFilter {
                owner: owner.map(str::to_owned),
                since,
            })
            .await?;
        Ok(DeliveryStats { days, ..stats })
    }

    /// The store, for what this type has no method for.
    ///
    /// # Errors
    /// `STORAGE`: why there is none.
    pub fn store(&self) -> Result<&DynStore, Error> {
        let missing = || Error::new(ErrorKind::Storage, "this client has no database");
        self.0
            .store
            .as_ref()
            .ok_or_else(|| self.0.store_error.clone().unwrap_or_else(missing))
    }

    /// The configuration it was built from.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Returns when everything written so far is on disk: for the end of a program.
    pub async fn flush(&self) {
        if let Some(store) = &self.0.store {
            store.flush().await;
        }
    }

    fn dispatcher(&self) -> &Dispatcher {
        self.0.stack.get_ref()
    }
}
