//! How a provider of a route is doing: a sliding window, a breaker that half-opens with one probe.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::Blame;
use crate::config::HealthSettings;
use crate::limiter::{Clock, DynClock, Tick};
use crate::message::PhoneNumber;

/// How many pieces the window slides by.
const PIECES: u64 = 12;
/// Of more different recipients than this in a window nobody needs to know.
const MOST_RECIPIENTS: usize = 4096;
/// A provider that takes messages never gets less of its share than this: somebody has to find out
/// that it works again.
const LEAST: f64 = 0.05;
/// The share with which a provider starts again after it was left out.
const RESTART: f64 = 0.1;

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
    /// Different recipients to whom sends failed in the window.
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
    /// One for each piece of the window, newest last.
    pieces: Vec<Piece>,
    /// When each recipient's last failure was. One number's storms count once.
    failing: HashMap<u64, u64>,
    breaker: Breaker,
}

#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    number: u64,
    good: u64,
    throttled: u64,
}

#[derive(Debug, Clone, Copy)]
enum Breaker {
    /// Since when it gets its share back, where it was left out before.
    Closed(Option<Tick>),
    /// Until when it is left out, and for how long that is.
    Open(Tick, Duration),
    /// One message tries it; how long it was left out before that.
    HalfOpen(Duration),
}

impl Health {
    pub(crate) fn new(settings: HealthSettings, clock: DynClock) -> Self {
        Self {
            settings,
            clock,
            state: Mutex::new(State {
                pieces: Vec::new(),
                failing: HashMap::new(),
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
                state.breaker = Breaker::HalfOpen(wait);
                Some(wait)
            }
            Breaker::Open(..) | Breaker::HalfOpen(_) => return None,
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
            Breaker::Open(..) | Breaker::HalfOpen(_) => return 0.0,
            Breaker::Closed(since) => since,
        };
        let seen = self.seen(state, now);
        let bad = seen.failing as f64 + seen.throttled as f64;
        // One more good one than there was: a single failure in a quiet hour is not the end.
        let score = (seen.good as f64 + 1.0) / (seen.good as f64 + bad + 1.0);
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
            Breaker::HalfOpen(wait) => wait,
        }
    }

    pub(crate) fn report(&self) -> HealthReport {
        let now = self.clock.now();
        let mut state = self.state();
        let seen = self.seen(&mut state, now);
        let (name, retry_in) = match state.breaker {
            Breaker::Closed(_) => (HealthState::Closed, None),
            Breaker::Open(until, _) => (HealthState::Open, Some(until.since(now))),
            Breaker::HalfOpen(_) => (HealthState::HalfOpen, None),
        };
        HealthReport {
            state: name,
            factor: self.factor_of(&mut state, now),
            good: seen.good,
            failing_recipients: seen.failing,
            throttled: seen.throttled,
            retry_in,
        }
    }

    fn note(&self, blame: Blame, to: &PhoneNumber, probing: Option<Duration>) {
        let now = self.clock.now();
        let number = self.piece_at(now);
        let mut state = self.state();
        match blame {
            Blame::Good => piece(&mut state.pieces, number).good += 1,
            Blame::Throttled => piece(&mut state.pieces, number).throttled += 1,
            Blame::Bad => {
                let full = state.failing.len() >= MOST_RECIPIENTS;
                match state.failing.entry(to.digits()) {
                    Entry::Occupied(mut last) => drop(last.insert(number)),
                    Entry::Vacant(_) if full => {}
                    Entry::Vacant(place) => drop(place.insert(number)),
                }
            }
            Blame::Nothing => {}
        }
        match (probing, blame) {
            (Some(_), Blame::Good | Blame::Throttled) => {
                state.failing.clear();
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
        let seen = self.seen(state, now);
        let share = seen.failing as f64 / (seen.failing + seen.good) as f64;
        let enough = seen.failing >= u64::from(self.settings.min_failures);
        if enough && share >= self.settings.open_above {
            let wait = self.settings.cooldown;
            state.breaker = Breaker::Open(now.after(wait), wait);
        }
    }

    /// What happened in the window; what is older is forgotten.
    fn seen(&self, state: &mut State, now: Tick) -> Seen {
        let oldest = (self.piece_at(now) + 1).saturating_sub(PIECES);
        state.pieces.retain(|piece| piece.number >= oldest);
        state.failing.retain(|_, last| *last >= oldest);
        Seen {
            good: state.pieces.iter().map(|piece| piece.good).sum(),
            throttled: state.pieces.iter().map(|piece| piece.throttled).sum(),
            failing: state.failing.len() as u64,
        }
    }

    fn piece_at(&self, now: Tick) -> u64 {
        let piece = (self.settings.window.as_nanos() as u64 / PIECES).max(1);
        now.as_nanos() / piece
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Seen {
    good: u64,
    throttled: u64,
    failing: u64,
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
    /// Tells how the message went.
    pub(crate) fn report(mut self, blame: Blame, to: &PhoneNumber) {
        self.health.note(blame, to, self.probing.take());
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
