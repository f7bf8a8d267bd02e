//! The durable queue: enqueue here, work there.

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::SmsClient;
use crate::delivery::{QueueReport, Until, Worker};
use crate::error::Error;
use crate::message::{Encoding, Message, MessageId, MessageState, Priority};
use crate::store::{Begun, NewMessage};

/// A message that is on disk and waits for a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Enqueued {
    /// Our id of it; of the first one where its key was used before.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageState,
    /// True where its owner used its idempotency key before for the same content: nothing was added.
    pub duplicate: bool,
    /// How many segments.
    pub segments: u32,
    /// How it is encoded.
    pub encoding: Encoding,
    /// How urgent it is.
    pub priority: Priority,
    /// When it goes out; `None` for as soon as it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Timestamp>,
}

impl Enqueued {
    /// What became of a message that was handed to the store to wait.
    pub(super) fn of(row: &NewMessage, begun: &Begun) -> Self {
        let message = &row.message;
        let later = message.due_at() > message.created_at();
        let fresh = Self {
            id: message.id(),
            status: if later {
                MessageState::Scheduled
            } else {
                MessageState::Queued
            },
            duplicate: false,
            segments: message.segments().count,
            encoding: message.segments().encoding,
            priority: message.priority(),
            send_at: message.send_at(),
        };
        match begun {
            Begun::Before(first) => Self {
                id: first.id,
                status: first.status,
                duplicate: true,
                segments: first.segments,
                encoding: first.encoding,
                priority: first.priority,
                send_at: first.send_at,
            },
            _ => fresh,
        }
    }
}

impl SmsClient {
    /// Puts a message into the queue. It is on disk when this returns; a worker (`sms work`, or
    /// [`work`](Self::work)) sends it by its priority, when its time has come.
    ///
    /// # Errors
    /// What [`validation`](crate::stack::Validator::check) refuses, and what no provider of the route
    /// takes. `IDEMPOTENCY_CONFLICT`: its owner used its key before, for other content. `STORAGE`:
    /// there is no database, or it failed; nothing was enqueued.
    ///
    /// # Examples
    /// ```no_run
    /// use std::time::Duration;
    /// use sms_framework::{Message, Priority, SmsClient};
    ///
    /// # async fn run(sms: &SmsClient) -> Result<(), sms_framework::Error> {
    /// let code = Message::new("+14155550123", "Your code is 4711.")
    ///     .priority(Priority::Urgent)
    ///     .valid_for(Duration::from_secs(300))
    ///     .idempotency_key("login-8f3a");
    /// let enqueued = sms.enqueue(code).await?;
    /// println!("{} {}", enqueued.id, enqueued.status);
    /// # Ok(()) }
    /// ```
    pub async fn enqueue(&self, message: Message) -> Result<Enqueued, Error> {
        let row = self.row_of(message)?;
        let begun = self.store()?.begin(row.clone()).await?;
        Ok(Enqueued::of(&row, &begun))
    }

    /// The row of a message that is to wait.
    pub(super) fn row_of(&self, message: Message) -> Result<NewMessage, Error> {
        let message = self.0.stack.rules().check(message)?;
        self.dispatcher().row_to_wait(Arc::new(message))
    }

    /// Works on the queue: sends what can go, by priority and in turns between owners, and asks
    /// providers about messages of unknown fate, until `stop` is ready.
    ///
    /// Then it claims nothing more, gives back what it has not handed to a provider, and waits within
    /// `queue.shutdown_timeout` for providers to answer; what has no answer by then is `unknown`.
    /// Any number of workers may share a database. A database that fails is waited for.
    ///
    /// # Errors
    /// `STORAGE`: there is no database.
    pub async fn work(&self, stop: impl Future<Output = ()>) -> Result<QueueReport, Error> {
        self.worker(Until::Stopped)?.run(stop).await
    }

    /// The same until nothing is due any more, nor in any worker's hands.
    ///
    /// # Errors
    /// `STORAGE`: there is no database.
    pub async fn work_until_idle(
        &self,
        stop: impl Future<Output = ()>,
    ) -> Result<QueueReport, Error> {
        self.worker(Until::Idle)?.run(stop).await
    }

    pub(super) fn worker(&self, until: Until) -> Result<Worker<'_>, Error> {
        let name = self.0.worker.clone();
        Ok(Worker::new(self.dispatcher(), self.store()?, name, until))
    }
}

/// This process, for people who read who has a message.
pub(super) fn worker_name() -> String {
    // Services have no HOSTNAME; Linux tells it here.
    let told = std::env::var("HOSTNAME").ok();
    let host = told.or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let host = host.map(|host| host.trim().to_owned());
    let host = host.filter(|host| !host.is_empty());
    format!(
        "{}/{}",
        host.as_deref().unwrap_or("worker"),
        std::process::id()
    )
}
