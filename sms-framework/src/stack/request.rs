//! What travels through the layers below validation.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::hand_over::RightToCall;
use crate::error::{Certainty, Error};
use crate::message::{Hop, Outbound, Receipt, Sender};
use crate::route::Leave;
use crate::store::{Doubt, Lease};

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
    /// No call starts later than this after the start: the first one at a later provider of a route
    /// included.
    deadline: Option<Duration>,
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
            deadline: None,
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
            deadline: Some(deadline),
            verdict: None,
            ..self.clone()
        }
    }

    /// The same request for the message as it goes to the provider.
    pub(super) fn with_message(self, message: Arc<Outbound>) -> Self {
        Self { message, ..self }
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

    /// When the send began, the wait for its first slot included. What a message of the queue waited
    /// for its turn is none of the send's time: it counts as if it had begun that much later.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started + self.trail.time_in_room()
    }

    /// How long a call may still start.
    pub(super) fn time_left(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| {
            deadline.saturating_sub(self.started().elapsed())
        })
    }

    /// What the attempts so far left behind.
    #[must_use]
    pub fn trail(&self) -> &Arc<Trail> {
        &self.trail
    }

    /// The rule of rules: what may be out already is sent again only where the heaviest doubt is a
    /// 5xx *answer*, it was never held, and the policy for that says so. After silence, or once it was
    /// held, only where the message's own policy would rather have a double than a gap, and its
    /// provider was asked in vain, or cannot be asked, a while later: in a round from the queue.
    pub(crate) fn may_be_resent(&self, allowed: Resend) -> bool {
        let held = self.round.as_ref().is_some_and(|round| round.held);
        let after_an_answer = self.trail.doubt() == Some(Doubt::ServerError) && !held;
        (after_an_answer && allowed.after_server_error) || (held && allowed.when_unknown)
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

/// What policy allows to be sent again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resend {
    /// What its provider answered with a server error, and does not list.
    pub(crate) after_server_error: bool,
    /// What nobody could settle.
    pub(crate) when_unknown: bool,
}

/// A round from the queue.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// How many came before.
    pub(crate) earlier: u32,
    /// Nobody can say what became of it, and its provider is asked; sending it again is for its policy
    /// to decide.
    pub(crate) held: bool,
    /// Since when the message waits: its age counts from here.
    pub(crate) since: Timestamp,
}

/// What is known of the message's row while it is ours.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) lease: Lease,
    /// The id in it: of the provider that may have the message, else of whoever sends it.
    pub(crate) provider: Arc<str>,
    /// Whether it says that the provider was handed the message.
    pub(crate) is_sending: bool,
    /// When the lease ends, unless it is renewed.
    pub(crate) ends: Instant,
}

/// Who may have a message.
#[derive(Debug, Clone)]
pub(crate) struct Doubter {
    /// The id of the provider.
    pub(crate) provider: Arc<str>,
    /// The sender that the message had there: it can be found only by that.
    pub(crate) sender: Option<Sender>,
}

const WAITING: u8 = 0;
const CALLING: u8 = 1;
const SETTLING: u8 = 2;

/// What the attempts of one send left behind, noted by
/// [`ProviderService`](super::ProviderService); readable even after the send was dropped.
#[derive(Debug, Default)]
pub struct Trail {
    calls: AtomicU32,
    /// What it is at: waiting for something, calling a provider, or settling its row.
    doing: AtomicU8,
    abandoned: AtomicBool,
    doubt: AtomicU8,
    asked_in_vain: AtomicBool,
    /// Nanoseconds spent in waiting rooms. It is kept here, for whoever holds the send at an earlier
    /// layer asks how much time is left, too.
    in_room: AtomicU64,
    /// The provider that left the doubt: looked at only where there is one.
    doubter: Mutex<Option<Doubter>>,
    /// The providers that a route tried and left.
    hops: Mutex<Vec<Hop>>,
    /// The message's row, where it has one.
    row: Mutex<Option<Held>>,
    /// Set where the row was found to be somebody else's.
    lost: AtomicBool,
}

impl Trail {
    /// How many times the provider was called.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Acquire)
    }

    /// True once the caller dropped the send while a call was under way: the call runs on, and
    /// what it ends with is told to [`AttemptLog::abandoned`](super::AttemptLog::abandoned). So it is
    /// where the send was dropped while its row was written.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// True while a provider is being called, or was cut off in a call.
    pub(crate) fn is_in_call(&self) -> bool {
        self.doing.load(Ordering::Acquire) == CALLING
    }

    /// True once its row is being settled.
    pub(crate) fn is_settling(&self) -> bool {
        self.doing.load(Ordering::Acquire) == SETTLING
    }

    pub(crate) fn settles(&self) {
        self.doing.store(SETTLING, Ordering::Release);
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

    /// The message's row, where it has one.
    pub(crate) fn row(&self) -> Option<Held> {
        lock(&self.row).clone()
    }

    /// The row is ours, and stands so.
    pub(crate) fn hold(&self, row: Held) {
        *lock(&self.row) = Some(row);
    }

    /// The lease lasts until then.
    pub(crate) fn renewed(&self, ends: Instant) {
        if let Some(row) = &mut *lock(&self.row) {
            row.ends = ends;
        }
    }

    /// The row is somebody else's.
    pub(crate) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
    }

    /// True where the row was found to be somebody else's.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Whether `provider` may be called now.
    pub(super) fn right_to_call(&self, provider: &str) -> RightToCall {
        match &*lock(&self.row) {
            None => RightToCall::Yes,
            Some(_) if self.is_lost() => RightToCall::Lost,
            // A process that stood still for longer than its lease asks again whose it is.
            Some(row) if row.ends <= Instant::now() => RightToCall::Ask,
            // Whoever was called before may have reported on the message meanwhile.
            Some(_) if self.calls() > 0 => RightToCall::Ask,
            Some(row) if row.is_sending && *row.provider == *provider => RightToCall::Yes,
            Some(_) => RightToCall::Ask,
        }
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

    fn time_in_room(&self) -> Duration {
        Duration::from_nanos(self.in_room.load(Ordering::Acquire))
    }

    pub(super) fn waited_in_room(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.in_room.fetch_add(nanos, Ordering::AcqRel);
    }

    pub(super) fn asked_in_vain(&self) {
        self.asked_in_vain.store(true, Ordering::Release);
    }

    pub(super) fn call_begins(&self) {
        self.calls.fetch_add(1, Ordering::AcqRel);
        self.doing.store(CALLING, Ordering::Release);
    }

    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    pub(super) fn call_ended(&self, message: &Outbound, result: &Result<Receipt, Error>) {
        self.doing.store(WAITING, Ordering::Release);
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
