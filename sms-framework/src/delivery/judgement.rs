//! Where a message stands after a send, whose it is then, and when something happens next.

use jiff::Timestamp;

use super::End;
use super::ledger::{Asking, Ledger};
use crate::config::{AfterServerError, OnUnknown};
use crate::error::{Certainty, Class, Error, ErrorKind};
use crate::message::{MessageState, Receipt, Sender};
use crate::stack::{Resend, SendRequest, after};

impl Ledger {
    /// What may follow the doubt that a send left.
    pub(super) fn asking(&self, request: &SendRequest) -> Asking {
        let providers = &self.policy.providers;
        let doubter = request.trail().doubter();
        let of_doubter = doubter.and_then(|doubter| providers.get(&doubter.provider));
        of_doubter
            .or_else(|| providers.values().next())
            .copied()
            .unwrap_or(Asking {
                after_server_error: AfterServerError::Hold,
                can_ask: false,
            })
    }

    /// What may be sent again of what may be out.
    pub(super) fn resend(&self, request: &SendRequest) -> Resend {
        let asking = self.asking(request);
        let policy = self.policy.unknowns.of(request.message());
        Resend {
            after_server_error: asking.after_server_error.allows(asking.can_ask),
            when_unknown: policy == OnUnknown::Resend,
        }
    }

    /// Whether anything can follow where nobody can say: a question, or another try.
    fn can_be_settled(&self, request: &SendRequest) -> bool {
        self.asking(request).can_ask || self.resend(request).when_unknown
    }

    /// What was sent again at the wish of its policy, and refused, would be refused each time.
    fn is_pointless(&self, request: &SendRequest, error: &Error) -> bool {
        let refused = !error.is_transient() && error.kind() != ErrorKind::Expired;
        refused && self.resend(request).when_unknown
    }

    /// What a result means for a message whose caller went away: nothing more is sent for it. Where
    /// it may be out already, the provider is asked later. A round from the queue has no caller.
    pub(super) fn given_up(&self, request: &SendRequest, result: Result<Receipt, Error>) -> End {
        let end = self.end(request, result);
        if request.round.is_some() || !matches!(&end.result, Err(error) if error.is_transient()) {
            return end;
        }
        match request.trail().doubt() {
            Some(_) => End {
                state: MessageState::Unknown,
                next_attempt_at: self.can_be_settled(request).then(|| self.first_question()),
                ..end
            },
            None => End {
                state: MessageState::Canceled,
                next_attempt_at: None,
                ..end
            },
        }
    }

    /// Where a message stands after `result`, and when something happens next.
    pub(super) fn end(&self, request: &SendRequest, result: Result<Receipt, Error>) -> End {
        let error = match result {
            Ok(receipt) => {
                return End {
                    state: receipt.status,
                    provider: receipt.provider.clone(),
                    result: Ok(receipt),
                    next_attempt_at: None,
                };
            }
            Err(error) => error,
        };
        let doubt = request.trail().doubt();
        let error = if doubt.is_some() {
            error.with_certainty(Certainty::MaybeSent)
        } else {
            error
        };
        // After a 5xx answer, by policy; what was held stays so, until it is settled.
        let held_before = request.round.as_ref().is_some_and(|round| round.held);
        let resend =
            error.is_transient() && !held_before && request.may_be_resent(self.resend(request));
        let held = error.certainty() == Certainty::MaybeSent && !resend;
        let later = if held && !held_before {
            Some(self.first_question())
        } else {
            self.next_round(request, &error)
        };
        let (state, next_attempt_at) = match (held, error.is_transient(), later) {
            // Asking later can settle it; nothing is sent until then.
            (true, _, later) => {
                let later = later
                    .filter(|_| self.can_be_settled(request))
                    .filter(|_| !held_before || !self.is_pointless(request, &error));
                (MessageState::Unknown, later)
            }
            (false, true, Some(later)) => (MessageState::Queued, Some(later)),
            (false, true, None) if doubt.is_some() => (MessageState::Unknown, None),
            (false, true, None) => (MessageState::Failed, None),
            (false, false, _) => (refused(&error), None),
        };
        End {
            provider: self.whose(request, &error, state),
            result: Err(error),
            state,
            next_attempt_at,
        }
    }

    /// Who has a message that was not taken for sure: the provider that may have it, nobody in
    /// particular where it waits, else the one that ended it.
    fn whose(&self, request: &SendRequest, error: &Error, state: MessageState) -> String {
        let known = |id: &&str| self.policy.providers.contains_key(*id);
        match request.trail().doubter() {
            Some(doubter) => doubter.provider.as_ref().to_owned(),
            None if state == MessageState::Queued => self.id.as_ref().to_owned(),
            None => {
                let ended = error.provider().filter(known);
                ended.unwrap_or(&self.id).to_owned()
            }
        }
    }

    /// When the next round from the queue is due; `None` where there were enough.
    fn next_round(&self, request: &SendRequest, error: &Error) -> Option<Timestamp> {
        let queue = &self.policy.queue;
        let earlier = request.round.as_ref().map_or(0, |round| round.earlier);
        let wait = if spends_a_round(request, error) {
            let rounds = earlier + u32::from(request.round.is_some());
            if rounds >= queue.max_attempts {
                return None;
            }
            let backoff = queue
                .base
                .saturating_mul(1 << rounds.min(31))
                .min(queue.cap);
            backoff.max(error.retry_after().unwrap_or_default())
        } else {
            error.retry_after().unwrap_or(queue.base)
        };
        let due = self.clock.in_future(wait);
        let since = request.round.as_ref().map(|round| round.since);
        let since = since.unwrap_or_else(|| request.message().due_at());
        let oldest = after(since, queue.max_age);
        (due <= oldest).then_some(due)
    }

    /// The sender that goes with whoever the row names: the message is found by it. `None` leaves
    /// the row's as it is.
    pub(super) fn whose_number(&self, request: &SendRequest, end: &End) -> Option<Option<String>> {
        let message = request.message();
        if message.from().is_some() && !message.sender_is_chosen {
            return None;
        }
        let text = |sender: Option<&Sender>| Some(sender.map(ToString::to_string));
        match (&end.result, request.trail().doubter()) {
            (Ok(receipt), _) => text(receipt.from.as_ref()),
            (Err(_), Some(doubter)) => text(doubter.sender.as_ref()),
            // Whoever sends it next has numbers of its own.
            (Err(_), None) if end.state == MessageState::Queued && self.is_route => text(None),
            (Err(_), None) => None,
        }
    }
}

/// A round that our own limiter, a dropped run, a resting route or the database ended before anybody
/// was called is not counted.
pub(super) fn spends_a_round(request: &SendRequest, error: &Error) -> bool {
    let ours = matches!(
        error.kind(),
        ErrorKind::RateLimited | ErrorKind::Canceled | ErrorKind::NoRoute | ErrorKind::Storage
    );
    !ours || request.trail().calls() > 0
}

/// The provider's refusal, or our own.
fn refused(error: &Error) -> MessageState {
    match (error.certainty(), error.class()) {
        _ if error.kind() == ErrorKind::Expired => MessageState::Expired,
        (Certainty::Rejected, _) | (_, Class::Permanent) => MessageState::Rejected,
        _ => MessageState::Failed,
    }
}
