//! What the store's tests share: a file, a clock that stands still, messages and settlements.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{Attempt, NewMessage, Outcome, Settlement, Store};
use sms_framework::{Message, MessageId, MessageState, Outbound, testkit};
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
        SqliteStore::open(self.options()).unwrap()
    }

    /// A connection of somebody else.
    pub(crate) fn raw(&self) -> SqliteConnection {
        SqliteConnection::establish(self.path.to_str().unwrap()).unwrap()
    }
}

/// 2026-11-23 12:00 UTC and so many seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// A lease of a minute from [`at`]`(0)`.
pub(crate) const LEASE: i64 = 60;

pub(crate) fn new(message: Message) -> NewMessage {
    new_at(message, at(0))
}

pub(crate) fn new_at(message: Message, created_at: Timestamp) -> NewMessage {
    new_of(testkit::outbound_at(message, created_at))
}

fn new_of(message: Outbound) -> NewMessage {
    NewMessage {
        lease_until: message.created_at() + SignedDuration::from_secs(LEASE),
        message: Arc::new(message),
        provider: "twilio".into(),
        simulated: false,
        hash_body: false,
    }
}

pub(crate) fn hello() -> Message {
    Message::new("+14155550123", "Hello")
}

/// Begins a message and gives its id.
pub(crate) async fn begun(store: &dyn Store, message: Message) -> MessageId {
    let id = message.id;
    store.begin(new(message)).await.unwrap();
    id
}

/// One attempt, nothing else to say.
pub(crate) fn settled(id: MessageId, state: MessageState) -> Settlement {
    Settlement {
        id,
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

pub(crate) fn queued(id: MessageId, due: Timestamp) -> Settlement {
    Settlement {
        next_attempt_at: Some(due),
        ..settled(id, MessageState::Queued)
    }
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
