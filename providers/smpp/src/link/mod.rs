//! One bind: a connection that is made when it is first needed, kept, and made anew when it is lost.

mod backoff;
mod conversation;
mod inflight;
mod line;
mod open;
mod outbox;
mod reports;
mod session;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusmpp::types::COctetString;
use secrecy::SecretString;
use sms_framework::{Error, ErrorKind};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::codes::Statuses;
use crate::endpoint::Endpoint;
use crate::events::Events;
use backoff::Backoff;
use conversation::{Conversation, Ended};
use open::Refusal;
pub(crate) use outbox::Writes;
pub(crate) use session::Session;

/// What a bind is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Transceiver,
    Transmitter,
    Receiver,
}

/// What every bind of a provider has in common.
pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    pub(crate) system_id: COctetString<1, 16>,
    pub(crate) password: SecretString,
    pub(crate) system_type: COctetString<1, 13>,
    pub(crate) window: usize,
    pub(crate) statuses: Statuses,
    pub(crate) enquire_link: Duration,
    pub(crate) enquire_link_timeout: Duration,
    pub(crate) reconnect_min: Duration,
    pub(crate) reconnect_max: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
}

/// Where the connection stands.
#[derive(Clone)]
enum State {
    /// Whether there is one is known soon.
    Connecting,
    Bound(Session),
    /// The next try is at `until`.
    Away {
        until: Instant,
        error: Error,
    },
    /// The credentials were refused: another try could lock the account.
    Stopped(Error),
}

/// A bind. Its connection lives in a task of its own, which ends when this is dropped.
pub(crate) struct Link {
    role: Role,
    settings: Arc<Settings>,
    events: Arc<Events>,
    task: Mutex<Option<Task>>,
}

struct Task {
    state: watch::Receiver<State>,
    /// Nobody needs the connection once this is gone.
    _needed: watch::Sender<()>,
}

impl Link {
    pub(crate) fn new(role: Role, settings: Arc<Settings>, events: Arc<Events>) -> Self {
        Self {
            role,
            settings,
            events,
            task: Mutex::new(None),
        }
    }

    /// Starts the connection where it is not started yet, or where the runtime that it was started
    /// on is gone. Without a runtime there is none.
    pub(crate) fn start(&self) -> bool {
        self.state().is_some()
    }

    fn state(&self) -> Option<watch::Receiver<State>> {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        let running = task
            .as_ref()
            .filter(|task| task.state.has_changed().is_ok());
        if let Some(running) = running {
            return Some(running.state.clone());
        }
        let runtime = Handle::try_current().ok()?;
        let (tell, state) = watch::channel(State::Connecting);
        let (needed, need) = watch::channel(());
        let keeper = Keeper {
            role: self.role,
            settings: Arc::clone(&self.settings),
            events: Arc::clone(&self.events),
            tell,
            need,
        };
        runtime.spawn(keeper.keep());
        *task = Some(Task {
            state: state.clone(),
            _needed: needed,
        });
        Some(state)
    }

    /// The session, once the connection that is being made is there.
    ///
    /// # Errors
    /// There is none, and nothing was sent.
    pub(crate) async fn session(&self) -> Result<Session, Error> {
        let gone = || {
            Error::new(
                ErrorKind::Connect,
                "no connection (there is no runtime to keep one)",
            )
        };
        let mut state = self.state().ok_or_else(gone)?;
        loop {
            match &*state.borrow_and_update() {
                State::Connecting => {}
                State::Bound(session) => return Ok(session.clone()),
                State::Away { until, error } => {
                    let wait = until.saturating_duration_since(Instant::now());
                    return Err(error.clone().with_retry_after(wait));
                }
                State::Stopped(error) => return Err(error.clone()),
            }
            state.changed().await.map_err(|_| gone())?;
        }
    }
}

/// The task that keeps the connection.
struct Keeper {
    role: Role,
    settings: Arc<Settings>,
    events: Arc<Events>,
    tell: watch::Sender<State>,
    need: watch::Receiver<()>,
}

impl Keeper {
    async fn keep(mut self) {
        let mut backoff = Backoff::new(self.settings.reconnect_min, self.settings.reconnect_max);
        loop {
            self.tell.send_replace(State::Connecting);
            let opened = tokio::select! {
                biased;
                () = dropped(&mut self.need) => return,
                opened = open::open(&self.settings, self.role) => opened,
            };
            let error = match opened {
                Ok(line) => {
                    let (session, end) = Session::new(&self.settings);
                    tracing::info!(provider = self.events.provider, role = ?self.role, "bound");
                    self.tell.send_replace(State::Bound(session));
                    let bound_at = Instant::now();
                    let conversation = Conversation::new(line, end, &self.settings, &self.events);
                    let ended = conversation.hold(&mut self.need).await;
                    // A server that cuts every session at once is left alone for longer each time.
                    if bound_at.elapsed() > self.settings.reconnect_max {
                        backoff.start_over();
                    }
                    match ended {
                        Ended::Dropped => return,
                        Ended::Lost(why) => {
                            Error::new(ErrorKind::Connect, format!("no connection ({why})"))
                        }
                    }
                }
                Err(Refusal::Again(error)) => error,
                Err(Refusal::Later(error)) => {
                    backoff.at_its_longest();
                    error
                }
                Err(Refusal::Never(error)) => {
                    tracing::error!(provider = self.events.provider, role = ?self.role, %error, "no further try: accounts get locked by them");
                    self.tell.send_replace(State::Stopped(error));
                    return dropped(&mut self.need).await;
                }
            };
            let pause = backoff.pause();
            tracing::warn!(provider = self.events.provider, role = ?self.role, %error, ?pause, "not bound");
            let until = Instant::now() + pause;
            self.tell.send_replace(State::Away { until, error });
            tokio::select! {
                () = dropped(&mut self.need) => return,
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }
}

/// Waits until the link is dropped.
async fn dropped(need: &mut watch::Receiver<()>) {
    while need.changed().await.is_ok() {}
}
