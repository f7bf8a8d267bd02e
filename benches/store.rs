//! How fast messages are remembered, beside the floor: the same rows, written on one connection
//! without anything around it.
//!
//! `cargo bench --bench store` prints criterion's figures and, at the end, what the store reaches
//! of the floor measured in the same run.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{Attempt, Begun, Lease, NewMessage, Outcome, Settlement, Store};
use sms_framework::{Message, MessageId, MessageState, testkit};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// The best rate of each measurement, for the summary.
static BEST: Mutex<BTreeMap<&'static str, f64>> = Mutex::new(BTreeMap::new());

fn note(name: &'static str, count: u64, time: Duration) -> Duration {
    // Short runs of the warm-up say nothing about the rate.
    if count >= 500 {
        let rate = count as f64 / time.as_secs_f64();
        let mut best = BEST.lock().unwrap();
        let entry = best.entry(name).or_default();
        *entry = entry.max(rate);
    }
    time
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(SqliteOptions::new(folder.join("sms.db"))).unwrap()
}

fn message() -> Message {
    let text =
        "Your booking for Friday night is confirmed. Doors open at eight, sound check at six.";
    Message::new("+14155550123", text)
        .owner("artist-17")
        .message_type("booking_confirmation")
}

fn new(message: Message) -> NewMessage {
    let now = Timestamp::now();
    NewMessage {
        message: Arc::new(testkit::outbound_at(message, now)),
        provider: "twilio".into(),
        simulated: false,
        hash_body: false,
        lease_until: Some(now + SignedDuration::from_secs(60)),
    }
}

async fn begin(store: &SqliteStore) -> Lease {
    match store.begin(new(message())).await.unwrap() {
        Begun::Leased(lease) => lease,
        other => panic!("it is about to be sent, and is {other:?}"),
    }
}

/// Everything that the log writes for one message that is sent at once.
async fn cycle(store: &SqliteStore) {
    let lease = begin(store).await;
    let at = Timestamp::now();
    let theirs = format!("SM{:032x}", scattered(lease.id));
    store.record(Attempt {
        message_id: lease.id,
        number: 1,
        provider: "twilio".into(),
        started_at: at,
        duration: Duration::from_millis(80),
        outcome: Outcome::Accepted,
        error: None,
        http_status: Some(201),
        provider_message_id: Some(theirs.clone()),
        simulated: false,
    });
    let settlement = Settlement {
        lease,
        state: MessageState::Accepted,
        provider: None,
        sender: None,
        attempts: 1,
        from_queue: false,
        doubt: None,
        provider_message_ids: vec![theirs],
        provider_status: Some("queued".into()),
        segments: Some(1),
        error: None,
        next_attempt_at: None,
        drop_body: false,
        at,
    };
    assert!(store.settle(settlement).await.unwrap());
}

/// A vendor's ids are in no order: a hash scatters them over the index.
fn scattered(id: MessageId) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(id)
}

#[derive(Clone, Copy)]
enum Work {
    Begin,
    Cycle,
}

/// The time that `count` runs of `work` take, spread over `tasks` tasks, until all is on disk.
fn spread(
    runtime: &Runtime,
    store: &Arc<SqliteStore>,
    tasks: u64,
    count: u64,
    work: Work,
) -> Duration {
    runtime.block_on(async {
        let start = Instant::now();
        let mut set = JoinSet::new();
        for task in 0..tasks {
            let store = Arc::clone(store);
            let share = count / tasks + u64::from(task < count % tasks);
            set.spawn(async move {
                for _ in 0..share {
                    match work {
                        Work::Begin => {
                            begin(&store).await;
                        }
                        Work::Cycle => cycle(&store).await,
                    }
                }
            });
        }
        while let Some(done) = set.join_next().await {
            done.unwrap();
        }
        store.flush().await;
        start.elapsed()
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
            next_attempt_at -> BigInt,
            holder -> Text,
            created_at -> BigInt,
            updated_at -> BigInt,
        }
    }
}

/// The rows of `begin`, in transactions of 256 on a connection of our own.
fn floor(folder: &TempDir, count: u64) -> Duration {
    let path = folder.path().join("sms.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -16000")
        .unwrap();
    let messages: Vec<_> = (0..count).map(|_| new(message())).collect();
    let start = Instant::now();
    for group in messages.chunks(256) {
        connection
            .immediate_transaction(|connection| {
                group.iter().try_for_each(|new| insert(connection, new))
            })
            .unwrap();
    }
    start.elapsed()
}

fn insert(connection: &mut SqliteConnection, new: &NewMessage) -> QueryResult<()> {
    use self::schema::sms_messages::dsl;
    let message = &new.message;
    diesel::insert_into(dsl::sms_messages)
        .values((
            dsl::id.eq(message.id().to_string()),
            dsl::state.eq("sending"),
            dsl::provider.eq(&new.provider),
            dsl::simulated.eq(new.simulated),
            dsl::recipient.eq(message.to().as_str()),
            dsl::body.eq(message.body()),
            dsl::segments.eq(1),
            dsl::encoding.eq("GSM-7"),
            dsl::owner.eq(message.owner().unwrap()),
            dsl::message_type.eq(message.message_type().unwrap()),
            dsl::attempts.eq(0),
            dsl::rounds.eq(0),
            dsl::next_attempt_at.eq(new.lease_until.unwrap().as_millisecond()),
            dsl::holder.eq("0123456789abcdef0123456789abcdef"),
            dsl::created_at.eq(message.created_at().as_millisecond()),
            dsl::updated_at.eq(message.created_at().as_millisecond()),
        ))
        .execute(connection)?;
    Ok(())
}

const FLOOR: &str = "rows, raw groups of 256 (the floor)";
const BEGINS: [(u64, &str); 3] = [
    (1, "begins, 1 task"),
    (64, "begins, 64 tasks"),
    (512, "begins, 512 tasks"),
];
const CYCLE: &str = "messages (begin, record, settle), 256 tasks";

fn rates(criterion: &mut Criterion) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("store");
    group
        .throughput(Throughput::Elements(1))
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));

    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    group.bench_function("floor", |bencher| {
        bencher.iter_custom(|count| note(FLOOR, count, floor(&folder, count)));
    });
    for (tasks, name) in BEGINS {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(open(folder.path()));
        group.bench_function(BenchmarkId::new("begin", tasks), |bencher| {
            bencher.iter_custom(|count| {
                note(
                    name,
                    count,
                    spread(&runtime, &store, tasks, count, Work::Begin),
                )
            });
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    group.bench_function(BenchmarkId::new("cycle", 256), |bencher| {
        bencher.iter_custom(|count| {
            note(
                CYCLE,
                count,
                spread(&runtime, &store, 256, count, Work::Cycle),
            )
        });
    });
    group.finish();
}

/// Opening a file with ten thousand messages, and closing it again.
fn opening(criterion: &mut Criterion) {
    let runtime = runtime();
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(folder.path()));
    spread(&runtime, &store, 256, 10_000, Work::Cycle);
    drop(store);
    criterion.bench_function("store/open", |bencher| {
        bencher.iter_with_large_drop(|| black_box(open(folder.path())));
    });
}

fn summary() {
    let best = BEST.lock().unwrap();
    let Some(floor) = best.get(FLOOR) else { return };
    println!("best of each, a second:");
    for (name, rate) in best.iter() {
        println!("{rate:>10.0}  {name}: {:.2} of the floor", rate / floor);
    }
}

criterion_group!(benches, rates, opening);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    summary();
}
