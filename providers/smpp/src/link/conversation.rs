//! A bound connection, until it ends.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use rusmpp::pdus::DeliverSmResp;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use sms_framework::{Error, ErrorKind};
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::bytes::BytesMut;

use super::outbox::Outbox;
use super::session::{Pause, Request, SessionEnd, unwritten};
use super::{Settings, dropped};
use crate::endpoint::Stream;
use crate::events::{About, Events, Taken};
use crate::ids::normal;
use crate::wire::{Fields, Frame, NoPdu, cut};

/// How many events may wait to be taken; what comes beyond is asked for again.
const EVENTS: usize = 256;
/// How many answers that nobody waits for any more are still expected.
const LATE: usize = 1024;
/// Beyond so many octets that the server does not read, nothing new is written.
const UNREAD: usize = 16 * 1024;

/// Why a conversation is over.
pub(super) enum Ended {
    /// Nobody needs it any more.
    Dropped,
    /// In words.
    Lost(String),
}

/// A part that waits for its answer.
struct Pending {
    reply: oneshot::Sender<Result<String, Error>>,
    about: About,
    begins: u64,
}

/// How a conversation comes to its end in peace.
struct Leaving {
    by: Leaves,
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// The server said unbind, and was answered.
    Server,
    /// We are to say it, once nothing is outstanding.
    Us,
    /// We said it.
    Said,
    /// And the server answered.
    Answered,
}

enum Report {
    Deliver {
        sequence: u32,
        body: BytesMut,
    },
    Late {
        about: About,
        answer: Result<String, Error>,
    },
}

/// A connection to the server.
pub(super) struct Conversation {
    pub(super) outbox: Outbox,
    settings: Arc<Settings>,
    events: Arc<Events>,
    reader: ReadHalf<Box<dyn Stream>>,
    heard: BytesMut,
    heard_at: Instant,
    /// Until when the server has to show that it lives.
    enquired: Option<Instant>,
    sequence: u32,
    /// By sequence number. A connection counts from 1, so the table is this connection's alone.
    pending: BTreeMap<u32, Pending>,
    leaving: Option<Leaving>,
    pause: Arc<Pause>,
    reports: Option<mpsc::Sender<Report>>,
    /// Events that wait to be taken.
    untaken: usize,
}

