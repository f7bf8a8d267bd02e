//! How PostgreSQL finds what the writer asks for: by an index, also where a plan was made while the
//! tables were empty.

use std::sync::Arc;

use sms_framework::config::Sources;
use sms_framework::store::DynStore;
use sms_framework::store::postgres::PostgresStore;
use sms_framework::testkit::ScriptedProvider;
use sms_framework::testkit::postgres::PostgresServer;
use sms_framework::{Broadcast, Message, SmsClient};

use crate::support::{bounded, server};

/// Every statement with its plan, in the server's log.
const TELLING: [&str; 3] = [
    "session_preload_libraries = auto_explain",
    "auto_explain.log_min_duration = 0",
    "fsync = off",
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_done_for_every_message_reads_a_table() {
    // Some distributions package it apart.
    let usual = server!().database();
    let modules = "SELECT count(*) FROM pg_ls_dir((SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR')) AS module
        WHERE module LIKE 'auto_explain.%'";
    if usual.value(modules).await == "0" {
        println!("not tried: there is no auto_explain here");
        return;
    }
    let Some(server) = PostgresServer::start_with(&TELLING) else {
        return;
    };
    let database = server.database();
    let store: DynStore = Arc::new(PostgresStore::open(database.options()).unwrap());
    let settings = Sources::new()
        .toml("rate_limit.enabled = false")
        .load()
        .unwrap();
    let client = SmsClient::builder(settings)
        .provider("fake", Arc::new(ScriptedProvider::new()))
        .store(store)
        .build()
        .unwrap();
    for number in 0..40 {
        let owner = format!("owner-{}", number % 3);
        let message = Message::new("+14155550123", "Hello").owner(owner);
        bounded(client.enqueue(message)).await.unwrap();
    }
    let moved = Broadcast::new(["+14155550101", "+14155550102"], "The gig moved to nine.");
    bounded(client.enqueue_broadcast(moved, None, None))
        .await
        .unwrap();
    let work = client.work_until_idle(std::future::pending());
    assert_eq!(bounded(work).await.unwrap().accepted, 42);
    drop(client);

    let log = std::fs::read_to_string(server.folder().join("log")).unwrap();
    for words in [
        "WITH RECURSIVE lanes",
        "WITH ORDINALITY AS way",
        "WITH kept AS",
        "SET state = 'unknown', doubt",
        "next_attempt_at = CASE state",
        "ORDER BY next_attempt_at LIMIT",
        "UPDATE \"sms_messages\" SET \"holder\"",
        "SET state = 'sending', provider",
        "doubt = n.doubt",
    ] {
        let told: Vec<_> = statements(&log)
            .filter(|told| told.contains(words) && told.contains("->"))
            .collect();
        assert!(!told.is_empty(), "nothing is told of {words}");
        for one in told {
            assert!(is_by_condition(one), "{one}");
        }
    }
}

/// Whether every table is looked up by a condition on an index: one that has none reads all of it, as
/// a scan of the table does.
fn is_by_condition(told: &str) -> bool {
    let lines: Vec<_> = told.lines().collect();
    let mut scans = lines
        .iter()
        .zip(&lines[1..])
        .filter(|(line, _)| line.contains("Scan") && line.contains(" on sms_"));
    scans.all(|(line, next)| {
        let is_of_heap = line.contains("Bitmap Heap Scan");
        !line.contains("Seq Scan") && (is_of_heap || next.contains("Index Cond:"))
    })
}

/// The entries of a log.
fn statements(log: &str) -> impl Iterator<Item = &str> {
    log.split(" LOG:  ")
}
