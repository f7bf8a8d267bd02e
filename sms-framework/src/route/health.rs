//! How a provider of a route is doing: a sliding window, a breaker that half-opens with one probe.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::Blame;
use crate::config::HealthSettings;
use crate::limiter::{Clock, DynClock, Tick};
use crate::message::PhoneNumber;

/// How many pieces the window slides by.
const PIECES: u64 = 12;
/// In one piece of the window more recipients than this are a sample large enough.
const MOST_RECIPIENTS: usize = 512;
/// A provider that takes messages never gets less of its share than this: somebody has to find out
/// that it works again.
const LEAST: f64 = 0.05;
/// The share with which a provider starts again after it was left out.
const RESTART: f64 = 0.1;
/// While a probe is under way nobody knows when it ends; it is soon.
const WHILE_PROBED: Duration = Duration::from_secs(1);

/// Whether a provider takes messages, as a route sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It takes messages.
    Closed,
    /// It is left out.
    Open,
    /// One message tries it.
    HalfOpen,
}

/// How a provider of a route is doing.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct HealthReport {
    /// Whether it takes messages.
    pub state: HealthState,
    /// The part of its share that it gets under the strategy `health`, 0 to 1.
    pub factor: f64,
    /// Sends that went well in the window.
    pub good: u64,
    /// Sends that failed in the window.
    pub bad: u64,
    /// To how many different recipients (of at most 512 in each twelfth of the window).
    pub failing_recipients: u64,
    /// Sends that it throttled in the window.
    pub throttled: u64,
    /// How long until one message tries it again.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_millis",
        rename = "retry_in_ms"
    )]
    pub retry_in: Option<Duration>,
}

fn as_millis<S: serde::Serializer>(wait: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(wait.map_or(0, |wait| wait.as_millis() as u64))
}

/// The health of one provider.
#[derive(Debug)]
pub(crate) struct Health {
    settings: HealthSettings,
    clock: DynClock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// One for each piece of the window in which something happened, newest last.
    pieces: Vec<Piece>,
    breaker: Breaker,
}

/// A twelfth of the window. Each recipient has one vote in it, the part of its sends that failed, so
/// that neither one number's storm nor one busy number outvotes the others.
#[derive(Debug, Default)]
struct Piece {
    number: u64,
    good: u64,
    bad: u64,
    throttled: u64,
    /// Good and bad sends by recipient.
    recipients: HashMap<u64, (u32, u32)>,
    /// The sum of the votes.
    against: f64,
}

impl Piece {
    fn note(&mut self, recipient: u64, is_good: bool) {
        if is_good {
            self.good += 1;
        } else {
            self.bad += 1;
        }
        if self.recipients.len() >= MOST_RECIPIENTS && !self.recipients.contains_key(&recipient) {
            return;
        }
        let vote = |(good, bad): (u32, u32)| match good + bad {
            0 => 0.0,
            all => f64::from(bad) / f64::from(all),
        };
        let sends = self.recipients.entry(recipient).or_default();
        self.against -= vote(*sends);
        let count = if is_good { &mut sends.0 } else { &mut sends.1 };
        *count = count.saturating_add(1);
        self.against += vote(*sends);
    }
}

#[derive(Debug, Clone, Copy)]
enum Breaker {
    /// Since when it gets its share back, where it was left out before.
    Closed(Option<Tick>),
    /// Until when it is left out, and for how long that is.
    Open(Tick, Duration),
    /// One message tries it.
    HalfOpen,
}

/// The votes of a window.
#[derive(Default)]
struct Votes {
    all: f64,
    against: f64,
    throttled: f64,
}

impl Health {
    pub(crate) fn new(settings: HealthSettings, clock: DynClock) -> Self {
        Self {
            settings,
            clock,
            state: Mutex::new(State {
                pieces: Vec::new(),
                breaker: Breaker::Closed(None),
            }),
        }
    }

    /// Lets one message through, if it takes messages now: as itself, or as the probe.
    ///
    /// The message tells how it went by [`Admission::report`]; one that is dropped without a word
    /// leaves a probe to the next.
    pub(crate) fn admit(self: &Arc<Self>) -> Option<Admission> {
        let now = self.clock.now();
        let mut state = self.state();
        let probing = match state.breaker {
            Breaker::Closed(_) => None,
            Breaker::Open(until, wait) if now >= until => {
                state.breaker = Breaker::HalfOpen;
                Some(wait)
            }
            Breaker::Open(..) | Breaker::HalfOpen => return None,
        };
        Some(Admission {
            health: Arc::clone(self),
            probing,
        })
    }

    /// The part of its share that it should get.
    pub(crate) fn factor(&self) -> f64 {
        let now = self.clock.now();
        let mut state = self.state();
        self.factor_of(&mut state, now)
    }

    fn factor_of(&self, state: &mut State, now: Tick) -> f64 {
        let since = match state.breaker {
            // A probe that is due is taken by whoever would be sent there anyway.
            Breaker::Open(until, _) if now >= until => return LEAST,
            Breaker::Open(..) | Breaker::HalfOpen => return 0.0,
            Breaker::Closed(since) => since,
        };
        let votes = self.votes(state, now);
        // One more good vote than there was: a single failure in a quiet hour is not the end.
        let good = votes.all - votes.against + 1.0;
        let score = good / (votes.all + votes.throttled + 1.0);
        let recovered = since.map_or(1.0, |since| {
            let part = now.since(since).as_secs_f64() / self.settings.window.as_secs_f64();
            RESTART + (1.0 - RESTART) * part
        });
        score.min(recovered).clamp(LEAST, 1.0)
    }

