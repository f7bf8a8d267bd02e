//! The application's own transaction on SQLite: its row and its SMS commit together.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sms_framework::config::Sources;
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{DynStore, MessageFilter};
use sms_framework::testkit::ScriptedProvider;
use sms_framework::{ErrorKind, Message, SmsClient};

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Place {
    folder: tempfile::TempDir,
    store: DynStore,
    client: SmsClient,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(folder.path().join("app.db"));
        let store: DynStore = Arc::new(SqliteStore::open(options).unwrap());
        let settings = Sources::new().toml("").load().unwrap();
        let client = SmsClient::builder(settings)
            .provider("fake", Arc::new(ScriptedProvider::new()))
            .store(Arc::clone(&store))
            .build()
            .unwrap();
        Self {
            folder,
            store,
            client,
        }
    }

    fn connection(&self, file: &str) -> SqliteConnection {
        let path = self.folder.path().join(file);
        let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        connection
            .batch_execute("PRAGMA busy_timeout = 5000; CREATE TABLE bookings (gig INTEGER)")
            .unwrap();
        connection
    }

    async fn stored(&self) -> usize {
        let all = MessageFilter::default();
        self.store.messages(all).await.unwrap().len()
    }
}

fn booked() -> Message {
    Message::new("+14155550123", "You are booked.")
}

#[tokio::test]
async fn what_is_rolled_back_was_never_enqueued() {
    let place = Place::new();
    let mut connection = place.connection("app.db");
    let declined: Result<(), Failure> = connection.transaction(|connection| {
        connection.batch_execute("INSERT INTO bookings VALUES (1)")?;
        place.client.enqueue_in(connection, booked())?;
        Err("the card was declined".into())
    });
    assert_eq!(declined.unwrap_err().to_string(), "the card was declined");
    assert_eq!(place.stored().await, 0);
}

#[tokio::test]
async fn what_is_committed_is_there_with_it_and_is_sent() {
    let place = Place::new();
    let mut connection = place.connection("app.db");
    let done: Result<(), Failure> = connection.transaction(|connection| {
        connection.batch_execute("INSERT INTO bookings VALUES (1)")?;
        let key = || booked().idempotency_key("booking-1");
        let first = place.client.enqueue_in(connection, key())?;
        let again = place.client.enqueue_in(connection, key())?;
        assert_eq!((again.id, again.duplicate), (first.id, true));
        // A refusal undoes nothing but itself.
        let other = Message::new("+14155550199", "Other").idempotency_key("booking-1");
        let conflict = place.client.enqueue_in(connection, other).unwrap_err();
        assert_eq!(conflict.kind(), ErrorKind::IdempotencyConflict);
        let invalid = place
            .client
            .enqueue_in(connection, Message::new("nobody", "Hi"));
        assert_eq!(invalid.unwrap_err().kind(), ErrorKind::InvalidPhone);
        Ok(())
    });
    done.unwrap();
    assert_eq!(place.stored().await, 1);
    let report = place
        .client
        .work_until_idle(std::future::pending())
        .await
        .unwrap();
    assert_eq!(report.accepted, 1);
}

#[tokio::test]
async fn a_connection_to_another_database_is_refused() {
    let place = Place::new();
    let mut elsewhere = place.connection("other.db");
    let error = place
        .client
        .enqueue_in(&mut elsewhere, booked())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let folder = place.folder.path().display();
    assert_eq!(
        error.to_string(),
        format!(
            "the connection is to {folder}/other.db, and messages are kept in {folder}/app.db (sqlite): no worker would see this one"
        )
    );
}
