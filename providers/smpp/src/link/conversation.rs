//! A bound connection, until it ends.

use std::sync::Arc;

use rusmpp::pdus::DeliverSmResp;
use rusmpp::{CommandId, CommandStatus, Pdu};
use sms_framework::{Error, ErrorKind};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::inflight::{InFlight, Pending};
use super::line::Line;
use super::reports::Reports;
use super::session::{Request, SessionEnd, unwritten};
use super::{Settings, dropped};
use crate::codes::name_of;
use crate::events::{Events, Taken};
use crate::ids::normal;
use crate::wire::{Fields, Frame, NoPdu};

/// Beyond so many octets that the server does not read, nothing new is written.
const UNREAD: usize = 16 * 1024;

/// Why a conversation is over.
pub(super) enum Ended {
    /// Nobody needs it any more.
    Dropped,
    /// In words.
    Lost(String),
}

/// How a conversation comes to its end in peace: nothing new is sent, and what was is waited for.
struct Leaving {
    by: Leaves,
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// The server said unbind and was answered, or nothing can be written to it any more.
    Server,
    /// We are to say it, once nothing is outstanding.
    Us,
    /// We said it.
    Said,
    /// And the server answered.
    Answered,
}

pub(super) struct Conversation {
    line: Line,
    settings: Arc<Settings>,
    provider: String,
    end: SessionEnd,
    in_flight: InFlight,
    reports: Reports,
    heard_at: Instant,
    /// Until when the server has to show that it lives.
    enquired: Option<Instant>,
    leaving: Option<Leaving>,
}

impl Conversation {
    pub(super) fn new(
        line: Line,
        end: SessionEnd,
        settings: &Arc<Settings>,
        events: &Arc<Events>,
    ) -> Self {
        Self {
            line,
            settings: Arc::clone(settings),
            provider: events.provider.clone(),
            end,
            in_flight: InFlight::new(settings.window),
            reports: Reports::start(Arc::clone(events)),
            heard_at: Instant::now(),
            enquired: None,
            leaving: None,
        }
    }

    /// Talks until the connection is lost or `need` is gone.
    pub(super) async fn hold(mut self, need: &mut watch::Receiver<()>) -> Ended {
        let mut needed = true;
        // What came right behind the answer to the bind is read already.
        let mut garbled = self.hear().is_err();
        let why = loop {
            if garbled {
                break "the server sent what is no PDU".to_owned();
            }
            if self.line.outbox.is_broken() {
                self.leave(Leaves::Server);
            }
            if self.go_on_leaving() {
                break "unbound".to_owned();
            }
            let wakes = self.wakes_at();
            let may_write = self.leaving.is_none() && self.line.outbox.waiting() < UNREAD;
            tokio::select! {
                went = self.line.go_on() => match went {
                    Ok(None) => {}
                    Ok(Some(0)) => break "the server closed it".to_owned(),
                    Ok(Some(_)) => garbled = self.hear().is_err(),
                    Err(error) => break error.to_string(),
                },
                Some((sequence, taken)) = self.reports.taken() => self.answer(sequence, taken),
                Some(request) = self.end.requests.recv(), if may_write => self.submit(request),
                () = dropped(need), if needed => {
                    needed = false;
                    self.leave(Leaves::Us);
                }
                () = sleep_until(wakes) => {
                    if let Err(dead) = self.wake() {
                        break dead;
                    }
                }
            }
        };
        self.finish(&why, garbled);
        if needed {
            Ended::Lost(why)
        } else {
            Ended::Dropped
        }
    }

    fn submit(&mut self, request: Request) {
        // Whoever gave it up has told so already.
        if request.reply.is_closed() || !request.claim.is_mine() {
            return;
        }
        let (sequence, begins) = self.line.ask(request.submit);
        let Request { reply, about, .. } = request;
        self.in_flight.add(
            sequence,
            Pending {
                reply,
                about,
                begins,
            },
        );
    }

    fn hear(&mut self) -> Result<(), NoPdu> {
        self.heard_at = Instant::now();
        self.enquired = None;
        while let Some(frame) = self.line.cut()? {
            self.handle(frame);
        }
        Ok(())
    }

    fn handle(&mut self, frame: Frame) {
        const OK: CommandStatus = CommandStatus::EsmeRok;
        let sequence = frame.sequence;
        match frame.id {
            CommandId::SubmitSmResp | CommandId::GenericNack => self.settle(&frame),
            CommandId::DeliverSm => self.deliver(frame),
            CommandId::EnquireLink => self.line.answer(sequence, OK, Pdu::EnquireLinkResp),
            CommandId::Unbind => {
                self.line.answer(sequence, OK, Pdu::UnbindResp);
                self.leave(Leaves::Server);
            }
            CommandId::UnbindResp => {
                let said = |leaving: &&mut Leaving| leaving.by == Leaves::Said;
                if let Some(leaving) = self.leaving.as_mut().filter(said) {
                    leaving.by = Leaves::Answered;
                }
            }
            // Those two want no answer.
            CommandId::AlertNotification | CommandId::Outbind => {}
            other if is_request(other) => {
                let not_known = CommandStatus::EsmeRinvcmdid;
                self.line.answer(sequence, not_known, Pdu::GenericNack);
            }
            _ => {}
        }
    }

