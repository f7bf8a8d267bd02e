//! What a sender holds of a bound connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusmpp::pdus::SubmitSm;
use sms_framework::{Certainty, Error, ErrorKind};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::Settings;
use crate::events::About;

/// A handle to a bound connection.
#[derive(Clone)]
pub(crate) struct Session {
    requests: mpsc::Sender<Request>,
    window: Arc<Semaphore>,
    pause: Arc<Pause>,
    limit: Duration,
}

/// The other end of a [`Session`].
pub(super) struct SessionEnd {
    pub(super) requests: mpsc::Receiver<Request>,
    pub(super) window: Arc<Semaphore>,
    pub(super) pause: Arc<Pause>,
}

impl SessionEnd {
    /// Takes nothing any more, and says so to whoever waits.
    pub(super) fn refuse(&mut self, why: &str) {
        self.window.close();
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            let _gone = request.reply.send(Err(unwritten(why)));
        }
    }
}

/// The error of a part of which no octet left.
pub(super) fn unwritten(why: &str) -> Error {
    let message = format!("the connection was lost before the message was written ({why})");
    Error::new(ErrorKind::Connect, message)
}

/// One part on its way to the connection.
pub(super) struct Request {
    pub(super) submit: SubmitSm,
    pub(super) about: About,
    pub(super) reply: oneshot::Sender<Result<String, Error>>,
    pub(super) claim: Arc<Claim>,
}

/// Either the connection takes a part to write it, or its sender gives it up: whoever is first.
#[derive(Default)]
pub(super) struct Claim(AtomicBool);

impl Claim {
    pub(super) fn is_mine(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// Until when nothing may be sent.
#[derive(Default)]
pub(super) struct Pause(Mutex<Option<Instant>>);

impl Pause {
    pub(super) fn until(&self, instant: Instant) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(Some(instant));
    }

    fn end(&self) -> Option<Instant> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > Instant::now())
    }

    async fn over(&self) {
        while let Some(end) = self.end() {
            sleep_until(end).await;
        }
    }
}

impl Session {
    pub(super) fn new(settings: &Settings) -> (Self, SessionEnd) {
        let (requests, end) = mpsc::channel(settings.window);
        let window = Arc::new(Semaphore::new(settings.window));
        let pause = Arc::new(Pause::default());
        let end = SessionEnd {
            requests: end,
            window: Arc::clone(&window),
            pause: Arc::clone(&pause),
        };
        (
            Self {
                requests,
                window,
                pause,
                limit: settings.timeout,
            },
            end,
        )
    }

    /// Submits one part, and returns the id that the server gave it.
    ///
    /// # Errors
    /// `NotSent` where it was not written; `MaybeSent` where it was, and no answer came; else what
    /// the answer's status says.
    pub(crate) async fn submit(&self, submit: SubmitSm, about: About) -> Result<String, Error> {
        let _place = self.place().await?;
        let (reply, mut answer) = oneshot::channel();
        let claim = Arc::<Claim>::default();
        let request = Request {
            submit,
            about,
            reply,
            claim: Arc::clone(&claim),
        };
        // The queue is as long as the window: it is full only of what senders gave up on.
        self.requests
            .try_send(request)
            .map_err(|error| match error {
                TrySendError::Full(_) => self.stuck(),
                TrySendError::Closed(_) => going(),
            })?;
        if let Ok(answered) = timeout(self.limit, &mut answer).await {
            return answered.unwrap_or_else(|_gone| Err(lost()));
        }
        answer.close();
        match answer.try_recv() {
            Ok(answered) => answered,
            Err(_none) if claim.is_mine() => Err(self.stuck()),
            Err(_none) => Err(Error::new(
                ErrorKind::NoAnswer,
                format!("no answer within {:?}", self.limit),
            )),
        }
    }

    /// A place in the window, at a time at which something may be sent.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let ready = async {
            let place = Arc::clone(&self.window).acquire_owned().await;
            self.pause.over().await;
            place.map_err(|_closed| going())
        };
        timeout(self.limit, ready)
            .await
            .unwrap_or_else(|_elapsed| Err(self.full()))
    }

    /// The server reads nothing.
    fn stuck(&self) -> Error {
        let message = format!(
            "the connection took nothing for {:?}: the message was not written",
            self.limit
        );
        Error::new(ErrorKind::Connect, message)
    }

    fn full(&self) -> Error {
        match self.pause.end() {
            Some(end) => Error::new(
                ErrorKind::ProviderThrottled,
                "the server is sent nothing for a while: it said that it is too much",
            )
            .with_retry_after(end.saturating_duration_since(Instant::now())),
            None => Error::new(
                ErrorKind::Connect,
                format!("no place in the window within {:?}", self.limit),
            ),
        }
    }
}

fn going() -> Error {
    Error::new(
        ErrorKind::Connect,
        "the connection is going down: the message was not written",
    )
}

/// The task that held the connection ended with its runtime.
fn lost() -> Error {
    Error::new(
        ErrorKind::NoAnswer,
        "the connection ended before the answer came",
    )
    .with_certainty(Certainty::MaybeSent)
}
