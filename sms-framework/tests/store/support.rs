//! What the tests of the SQLite store share: a file, a clock that stands still, messages and settlements.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{
    Attempt, Begun, Claim, Cursor, Lease, NewMessage, Outcome, Room, Settlement, Store,
};
use sms_framework::{Message, MessageId, MessageState, testkit};
use tempfile::TempDir;

/// A folder that goes away with the test, and the database in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sms.db");
        Self { folder, path }
    }

    pub(crate) fn options(&self) -> SqliteOptions {
        SqliteOptions::new(&self.path)
    }

    pub(crate) fn open(&self) -> SqliteStore {
        Self::open_at(&self.path)
    }

    pub(crate) fn open_at(path: &Path) -> SqliteStore {
        SqliteStore::open(SqliteOptions::new(path)).unwrap()
    }

    /// A connection of somebody else.
    pub(crate) fn raw(&self) -> SqliteConnection {
        raw(&self.path)
    }
}

/// A connection of somebody else.
pub(crate) fn raw(path: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let patient = "PRAGMA busy_timeout = 5000";
    diesel::connection::SimpleConnection::batch_execute(&mut connection, patient).unwrap();
    connection
}

/// 2026-11-23 12:00 UTC and so many seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// A lease of a minute from [`at`]`(0)`.
pub(crate) const LEASE: i64 = 60;

/// A message about to be sent.
pub(crate) fn new(message: Message) -> NewMessage {
    NewMessage {
        message: Arc::new(testkit::outbound_at(message, at(0))),
        provider: "twilio".into(),
        simulated: false,
        hash_body: false,
        lease_until: Some(at(LEASE)),
    }
}

pub(crate) fn hello() -> Message {
    Message::new("+14155550123", "Hello")
}

/// Begins a message that is about to be sent.
pub(crate) async fn begun(store: &dyn Store, message: Message) -> Lease {
    match store.begin(new(message)).await.unwrap() {
        Begun::Leased(lease) => lease,
        other => panic!("it is not leased: {other:?}"),
    }
}

/// One attempt, nothing else to say.
pub(crate) fn settled(lease: Lease, state: MessageState) -> Settlement {
    Settlement {
        lease,
        state,
        provider: None,
        sender: None,
        attempts: 1,
        from_queue: false,
        doubt: None,
        provider_message_ids: Vec::new(),
        provider_status: None,
        segments: None,
        error: None,
        next_attempt_at: None,
        drop_body: false,
        at: at(1),
    }
}

pub(crate) fn queued(lease: Lease, due: Timestamp) -> Settlement {
    Settlement {
        next_attempt_at: Some(due),
        ..settled(lease, MessageState::Queued)
    }
}

/// A worker's wish for all that is there.
pub(crate) fn wish(now: i64) -> Claim {
    Claim {
        providers: vec!["twilio".into()],
        worker: "a worker".into(),
        now: at(now),
        lease_until: at(now + LEASE),
        ask_at: at(now + 10),
        room: Room::of_each(100),
        cursor: Cursor::default(),
    }
}

pub(crate) async fn claimed(store: &dyn Store, now: i64) -> Vec<MessageId> {
    let claims = store.claim(wish(now)).await.unwrap();
    let ids = claims.messages.iter().map(|one| one.lease.id);
    ids.collect()
}

pub(crate) fn attempt(id: MessageId, number: u32) -> Attempt {
    Attempt {
        message_id: id,
        number,
        provider: "twilio".into(),
        started_at: at(0),
        duration: Duration::from_micros(1_234),
        outcome: Outcome::Accepted,
        error: None,
        http_status: Some(201),
        provider_message_id: None,
        simulated: false,
    }
}
