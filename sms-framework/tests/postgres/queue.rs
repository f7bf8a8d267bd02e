//! The queue on PostgreSQL: workers that share it, a server that goes away, the application's own
//! transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use jiff::Timestamp;
use sms_framework::config::Sources;
use sms_framework::store::postgres::PostgresStore;
use sms_framework::store::{BroadcastState, DynStore, MessageFilter};
use sms_framework::testkit::ScriptedProvider;
use sms_framework::testkit::postgres::PostgresDatabase;
use sms_framework::{Broadcast, BroadcastId, ErrorKind, Message, MessageState, SmsClient};

use crate::support::{bounded, own_server, server};

fn open(database: &PostgresDatabase) -> DynStore {
    Arc::new(PostgresStore::open(database.options()).unwrap())
}

fn client(store: &DynStore, provider: &Arc<ScriptedProvider>) -> SmsClient {
    let settings = Sources::new()
        .toml("[rate_limit]\nenabled = false\n[queue]\nconcurrency = 8")
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("fake", Arc::clone(provider) as _)
        .store(Arc::clone(store))
        .build()
        .unwrap()
}

/// A store, what stands for the vendor, and who works between the two.
fn worker(database: &PostgresDatabase) -> (DynStore, Arc<ScriptedProvider>, SmsClient) {
    let store = open(database);
    let provider = Arc::new(ScriptedProvider::new());
    let client = client(&store, &provider);
    (store, provider, client)
}

fn message(number: usize) -> Message {
    let owner = format!("owner-{}", number % 3);
    Message::new("+14155550123", format!("message {number}")).owner(owner)
}

async fn standing(store: &DynStore) -> Vec<MessageState> {
    let all = MessageFilter {
        limit: 10_000,
        ..MessageFilter::default()
    };
    let rows = store.messages(all).await.unwrap();
    rows.into_iter().map(|row| row.status).collect()
}

