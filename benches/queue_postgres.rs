//! The queue on PostgreSQL beside a peer (`graphile_worker`): the same number of messages, or jobs,
//! through each, on one private server with `fsync`, in turns, and the ratio of the best runs. And how
//! much of a shared limit four workers use.
//!
//! Then, as for SQLite, what a message costs when up to a million are stored (or `SMS_BENCH_STORED`).
//!
//! `cargo bench --bench queue_postgres` builds the peer, which is a workspace of its own, and needs a
//! PostgreSQL server's programs.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "queue/growth.rs"]
mod growth;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use sms_framework::config::Sources;
use sms_framework::store::DynStore;
use sms_framework::store::postgres::PostgresStore;
use sms_framework::testkit::postgres::{PostgresDatabase, PostgresServer};
use sms_framework::{Message, SmsClient};
use tokio::runtime::Runtime;

use growth::{Instantly, Place};

/// How many enqueue side by side, and how many are worked on at once.
const SIDE_BY_SIDE: usize = 64;
const TURNS: usize = 3;

fn client(database: &PostgresDatabase, limit: &str, provider: &Arc<Instantly>) -> SmsClient {
    let store: DynStore = Arc::new(PostgresStore::open(database.options()).unwrap());
    let settings = Sources::new()
        .toml(format!(
            "[rate_limit]\n{limit}\n[queue]\nconcurrency = {SIDE_BY_SIDE}"
        ))
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("fast", Arc::clone(provider) as _)
        .store(store)
        .build()
        .unwrap()
}

async fn enqueue(client: &SmsClient, count: usize) {
    stream::iter(0..count)
        .for_each_concurrent(SIDE_BY_SIDE, |number| {
            let owner = format!("artist-{}", number % 17);
            let message = Message::new("+14155550123", growth::TEXT).owner(owner);
            async move { client.enqueue(message).await.map(|_| ()).unwrap() }
        })
        .await;
}

/// The seconds that enqueuing and working off took.
type Took = (f64, f64);

async fn ours(server: &PostgresServer, count: usize) -> Took {
    let database = server.database();
    let client = client(&database, "enabled = false", &Arc::default());
    let start = Instant::now();
    enqueue(&client, count).await;
    let enqueued = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let report = client
        .work_until_idle(std::future::pending())
        .await
        .unwrap();
    assert_eq!(report.accepted, count as u64);
    (enqueued, start.elapsed().as_secs_f64())
}

fn peer(server: &PostgresServer, program: &PathBuf, count: usize) -> Took {
    let database = server.empty_database();
    let ran = Command::new(program)
        .args([
            database.url(),
            &count.to_string(),
            &SIDE_BY_SIDE.to_string(),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let (enqueued, worked) = said.trim().split_once(' ').unwrap();
    (enqueued.parse().unwrap(), worked.parse().unwrap())
}

/// Builds the peer: never part of another build.
fn built() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/peer-queue");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet"])
        .current_dir(&folder)
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .unwrap();
    assert!(built.success());
    folder.join("target/release/peer-queue")
}

fn best(before: Option<Took>, now: Took) -> Option<Took> {
    Some(match before {
        Some(before) if before.0 + before.1 < now.0 + now.1 => before,
        _ => now,
    })
}

async fn beside_the_peer(server: &PostgresServer, count: usize) {
    let program = built();
    let (mut us, mut them) = (None, None);
    for _ in 0..TURNS {
        us = best(us, ours(server, count).await);
        them = best(them, peer(server, &program, count));
    }
    let (Some(us), Some(them)) = (us, them) else {
        return;
    };
    let rate = |seconds: f64| count as f64 / seconds;
    println!("{count} messages, {SIDE_BY_SIDE} side by side, the best of {TURNS} turns, a second:");
    println!("                 sms-framework   graphile_worker   ratio");
    for (name, ours, theirs) in [
        ("enqueued", us.0, them.0),
        ("worked off", us.1, them.1),
        ("both", us.0 + us.1, them.0 + them.1),
    ] {
        let (ours, theirs) = (rate(ours), rate(theirs));
        println!(
            "{name:<14} {ours:>15.0} {theirs:>17.0} {:>7.2}",
            ours / theirs
        );
    }
}

