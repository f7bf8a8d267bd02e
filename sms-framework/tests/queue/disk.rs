//! A disk that is full.

use sms_framework::store::Store;
use sms_framework::testkit::ScriptedProvider;
use sms_framework::{ErrorKind, MessageState};

use super::support::{ONE_A_SECOND, World, message, millis, minutes, seconds};

/// Rows of a page each.
const BALLAST: &str = "CREATE TABLE ballast (bytes BLOB);
    INSERT INTO ballast VALUES (zeroblob(4000)), (zeroblob(4000))";

/// The disk grows no more, and all its pages are taken.
const FILL: &str = "PRAGMA max_page_count = 1;
    INSERT INTO ballast WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)
        SELECT zeroblob(4000) FROM n WHERE i <= (SELECT freelist_count FROM pragma_freelist_count)";

#[tokio::test(start_paused = true)]
async fn on_a_full_disk_what_can_be_settled_goes_on_and_what_cannot_be_written_is_counted() {
    let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(world.enqueue(message()).await);
    }
    let worker = world.start();
    tokio::time::sleep(millis(1500)).await;
    world.store.meddle(BALLAST);
    for _ in 0..100 {
        // What is freed by what is sent goes at once to somebody else.
        world.store.meddle(FILL);
        tokio::time::sleep(seconds(1)).await;
    }
    // Pages that were begun still have room for a few rows.
    while world.sms.enqueue(message()).await.is_ok() {}
    let full = world.sms.enqueue(message()).await.unwrap_err();
    assert_eq!(full.kind(), ErrorKind::Storage);
    assert!(full.to_string().contains("the disk is full"), "{full}");
    let lost = world.store.info().lost_writes;
    assert!(lost > 0, "there was room for every attempt");

    world.store.meddle("PRAGMA max_page_count = 1000000");
    tokio::time::sleep(minutes(10)).await;
    let report = worker.stop().await;
    assert_eq!(world.calls_for(&ids), [1; 200]);
    for row in world.store.records() {
        assert_eq!(row.status, MessageState::Accepted, "{row:#?}");
    }
    assert_eq!(report.accepted, world.store.records().len() as u64);
}