impl Conversation {
    pub(super) fn new(
        stream: Box<dyn Stream>,
        settings: Arc<Settings>,
        events: Arc<Events>,
    ) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            outbox: Outbox::new(writer),
            settings,
            events,
            reader,
            heard: BytesMut::new(),
            heard_at: Instant::now(),
            enquired: None,
            sequence: 0,
            pending: BTreeMap::new(),
            leaving: None,
            pause: Arc::default(),
            reports: None,
            untaken: 0,
        }
    }

    pub(super) fn next_sequence(&mut self) -> u32 {
        const LAST: u32 = 0x7FFF_FFFF;
        self.sequence = if self.sequence == LAST {
            1
        } else {
            self.sequence + 1
        };
        self.sequence
    }

    /// The next PDU, before anything else is going on.
    pub(super) async fn next_frame(&mut self) -> io::Result<Frame> {
        loop {
            match cut(&mut self.heard) {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => {}
                Err(NoPdu) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the server does not speak SMPP",
                    ));
                }
            }
            if self.reader.read_buf(&mut self.heard).await? == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the server closed it",
                ));
            }
        }
    }

    /// Talks until the connection is lost or `need` is gone.
    pub(super) async fn hold(
        mut self,
        mut end: SessionEnd,
        need: &mut watch::Receiver<()>,
    ) -> Ended {
        let (reports, inbox) = mpsc::channel(EVENTS);
        let (taken, mut taken_events) = mpsc::channel(EVENTS);
        tokio::spawn(report(Arc::clone(&self.events), inbox, taken));
        self.reports = Some(reports);
        self.pause = Arc::clone(&end.pause);
        self.heard_at = Instant::now();
        let mut needed = true;
        let mut garbled = self.hear().is_err();
        let why = loop {
            if garbled {
                break "the server sent what is no PDU".to_owned();
            }
            if self.go_on_leaving() {
                break "unbound".to_owned();
            }
            if self.leaving.is_some() {
                end.refuse("unbound");
            }
            let wakes = self.wakes_at();
            tokio::select! {
                read = self.reader.read_buf(&mut self.heard) => match read {
                    Ok(0) => break "the server closed it".to_owned(),
                    Ok(_) => garbled = self.hear().is_err(),
                    Err(error) => break error.to_string(),
                },
                wrote = self.outbox.write_some(), if !self.outbox.is_empty() => {
                    if let Err(error) = wrote {
                        break error.to_string();
                    }
                }
                Some((sequence, taken)) = taken_events.recv() => self.answer(sequence, taken),
                Some(request) = end.requests.recv(), if self.may_write() => self.submit(request),
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
        self.end(&mut end, &why, garbled);
        if needed {
            Ended::Lost(why)
        } else {
            Ended::Dropped
        }
    }

    fn may_write(&self) -> bool {
        self.leaving.is_none() && self.outbox.waiting() < UNREAD
    }

    fn say(&mut self, sequence: u32, status: CommandStatus, pdu: Pdu) {
        self.outbox.put(&Command::new(status, sequence, pdu));
    }

    fn submit(&mut self, request: Request) {
        // Whoever gave it up has told so already.
        if request.reply.is_closed() || !request.claim.is_mine() {
            return;
        }
        let sequence = self.next_sequence();
        let command = Command::new(CommandStatus::EsmeRok, sequence, request.submit);
        let begins = self.outbox.put(&command);
        let pending = Pending {
            reply: request.reply,
            about: request.about,
            begins,
        };
        self.pending.insert(sequence, pending);
        if self.pending.len() > self.settings.window + LATE {
            self.pending.pop_first();
        }
    }

    fn hear(&mut self) -> Result<(), NoPdu> {
        self.heard_at = Instant::now();
        self.enquired = None;
        while let Some(frame) = cut(&mut self.heard)? {
            self.handle(frame);
        }
        Ok(())
    }

    fn handle(&mut self, frame: Frame) {
        let sequence = frame.sequence;
        match frame.id {
            CommandId::SubmitSmResp | CommandId::GenericNack => self.settle(&frame),
            CommandId::DeliverSm => {
                let report = Report::Deliver {
                    sequence,
                    body: frame.body,
                };
                match self
                    .reports
                    .as_ref()
                    .map(|reports| reports.try_send(report))
                {
                    Some(Ok(())) => self.untaken += 1,
                    _ => self.say_taken(sequence, Taken::NotNow),
                }
            }
            CommandId::EnquireLink => {
                self.say(sequence, CommandStatus::EsmeRok, Pdu::EnquireLinkResp)
            }
            CommandId::Unbind => {
                self.say(sequence, CommandStatus::EsmeRok, Pdu::UnbindResp);
                self.leave(Leaves::Server);
            }
            CommandId::UnbindResp => {
                if let Some(leaving) = self
                    .leaving
                    .as_mut()
                    .filter(|leaving| leaving.by == Leaves::Said)
                {
                    leaving.by = Leaves::Answered;
                }
            }
            // Those two want no answer.
            CommandId::AlertNotification | CommandId::Outbind => {}
            other if is_request(other) => {
                self.say(sequence, CommandStatus::EsmeRinvcmdid, Pdu::GenericNack)
            }
            _ => {}
        }
    }

    /// An answer to a part of ours.
    fn settle(&mut self, frame: &Frame) {
        const WRONG_BIND_STATE: u32 = 0x04;
        let Some(pending) = self.pending.remove(&frame.sequence) else {
            tracing::debug!(
                provider = self.events.provider,
                sequence = frame.sequence,
                "an answer to nothing of ours"
            );
            return;
        };
        let answer = match (frame.id, frame.status) {
            (CommandId::SubmitSmResp, 0) => Ok(normal(&Fields(&frame.body).last_text())),
            (_, 0) => Err(Error::new(
                ErrorKind::BadAnswer,
                "the server answered with a generic_nack that says success",
            )),
            (_, status) => Err(self.settings.statuses.error(status)),
        };
        let throttled = answer
            .as_ref()
            .err()
            .filter(|error| error.kind() == ErrorKind::ProviderThrottled);
        if let Some(wait) = throttled.and_then(Error::retry_after) {
            self.pause.until(Instant::now() + wait);
        }
        if frame.status == WRONG_BIND_STATE {
            self.leave(Leaves::Us);
        }
        let Pending { reply, about, .. } = pending;
        if let Err(answer) = reply.send(answer) {
            tracing::info!(provider = self.events.provider, message = %about.message, "an answer came late");
            let late = Report::Late { about, answer };
            let told = self
                .reports
                .as_ref()
                .is_some_and(|reports| reports.try_send(late).is_ok());
            if !told {
                tracing::warn!(provider = self.events.provider, message = %about.message, "a late answer is lost");
            }
        }
    }

    /// The sink answered for an event.
    fn answer(&mut self, sequence: u32, taken: Taken) {
        self.untaken = self.untaken.saturating_sub(1);
        self.say_taken(sequence, taken);
    }

    fn say_taken(&mut self, sequence: u32, taken: Taken) {
        let status = CommandStatus::from(taken as u32);
        self.say(sequence, status, DeliverSmResp::default().into());
    }

    /// Nothing new is sent from here on.
    fn leave(&mut self, by: Leaves) {
        if self.leaving.is_none() || by == Leaves::Server {
            let until = Instant::now() + self.settings.timeout;
            self.leaving = Some(Leaving { by, until });
        }
    }

    /// Says unbind once nothing is outstanding; true where all is said.
    fn go_on_leaving(&mut self) -> bool {
        let Some(leaving) = &self.leaving else {
            return false;
        };
        let by = leaving.by;
        let awaited = self
            .pending
            .values()
            .any(|pending| !pending.reply.is_closed());
        let quiet = !awaited && self.untaken == 0;
        match by {
            Leaves::Us if quiet => {
                let sequence = self.next_sequence();
                self.say(sequence, CommandStatus::EsmeRok, Pdu::Unbind);
                let until = Instant::now() + self.settings.enquire_link_timeout;
                self.leaving = Some(Leaving {
                    by: Leaves::Said,
                    until,
                });
                false
            }
            Leaves::Us | Leaves::Said => false,
            Leaves::Server => quiet && self.outbox.is_empty(),
            Leaves::Answered => self.outbox.is_empty(),
        }
    }

    fn wakes_at(&self) -> Instant {
        let silent = self.heard_at + self.settings.enquire_link;
        match (&self.leaving, self.enquired) {
            (Some(leaving), _) => leaving.until,
            (None, Some(until)) => until,
            (None, None) => silent,
        }
    }

    /// Something is due: a sign of life, or its end.
    fn wake(&mut self) -> Result<(), String> {
        let now = Instant::now();
        if now < self.wakes_at() {
            return Ok(());
        }
        if self.leaving.is_some() {
            return Err("unbound without an answer".to_owned());
        }
        if self.enquired.is_some() {
            let time = self.settings.enquire_link_timeout;
            return Err(format!("the server gave no sign of life within {time:?}"));
        }
        let sequence = self.next_sequence();
        self.say(sequence, CommandStatus::EsmeRok, Pdu::EnquireLink);
        self.enquired = Some(now + self.settings.enquire_link_timeout);
        Ok(())
    }

    /// Tells everybody who waits what is known of their part.
    fn end(&mut self, end: &mut SessionEnd, why: &str, garbled: bool) {
        end.refuse(why);
        for pending in std::mem::take(&mut self.pending).into_values() {
            let error = if self.outbox.never_began(pending.begins) {
                unwritten(why)
            } else if garbled {
                Error::new(
                    ErrorKind::BadAnswer,
                    "the server sent what is no PDU before the answer came",
                )
            } else {
                Error::new(
                    ErrorKind::NoAnswer,
                    format!("the connection was lost before the answer came ({why})"),
                )
            };
            let _gone = pending.reply.send(Err(error));
        }
    }
}

/// Bit 31 of a command's id is set in answers.
fn is_request(id: CommandId) -> bool {
    u32::from(id) & 0x8000_0000 == 0
}

/// Hands events on, one after the other: what is said first of a message is taken first.
async fn report(
    events: Arc<Events>,
    mut inbox: mpsc::Receiver<Report>,
    taken: mpsc::Sender<(u32, Taken)>,
) {
    while let Some(report) = inbox.recv().await {
        match report {
            Report::Deliver { sequence, body } => {
                let answer = events.deliver(&body).await;
                // The connection may be gone: then the server repeats the event.
                let _gone = taken.send((sequence, answer)).await;
            }
            Report::Late { about, answer } => events.late(about, answer).await,
        }
    }
}