/// Each text was sent, and none twice.
fn assert_each_once(provider: &ScriptedProvider, count: usize) {
    let mut bodies: Vec<_> = provider
        .calls()
        .into_iter()
        .map(|call| call.message.body().to_owned())
        .collect();
    bodies.sort();
    let sent = bodies.len();
    bodies.dedup();
    assert_eq!((sent, bodies.len()), (count, count));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_enqueued_is_sent_once() {
    let database = server!().database();
    let (store, provider, client) = worker(&database);
    for number in 0..40 {
        let enqueued = bounded(client.enqueue(message(number))).await.unwrap();
        assert_eq!(enqueued.status, MessageState::Queued);
    }
    let report = bounded(client.work_until_idle(std::future::pending()))
        .await
        .unwrap();
    assert_eq!((report.processed, report.accepted), (40, 40));
    assert_each_once(&provider, 40);
    assert!(
        standing(&store)
            .await
            .iter()
            .all(|state| *state == MessageState::Accepted)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn four_workers_on_one_database_share_the_work() {
    const COUNT: usize = 400;
    let database = server!().database();
    let provider = Arc::new(ScriptedProvider::new());
    let stores: Vec<_> = (0..4).map(|_| open(&database)).collect();
    let clients: Vec<_> = stores
        .iter()
        .map(|store| client(store, &provider))
        .collect();
    let enqueuing = (0..COUNT).map(|number| clients[number % 4].enqueue(message(number)));
    let enqueued = bounded(futures_util::future::join_all(enqueuing)).await;
    assert!(enqueued.iter().all(Result::is_ok));
    let working = clients
        .iter()
        .map(|client| client.work_until_idle(std::future::pending()));
    let reports = bounded(futures_util::future::join_all(working)).await;
    let accepted: Vec<_> = reports
        .iter()
        .map(|report| report.as_ref().unwrap().accepted)
        .collect();
    assert_eq!(accepted.iter().sum::<u64>(), COUNT as u64);
    assert_each_once(&provider, COUNT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_restarts_while_messages_are_enqueued_and_sent() {
    const COUNT: usize = 300;
    let server = own_server!();
    let database = server.database();
    let (store, provider, sender) = worker(&database);
    let enqueuing = {
        let client = sender.clone();
        tokio::spawn(async move {
            for number in 0..COUNT {
                client.enqueue(message(number)).await.unwrap();
            }
        })
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = {
        let client = sender.clone();
        tokio::spawn(async move {
            let asked = async {
                let _asked = stopped.await;
            };
            client.work(asked).await.unwrap()
        })
    };
    bounded(async {
        while provider.calls().len() < COUNT / 10 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    tokio::task::block_in_place(|| server.restart());
    bounded(enqueuing).await.unwrap();
    bounded(all_are_sent(&store, COUNT)).await;
    stop.send(()).unwrap();
    bounded(working).await.unwrap();
    assert_each_once(&provider, COUNT);
}

async fn all_are_sent(store: &DynStore, count: usize) {
    let sent = async || {
        let states = standing(store).await;
        states.iter().filter(|state| state.is_sent()).count()
    };
    while sent().await < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Ends every connection that is in a transaction at the moment; how many there were.
async fn cut(database: &PostgresDatabase) -> u64 {
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    database.value(cut).await.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_cut_in_mid_transaction_and_nothing_is_lost_or_doubled() {
    const CUTS: u64 = 12;
    let database = server!().database();
    let (store, provider, client) = worker(&database);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = {
        let client = client.clone();
        tokio::spawn(async move { client.work(async { drop(stopped.await) }).await.unwrap() })
    };
    let done = Arc::new(AtomicBool::new(false));
    let enqueuing = {
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) {
                let keyed = || message(count).idempotency_key(format!("key-{count}"));
                // As a program would that is told of a failure: once more, under the same key.
                while client.enqueue(keyed()).await.is_err() {}
                count += 1;
            }
            count
        })
    };
    bounded(async {
        let mut cuts = 0;
        while cuts < CUTS {
            cuts += cut(&database).await;
        }
    })
    .await;
    done.store(true, Ordering::Relaxed);
    let count = bounded(enqueuing).await.unwrap();
    bounded(all_are_sent(&store, count)).await;
    assert_eq!(standing(&store).await.len(), count);
    stop.send(()).unwrap();
    bounded(working).await.unwrap();
    assert_each_once(&provider, count);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applications_row_and_its_sms_commit_together() {
    let database = server!().database();
    let (store, _, client) = worker(&database);
    let mut connection = AsyncPgConnection::establish(database.url()).await.unwrap();
    connection
        .batch_execute("CREATE TABLE bookings (gig INTEGER NOT NULL)")
        .await
        .unwrap();
    type Failure = Box<dyn std::error::Error + Send + Sync>;
    let rolled_back: Result<(), Failure> = connection
        .transaction(async |connection| {
            connection
                .batch_execute("INSERT INTO bookings VALUES (1)")
                .await?;
            client.enqueue_in(connection, message(1)).await?;
            Err("the card was declined".into())
        })
        .await;
    assert_eq!(
        rolled_back.unwrap_err().to_string(),
        "the card was declined"
    );
    assert!(standing(&store).await.is_empty());

    let committed: Result<(), Failure> = connection
        .transaction(async |connection| {
            connection
                .batch_execute("INSERT INTO bookings VALUES (2)")
                .await?;
            let key = |number| message(number).idempotency_key("booking-2");
            let first = client.enqueue_in(connection, key(2)).await?;
            let again = client.enqueue_in(connection, key(2)).await?;
            assert_eq!((again.id, again.duplicate), (first.id, true));
            // The transaction goes on after a refusal.
            let conflict = client.enqueue_in(connection, key(5)).await.unwrap_err();
            assert_eq!(conflict.kind(), ErrorKind::IdempotencyConflict);
            Ok(())
        })
        .await;
    committed.unwrap();
    let report = bounded(client.work_until_idle(std::future::pending()))
        .await
        .unwrap();
    assert_eq!(report.accepted, 1);
    assert_eq!(database.value("SELECT count(*) FROM bookings").await, "1");
}

/// A partition that was dropped leaves such keys.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_message_is_gone_is_free_in_the_applications_transaction() {
    let database = server!().database();
    let (store, _, client) = worker(&database);
    let mut connection = AsyncPgConnection::establish(database.url()).await.unwrap();
    let key = || message(1).idempotency_key("booking-1");
    client.enqueue_in(&mut connection, key()).await.unwrap();
    connection
        .batch_execute("DELETE FROM sms_messages")
        .await
        .unwrap();

    let first = client.enqueue_in(&mut connection, key()).await.unwrap();
    let again = client.enqueue_in(&mut connection, key()).await.unwrap();
    assert!(!first.duplicate);
    assert_eq!((again.id, again.duplicate), (first.id, true));
    assert_eq!(standing(&store).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_waits_is_woken_by_another_process() {
    let database = server!().database();
    let (here, there) = (open(&database), open(&database));
    let provider = Arc::new(ScriptedProvider::new());
    let (worker, other) = (client(&here, &provider), client(&there, &provider));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(async move {
        let asked = async {
            let _asked = stopped.await;
        };
        worker.work(asked).await.unwrap()
    });
    bounded(other.enqueue(message(0))).await.unwrap();
    bounded(async {
        while provider.calls().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    stop.send(()).unwrap();
    assert_eq!(bounded(working).await.unwrap().accepted, 1);
}

/// A broadcast that waits for workers.
async fn running<const N: usize>(client: &SmsClient, recipients: [&str; N]) -> BroadcastId {
    let moved = Broadcast::new(recipients, "The gig moved to nine.");
    let enqueued = bounded(client.enqueue_broadcast(moved, None, None)).await;
    enqueued.unwrap().broadcast.id
}

/// What a claim had found while somebody paused it, would go for all that.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_broadcast_is_claimed_while_somebody_pauses_it_and_others_go() {
    let database = server!().database();
    let (store, provider, client) = worker(&database);
    let broadcast = running(&client, ["+14155550101", "+14155550102"]).await;
    let mut pausing = AsyncPgConnection::establish(database.url()).await.unwrap();
    pausing
        .batch_execute(
            "BEGIN; SELECT id FROM sms_broadcasts FOR UPDATE; UPDATE sms_broadcasts SET state = 'paused'",
        )
        .await
        .unwrap();

    let enqueued = bounded(client.enqueue(message(1))).await.unwrap();
    let others_went = async {
        while provider.calls().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    bounded(client.work(others_went)).await.unwrap();
    let calls = provider.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].message.id(), enqueued.id);

    pausing.batch_execute("COMMIT").await.unwrap();
    let idle = client.work_until_idle(std::future::pending());
    assert_eq!(bounded(idle).await.unwrap().accepted, 0);
    let resuming = store.move_broadcast(broadcast, BroadcastState::Running, Timestamp::now());
    bounded(resuming).await.unwrap();
    let idle = client.work_until_idle(std::future::pending());
    assert_eq!(bounded(idle).await.unwrap().accepted, 2);
}

/// Whoever pauses a broadcast waits for a claim that is being written, and takes back what it got.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_waits_for_a_claim_that_is_being_written() {
    let database = server!().database();
    let (store, _, client) = worker(&database);
    let broadcast = running(&client, ["+14155550101"]).await;
    let mut claiming = AsyncPgConnection::establish(database.url()).await.unwrap();
    claiming
        .batch_execute(
            "BEGIN; SELECT id FROM sms_broadcasts FOR KEY SHARE;
             UPDATE sms_messages SET holder = 'another', fence = fence + 1, next_attempt_at = 4102444800000",
        )
        .await
        .unwrap();
    let pausing = tokio::spawn(async move {
        let now = Timestamp::now();
        store
            .move_broadcast(broadcast, BroadcastState::Paused, now)
            .await
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    bounded(async { while database.value(waiting).await == "0" {} }).await;
    claiming.batch_execute("COMMIT").await.unwrap();
    bounded(pausing).await.unwrap().unwrap();
    let held = "SELECT count(*) FROM sms_messages WHERE holder IS NOT NULL";
    assert_eq!(database.value(held).await, "0");
}
