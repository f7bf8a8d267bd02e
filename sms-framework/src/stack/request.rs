//! What travels through the layers below validation.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Certainty, Error};
use crate::message::{Hop, Outbound, Receipt, Sender};
use crate::route::Leave;
use crate::store::Doubt;

/// One send on its way through the stack: the message, the number of the attempt, and the trail
/// that earlier attempts left. Cloning it is cheap; clones share the trail.
#[derive(Debug, Clone)]
pub struct SendRequest {
    message: Arc<Outbound>,
    attempt: u32,
    started: Instant,
    trail: Arc<Trail>,
    /// Which round from the queue this is; `None` for a send that its caller waits for.
    pub(crate) round: Option<Round>,
    /// What a provider of a route is told about how the send went.
    pub(crate) leave: Option<Leave>,
    /// No call starts after this: the first one at a later provider of a route included.
    pub(super) latest: Option<Instant>,
    /// Set where the retry policy settled the send without another call.
    pub(super) verdict: Option<Arc<OnceLock<Result<Receipt, Error>>>>,
}

impl SendRequest {
    /// The first attempt at `message`, starting now.
    #[must_use]
    pub fn new(message: Arc<Outbound>) -> Self {
        Self {
            message,
            attempt: 1,
            started: Instant::now(),
            trail: Arc::new(Trail::default()),
            round: None,
            leave: None,
            latest: None,
            verdict: None,
        }
    }

    /// A round from the queue, with the doubt that earlier ones left at a provider.
    pub(crate) fn from_queue(
        message: Arc<Outbound>,
        round: Round,
        doubt: Option<(Doubt, &str)>,
    ) -> Self {
        let request = Self {
            round: Some(round),
            ..Self::new(message)
        };
        if let Some((doubt, provider)) = doubt {
            let sender = request.message.from().cloned();
            request.trail.add_doubt(doubt, Some(provider), sender);
        }
        request
    }

    /// The same send at another provider: its first attempt there, with the message as it goes
    /// there. The trail and the time since the start stay; no call starts later than `deadline` after
    /// that.
    pub(crate) fn at_provider(
        &self,
        message: Arc<Outbound>,
        leave: Option<Leave>,
        deadline: Duration,
    ) -> Self {
        Self {
            message,
            leave,
            attempt: 1,
            latest: self.started.checked_add(deadline),
            verdict: None,
            ..self.clone()
        }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &Arc<Outbound> {
        &self.message
    }

    /// The number of this attempt, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the send began, the wait for its first slot included.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }

    /// What the attempts so far left behind.
    #[must_use]
    pub fn trail(&self) -> &Arc<Trail> {
        &self.trail
    }

    /// The rule of rules: what may be out already is sent again only where the heaviest doubt is a
    /// 5xx *answer*, it was never held for a person, and the policy says so. Silence never is.
    pub(crate) fn may_be_resent(&self, allowed: bool) -> bool {
        self.trail.doubt() == Some(Doubt::ServerError)
            && !self.round.as_ref().is_some_and(|round| round.held)
            && allowed
    }

    pub(super) fn is_settled(&self) -> bool {
        self.verdict
            .as_ref()
            .is_some_and(|verdict| verdict.get().is_some())
    }

    pub(super) fn next_attempt(&mut self) {
        self.attempt += 1;
    }
}

/// A round from the queue.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// How many came before.
    pub(crate) earlier: u32,
    /// The message may only be asked about: sending it again is not for us to decide.
    pub(crate) held: bool,
    /// The id in the message's row: of the provider that may have it, else of whoever sends it.
    pub(crate) provider: Arc<str>,
}

/// Who may have a message.
#[derive(Debug, Clone)]
pub(crate) struct Doubter {
    /// The id of the provider.
    pub(crate) provider: Arc<str>,
    /// The sender that the message had there: it can be found only by that.
    pub(crate) sender: Option<Sender>,
}

/// What the attempts of one send left behind, noted by
/// [`ProviderService`](super::ProviderService); readable even after the send was dropped.
#[derive(Debug, Default)]
pub struct Trail {
    calls: AtomicU32,
    abandoned: AtomicBool,
    doubt: AtomicU8,
    asked_in_vain: AtomicBool,
    /// The provider that left the doubt: looked at only where there is one.
    doubter: Mutex<Option<Doubter>>,
    /// The providers that a route tried and left.
    hops: Mutex<Vec<Hop>>,
}

impl Trail {
    /// How many times the provider was called.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Acquire)
    }

    /// True once the caller dropped the send while a call was under way: the call runs on, and
    /// what it ends with is told to [`AttemptLog::abandoned`](super::AttemptLog::abandoned).
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// The heaviest doubt that any attempt left.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        match self.doubt.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Doubt::ServerError),
            _ => Some(Doubt::NoAnswer),
        }
    }

    /// The provider that may have the message, and whom it would come from, where one is known.
    pub(crate) fn doubter(&self) -> Option<Doubter> {
        self.doubt()?;
        lock(&self.doubter).clone()
    }

    /// True where the provider that left the doubt was asked after its last call, and does not list
    /// the message.
    #[must_use]
    pub fn was_asked_in_vain(&self) -> bool {
        self.asked_in_vain.load(Ordering::Acquire)
    }

    /// The providers that a route tried and left, in their order.
    #[must_use]
    pub fn hops(&self) -> Vec<Hop> {
        lock(&self.hops).clone()
    }

    pub(crate) fn add_hop(&self, hop: Hop) {
        lock(&self.hops).push(hop);
    }

    fn add_doubt(&self, doubt: Doubt, provider: Option<&str>, sender: Option<Sender>) {
        let weight = match doubt {
            Doubt::ServerError => 1,
            Doubt::NoAnswer => 2,
        };
        if self.doubt.fetch_max(weight, Ordering::AcqRel) <= weight
            && let Some(provider) = provider
        {
            let provider = provider.into();
            *lock(&self.doubter) = Some(Doubter { provider, sender });
        }
    }

    pub(super) fn asked_in_vain(&self) {
        self.asked_in_vain.store(true, Ordering::Release);
    }

    pub(super) fn call_begins(&self) {
        self.calls.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    pub(super) fn call_ended(&self, message: &Outbound, result: &Result<Receipt, Error>) {
        match result {
            Err(error) if error.certainty() == Certainty::MaybeSent => {
                let doubt = if error.is_server_answer() {
                    Doubt::ServerError
                } else {
                    Doubt::NoAnswer
                };
                self.asked_in_vain.store(false, Ordering::Release);
                self.add_doubt(doubt, error.provider(), message.from().cloned());
            }
            _ => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
