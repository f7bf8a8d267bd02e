//! What the server reports, on its way to whoever takes it: in a task of its own, so that the
//! connection goes on meanwhile.

use std::sync::Arc;

use sms_framework::Error;
use tokio::sync::mpsc;
use tokio_util::bytes::BytesMut;

use crate::events::{About, Events, Taken};

/// How many may wait to be taken; what comes beyond is asked for again.
const MOST: usize = 256;

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

pub(super) struct Reports {
    inbox: mpsc::Sender<Report>,
    taken: mpsc::Receiver<(u32, Taken)>,
    untaken: usize,
}

impl Reports {
    pub(super) fn start(events: Arc<Events>) -> Self {
        let (inbox, reports) = mpsc::channel(MOST);
        let (answers, taken) = mpsc::channel(MOST);
        tokio::spawn(hand_on(events, reports, answers));
        Self {
            inbox,
            taken,
            untaken: 0,
        }
    }

    /// True where the event waits to be taken; it has to be answered once it is.
    pub(super) fn deliver(&mut self, sequence: u32, body: BytesMut) -> bool {
        let waits = self
            .inbox
            .try_send(Report::Deliver { sequence, body })
            .is_ok();
        self.untaken += usize::from(waits);
        waits
    }

    /// False where the answer is lost.
    pub(super) fn late(&self, about: About, answer: Result<String, Error>) -> bool {
        self.inbox.try_send(Report::Late { about, answer }).is_ok()
    }

    /// The next event that has to be answered. May be dropped at any time.
    pub(super) async fn taken(&mut self) -> Option<(u32, Taken)> {
        let taken = self.taken.recv().await;
        self.untaken = self.untaken.saturating_sub(1);
        taken
    }

    pub(super) fn is_empty(&self) -> bool {
        self.untaken == 0
    }
}

/// One after the other: what is said first of a message is taken first.
async fn hand_on(
    events: Arc<Events>,
    mut reports: mpsc::Receiver<Report>,
    answers: mpsc::Sender<(u32, Taken)>,
) {
    while let Some(report) = reports.recv().await {
        match report {
            Report::Deliver { sequence, body } => {
                let taken = events.deliver(&body).await;
                // The connection may be gone: then the server repeats the event.
                let _gone = answers.send((sequence, taken)).await;
            }
            Report::Late { about, answer } => events.late(about, answer).await,
        }
    }
}
