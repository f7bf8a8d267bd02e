//! How fast the durable queue is on SQLite, beside its floor, and how it stays when the table grows.
//!
//! `cargo bench --bench queue` prints each rate and the ratios of one run:
//! - durable enqueue from 256 tasks against raw inserts of the same rows in groups of 256;
//! - enqueue → claim → send → settle, with ten thousand to a million messages stored;
//! - the time of a claim of 64 at each size.
//!
//! `SMS_BENCH_STORED=10000000` adds a larger size (it needs some 6 GB and minutes).
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use sms_framework::config::Sources;
use sms_framework::provider::{Capabilities, Lookup, Provider};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{Claim, Cursor, DynStore, NewMessage, Room};
use sms_framework::{Acceptance, Error, Message, Outbound, Sender, SmsClient, testkit};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const TASKS: usize = 256;
const GROUP: usize = 256;

/// A vendor that takes everything at once.
#[derive(Debug)]
struct Instantly;

#[async_trait]
impl Provider for Instantly {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        Ok(Acceptance::new(message.id().to_string()))
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities::new()
    }
    fn default_sender(&self) -> Option<Sender> {
        None
    }
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn message(number: usize) -> Message {
    let text =
        "Your booking for Friday night is confirmed. Doors open at eight, sound check at six.";
    Message::new("+14155550123", text)
        .owner(format!("artist-{}", number % 17))
        .message_type("booking_confirmation")
}

fn row(number: usize) -> NewMessage {
    NewMessage {
        message: Arc::new(testkit::outbound_at(message(number), Timestamp::now())),
        provider: "fast".into(),
        simulated: false,
        hash_body: false,
        lease_until: None,
    }
}

fn open(folder: &Path) -> DynStore {
    Arc::new(SqliteStore::open(SqliteOptions::new(folder.join("sms.db"))).unwrap())
}

