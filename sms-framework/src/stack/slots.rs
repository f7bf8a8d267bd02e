//! Who hands out the slots of one provider.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::SendRequest;
use super::fleet::{Fleet, Held};
use super::waiting_room::{Turn, WaitingRoom};
use crate::config::{RateLimitSettings, Scope, Unit};
use crate::error::{Error, ErrorKind};
use crate::limiter::{Clock, KeyedLimiter, Quota, Reservation, SlotSource, SystemClock, Usage};
use crate::message::{Outbound, Sender};

/// Timers tick in milliseconds: whoever sleeps until a slot is up to so much late.
const TICK: Duration = Duration::from_millis(2);

/// Hands out slots, one sender at a time; shared by the layer and the retry policy, so that every
/// attempt is charged to the same account.
///
/// Sends that their callers wait for get their slots in the order of the calls. Messages of the queue
/// wait for their [turn](Self::turn) first, the most urgent ahead, and hold one slot in the future at
/// most.
///
/// The wait is a tokio sleep; the time is read from an injected [`Clock`].
pub struct SlotKeeper<C: Clock = SystemClock> {
    limit: Limit<C>,
    room: WaitingRoom<Option<Sender>>,
    provider: Arc<str>,
    unit: Unit,
    max_wait: Duration,
    /// How long before its slot a turn is passed on: not at all, but where a bucket is too small to
    /// make good what sleepers are late, the rate would suffer.
    lead: Duration,
}

/// Whose limit it is.
enum Limit<C: Clock> {
    Own(KeyedLimiter<Option<Sender>, C>),
    Shared(Fleet<C>),
}

/// A slot on its way.
enum Taken<C: Clock> {
    Own(Reservation),
    Shared(Held<C>),
}

impl SlotKeeper {
    /// The limit of `settings` for the provider called `provider`, on the system's clock.
    ///
    /// # Errors
    /// `CONFIG`: rate, burst and initial do not make a limit, or the limit is to be shared and nobody
    /// says with whom.
    pub fn new(provider: &str, settings: &RateLimitSettings) -> Result<Self, Error> {
        Self::with_clock(provider, settings, SystemClock::new())
    }
}

impl<C: Clock> SlotKeeper<C> {
    /// The same on another clock.
    ///
    /// # Errors
    /// `CONFIG`, as [`new`](SlotKeeper::new).
    pub fn with_clock(
        provider: &str,
        settings: &RateLimitSettings,
        clock: C,
    ) -> Result<Self, Error> {
        if settings.scope == Scope::Shared {
            let what = "rate_limit.scope = \"shared\" needs a database that keeps the limit, and there is none";
            return Err(Error::new(ErrorKind::Config, what).with_help(
                "set rate_limit.scope = \"process\", or use a store that can share a limit",
            ));
        }
        let quota = Quota::new(settings.rate, settings.burst, settings.initial)?;
        let bucket = quota.interval().saturating_mul(quota.burst());
        let lead = if bucket < 5 * TICK {
            TICK
        } else {
            Duration::ZERO
        };
        let limit = Limit::Own(KeyedLimiter::with_clock(quota, clock));
        Ok(Self {
            lead,
            ..Self::of(limit, provider, settings)
        })
    }

    /// The limit of `settings` for all processes that take their slots from `source`, whatever
    /// `settings.scope` says. Their settings must be the same; see [the law](crate::limiter::shared).
    ///
    /// # Errors
    /// `CONFIG`: rate, burst and initial do not make a limit.
    pub fn shared(
        provider: &str,
        settings: &RateLimitSettings,
        clock: C,
        source: Arc<dyn SlotSource>,
    ) -> Result<Self, Error> {
        let quota = Quota::new(settings.rate, settings.burst, settings.initial)?;
        let fleet = Fleet::new(&provider.into(), &quota, settings.max_wait, clock, source);
        Ok(Self::of(Limit::Shared(fleet), provider, settings))
    }

    fn of(limit: Limit<C>, provider: &str, settings: &RateLimitSettings) -> Self {
        Self {
            limit,
            room: WaitingRoom::new(),
            provider: provider.into(),
            unit: settings.unit,
            max_wait: settings.max_wait,
            lead: Duration::ZERO,
        }
    }

    /// Waits for the slot of `message`. Dropped before the slot's time, it gives the slot back
    /// where no later one was taken.
    ///
    /// # Errors
    /// `RATE_LIMITED`: the slot lies beyond `max_wait`; it was not taken, and the error tells when
    /// to come back. `STORAGE`: the limit is shared, and its database cannot be used.
    pub async fn slot(&self, message: &Outbound) -> Result<(), Error> {
        self.slot_within(message, self.max_wait).await
    }

    /// The same for a caller who waits no longer than `longest`, nor than `max_wait`.
    ///
    /// # Errors
    /// As [`slot`](Self::slot).
    pub async fn slot_within(&self, message: &Outbound, longest: Duration) -> Result<(), Error> {
        self.take(message, longest, None).await
    }

