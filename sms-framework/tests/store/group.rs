//! Writes that nobody waits for.

use std::io::Write;
use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection;
use sms_framework::MessageState;
use sms_framework::store::Store;

use crate::support::{Place, attempt, begun, hello, settled};

#[tokio::test]
async fn dropping_the_store_writes_what_was_handed_over() {
    let place = Place::new();
    let store = place.open();
    let lease = begun(&store, hello()).await;
    let id = lease.id;
    for number in 1..=500 {
        store.record(attempt(id, number));
    }
    store.settle_soon(settled(lease, MessageState::Accepted));
    drop(store);

    let store = place.open();
    assert_eq!(store.attempts(id).await.unwrap().len(), 500);
    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!(record.status, MessageState::Accepted);
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn lost_writes_are_counted_and_each_row_of_them_is_reported_once() {
    // The writer logs from a thread of its own, so the log is the whole process's; only this test
    // loses a table.
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .init();
    let reported = || {
        let about = |line: &&String| {
            line.contains("the message log could not be written") && line.contains("no such table")
        };
        log.lines().iter().filter(about).count()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let place = Place::new();
        let store = place.open();
        let lease = begun(&store, hello()).await;
        let id = lease.id;
        let mut raw = place.raw();
        raw.batch_execute("ALTER TABLE sms_attempts RENAME TO moved")
            .unwrap();
        store.record(attempt(id, 1));
        store.record(attempt(id, 2));
        store.flush().await;
        let info = store.info();
        assert_eq!(info.lost_writes, 2);
        let last = info.last_error.unwrap();
        assert!(last.contains("no such table: sms_attempts"), "{last}");
        assert_eq!(reported(), 1, "{:?}", log.lines());

        raw.batch_execute("ALTER TABLE moved RENAME TO sms_attempts")
            .unwrap();
        store.record(attempt(id, 3));
        store.flush().await;
        assert_eq!(store.attempts(id).await.unwrap().len(), 1);
        assert_eq!(store.info().lost_writes, 2);

        raw.batch_execute("ALTER TABLE sms_attempts RENAME TO moved")
            .unwrap();
        store.record(attempt(id, 4));
        store.flush().await;
        assert_eq!(store.info().lost_writes, 3);
        assert_eq!(reported(), 2, "after a success the next loss is news");
    });
}