fn client(store: &DynStore) -> SmsClient {
    let settings = Sources::new()
        .toml("[rate_limit]\nenabled = false\n[queue]\nconcurrency = 256")
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("fast", Arc::new(Instantly))
        .store(Arc::clone(store))
        .build()
        .unwrap()
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// Rows made beforehand, written from [`TASKS`] tasks, each on disk before the next of its task.
fn enqueue(runtime: &Runtime, store: &DynStore, count: usize) -> f64 {
    let rows: Vec<_> = (0..count).map(row).collect();
    let shares: Vec<Vec<_>> = rows
        .chunks(count.div_ceil(TASKS))
        .map(<[_]>::to_vec)
        .collect();
    drop(rows);
    runtime.block_on(async {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for share in shares {
            let store = Arc::clone(store);
            tasks.spawn(async move {
                for row in share {
                    store.begin(row).await.unwrap();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        rate(count, start.elapsed())
    })
}

mod schema {
    diesel::table! {
        sms_messages (id) {
            id -> Text,
            state -> Text,
            provider -> Text,
            simulated -> Bool,
            recipient -> Text,
            body -> Text,
            segments -> Integer,
            encoding -> Text,
            owner -> Text,
            message_type -> Text,
            attempts -> Integer,
            rounds -> Integer,
            created_at -> BigInt,
            updated_at -> BigInt,
            priority -> Integer,
            lane -> Text,
            fence -> BigInt,
        }
    }
}

/// The same rows in groups of 256 on a connection of our own: the floor.
fn raw(folder: &TempDir, count: usize) -> f64 {
    let mut connection = connect(folder);
    let rows: Vec<_> = (0..count).map(row).collect();
    let start = Instant::now();
    for group in rows.chunks(GROUP) {
        connection
            .immediate_transaction(|connection| {
                group
                    .iter()
                    .try_for_each(|row| insert(connection, row).map(drop))
            })
            .unwrap();
    }
    rate(count, start.elapsed())
}

fn connect(folder: &TempDir) -> SqliteConnection {
    let path = folder.path().join("sms.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000",
        )
        .unwrap();
    connection
}

fn insert(connection: &mut SqliteConnection, row: &NewMessage) -> QueryResult<usize> {
    use self::schema::sms_messages::dsl;
    let message = &row.message;
    let at = message.created_at().as_millisecond();
    diesel::insert_into(dsl::sms_messages)
        .values((
            dsl::id.eq(message.id().to_string()),
            dsl::state.eq("queued"),
            dsl::provider.eq(&row.provider),
            dsl::simulated.eq(false),
            dsl::recipient.eq(message.to().as_str()),
            dsl::body.eq(message.body()),
            dsl::segments.eq(1),
            dsl::encoding.eq("GSM-7"),
            dsl::owner.eq(message.owner().unwrap()),
            dsl::message_type.eq(message.message_type().unwrap()),
            dsl::attempts.eq(0),
            dsl::rounds.eq(0),
            dsl::created_at.eq(at),
            dsl::updated_at.eq(at),
            dsl::priority.eq(1),
            dsl::lane.eq(message.owner().unwrap()),
            dsl::fence.eq(0),
        ))
        .execute(connection)
}

/// Enqueue, claim, send, settle: from 256 tasks and one worker, until all is accepted.
fn cycle(runtime: &Runtime, store: &DynStore, count: usize) -> f64 {
    let client = client(store);
    runtime.block_on(async {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let client = client.clone();
            let share = count / TASKS + usize::from(task < count % TASKS);
            tasks.spawn(async move {
                for number in 0..share {
                    client.enqueue(message(number)).await.unwrap();
                }
            });
        }
        let mut accepted = 0;
        while accepted < count as u64 {
            let report = client
                .work_until_idle(std::future::pending())
                .await
                .unwrap();
            accepted += report.accepted;
        }
        rate(count, start.elapsed())
    })
}

/// The best of several claims of 64 among 64 that can go.
fn claim(runtime: &Runtime, store: &DynStore) -> Duration {
    runtime.block_on(async {
        let mut best = Duration::MAX;
        for _ in 0..20 {
            for number in 0..64 {
                let row = NewMessage {
                    provider: "claimed".into(),
                    ..row(number)
                };
                store.begin(row).await.unwrap();
            }
            let now = Timestamp::now();
            let wish = Claim {
                providers: vec!["claimed".into()],
                worker: "bench".into(),
                now,
                lease_until: now + SignedDuration::from_secs(60),
                ask_at: now + SignedDuration::from_secs(30),
                room: Room::of_each(64),
                cursor: Cursor::default(),
            };
            let start = Instant::now();
            let claims = store.claim(wish).await.unwrap();
            best = best.min(start.elapsed());
            assert_eq!(claims.messages.len(), 64);
        }
        best
    })
}

/// Messages of long ago, accepted, with attempts.
fn fill(folder: &TempDir, from: usize, to: usize) {
    if from >= to {
        return;
    }
    let sql = format!(
        "INSERT INTO sms_messages (id, state, provider, provider_message_id, simulated, recipient, body,
            segments, encoding, owner, message_type, attempts, rounds, created_at, updated_at, lane)
         WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})
         SELECT printf('01900000-0000-7000-8000-%012x', i), 'accepted', 'fast',
            printf('SM%016x%016x', (i * 2654435761) % 4294967296 * 1099511, i), 0,
            '+1415555' || printf('%04d', i % 10000),
            'Your booking for Friday night is confirmed. Doors open at eight, sound check at six.',
            1, 'GSM-7', 'artist-' || (i % 17), 'booking_confirmation', 1, 1,
            1700000000000 + i, 1700000000000 + i, 'artist-' || (i % 17) FROM n;
         INSERT INTO sms_attempts (message_id, seq, number, provider, started_at, duration_us, outcome,
            http_status, simulated)
         WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})
         SELECT printf('01900000-0000-7000-8000-%012x', i), i, 1, 'fast', 1700000000000 + i, 80000,
            'accepted', 201, 0 FROM n;"
    );
    connect(folder).batch_execute(&sql).unwrap();
}

fn main() {
    // Under `cargo test --benches` it only has to run.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let count = if quick { 600 } else { 20_000 };
    let runtime = runtime();

    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let floor = raw(&folder, count);
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let durable = enqueue(&runtime, &store, count);
    println!("raw inserts, groups of {GROUP}: {floor:>9.0}/s (the floor)");
    println!(
        "enqueue, {TASKS} tasks:         {durable:>9.0}/s   {:.2} of the floor",
        durable / floor
    );
    drop(store);

    let mut sizes = if quick {
        vec![0, 1_000]
    } else {
        vec![0, 10_000, 100_000, 1_000_000]
    };
    sizes.extend(
        std::env::var("SMS_BENCH_STORED")
            .ok()
            .and_then(|size| size.parse::<usize>().ok()),
    );
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (mut stored, mut first) = (0, None);
    for size in sizes {
        fill(&folder, stored, size);
        stored = stored.max(size);
        let claim = claim(&runtime, &store);
        let cycle = cycle(&runtime, &store, count);
        let first = *first.get_or_insert(cycle);
        println!(
            "{stored:>10} stored: claim of 64 {claim:>9.1?}, enqueue → claim → send → settle {cycle:>7.0}/s ({:.2} of an empty table)",
            cycle / first
        );
    }
}
