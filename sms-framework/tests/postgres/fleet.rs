//! Four workers on one database, and one limit for all of them.

use std::sync::Arc;
use std::time::Duration;

use sms_framework::config::Sources;
use sms_framework::store::DynStore;
use sms_framework::store::postgres::PostgresStore;
use sms_framework::testkit::ScriptedProvider;
use sms_framework::{ErrorKind, Message, SmsClient};

use crate::support::{bounded, own_server, server};

const RATE: usize = 100;
const BURST: usize = 20;

fn client(store: &DynStore, provider: &Arc<ScriptedProvider>) -> SmsClient {
    let settings = Sources::new()
        .toml(format!(
            "[rate_limit]\nscope = \"shared\"\nrate = {RATE}.0\nburst = {BURST}\n[queue]\nconcurrency = 16"
        ))
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("fake", Arc::clone(provider) as _)
        .store(Arc::clone(store))
        .build()
        .unwrap()
}

/// However fast or slow this machine is: a noisy one is late, and never early.
#[tokio::test(flavor = "multi_thread")]
async fn four_workers_together_never_exceed_the_limit_in_any_window() {
    const COUNT: usize = 300;
    let database = server!().database();
    let provider = Arc::new(ScriptedProvider::new());
    let open = || Arc::new(PostgresStore::open(database.options()).unwrap()) as DynStore;
    let clients: Vec<_> = (0..4).map(|_| client(&open(), &provider)).collect();
    for number in 0..COUNT {
        let message = Message::new("+14155550123", format!("message {number}"));
        bounded(clients[0].enqueue(message)).await.unwrap();
    }
    let working = clients
        .iter()
        .map(|client| client.work_until_idle(std::future::pending()));
    bounded(futures_util::future::join_all(working)).await;

    let mut calls: Vec<_> = provider.calls().into_iter().map(|call| call.at).collect();
    calls.sort();
    assert_eq!(calls.len(), COUNT);
    for (first, from) in calls.iter().enumerate() {
        for (last, until) in calls.iter().enumerate().skip(first) {
            // Between its slot and the call a busy machine may stand still for a moment.
            let window = *until - *from + Duration::from_millis(100);
            let most = BURST as f64 + RATE as f64 * window.as_secs_f64();
            let were = (last - first + 1) as f64;
            assert!(were <= most, "{were} calls in {:?}", *until - *from);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_nothing_is_sent() {
    let server = own_server!();
    let database = server.database();
    let store: DynStore = Arc::new(PostgresStore::open(database.options()).unwrap());
    let provider = Arc::new(ScriptedProvider::new());
    let client = client(&store, &provider);
    bounded(client.send(Message::new("+14155550123", "before")))
        .await
        .unwrap();
    let before = provider.calls().len();
    tokio::task::block_in_place(|| server.stop());
    // Its slots were reserved ahead for nobody: the next one has to be asked for.
    let mut sent = 0;
    for number in 0..3 * BURST {
        let message = Message::new("+14155550123", format!("away {number}"));
        match tokio::time::timeout(Duration::from_secs(30), client.send(message)).await {
            Ok(Ok(_)) => sent += 1,
            Ok(Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
                break;
            }
            Err(_) => panic!("it hangs"),
        }
    }
    assert!(sent < BURST, "{sent} sent without a slot");
    assert_eq!(provider.calls().len(), before + sent);
}
