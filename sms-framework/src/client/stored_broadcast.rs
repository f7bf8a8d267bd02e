//! Stored broadcasts: first all recipients are on disk, then workers send.

use std::future::{Future, ready};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::Either;
use futures_util::stream::{Stream, StreamExt};
use serde::Serialize;

use super::preview::refuse_key;
use super::recipients::{Recipients, Refused, Seat};
use super::{Broadcast, Enqueued, SmsClient};
use crate::error::{Error, ErrorKind};
use crate::message::{BroadcastId, Message};
use crate::store::{BroadcastRecord, BroadcastState, NewBroadcast, NewMessage};

/// How many recipients are being written at once: they share what the disk costs.
const AT_ONCE: usize = 512;

/// A broadcast whose recipients are all on disk.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct EnqueuedBroadcast {
    /// The broadcast, and where its messages stand.
    #[serde(flatten)]
    pub broadcast: BroadcastRecord,
    /// Mentions of a recipient who was mentioned before.
    pub repeated: u64,
    /// Who gets nothing, and why.
    pub refused: Vec<Refused>,
}

/// A broadcast that takes recipients; made by [`SmsClient::open_broadcast`].
///
/// Nothing of it is sent before [`start`](Self::start). One that is dropped before stays `filling`, and
/// goes on where it stopped when it is opened again under its id.
#[derive(Debug, Clone)]
pub struct OpenBroadcast {
    client: SmsClient,
    id: BroadcastId,
    seats: Arc<Mutex<Recipients>>,
}

/// What became of a message that was added to a broadcast.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Added {
    /// It is on disk, since now or since an earlier run under the same id.
    Waiting(Enqueued),
    /// Its recipient was mentioned before, for the same text.
    Repeated,
    /// Its recipient gets nothing.
    Refused(Refused),
}

impl SmsClient {
    /// Stores a broadcast and starts it: workers (`sms work`) send it, other messages of the same owner
    /// and of others between. Each recipient gets it once, however often one is mentioned.
    ///
    /// Choose the `id` yourself to be safe from crashes: the same call under the same id goes on where
    /// the first one stopped.
    ///
    /// # Errors
    /// `WRONG_STATE`: the broadcast of that id was started, or canceled, before. `STORAGE`: there is no
    /// database, or it failed; what was added stays, and nothing is sent.
    ///
    /// # Examples
    /// ```no_run
    /// use sms_framework::{Broadcast, BroadcastId, SmsClient};
    ///
    /// # async fn run(sms: &SmsClient) -> Result<(), sms_framework::Error> {
    /// let id = BroadcastId::new(); // note it before, to go on after a crash
    /// let moved = Broadcast::new(["+14155550101", "+14155550102"], "The gig moved to nine.");
    /// let stored = sms.enqueue_broadcast(moved, Some("gig 4711".into()), Some(id)).await?;
    /// println!("{} wait, {} were refused", stored.broadcast.left(), stored.refused.len());
    /// # Ok(()) }
    /// ```
    pub async fn enqueue_broadcast(
        &self,
        broadcast: Broadcast,
        name: Option<String>,
        id: Option<BroadcastId>,
    ) -> Result<EnqueuedBroadcast, Error> {
        let owner = broadcast.message().owner.clone();
        let open = self.open_broadcast(owner, name, id).await?;
        let messages = futures_util::stream::iter(broadcast.drafts());
        let mut added = std::pin::pin!(open.add_all(messages));
        let (mut repeated, mut refused) = (0, Vec::new());
        while let Some(added) = added.next().await {
            match added? {
                Added::Waiting(_) => {}
                Added::Repeated => repeated += 1,
                Added::Refused(who) => refused.push(who),
            }
        }
        Ok(EnqueuedBroadcast {
            broadcast: open.start().await?,
            repeated,
            refused,
        })
    }

    /// Opens a broadcast to add recipients to it: for lists that do not fit in memory, and for messages
    /// that differ. `owner` is whose the broadcast is for people; each message has its own.
    ///
    /// # Errors
    /// `WRONG_STATE`: the broadcast of that id takes no recipients any more. `STORAGE`.
    pub async fn open_broadcast(
        &self,
        owner: Option<String>,
        name: Option<String>,
        id: Option<BroadcastId>,
    ) -> Result<OpenBroadcast, Error> {
        let id = id.unwrap_or_else(BroadcastId::new);
        let new = NewBroadcast {
            id,
            owner,
            name,
            created_at: self.dispatcher().ledger().now(),
        };
        let record = self.store()?.open_broadcast(new).await?;
        if record.state != BroadcastState::Filling {
            return Err(crate::store::closed(Some(id), Some(record.state)));
        }
        Ok(OpenBroadcast {
            client: self.clone(),
            id,
            seats: Arc::default(),
        })
    }
}

impl OpenBroadcast {
    /// Its id: note it, to go on after a crash.
    #[must_use]
    pub fn id(&self) -> BroadcastId {
        self.id
    }

    /// Adds one message. Of two to one recipient, the one whose `add` was called first is taken; the
    /// future writes it, and many at a time share what the disk costs.
    ///
    /// # Errors
    /// `WRONG_STATE`: the broadcast was started or canceled meanwhile. `STORAGE`.
    pub fn add(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<Added, Error>> + Send + use<> {
        match self.seat(message) {
            Err(answer) => Either::Left(ready(answer)),
            Ok(row) => Either::Right(write(self.client.clone(), row)),
        }
    }

    /// Adds every message of a stream, many at a time, and tells what became of each in their order.
    pub fn add_all<S>(&self, messages: S) -> impl Stream<Item = Result<Added, Error>> + use<S>
    where
        S: Stream<Item = Message>,
    {
        let open = self.clone();
        messages
            .map(move |message| open.add(message))
            .buffered(AT_ONCE)
    }

    /// Has workers send it: no recipients can be added any more.
    ///
    /// # Errors
    /// `WRONG_STATE`: it was canceled meanwhile. `STORAGE`.
    pub async fn start(&self) -> Result<BroadcastRecord, Error> {
        let now = self.client.dispatcher().ledger().now();
        let store = self.client.store()?;
        store
            .move_broadcast(self.id, BroadcastState::Running, now)
            .await
    }

    /// The row of a message that is the first to its recipient; else the answer.
    fn seat(&self, message: Message) -> Result<NewMessage, Result<Added, Error>> {
        let to = message.to.clone();
        let refused = |error| Err(Ok(Added::Refused(Refused::new(to, error))));
        if let Err(error) = refuse_key(&message) {
            return refused(error);
        }
        let mut row = match self.client.row_of(message) {
            Ok(row) => row,
            Err(error) => return refused(error),
        };
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        match seats.seat(&row.message) {
            Ok(Seat::Taken) => Err(Ok(Added::Repeated)),
            Ok(Seat::Free) => {
                let message = Arc::unwrap_or_clone(row.message);
                row.message = Arc::new(message.in_broadcast(self.id));
                Ok(row)
            }
            Err(error) => refused(error),
        }
    }
}

async fn write(client: SmsClient, row: NewMessage) -> Result<Added, Error> {
    let to = row.message.to().to_string();
    match client.store()?.begin(row.clone()).await {
        Ok(begun) => Ok(Added::Waiting(Enqueued::of(&row, &begun))),
        Err(error) if matches!(error.kind(), ErrorKind::Storage | ErrorKind::WrongState) => {
            Err(error)
        }
        Err(error) => Ok(Added::Refused(Refused::new(to, error))),
    }
}