    /// Waits, however long it takes, until of the messages of the queue with the same sender it is the
    /// turn of this one: the most urgent first, and among equals the one that came first.
    pub async fn turn(&self, message: &Outbound) -> Turn<Option<Sender>> {
        let sender = message.from().cloned();
        self.room.enter(sender, message.priority()).await
    }

    /// The same as [`slot_within`](Self::slot_within) for a message whose [turn](Self::turn) it is.
    /// The turn is passed on when the slot is there, or none is to be had.
    ///
    /// # Errors
    /// As [`slot`](Self::slot).
    pub async fn slot_in_turn(
        &self,
        turn: Turn<Option<Sender>>,
        message: &Outbound,
        longest: Duration,
    ) -> Result<(), Error> {
        self.take(message, longest, Some(turn)).await
    }

    /// The turn of a message of the queue; `None` for a send that its caller waits for, which has no
    /// turn to wait for. The wait is taken out of the send's time.
    pub(super) async fn turn_of(&self, request: &SendRequest) -> Option<Turn<Option<Sender>>> {
        request.round.as_ref()?;
        let entered = Instant::now();
        let turn = Box::pin(self.turn(request.message())).await;
        request.trail().waited_in_room(entered.elapsed());
        Some(turn)
    }

    pub(super) async fn take(
        &self,
        message: &Outbound,
        longest: Duration,
        mut turn: Option<Turn<Option<Sender>>>,
    ) -> Result<(), Error> {
        let cost = match self.unit {
            Unit::Message => 1,
            Unit::Segment => message.segments().count,
        };
        let longest = longest.min(self.max_wait);
        let mut waited = Duration::ZERO;
        // A shared slot that is slept past is no slot: another one is taken, as at first.
        loop {
            let left = longest.saturating_sub(waited);
            let behind = turn.as_ref();
            let taken = self.reserve(&message.from, cost, left, behind).await;
            let slot = taken.map_err(|error| self.refused(error))?;
            let wait = slot.wait();
            if !self.lead.is_zero() && turn.is_some() {
                sleep(wait.saturating_sub(self.lead)).await;
                turn = None;
            }
            sleep(slot.wait()).await;
            waited += wait;
            if slot.commit() {
                break;
            }
        }
        drop(turn);
        metrics::histogram!("sms_limiter_wait_seconds", "provider" => Arc::clone(&self.provider))
            .record(waited);
        if let Limit::Own(limiter) = &self.limit {
            // Of the sender that took the last slot: most programs have one.
            metrics::gauge!("sms_limiter_tokens", "provider" => Arc::clone(&self.provider))
                .set(limiter.tokens(&message.from));
        }
        Ok(())
    }

    async fn reserve(
        &self,
        key: &Option<Sender>,
        cost: u32,
        longest: Duration,
        turn: Option<&Turn<Option<Sender>>>,
    ) -> Result<Taken<C>, Error> {
        match &self.limit {
            Limit::Own(limiter) => Ok(Taken::Own(limiter.reserve(key, cost, longest)?)),
            Limit::Shared(fleet) => {
                let behind = turn.map_or(0, Turn::waiting);
                // In a box, so that those with a limit of their own carry none of it.
                let held = Box::pin(fleet.reserve(key, cost, longest, behind)).await?;
                Ok(Taken::Shared(held))
            }
        }
    }

    /// How it is used: the tokens of the sender that has fewest (unknown where the limit is shared),
    /// sends that hold a slot in the future, sends refused.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match &self.limit {
            Limit::Own(limiter) => limiter.usage(),
            Limit::Shared(fleet) => fleet.usage(),
        }
    }

    /// How many messages of the queue wait for their turn.
    #[must_use]
    pub fn in_room(&self) -> usize {
        self.room.all_waiting()
    }

    fn refused(&self, error: Error) -> Error {
        metrics::counter!("sms_limiter_refused_total", "provider" => Arc::clone(&self.provider))
            .increment(1);
        error.with_provider(&self.provider)
    }
}

impl<C: Clock> Taken<C> {
    fn wait(&self) -> Duration {
        match self {
            Self::Own(slot) => slot.wait(),
            Self::Shared(slot) => slot.wait(),
        }
    }

    fn commit(self) -> bool {
        match self {
            Self::Own(slot) => {
                slot.commit();
                true
            }
            Self::Shared(slot) => slot.commit(),
        }
    }
}

/// Where there is nothing to wait for, no timer is made.
async fn sleep(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

impl<C: Clock> std::fmt::Debug for SlotKeeper<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SlotKeeper")
            .field("provider", &self.provider)
            .field("unit", &self.unit)
            .field("max_wait", &self.max_wait)
            .field("shared", &matches!(self.limit, Limit::Shared(_)))
            .finish_non_exhaustive()
    }
}