    /// How long until a message may try it; zero where one may now.
    pub(crate) fn wait(&self) -> Duration {
        match self.state().breaker {
            Breaker::Closed(_) => Duration::ZERO,
            Breaker::Open(until, _) => until.since(self.clock.now()),
            Breaker::HalfOpen => WHILE_PROBED,
        }
    }

    pub(crate) fn report(&self) -> HealthReport {
        let now = self.clock.now();
        let mut state = self.state();
        let factor = self.factor_of(&mut state, now);
        let (name, retry_in) = match state.breaker {
            Breaker::Closed(_) => (HealthState::Closed, None),
            Breaker::Open(until, _) => (HealthState::Open, Some(until.since(now))),
            Breaker::HalfOpen => (HealthState::HalfOpen, None),
        };
        self.forget_old(&mut state, now);
        let sum = |of: fn(&Piece) -> u64| state.pieces.iter().map(of).sum();
        HealthReport {
            state: name,
            factor,
            good: sum(|piece| piece.good),
            bad: sum(|piece| piece.bad),
            failing_recipients: failing(&state.pieces, usize::MAX) as u64,
            throttled: sum(|piece| piece.throttled),
            retry_in,
        }
    }

    /// What a send that needed no admission says about the provider.
    pub(crate) fn note(&self, blame: Blame, to: &PhoneNumber) {
        self.note_of(blame, to, None);
    }

    fn note_of(&self, blame: Blame, to: &PhoneNumber, probing: Option<Duration>) {
        let now = self.clock.now();
        let mut state = self.state();
        self.forget_old(&mut state, now);
        let number = self.piece_at(now);
        match blame {
            Blame::Good => piece(&mut state.pieces, number).note(to.digits(), true),
            Blame::Bad => piece(&mut state.pieces, number).note(to.digits(), false),
            Blame::Throttled => piece(&mut state.pieces, number).throttled += 1,
            Blame::Nothing => {}
        }
        match (probing, blame) {
            (Some(_), Blame::Good | Blame::Throttled) => {
                // What went before is over; what it does from now on counts.
                state.pieces.clear();
                state.breaker = Breaker::Closed(Some(now));
            }
            (Some(wait), Blame::Bad) => {
                let wait = wait.saturating_mul(2).min(self.settings.cooldown_cap);
                state.breaker = Breaker::Open(now.after(wait), wait);
            }
            // The probe told nothing: the next message is one.
            (Some(wait), Blame::Nothing) => state.breaker = Breaker::Open(now, wait),
            (None, Blame::Bad) => self.open_if_bad(&mut state, now),
            (None, _) => {}
        }
    }

    fn open_if_bad(&self, state: &mut State, now: Tick) {
        if !matches!(state.breaker, Breaker::Closed(_)) {
            return;
        }
        let votes = self.votes(state, now);
        let enough = self.settings.min_failures as usize;
        if votes.against >= self.settings.open_above * votes.all
            && failing(&state.pieces, enough) >= enough
        {
            let wait = self.settings.cooldown;
            state.breaker = Breaker::Open(now.after(wait), wait);
        }
    }

    fn votes(&self, state: &mut State, now: Tick) -> Votes {
        self.forget_old(state, now);
        let mut votes = Votes::default();
        for piece in &state.pieces {
            votes.all += piece.recipients.len() as f64;
            votes.against += piece.against;
            votes.throttled += piece.throttled as f64;
        }
        votes
    }

    fn forget_old(&self, state: &mut State, now: Tick) {
        let oldest = (self.piece_at(now) + 1).saturating_sub(PIECES);
        state.pieces.retain(|piece| piece.number >= oldest);
    }

    fn piece_at(&self, now: Tick) -> u64 {
        let piece = (self.settings.window.as_nanos() as u64 / PIECES).max(1);
        now.as_nanos() / piece
    }

    fn is_closed(&self) -> bool {
        matches!(self.state().breaker, Breaker::Closed(_))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The different recipients to whom sends failed, counted up to `enough`.
fn failing(pieces: &[Piece], enough: usize) -> usize {
    let mut seen = HashSet::new();
    for piece in pieces {
        for (recipient, (_, bad)) in &piece.recipients {
            if *bad > 0 && seen.insert(*recipient) && seen.len() >= enough {
                return enough;
            }
        }
    }
    seen.len()
}

fn piece(pieces: &mut Vec<Piece>, number: u64) -> &mut Piece {
    if pieces.last().is_none_or(|last| last.number != number) {
        pieces.push(Piece {
            number,
            ..Piece::default()
        });
    }
    let last = pieces.len() - 1;
    &mut pieces[last]
}

/// One message's leave to try a provider.
#[derive(Debug)]
pub(crate) struct Admission {
    health: Arc<Health>,
    /// How long the provider was left out, where the message is the probe.
    probing: Option<Duration>,
}

impl Admission {
    /// Whether the leave still holds: a message may have waited long for its slot.
    pub(crate) fn holds(&self) -> bool {
        self.probing.is_some() || self.health.is_closed()
    }

    /// Tells how the message went.
    pub(crate) fn report(mut self, blame: Blame, to: &PhoneNumber) {
        self.health.note_of(blame, to, self.probing.take());
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if let Some(wait) = self.probing {
            let now = self.health.clock.now();
            self.health.state().breaker = Breaker::Open(now, wait);
        }
    }
}
