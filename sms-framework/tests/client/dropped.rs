//! Dropping a send at any point leaves its row telling the truth.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sms_framework::store::{Doubt, DynStore};
use sms_framework::testkit::{Act, Finding, MemoryStore, ScriptedProvider};
use sms_framework::{ErrorKind, MessageId, MessageState, SmsClient};

use super::support::{World, error, fails, message, millis, minutes, settings};

async fn dropped_after(world: &World, wait: Duration) -> MessageId {
    let message = message();
    let id = message.id;
    let dropped = tokio::time::timeout(wait, world.sms.send(message)).await;
    assert!(dropped.is_err(), "the send was to be dropped under way");
    id
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_for_its_slot_it_is_canceled_without_a_call() {
    let world = World::new(ScriptedProvider::new());
    world.sms.send(message()).await.unwrap();
    let id = dropped_after(&world, millis(10)).await;
    assert_eq!(world.row(id).status, MessageState::Canceled);
    assert_eq!(world.row(id).error.unwrap().code, "CANCELED");
    tokio::time::sleep(minutes(1)).await;
    assert_eq!(world.calls(), 1);
    assert_eq!(world.sms.status().await.counts.canceled, 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_provider_is_called_the_call_runs_to_its_end() {
    let world = World::new(ScriptedProvider::new().script([Act::Accept.after(millis(50))]));
    let id = dropped_after(&world, millis(10)).await;
    assert_eq!(world.row(id).status, MessageState::Sending);
    tokio::time::sleep(millis(100)).await;
    let row = world.row(id);
    assert_eq!((row.status, row.attempts), (MessageState::Accepted, 1));
    assert_eq!(row.provider_message_id.as_deref(), Some("fake-1"));
    assert_eq!(world.store.all_attempts().len(), 1);
    assert_eq!(world.sms.status().await.counts.sent, 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_provider_is_called_in_vain_nothing_follows() {
    let refused = fails(ErrorKind::Connect).after(millis(50));
    let world = World::new(ScriptedProvider::new().script([refused]));
    let id = dropped_after(&world, millis(10)).await;
    tokio::time::sleep(minutes(5)).await;
    assert_eq!(world.row(id).status, MessageState::Canceled);
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn between_attempts_it_is_canceled() {
    let later = error(ErrorKind::Connect).with_retry_after(Duration::from_secs(10));
    let world = World::new(ScriptedProvider::new().script([Act::Fail(later)]));
    let id = dropped_after(&world, millis(1000)).await;
    let row = world.row(id);
    assert_eq!((row.status, row.attempts), (MessageState::Canceled, 1));
    assert_eq!(row.next_attempt_at, None);
}

#[tokio::test(start_paused = true)]
async fn between_attempts_after_a_5xx_it_is_unknown_and_only_asked_about() {
    let later = error(ErrorKind::ServerError).with_retry_after(Duration::from_secs(10));
    let world = World::new(
        ScriptedProvider::new()
            .script([Act::AcceptThenFail(later)])
            .lookup([Finding::Nothing]),
    );
    let id = dropped_after(&world, millis(1000)).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Unknown, Some(Doubt::ServerError))
    );
    assert!(row.next_attempt_at.is_some());
    tokio::time::advance(minutes(2)).await;
    assert_eq!(world.sms.process_queue().await.unwrap().unknown, 1);
    assert_eq!(world.row(id).status, MessageState::Unknown);
    tokio::time::advance(minutes(5)).await;
    assert_eq!(world.sms.process_queue().await.unwrap().accepted, 1);
    assert_eq!(
        (world.row(id).status, world.calls()),
        (MessageState::Accepted, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_round_from_the_queue_that_is_dropped_stays_queued() {
    let world = World::new(
        ScriptedProvider::new()
            .otherwise(fails(ErrorKind::ServerError))
            .lookup([Finding::Nothing, Finding::Nothing, Finding::Nothing])
            .lookup_otherwise(Finding::Hangs),
    );
    let message = message();
    let id = message.id;
    let _queued = world.sms.send(message).await;
    tokio::time::advance(minutes(2)).await;
    let dropped = tokio::time::timeout(millis(10), world.sms.process_queue()).await;
    assert!(dropped.is_err(), "the question hangs");
    let row = world.row(id);
    assert_eq!((row.status, row.rounds), (MessageState::Queued, 0));
    assert_eq!(world.calls(), 3);
}

/// On many threads: the send is dropped at any moment, and the row is never wrong.
async fn is_never_wrong(store: DynStore) {
    let provider = ScriptedProvider::new().otherwise(Act::Accept.after(millis(2)));
    let sms = SmsClient::builder(settings("rate_limit.enabled = false"))
        .provider("fake", Arc::new(provider.clone()))
        .store(Arc::clone(&store))
        .build()
        .unwrap();
    let mut ids = Vec::new();
    for round in 0..200_u64 {
        let message = message();
        ids.push(message.id);
        let sms = sms.clone();
        let send = tokio::spawn(async move { sms.send(message).await });
        tokio::time::sleep(Duration::from_micros(20 * (round % 150))).await;
        send.abort();
    }
    while store.queue_counts(Timestamp::now()).await.unwrap().sending > 0 {
        tokio::time::sleep(millis(5)).await;
    }
    let calls = provider.calls();
    for id in ids {
        let called = calls.iter().any(|call| call.message.id() == id);
        let status = store.message(id).await.unwrap().map(|row| row.status);
        match status {
            Some(status) if called => assert_eq!(status, MessageState::Accepted),
            Some(status) => assert_eq!(status, MessageState::Canceled),
            None => assert!(!called, "a call without a row"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_faster_the_row_in_memory_is_right() {
    is_never_wrong(Arc::new(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_faster_the_row_on_disk_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("sms.db");
    let toml = format!("database.url = '{}'", url.display());
    is_never_wrong(sms_framework::store::sqlite::open(settings(&toml).database()).unwrap()).await;
}
