//! How fast the durable queue is on SQLite, beside its floor, and how it stays when the table grows.
//!
//! `cargo bench --bench queue` prints each rate and the ratios of one run:
//! - durable enqueue from 256 tasks against raw inserts of the same rows in groups of 256;
//! - enqueue → claim → send → settle, and the time of a claim, with up to a million messages stored
//!   (`SMS_BENCH_STORED=10000000`: ten million; that needs some 20 GB and a quarter of an hour).
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "queue/growth.rs"]
mod growth;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{DynStore, NewMessage};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use growth::{Place, TASKS, rate};

const GROUP: usize = 256;
const TURNS: usize = 5;

fn rows(count: usize) -> Vec<NewMessage> {
    let row = |number| growth::row(growth::message(number), "fast");
    (0..count).map(row).collect()
}

fn open(folder: &Path) -> DynStore {
    Arc::new(SqliteStore::open(SqliteOptions::new(folder.join("sms.db"))).unwrap())
}

/// Rows made beforehand, written from [`TASKS`] tasks, each on disk before the next of its task.
fn enqueue(runtime: &Runtime, store: &DynStore, count: usize) -> f64 {
    let rows = rows(count);
    let mut shares = vec![Vec::new(); TASKS];
    // In the order in which they were made, as they come where each is made when it is enqueued.
    for (number, row) in rows.into_iter().enumerate() {
        shares[number % TASKS].push(row);
    }
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
    let rows = rows(count);
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

struct File(TempDir);

impl Place for File {
    fn store(&self) -> DynStore {
        open(self.0.path())
    }

    fn fill(&self, from: usize, to: usize) {
        let (now, text) = (growth::id_prefix(), growth::TEXT);
        let sql = format!(
            "PRAGMA cache_size = -1000000;
             INSERT INTO sms_messages (id, state, provider, provider_message_id, simulated, recipient, body,
                segments, encoding, owner, message_type, attempts, rounds, created_at, updated_at, lane)
             WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})
             SELECT printf('{now}-%012x', i), 'accepted', 'fast',
                printf('SM%08x%024x', (i * 2654435761) % 4294967296, i), 0,
                '+1415555' || printf('%04d', i % 10000), '{text}', 1, 'GSM-7', 'artist-' || (i % 17),
                'booking_confirmation', 1, 1, 1700000000000 + i, 1700000000000 + i, 'artist-' || (i % 17) FROM n;
             INSERT INTO sms_attempts (message_id, seq, number, provider, started_at, duration_us, outcome,
                http_status, simulated)
             WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})
             SELECT printf('{now}-%012x', i), i, 1, 'fast', 1700000000000 + i, 80000,
                'accepted', 201, 0 FROM n"
        );
        connect(&self.0).batch_execute(&sql).unwrap();
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(self.0.path().join("sms.db"))
            .unwrap()
            .len()
    }
}

/// Each on a file of its own, in turns; the best of each, for a busy disk is nobody's merit.
fn beside_the_floor(runtime: &Runtime, count: usize) {
    let (mut floor, mut durable) = (0.0_f64, 0.0_f64);
    for _ in 0..TURNS {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()));
        floor = floor.max(raw(&folder, count));
        let folder = tempfile::tempdir().unwrap();
        durable = durable.max(enqueue(runtime, &open(folder.path()), count));
    }
    println!("raw inserts, groups of {GROUP}: {floor:>9.0}/s (the floor)");
    println!(
        "enqueue, {TASKS} tasks:         {durable:>9.0}/s   {:.2} of the floor\n",
        durable / floor
    );
}

fn main() {
    // Under `cargo test --benches` it only has to run.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let count = if quick { 600 } else { 20_000 };
    let runtime = growth::runtime();

    beside_the_floor(&runtime, count);
    let file = File(tempfile::tempdir().unwrap());
    growth::measure(&runtime, &file, &growth::sizes(quick), count);
}
