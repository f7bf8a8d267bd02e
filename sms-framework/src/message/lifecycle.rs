//! The one state machine of messages: `(state, event) → state`, and nothing else decides it.
//!
//! | from | event | to |
//! |---|---|---|
//! | `scheduled` | its time has come | `queued` |
//! | `scheduled`, `queued` | canceled | `canceled` |
//! | `scheduled`, `queued`, `sending` | its validity ran out | `expired` |
//! | `queued`, `unknown` | handed to a provider | `sending` |
//! | `queued`, `sending` | surely not taken, to be tried again | `queued` |
//! | `queued`, `sending` | surely not taken, out of tries | `failed` |
//! | `queued`, `sending` | refused | `rejected` |
//! | `queued`, `sending` | its caller went away | `canceled` |
//! | `queued`, `sending`, `unknown` | nobody can say | `unknown` |
//! | all of these, `canceled` | the provider took it | `accepted`, or where the provider says it stands |
//! | any | a receipt | see below |
//! | `failed`, `canceled`, `rejected` | replayed by a person | `queued` |
//! | `unknown` | a person says: it was sent | `accepted` |
//! | `unknown` | a person says: send it again | `queued` |
//!
//! Everything else changes nothing. Receipts only ever move a message forward, in the order
//! everything that waits < `accepted` < `sent` < `canceled` < `expired` < `rejected` < `failed` <
//! `undelivered` < `delivered`: the last word is the strongest evidence that a phone has it, whoever
//! spoke last. So receipts may come in any order and any number of times, and before our own record
//! of the send, with the same end. (One exception: a provider's `canceled` before our record of the
//! send looks like a cancellation of ours, and those are overtaken by what the provider took.) Two
//! different final words are [contradictory](Verdict::Contradictory).

use super::MessageState;
use MessageState::{
    Accepted, Canceled, Delivered, Expired, Failed, Queued, Rejected, Scheduled, Sending, Sent,
    Undelivered, Unknown,
};

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occurrence {
    /// The time came for which it was scheduled.
    Due,
    /// It is about to be given to a provider.
    HandedOver,
    /// It surely was not taken, and is tried again later.
    NotTaken,
    /// It surely was not taken, and is not tried again.
    GivenUp,
    /// It was refused, by the provider or by us.
    Refused,
    /// Its validity period ran out before it was sent.
    RanOut,
    /// Nobody can say whether the provider has it.
    InDoubt,
    /// Its caller gave up before it was sent.
    CallerLeft,
    /// Somebody canceled it.
    Canceled,
    /// The provider took it, by its own answer or by a lookup, and says where it stands.
    Taken(MessageState),
    /// The provider reports where it stands.
    Receipt(MessageState),
    /// A person has it sent anew after it ended without being sent.
    Replayed,
    /// A person found that it was sent.
    FoundSent,
    /// A person decided that it is sent again.
    SentAgain,
}

/// What an occurrence meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The message moved on.
    Moved,
    /// It said what was known.
    Repeated,
    /// It said what has been overtaken.
    Late,
    /// It ended twice, and differently. The stronger evidence stands.
    Contradictory,
    /// It cannot happen to a message that stands there.
    Impossible,
}

/// Where a message stands after an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where it stands now.
    pub state: MessageState,
    /// What the occurrence meant.
    pub verdict: Verdict,
}

impl MessageState {
    /// Where a message that stands here stands after `occurrence`.
    ///
    /// # Examples
    /// ```
    /// use sms_framework::message::{MessageState, Occurrence, Verdict};
    ///
    /// let late = MessageState::Delivered.after(Occurrence::Receipt(MessageState::Sent));
    /// assert_eq!((late.state, late.verdict), (MessageState::Delivered, Verdict::Late));
    /// ```
    #[must_use]
    pub const fn after(self, occurrence: Occurrence) -> Step {
        let to = match (self, occurrence) {
            (_, Occurrence::Receipt(word)) => return self.after_receipt(word),
            (
                Scheduled | Queued | Sending | Unknown | Canceled,
                Occurrence::Taken(Queued | Sending | Unknown | Scheduled | Accepted),
            ) => Accepted,
            (Scheduled | Queued | Sending | Unknown | Canceled, Occurrence::Taken(stands)) => {
                stands
            }
            // It was reported, or settled, before: where the provider said that it stands counts
            // like a report.
            (_, Occurrence::Taken(stands)) => return self.after_receipt(stands),
            (Scheduled, Occurrence::Due) => Queued,
            (Scheduled | Queued, Occurrence::Canceled) => Canceled,
            (Scheduled | Queued | Sending, Occurrence::RanOut) => Expired,
            (Queued | Unknown, Occurrence::HandedOver) => Sending,
            (Queued | Sending, Occurrence::NotTaken) => Queued,
            (Queued | Sending, Occurrence::GivenUp) => Failed,
            (Queued | Sending, Occurrence::Refused) => Rejected,
            (Queued | Sending, Occurrence::CallerLeft) => Canceled,
            (Queued | Sending | Unknown, Occurrence::InDoubt) => Unknown,
            (Failed | Canceled | Rejected, Occurrence::Replayed) => Queued,
            (Unknown, Occurrence::FoundSent) => Accepted,
            (Unknown, Occurrence::SentAgain) => Queued,
            _ => {
                return Step {
                    state: self,
                    verdict: Verdict::Impossible,
                };
            }
        };
        Step {
            state: to,
            verdict: if to as u8 == self as u8 {
                Verdict::Repeated
            } else {
                Verdict::Moved
            },
        }
    }

    const fn after_receipt(self, word: MessageState) -> Step {
        // What waits at the provider is with the provider.
        let word = match word {
            Scheduled | Queued | Sending | Unknown => Accepted,
            other => other,
        };
        let contradictory = self.is_final() && word.is_final() && self as u8 != word as u8;
        let moves = word.evidence() > self.evidence();
        Step {
            state: if moves { word } else { self },
            verdict: match (contradictory, moves) {
                (true, _) => Verdict::Contradictory,
                (false, true) => Verdict::Moved,
                (false, false) if self as u8 == word as u8 => Verdict::Repeated,
                (false, false) => Verdict::Late,
            },
        }
    }

    /// How strong the evidence is that this was the message's last word.
    pub(super) const fn evidence(self) -> u8 {
        match self {
            Scheduled | Queued | Sending | Unknown => 0,
            Accepted => 1,
            Sent => 2,
            Canceled => 3,
            Expired => 4,
            Rejected => 5,
            Failed => 6,
            Undelivered => 7,
            Delivered => 8,
        }
    }
}
