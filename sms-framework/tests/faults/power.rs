//! Power that is cut: what is on disk is what was synced, and perhaps something of what came after.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use sms_framework::store::DynStore;
use sms_framework::{Message, MessageState};

use crate::vendor::{Call, Vendor, client, open, rows, taken};

/// The write-ahead log as it is on disk now: everything in it that was answered was synced.
fn log_of(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("sms.db-wal")).unwrap()
}

/// The folder after a power cut: the database, and of the log the first `kept` bytes, and then what a
/// disk may leave of a write that it did not finish.
fn after_the_cut(folder: &Path, log: &[u8], kept: usize, torn: &[u8]) -> tempfile::TempDir {
    let cut = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("sms.db"), cut.path().join("sms.db")).unwrap();
    let mut rest = log[..kept].to_vec();
    rest.extend_from_slice(torn);
    std::fs::write(cut.path().join("sms.db-wal"), rest).unwrap();
    cut
}

fn is_sound(folder: &Path) -> bool {
    #[derive(QueryableByName)]
    struct Said {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    let path = folder.join("sms.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let said: Said = diesel::sql_query("PRAGMA integrity_check")
        .get_result(&mut connection)
        .unwrap();
    said.integrity_check == "ok"
}

async fn enqueued(store: &DynStore, folder: &Path, count: usize) {
    let client = client(store, &Vendor::new(folder, |_| Ok(())), 0);
    for number in 0..count {
        let message = Message::new("+14155550123", format!("message {number}"));
        client.enqueue(message).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_whatever_was_written_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    enqueued(&store, folder.path(), 20).await;
    let synced = log_of(folder.path()).len();
    enqueued(&store, folder.path(), 20).await;
    let log = log_of(folder.path());
    assert!(log.len() > synced, "the log was not begun anew meanwhile");

    // At every page or so of what came later, whole or torn.
    let garbage: Vec<u8> = (0..3_000u32).map(|byte| (byte * 31 % 251) as u8).collect();
    for kept in (synced..=log.len()).step_by(1_777) {
        for torn in [&[][..], &garbage] {
            let cut = after_the_cut(folder.path(), &log, kept, torn);
            let after = open(cut.path());
            let rows = rows(&after).await;
            assert!(
                rows.len() >= 20,
                "{} of 20 answered ones are there",
                rows.len()
            );
            assert!(
                rows.iter()
                    .all(|row| row.status == MessageState::Queued && row.body.is_some())
            );
            drop(after);
            assert!(is_sound(cut.path()));
        }
    }
}

/// A worker's notes are cut back like everything: what was handed over is never taken for what was not.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_in_mid_send_nothing_is_sent_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    enqueued(&store, folder.path(), 5).await;
    // The power goes while the vendor has the third message, and its answer is not noted.
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let place = folder.path().to_owned();
    let vendor = Vendor::new(folder.path(), move |call| {
        if call == Call::Taken && calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 2 {
            let cut = place.join("cut");
            std::fs::create_dir(&cut).unwrap();
            for entry in std::fs::read_dir(&place).unwrap() {
                let entry = entry.unwrap();
                let is_there = entry.path().is_file()
                    && !entry.file_name().to_string_lossy().ends_with("-shm");
                if is_there {
                    std::fs::copy(entry.path(), cut.join(entry.file_name())).unwrap();
                }
            }
        }
        Ok(())
    });
    let worker = client(&store, &vendor, 0);
    worker
        .work_until_idle(std::future::pending())
        .await
        .unwrap();

    // The machine is on again; the vendor has what it had when the power went.
    let cut = folder.path().join("cut");
    let had = taken(&cut).len();
    assert!((3..=5).contains(&had));
    let store = open(&cut);
    let vendor = Vendor::new(&cut, |_| Ok(()));
    for hours in 1..=3 {
        let later = client(&store, &vendor, hours * 3600);
        later.work_until_idle(std::future::pending()).await.unwrap();
    }
    let taken = taken(&cut);
    for row in rows(&store).await {
        let id = row.id.to_string();
        match (row.status, taken.iter().filter(|one| **one == id).count()) {
            (MessageState::Accepted, 1) => {}
            (MessageState::Unknown, 0) => assert!(row.error.is_some()),
            (state, times) => panic!("{id} is {state}, and was taken {times} times"),
        }
    }
}