/// Four workers on one limit of 200 a second, burst 50: how much of it they use, and whether a window
/// held more.
async fn fleet(server: &PostgresServer, seconds: usize) {
    const RATE: usize = 200;
    const BURST: usize = 50;
    let database = server.database();
    let provider = Arc::new(Instantly::default());
    let limit = format!("scope = \"shared\"\nrate = {RATE}.0\nburst = {BURST}");
    let workers: Vec<_> = (0..4)
        .map(|_| client(&database, &limit, &provider))
        .collect();
    enqueue(&workers[0], RATE * seconds).await;
    join_all(
        workers
            .iter()
            .map(|one| one.work_until_idle(std::future::pending())),
    )
    .await;
    let mut calls = std::mem::take(&mut *provider.0.lock().unwrap());
    calls.sort();
    let time = calls.last().unwrap().duration_since(calls[0]).as_secs_f64();
    let used = (calls.len() - 1) as f64 / (RATE as f64 * time);
    let second = Duration::from_secs(1);
    let most = (0..calls.len())
        .map(|at| {
            calls[at..]
                .iter()
                .take_while(|call| **call - calls[at] < second)
                .count()
        })
        .max();
    println!(
        "four workers, one limit of {RATE}/s (burst {BURST}): {:.1} % of it used, at most {} in any second",
        used * 100.0,
        most.unwrap_or_default()
    );
}

/// A database, and where its questions are asked.
struct Grown<'a> {
    database: PostgresDatabase,
    runtime: &'a Runtime,
}

impl Place for Grown<'_> {
    fn store(&self) -> DynStore {
        let _inside = self.runtime.enter();
        Arc::new(PostgresStore::open(self.database.options()).unwrap())
    }

    fn fill(&self, from: usize, to: usize) {
        let (now, last, text) = (growth::id_prefix(), to - 1, growth::TEXT);
        let id = format!("('{now}-' || lpad(to_hex(i), 12, '0'))::uuid");
        let messages = format!(
            "INSERT INTO sms_messages (id, state, provider, provider_message_id, simulated, recipient, body,
                segments, encoding, owner, message_type, attempts, rounds, created_at, updated_at, lane)
             SELECT {id}, 'accepted', 'fast', 'SM' || md5(i::text), FALSE,
                '+1415555' || lpad((i % 10000)::text, 4, '0'), '{text}', 1, 'GSM-7', 'artist-' || (i % 17),
                'booking_confirmation', 1, 1, 1700000000000 + i, 1700000000000 + i, 'artist-' || (i % 17)
             FROM generate_series({from}::bigint, {last}) AS i"
        );
        let attempts = format!(
            "INSERT INTO sms_attempts (message_id, seq, number, provider, started_at, duration_us, outcome,
                http_status, simulated)
             SELECT {id}, i, 1, 'fast', 1700000000000 + i, 80000, 'accepted', 201, FALSE
             FROM generate_series({from}::bigint, {last}) AS i"
        );
        // What the server would do in the background, while the next line is measured.
        let tidy = "VACUUM (ANALYZE) sms_messages, sms_attempts";
        for sql in [messages.as_str(), &attempts, tidy, "CHECKPOINT"] {
            self.runtime.block_on(self.database.query(sql));
        }
    }

    fn bytes(&self) -> u64 {
        let size = "SELECT pg_database_size(current_database())";
        let size = self.runtime.block_on(self.database.value(size));
        size.parse().unwrap()
    }
}

fn main() {
    // Under `cargo test --benches` it only has to compile: it wants a server and builds the peer.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let Some(server) = PostgresServer::start_with(&["fsync = on"]) else {
        println!("there is no PostgreSQL server here");
        return;
    };
    let runtime = growth::runtime();
    runtime.block_on(async {
        fleet(&server, 10).await;
        beside_the_peer(&server, 5_000).await;
    });
    let grown = Grown {
        database: server.database(),
        runtime: &runtime,
    };
    growth::measure(&runtime, &grown, &growth::sizes(false), 20_000);
}