    /// An answer to a part of ours.
    fn settle(&mut self, frame: &Frame) {
        // Not in a state to send, and bound already: both are cured by a new bind.
        const WRONG_BIND_STATE: [u32; 2] = [0x04, 0x05];
        let Some(pending) = self.in_flight.take(frame.sequence) else {
            let sequence = frame.sequence;
            tracing::debug!(
                provider = self.provider,
                sequence,
                "an answer to nothing of ours"
            );
            return;
        };
        // Each side counts its own: it may as well be about our answer of that number.
        let doubtful = frame.id == CommandId::GenericNack && self.line.has_answered(frame.sequence);
        let Pending {
            reply,
            about,
            begins,
        } = pending;
        if doubtful {
            // Then the real answer is yet to come, and is a late one.
            let (reply, _) = oneshot::channel();
            let pending = Pending {
                reply,
                about,
                begins,
            };
            self.in_flight.add(frame.sequence, pending);
        }
        let answer = match (frame.id, frame.status) {
            (CommandId::SubmitSmResp, 0) => Ok(normal(&Fields(&frame.body).last_text())),
            (_, 0) => {
                let message = "the server answered with a generic_nack that says success";
                Err(Error::new(ErrorKind::BadAnswer, message))
            }
            (_, status) if doubtful => {
                let message = "the server answered with a generic_nack that may be about this or \
                               about an answer of ours with the same number";
                let code = name_of(status);
                Err(Error::new(ErrorKind::BadAnswer, message).with_provider_code(code))
            }
            (_, status) => Err(self.settings.statuses.error(status)),
        };
        if let Some(wait) = answer.as_ref().err().and_then(throttled_for) {
            self.end.pause.until(Instant::now() + wait);
        }
        if WRONG_BIND_STATE.contains(&frame.status) {
            self.leave(Leaves::Us);
        }
        if let Err(answer) = reply.send(answer) {
            let message = about.message;
            tracing::info!(provider = self.provider, %message, "an answer came late");
            if !self.reports.late(about, answer) {
                tracing::warn!(provider = self.provider, %message, "a late answer is lost");
            }
        }
    }

    /// It is answered once it was taken.
    fn deliver(&mut self, frame: Frame) {
        if !self.reports.deliver(frame.sequence, frame.body) {
            self.answer(frame.sequence, Taken::NotNow);
        }
    }

    /// Answers a deliver_sm.
    fn answer(&mut self, sequence: u32, taken: Taken) {
        let status = CommandStatus::from(taken as u32);
        self.line.answer(sequence, status, DeliverSmResp::default());
    }

    /// Nothing new is sent from here on.
    fn leave(&mut self, by: Leaves) {
        let begun = self.leaving.as_ref().map(|leaving| leaving.by);
        if begun.is_none() || (by == Leaves::Server && begun != Some(by)) {
            let until = Instant::now() + self.settings.timeout;
            self.leaving = Some(Leaving { by, until });
            self.end.refuse("unbound");
        }
    }

    /// Says unbind once nothing is outstanding; true where all is said.
    fn go_on_leaving(&mut self) -> bool {
        let Some(by) = self.leaving.as_ref().map(|leaving| leaving.by) else {
            return false;
        };
        let quiet = !self.in_flight.is_awaited() && self.reports.is_empty();
        match by {
            Leaves::Us if quiet => {
                self.line.ask(Pdu::Unbind);
                let until = Instant::now() + self.settings.enquire_link_timeout;
                self.leaving = Some(Leaving {
                    by: Leaves::Said,
                    until,
                });
                false
            }
            Leaves::Us | Leaves::Said => false,
            Leaves::Server => quiet && self.line.outbox.is_empty(),
            Leaves::Answered => self.line.outbox.is_empty(),
        }
    }

    fn wakes_at(&self) -> Instant {
        match (&self.leaving, self.enquired) {
            (Some(leaving), _) => leaving.until,
            (None, Some(until)) => until,
            (None, None) => self.heard_at + self.settings.enquire_link,
        }
    }

    /// Something is due: to ask for a sign of life, or to give up on it.
    fn wake(&mut self) -> Result<(), String> {
        let time = self.settings.enquire_link_timeout;
        if self.leaving.is_some() {
            return Err("unbound without an answer".to_owned());
        }
        if self.enquired.is_some() {
            return Err(format!("the server gave no sign of life within {time:?}"));
        }
        self.line.ask(Pdu::EnquireLink);
        self.enquired = Some(Instant::now() + time);
        Ok(())
    }

    /// Tells everybody who waits what is known of their part.
    fn finish(mut self, why: &str, garbled: bool) {
        self.end.refuse(why);
        let outbox = &self.line.outbox;
        self.in_flight.end(|pending| {
            if outbox.never_began(pending.begins) {
                return unwritten(why);
            }
            if garbled {
                let message = "the server sent what is no PDU before the answer came";
                return Error::new(ErrorKind::BadAnswer, message);
            }
            let message = format!("the connection was lost before the answer came ({why})");
            Error::new(ErrorKind::NoAnswer, message)
        });
    }
}

fn throttled_for(error: &Error) -> Option<std::time::Duration> {
    let throttled = error.kind() == ErrorKind::ProviderThrottled;
    error.retry_after().filter(|_| throttled)
}

/// Bit 31 of a command's id is set in answers.
fn is_request(id: CommandId) -> bool {
    u32::from(id) & 0x8000_0000 == 0
}
